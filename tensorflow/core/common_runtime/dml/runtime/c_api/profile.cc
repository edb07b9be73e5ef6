#include <algorithm>
#include <cstring>
#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"

namespace dml {
namespace {

constexpr bool Same(WorkKind a, dml_work_kind b) {
  return static_cast<int>(a) == static_cast<int>(b);
}
static_assert(Same(WorkKind::kLaunch, DML_WORK_LAUNCH) &&
                  Same(WorkKind::kHostToDevice, DML_WORK_HOST_TO_DEVICE) &&
                  Same(WorkKind::kDeviceToHost, DML_WORK_DEVICE_TO_HOST) &&
                  Same(WorkKind::kDeviceToDevice, DML_WORK_DEVICE_TO_DEVICE),
              "profile.h and dml_runtime.h number kinds of work differently");

dml_profile_record ToC(const ProfileRecord& record) {
  dml_profile_record result = {};
  result.activity = record.activity;
  result.start_ns = record.start_ns;
  result.end_ns = record.end_ns;
  result.bytes = record.bytes;
  result.kind = static_cast<dml_work_kind>(record.kind);
  if (record.program != nullptr) {
    strncpy(result.program, record.program, sizeof(result.program) - 1);
  }
  return result;
}

}  // namespace
}  // namespace dml

dml_code dml_profile_start(dml_device* device, uint64_t max_records) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  dml::ProfileOptions options;
  if (max_records != 0) options.max_records = max_records;
  options.activity = &dml::ThreadActivity;
  return dml::Report(device->stream->StartProfile(options));
}

dml_code dml_profile_stop(dml_device* device) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  // Of any stream, on whatever thread it runs: stopping waits.
  if (dml::InsideCallback()) {
    return dml::Report(dml::Error(dml::Code::kFailedPrecondition,
                                  "a completion callback must not stop a "
                                  "profile"));
  }
  return dml::Report(device->stream->StopProfile());
}

size_t dml_profile_read(dml_device* device, dml_profile_record* records,
                        size_t capacity) {
  DML_RETURN_IF_FORKED(0);
  size_t count = 0;
  while (count < capacity) {
    dml::ProfileRecord some[64];
    const size_t wanted = std::min(capacity - count, std::size(some));
    const size_t read = device->stream->ReadProfile({some, wanted});
    std::transform(some, some + read, records + count, dml::ToC);
    count += read;
    if (read < wanted) break;
  }
  return count;
}

void dml_profile_get_statistics(dml_device* device,
                                dml_profile_statistics* out) {
  *out = {};
  DML_RETURN_IF_FORKED();
  const dml::ProfileStatistics statistics =
      device->stream->profile_statistics();
  out->waiting = statistics.waiting;
  out->dropped = statistics.dropped;
  out->timestamp_room = statistics.timestamp_room;
}
