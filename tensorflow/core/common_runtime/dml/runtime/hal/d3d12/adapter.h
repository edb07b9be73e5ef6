// D3d12Adapter: an adapter that the system lists, and whether the runtime can
// use it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ADAPTER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ADAPTER_H_

#include <memory>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter_list.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/features.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/libraries.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace d3d12 {

// What a device needs to know of its adapter.
struct PhysicalAdapter {
  Libraries libraries;
  ComPtr<IUnknown> handle;
  QueryBudgetFn query_budget = nullptr;
  AdapterInfo info;
  Features features;
};

// Opens a device of the system's; more than one of an adapter are one.
HRESULT OpenDevice(const PhysicalAdapter& adapter,
                   ComPtr<ID3D12Device>* device);

// Immutable, thus thread-safe.
class D3d12Adapter final : public Adapter {
 public:
  D3d12Adapter(const Libraries& libraries, const ListedAdapter& listed,
               const EnumerateOptions& options);
  const AdapterInfo& info() const override { return physical_.info; }
  Status CreateDevice(std::unique_ptr<Device>* device) override;

 private:
  PhysicalAdapter physical_;
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_ADAPTER_H_
