// AdapterList: the adapters of the system, as DXCore lists them, or, on a
// Windows without DXCore, DXGI.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ADAPTER_LIST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ADAPTER_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/libraries.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace d3d12 {

// What the system says of an adapter; what it does not say is 0.
struct AdapterProperties {
  std::string name;
  uint64_t driver_version = 0;  // four numbers of 16 bits
  uint64_t luid = 0;
  uint32_t vendor_id = 0, device_id = 0, revision = 0;  // PCI
  uint64_t dedicated_bytes = 0;                         // of the adapter
  uint64_t shared_bytes = 0;                            // with the host
  bool hardware = true;
  bool integrated = false;
};

// What this process may use of an adapter's memory, and uses; false when the
// system does not tell.
using QueryBudgetFn = bool (*)(IUnknown* adapter, MemoryBudget* budget);

struct ListedAdapter {
  ComPtr<IUnknown> handle;               // as D3D12CreateDevice() takes it
  QueryBudgetFn query_budget = nullptr;  // of that handle
  AdapterProperties properties;
};

// Those that may compute by Direct3D 12. kUnavailable when the system's list
// does not work, or is empty.
Status ListAdapters(const Libraries& libraries,
                    std::vector<ListedAdapter>* adapters);

// "31.0.15.3623".
std::string VersionText(uint64_t driver_version);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ADAPTER_LIST_H_
