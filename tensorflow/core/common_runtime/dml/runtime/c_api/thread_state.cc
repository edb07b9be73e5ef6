#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"

#include <atomic>
#include <cstring>
#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/tag_table.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_benchmark.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/text.h"

namespace dml {
namespace {

thread_local std::string error_message;
thread_local const char* tag = nullptr;
thread_local char copied_tag[TagTable::kMaxLength + 1];
thread_local uint64_t activity = 0;
thread_local uint64_t parts = 0;
thread_local int parts_depth = 0;
thread_local LaunchPlan plan;
thread_local bool planning = false;
thread_local int callback_depth = 0;

constexpr bool Same(Code a, dml_code b) {
  return static_cast<int>(a) == static_cast<int>(b);
}
static_assert(Same(Code::kOk, DML_OK) &&
                  Same(Code::kInvalidArgument, DML_INVALID_ARGUMENT) &&
                  Same(Code::kOutOfMemory, DML_OUT_OF_MEMORY) &&
                  Same(Code::kUnimplemented, DML_UNIMPLEMENTED) &&
                  Same(Code::kUnavailable, DML_UNAVAILABLE) &&
                  Same(Code::kDeviceLost, DML_DEVICE_LOST) &&
                  Same(Code::kInternal, DML_INTERNAL) &&
                  Same(Code::kDeadlineExceeded, DML_DEADLINE_EXCEEDED) &&
                  Same(Code::kNotFound, DML_NOT_FOUND) &&
                  Same(Code::kFailedPrecondition, DML_FAILED_PRECONDITION),
              "base/status.h and dml_runtime.h number the codes differently");

}  // namespace

dml_code Report(const Status& status) {
  if (!status.ok()) error_message = status.message();
  return static_cast<dml_code>(status.code());
}

const char* ThreadTag() { return tag; }

uint64_t ThreadActivity() { return activity; }

uint64_t ThreadParts() { return parts; }

LaunchPlan* ThreadPlan() { return planning ? &plan : nullptr; }

void RunCallback(dml_callback callback, void* argument, const Status& status) {
  // The thread may be anyone's, see dml_on_complete().
  const char* const outer_tag = tag;
  const uint64_t outer_activity = activity;
  const uint64_t outer_parts = std::exchange(parts, 0);
  const int outer_parts_depth = std::exchange(parts_depth, 0);
  char outer_copy[sizeof(copied_tag)];
  memcpy(outer_copy, copied_tag, sizeof(copied_tag));
  ++callback_depth;
  callback(argument, static_cast<dml_code>(status.code()),
           status.message().c_str());
  --callback_depth;
  memcpy(copied_tag, outer_copy, sizeof(copied_tag));
  tag = outer_tag;
  activity = outer_activity;
  parts = outer_parts;
  parts_depth = outer_parts_depth;
}

bool InsideCallback() { return callback_depth > 0; }

}  // namespace dml

const char* dml_error_message(void) { return dml::error_message.c_str(); }

void dml_set_tag(const char* tag) {
  size_t length = tag == nullptr ? 0 : strlen(tag);
  if (length > dml::TagTable::kMaxLength) length = dml::TagTable::kMaxLength;
  if (length > 0) memmove(dml::copied_tag, tag, length);
  dml::copied_tag[length] = '\0';
  dml::tag = length > 0 ? dml::copied_tag : nullptr;
}

void dml_set_lasting_tag(const char* tag) {
  dml::tag = tag != nullptr && *tag != '\0' ? tag : nullptr;
}

uint64_t dml_set_activity(uint64_t activity) {
  return std::exchange(dml::activity, activity);
}

void dml_begin_parts(void) {
  static std::atomic<uint64_t> last{0};
  if (dml::parts_depth++ == 0) dml::parts = ++last;
}

void dml_end_parts(void) {
  if (dml::parts_depth > 0 && --dml::parts_depth == 0) dml::parts = 0;
}

void dml_plan_start(void) {
  dml::plan.clear();
  dml::planning = true;
}

void dml_plan_stop(void) { dml::planning = false; }

size_t dml_plan_read(char* text, size_t capacity) {
  return dml::WriteLines(dml::plan, text, capacity);
}
