#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxcore_adapters.h"

#include <string>
#include <utility>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// DXCORE_ADAPTER_ATTRIBUTE_D3D12_CORE_COMPUTE: the header declares it without a
// value.
constexpr GUID kComputes = {0x248e2800,
                            0xa793,
                            0x4724,
                            {0xab, 0xaa, 0x23, 0xa6, 0xde, 0x1b, 0xe0, 0x90}};

// False, and `value` as it was, where the adapter does not have the property.
template <typename T>
bool Read(IDXCoreAdapter* adapter, DXCoreAdapterProperty property, T* value) {
  T read{};
  if (!adapter->IsPropertySupported(property) ||
      adapter->GetProperty(property, sizeof(read), &read) < 0) {
    return false;
  }
  *value = read;
  return true;
}

std::string ReadName(IDXCoreAdapter* adapter) {
  constexpr auto kName = DXCoreAdapterProperty::DriverDescription;
  size_t bytes = 0;
  std::string name;
  if (adapter->IsPropertySupported(kName) &&
      adapter->GetPropertySize(kName, &bytes) >= 0 && bytes > 0) {
    name.resize(bytes);
    if (adapter->GetProperty(kName, bytes, name.data()) < 0) name.clear();
    name = name.c_str();  // without the zeros at its end
  }
  return name.empty() ? "an adapter without a name" : name;
}

AdapterProperties ReadProperties(IDXCoreAdapter* adapter) {
  using Property = DXCoreAdapterProperty;
  AdapterProperties properties;
  properties.name = ReadName(adapter);
  LUID luid{};
  if (Read(adapter, Property::InstanceLuid, &luid)) {
    properties.luid =
        uint64_t{static_cast<uint32_t>(luid.HighPart)} << 32 | luid.LowPart;
  }
  DXCoreHardwareIDParts parts{};
  DXCoreHardwareID id{};
  if (Read(adapter, Property::HardwareIDParts, &parts)) {
    properties.vendor_id = parts.vendorID;
    properties.device_id = parts.deviceID;
    properties.revision = parts.revisionID;
  } else if (Read(adapter, Property::HardwareID, &id)) {
    properties.vendor_id = id.vendorID;
    properties.device_id = id.deviceID;
    properties.revision = id.revision;
  }
  Read(adapter, Property::DriverVersion, &properties.driver_version);
  Read(adapter, Property::DedicatedAdapterMemory, &properties.dedicated_bytes);
  Read(adapter, Property::SharedSystemMemory, &properties.shared_bytes);
  Read(adapter, Property::IsHardware, &properties.hardware);
  Read(adapter, Property::IsIntegrated, &properties.integrated);
  return properties;
}

// What ListedAdapter::query_budget is.
bool QueryBudget(IUnknown* handle, MemoryBudget* budget) {
  auto* const adapter = static_cast<IDXCoreAdapter*>(handle);
  constexpr auto kBudget = DXCoreAdapterState::AdapterMemoryBudget;
  if (!adapter->IsQueryStateSupported(kBudget)) return false;
  const DXCoreAdapterMemoryBudgetNodeSegmentGroup local = {
      0, DXCoreSegmentGroup::Local};
  DXCoreAdapterMemoryBudget found{};
  if (adapter->QueryState(kBudget, sizeof(local), &local, sizeof(found),
                          &found) < 0 ||
      found.budget == 0) {
    return false;
  }
  budget->budget_bytes = found.budget;
  budget->used_bytes = found.currentUsage;
  return true;
}

Status DoesNotWork(const char* call, HRESULT result) {
  return Error(Code::kUnavailable, "DXCore does not work (", call, " returned ",
               ResultName(result), "): ", UpdateDriverHint());
}

}  // namespace

Status ListDxCoreAdapters(const Libraries& libraries,
                          std::vector<ListedAdapter>* adapters) {
  adapters->clear();
  ComPtr<IDXCoreAdapterFactory> factory;
  HRESULT result = libraries.create_adapter_factory(
      uuidof<IDXCoreAdapterFactory>(), factory.ReceiveVoid());
  if (result < 0 || !factory) {
    return DoesNotWork("DXCoreCreateAdapterFactory", result);
  }
  ComPtr<IDXCoreAdapterList> list;
  result = factory->CreateAdapterList(
      1, &kComputes, uuidof<IDXCoreAdapterList>(), list.ReceiveVoid());
  if (result < 0 || !list) {
    return DoesNotWork("IDXCoreAdapterFactory::CreateAdapterList", result);
  }
  const uint32_t count = list->GetAdapterCount();
  for (uint32_t i = 0; i < count; ++i) {
    ComPtr<IDXCoreAdapter> found;
    // It may have been taken out meanwhile.
    if (list->GetAdapter(i, uuidof<IDXCoreAdapter>(), found.ReceiveVoid()) <
            0 ||
        !found || !found->IsValid()) {
      continue;
    }
    ListedAdapter adapter;
    adapter.properties = ReadProperties(found.get());
    adapter.query_budget = QueryBudget;
    adapter.handle = ComPtr<IUnknown>(std::move(found));
    adapters->push_back(std::move(adapter));
  }
  if (adapters->empty()) {
    return Error(Code::kUnavailable,
                 "DXCore lists no adapter that computes by Direct3D 12: ",
                 UpdateDriverHint());
  }
  return Status::Ok();
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
