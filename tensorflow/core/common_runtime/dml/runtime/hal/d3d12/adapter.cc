#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/adapter.h"

#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/debug_layer.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"

namespace dml {
namespace hal {
namespace d3d12 {

HRESULT OpenDevice(const PhysicalAdapter& adapter,
                   ComPtr<ID3D12Device>* device) {
  const HRESULT result = adapter.libraries.create_device(
      adapter.handle.get(), D3D_FEATURE_LEVEL_11_0, uuidof<ID3D12Device>(),
      device->ReceiveVoid());
  return result >= 0 && !*device ? E_FAIL : result;
}

D3d12Adapter::D3d12Adapter(const Libraries& libraries,
                           const ListedAdapter& listed,
                           const EnumerateOptions& options) {
  physical_.libraries = libraries;
  physical_.handle = listed.handle;
  physical_.query_budget = listed.query_budget;
  // Only a device tells what its adapter can do.
  ComPtr<ID3D12Device> device;
  const HRESULT result = OpenDevice(physical_, &device);
  if (result < 0) {
    physical_.info =
        DescribeUnusable(listed.properties,
                         "Direct3D 12 of feature level 11.0 "
                         "(D3D12CreateDevice returned " +
                             ResultName(result) + "); update the driver");
    return;
  }
  physical_.features = QueryFeatures(device.get());
  physical_.info = DescribeAdapter(listed.properties, physical_.features,
                                   options.transfer_queue);
}

Status D3d12Adapter::CreateDevice(std::unique_ptr<Device>* device) {
  const AdapterInfo& info = physical_.info;
  if (!info.unusable_because.empty()) {
    return Error(Code::kUnavailable, "adapter \"", info.name,
                 "\" cannot be used: it lacks ", info.unusable_because);
  }
  return D3d12Device::Create(physical_, device);
}

}  // namespace d3d12

Status EnumerateD3d12(const EnumerateOptions& options,
                      std::vector<std::unique_ptr<Adapter>>* adapters) {
  d3d12::Libraries libraries;
  DML_RETURN_IF_ERROR(d3d12::Libraries::Open(&libraries));
  d3d12::StartDebugging(libraries);
  std::vector<d3d12::ListedAdapter> listed;
  DML_RETURN_IF_ERROR(d3d12::ListAdapters(libraries, &listed));
  adapters->clear();
  for (const d3d12::ListedAdapter& adapter : listed) {
    adapters->push_back(
        std::make_unique<d3d12::D3d12Adapter>(libraries, adapter, options));
  }
  return Status::Ok();
}

}  // namespace hal
}  // namespace dml
