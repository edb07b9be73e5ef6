// libdxcore.so: lists the stand-in's adapters. Its factory and adapters are
// never destroyed, whatever their counts of references: exiting programs may
// call them.
#define INITGUID
#include "windows_abi.h"
// After it.
#include <directx/dxcore.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stand_in.h"

namespace {

using stand_in::Adapter;
using stand_in::Fault;
using stand_in::Kind;
using stand_in::Segment;

constexpr HRESULT kInvalidCall =
    HRESULT(0x887a0001);  // DXGI_ERROR_INVALID_CALL
constexpr HRESULT kUnsupported = HRESULT(0x887a0004);  // DXGI_ERROR_UNSUPPORTED
constexpr IID kIidUnknown = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};

bool Same(const GUID& a, const GUID& b) {
  return std::memcmp(&a, &b, sizeof(GUID)) == 0;
}

#define RETURN_FAULT(call) \
  if (const HRESULT fault = Fault(call)) return fault

// IUnknown of an object with one interface.
template <typename Interface, const IID* kIid>
class Object : public Interface {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) override {
    if (!Same(iid, *kIid) && !Same(iid, kIidUnknown)) {
      *object = nullptr;
      return E_NOINTERFACE;
    }
    AddRef();
    *object = static_cast<Interface*>(this);
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override { return --references_; }

 private:
  std::atomic<ULONG> references_{0};
};

HRESULT GetTheFactory(REFIID iid, void** factory);

// ---- Adapters -----------------------------------------------------------

// By the names that a description uses.
const std::pair<const char*, const GUID*> kAttributes[] = {
    {"D3D12_GRAPHICS", &DXCORE_ADAPTER_ATTRIBUTE_D3D12_GRAPHICS},
    {"D3D12_CORE_COMPUTE", &DXCORE_ADAPTER_ATTRIBUTE_D3D12_CORE_COMPUTE},
};

