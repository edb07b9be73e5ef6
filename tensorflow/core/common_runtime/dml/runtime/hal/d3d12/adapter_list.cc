#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter_list.h"

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxcore_adapters.h"
#ifdef _WIN32
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/windows/dxgi_adapters.h"
#endif

namespace dml {
namespace hal {
namespace d3d12 {

Status ListAdapters(const Libraries& libraries,
                    std::vector<ListedAdapter>* adapters) {
#ifdef _WIN32
  if (libraries.create_adapter_factory == nullptr) {
    return ListDxgiAdapters(libraries, adapters);
  }
#endif
  return ListDxCoreAdapters(libraries, adapters);
}

std::string VersionText(uint64_t driver_version) {
  std::string text;
  for (int shift = 48; shift >= 0; shift -= 16) {
    if (!text.empty()) text += ".";
    text += std::to_string(driver_version >> shift & 0xffff);
  }
  return text;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
