// Where DML has the names of GPUs, TensorFlow has no GPUs of its own: a wheel
// that is built for CUDA has a factory of them, which takes what sessions ask
// of GPUs for its own, and fails where it finds none to split
// ("virtual_devices"). An empty one takes its place.
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/memory/memory.h"
#include "tensorflow/core/common_runtime/device_factory.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/environment.h"
#include "tensorflow/core/common_runtime/dml/load_check.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/framework/types.h"

namespace tensorflow {
namespace dml {
namespace {

// That of CUDA has 210.
constexpr int kPriority = 211;

class NoGpus : public DeviceFactory {
 public:
  Status ListPhysicalDevices(std::vector<std::string>*) override {
    return OkStatus();
  }
  Status CreateDevices(const SessionOptions&, const std::string&,
                       std::vector<std::unique_ptr<Device>>*) override {
    return OkStatus();
  }
};

// Names of GPUs mean them where there is no adapter. To look takes long, so it
// is left out where CUDA has no driver, either.
bool MayHaveGpus() {
  if (access("/dev/nvidiactl", F_OK) != 0) return false;
  uint32_t adapters = 0;
  dml_adapter_count(&adapters);
  return adapters == 0;
}

bool RegisterFactory() {
  if (!LoadStatus().ok() || !GpuNamesEnabled()) return false;
  if (DeviceFactory::GetFactory(DEVICE_GPU) == nullptr || MayHaveGpus()) {
    return false;
  }
  DeviceFactory::Register(DEVICE_GPU, absl::make_unique<NoGpus>(), kPriority,
                          /*is_pluggable_device=*/false);
  return true;
}
const bool registered = RegisterFactory();

}  // namespace
}  // namespace dml
}  // namespace tensorflow
