#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/dml_profiler.h"
#include "tensorflow/core/common_runtime/dml/generation/v1/profiler_interface.h"
#include "tensorflow/core/common_runtime/dml/loaded_library.h"
#include "tensorflow/core/framework/step_stats.pb.h"
#include "tensorflow/core/lib/strings/strcat.h"

namespace tensorflow {
namespace dml {
namespace {

// Microseconds, as TensorFlow counts them; what took less than one took one.
uint64 Micros(uint64 nanos) {
  return std::max<uint64>(1, (nanos + 500) / 1000);
}

void Fill(const DeviceWork& work, NodeExecStats* stats) {
  stats->set_node_name(work.name);
  stats->set_timeline_label(work.label);
  stats->set_all_start_micros(work.start_ns / 1000);
  stats->set_op_end_rel_micros(Micros(work.duration_ns));
  stats->set_all_end_rel_micros(Micros(work.duration_ns));
  stats->set_all_start_nanos(work.start_ns);
  stats->set_op_end_rel_nanos(work.duration_ns);
  stats->set_all_end_rel_nanos(work.duration_ns);
}

class Profiler : public ProfilerInterface {
 public:
  Status Start() override { return recorder_.Start(); }
  Status Stop() override { return recorder_.Stop(); }

  Status CollectData(RunMetadata* run_metadata) override {
    StepStats* const stats = run_metadata->mutable_step_stats();
    std::map<string, DeviceStepStats*> lines;
    for (const DeviceWork& work : recorder_.Take()) {
      const string name = strings::StrCat(
          "/device:DML:", work.device, work.copy ? "/memcpy" : "/stream:all");
      DeviceStepStats*& line = lines[name];
      if (line == nullptr) {
        line = stats->add_dev_stats();
        line->set_device(name);
      }
      Fill(work, line->add_node_stats());
    }
    return OkStatus();
  }

 private:
  ProfileRecorder recorder_;
};

std::unique_ptr<ProfilerInterface> CreateProfiler() {
  return std::unique_ptr<ProfilerInterface>(new Profiler);
}

}  // namespace

Status RegisterProfiler() {
  LoadedLibrary python;
  TF_RETURN_IF_ERROR(
      LoadedLibrary::Find("_pywrap_tensorflow_internal.so", &python));
  void* address = nullptr;
  TF_RETURN_IF_ERROR(python.Lookup(kRegisterProfilerFactory, &address));
  reinterpret_cast<RegisterProfilerFactoryFn>(address)(&CreateProfiler);
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