template <typename T>
std::vector<uint8_t> Bytes(const T& value) {
  std::vector<uint8_t> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

constexpr uint32_t kProperties =
    uint32_t(DXCoreAdapterProperty::HardwareIDParts) + 1;

// A property's name, as a description uses it, and value; empty where the
// adapter does not know it.
struct NamedValue {
  std::string name;
  std::vector<uint8_t> value;
};

NamedValue Property(const Adapter& a, DXCoreAdapterProperty property) {
  NamedValue found;
  switch (property) {
#define PROPERTY(property, ...)              \
  case DXCoreAdapterProperty::property:      \
    found = {#property, Bytes(__VA_ARGS__)}; \
    break;
    PROPERTY(InstanceLuid, a.luid)
    PROPERTY(DriverVersion, a.driver)
    PROPERTY(HardwareID,
             DXCoreHardwareID{a.vendor, a.device, a.subsystem, a.revision})
    PROPERTY(KmdModelVersion, uint32_t{3000})
    PROPERTY(DedicatedAdapterMemory, a.dedicated)
    PROPERTY(DedicatedSystemMemory, uint64_t{0})
    PROPERTY(SharedSystemMemory, a.shared)
    PROPERTY(IsHardware, a.kind != Kind::kSoftware)
    PROPERTY(IsIntegrated, a.kind == Kind::kIntegrated)
    PROPERTY(IsDetachable, false)
    PROPERTY(HardwareIDParts,
             DXCoreHardwareIDParts{a.vendor, a.device, a.subsystem >> 16,
                                   a.subsystem & 0xffff, a.revision})
#undef PROPERTY
    case DXCoreAdapterProperty::DriverDescription:
      found = {"DriverDescription", {a.name.begin(), a.name.end()}};
      found.value.push_back(0);
      break;
    default:
      break;
  }
  if (a.lacks.count(found.name) != 0) found.value.clear();
  return found;
}

// A name that means nothing would be a test that says nothing.
void CheckNames(const Adapter& adapter) {
  std::set<std::string> names = {"AdapterMemoryBudget"};
  for (const auto& [name, guid] : kAttributes) names.insert(name);
  for (uint32_t i = 0; i < kProperties; ++i) {
    names.insert(Property(adapter, DXCoreAdapterProperty(i)).name);
  }
  for (const std::string& name : adapter.lacks) {
    if (names.count(name) != 0) continue;
    std::fprintf(stderr, "D3D12_ADAPTERS: no property: %s\n", name.c_str());
    std::abort();
  }
}

class DxcoreAdapter final : public Object<IDXCoreAdapter, &IID_IDXCoreAdapter> {
 public:
  explicit DxcoreAdapter(Adapter* adapter) : adapter_(*adapter) {}
  uint64_t luid() const { return adapter_.luid; }
  bool Has(const GUID& attribute) const {
    for (const auto& [name, guid] : kAttributes) {
      if (Same(*guid, attribute)) return adapter_.lacks.count(name) == 0;
    }
    return false;
  }

  bool STDMETHODCALLTYPE IsValid() override { return !adapter_.invalid; }
  bool STDMETHODCALLTYPE IsAttributeSupported(REFGUID attribute) override {
    return Has(attribute);
  }
  bool STDMETHODCALLTYPE
  IsPropertySupported(DXCoreAdapterProperty property) override {
    return !Property(adapter_, property).value.empty();
  }
  HRESULT STDMETHODCALLTYPE GetProperty(DXCoreAdapterProperty property,
                                        size_t size, void* data) override {
    RETURN_FAULT("GetProperty");
    const std::vector<uint8_t> value = Property(adapter_, property).value;
    if (value.empty()) return kUnsupported;
    if (data == nullptr) return E_POINTER;
    if (size < value.size()) return E_INVALIDARG;
    std::memcpy(data, value.data(), value.size());
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetPropertySize(DXCoreAdapterProperty property,
                                            size_t* size) override {
    RETURN_FAULT("GetPropertySize");
    const std::vector<uint8_t> value = Property(adapter_, property).value;
    if (value.empty()) return kUnsupported;
    if (size == nullptr) return E_POINTER;
    *size = value.size();
    return S_OK;
  }
  bool STDMETHODCALLTYPE
  IsQueryStateSupported(DXCoreAdapterState state) override {
    return state == DXCoreAdapterState::AdapterMemoryBudget &&
           adapter_.lacks.count("AdapterMemoryBudget") == 0;
  }
  HRESULT STDMETHODCALLTYPE QueryState(DXCoreAdapterState state,
                                       size_t details_size, const void* details,
                                       size_t size, void* output) override {
    RETURN_FAULT("QueryState");
    if (!IsQueryStateSupported(state)) return kUnsupported;
    if (details == nullptr || output == nullptr) return E_POINTER;
    DXCoreAdapterMemoryBudgetNodeSegmentGroup group;
    if (details_size < sizeof group ||
        size < sizeof(DXCoreAdapterMemoryBudget)) {
      return E_INVALIDARG;
    }
    std::memcpy(&group, details, sizeof group);
    if (group.nodeIndex != 0) return E_INVALIDARG;
    const Segment segment = group.segmentGroup == DXCoreSegmentGroup::Local
                                ? stand_in::kLocal
                                : stand_in::kNonLocal;
    DXCoreAdapterMemoryBudget budget{};
    budget.budget = adapter_.Budget(segment);
    budget.currentUsage = adapter_.used[segment];
    budget.availableForReservation = budget.budget / 2;
    std::memcpy(output, &budget, sizeof budget);
    return S_OK;
  }
  bool STDMETHODCALLTYPE IsSetStateSupported(DXCoreAdapterState) override {
    return false;
  }
  HRESULT STDMETHODCALLTYPE SetState(DXCoreAdapterState, size_t, const void*,
                                     size_t, const void*) override {
    return kUnsupported;
  }
  HRESULT STDMETHODCALLTYPE GetFactory(REFIID iid, void** factory) override {
    return GetTheFactory(iid, factory);
  }

 private:
  Adapter& adapter_;
};

std::deque<DxcoreAdapter>& AllAdapters() {
  static auto& all = *[] {
    auto made = std::make_unique<std::deque<DxcoreAdapter>>();
    for (Adapter& adapter : stand_in::Adapters()) {
      CheckNames(adapter);
      made->emplace_back(&adapter);
    }
    return made.release();
  }();
  return all;
}

// ---- Lists ----------------------------------------------------------------

class DxcoreList final
    : public Object<IDXCoreAdapterList, &IID_IDXCoreAdapterList> {
 public:
  explicit DxcoreList(std::vector<DxcoreAdapter*> adapters)
      : adapters_(std::move(adapters)) {}

  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG references = Object::Release();
    if (references == 0) std::unique_ptr<DxcoreList>(this).reset();
    return references;
  }
  HRESULT STDMETHODCALLTYPE GetAdapter(uint32_t index, REFIID iid,
                                       void** adapter) override {
    RETURN_FAULT("GetAdapter");
    if (index >= adapters_.size()) return E_INVALIDARG;
    return adapters_[index]->QueryInterface(iid, adapter);
  }
  uint32_t STDMETHODCALLTYPE GetAdapterCount() override {
    return uint32_t(adapters_.size());
  }
  bool STDMETHODCALLTYPE IsStale() override { return false; }
  HRESULT STDMETHODCALLTYPE GetFactory(REFIID iid, void** factory) override {
    return GetTheFactory(iid, factory);
  }
  // They stay as the test describes them.
  HRESULT STDMETHODCALLTYPE Sort(uint32_t,
                                 const DXCoreAdapterPreference*) override {
    return S_OK;
  }
  bool STDMETHODCALLTYPE
  IsAdapterPreferenceSupported(DXCoreAdapterPreference) override {
    return false;
  }

 private:
  const std::vector<DxcoreAdapter*> adapters_;
};

// ---- The factory ------------------------------------------------------------

class DxcoreFactory final
    : public Object<IDXCoreAdapterFactory, &IID_IDXCoreAdapterFactory> {
 public:
  HRESULT STDMETHODCALLTYPE CreateAdapterList(uint32_t count,
                                              const GUID* attributes,
                                              REFIID iid,
                                              void** list) override {
    RETURN_FAULT("CreateAdapterList");
    if (count == 0 || attributes == nullptr) return E_INVALIDARG;
    std::vector<DxcoreAdapter*> chosen;
    for (DxcoreAdapter& adapter : AllAdapters()) {
      bool all = true;
      for (uint32_t i = 0; i < count; ++i) all &= adapter.Has(attributes[i]);
      if (all) chosen.push_back(&adapter);
    }
    auto made = std::make_unique<DxcoreList>(std::move(chosen));
    const HRESULT result = made->QueryInterface(iid, list);
    // From here on its references own it.
    if (result == S_OK) (void)made.release();
    return result;
  }
  HRESULT STDMETHODCALLTYPE GetAdapterByLuid(const LUID& luid, REFIID iid,
                                             void** found) override {
    RETURN_FAULT("GetAdapterByLuid");
    for (DxcoreAdapter& adapter : AllAdapters()) {
      const uint64_t own = adapter.luid();
      if (std::memcmp(&own, &luid, sizeof own) == 0) {
        return adapter.QueryInterface(iid, found);
      }
    }
    return E_INVALIDARG;
  }
  bool STDMETHODCALLTYPE
  IsNotificationTypeSupported(DXCoreNotificationType) override {
    return false;
  }
  HRESULT STDMETHODCALLTYPE RegisterEventNotification(
      IUnknown*, DXCoreNotificationType, PFN_DXCORE_NOTIFICATION_CALLBACK,
      void*, uint32_t*) override {
    return kInvalidCall;
  }
  HRESULT STDMETHODCALLTYPE UnregisterEventNotification(uint32_t) override {
    return kInvalidCall;
  }
};

HRESULT GetTheFactory(REFIID iid, void** factory) {
  static auto& the_factory = *std::make_unique<DxcoreFactory>().release();
  return the_factory.QueryInterface(iid, factory);
}

}  // namespace

extern "C" STAND_IN_API HRESULT DXCoreCreateAdapterFactory(REFIID iid,
                                                           void** factory) {
  RETURN_FAULT("DXCoreCreateAdapterFactory");
  return GetTheFactory(iid, factory);
}
