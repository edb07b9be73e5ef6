#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_profiler.h"
#include "tensorflow/core/lib/strings/strcat.h"
#include "tsl/profiler/lib/profiler_factory.h"
#include "tsl/profiler/lib/profiler_interface.h"
#include "tsl/profiler/protobuf/profiler_options.pb.h"
#include "tsl/profiler/protobuf/xplane.pb.h"

namespace tensorflow {
namespace dml {
namespace {

using profiler::XEvent;
using profiler::XLine;
using profiler::XPlane;
using profiler::XSpace;

constexpr int64_t kPicosPerNano = 1000;

// The plane of one device: a line of what ran, and one of copies.
class DevicePlane {
 public:
  DevicePlane(XSpace* space, int device) : plane_(space->add_planes()) {
    // By this name TensorFlow's tools know planes of devices.
    plane_->set_name(strings::StrCat("/device:GPU:", device));
    plane_->set_id(device);
  }

  void Add(const DeviceWork& work) {
    XLine* const line = LineOf(work);
    XEvent* const event = line->add_events();
    event->set_metadata_id(NumberOf(work));
    event->set_offset_ps(
        (static_cast<int64_t>(work.start_ns) - line->timestamp_ns()) *
        kPicosPerNano);
    event->set_duration_ps(static_cast<int64_t>(work.duration_ns) *
                           kPicosPerNano);
  }

 private:
  // Lines begin with their first event; the ones of a device are in order.
  XLine* LineOf(const DeviceWork& work) {
    XLine*& line = lines_[work.copy];
    if (line == nullptr) {
      line = plane_->add_lines();
      line->set_id(work.copy ? 1 : 0);
      line->set_name(work.copy ? "Stream #1(Memcpy)" : "Stream #0(Compute)");
      line->set_timestamp_ns(static_cast<int64_t>(work.start_ns));
    }
    return line;
  }

  int64_t NumberOf(const DeviceWork& work) {
    const auto inserted =
        numbers_.emplace(work.name, static_cast<int64_t>(numbers_.size()) + 1);
    const int64_t number = inserted.first->second;
    if (inserted.second) {
      auto& metadata = (*plane_->mutable_event_metadata())[number];
      metadata.set_id(number);
      metadata.set_name(work.name);
      metadata.set_display_name(work.label);
    }
    return number;
  }

  XPlane* const plane_;
  XLine* lines_[2] = {nullptr, nullptr};
  std::map<std::string, int64_t> numbers_;
};

class Profiler : public tsl::profiler::ProfilerInterface {
 public:
  Status Start() override { return recorder_.Start(); }
  Status Stop() override { return recorder_.Stop(); }

  Status CollectData(XSpace* space) override {
    std::map<int, std::unique_ptr<DevicePlane>> planes;
    for (const DeviceWork& work : recorder_.Take()) {
      std::unique_ptr<DevicePlane>& plane = planes[work.device];
      if (plane == nullptr) {
        plane = std::make_unique<DevicePlane>(space, work.device);
      }
      plane->Add(work);
    }
    return OkStatus();
  }

 private:
  ProfileRecorder recorder_;
};

std::unique_ptr<tsl::profiler::ProfilerInterface> CreateProfiler(
    const ProfileOptions& options) {
  if (options.device_tracer_level() == 0) return nullptr;
  return std::make_unique<Profiler>();
}

}  // namespace

Status RegisterProfiler() {
  tsl::profiler::RegisterProfilerFactory(&CreateProfiler);
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
