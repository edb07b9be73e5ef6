#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/windows/dxgi_adapters.h"

#include <dxgi1_4.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// What the fakes below say; of DXGI they have what is asked for.
struct FakeAdapter {
  DXGI_ADAPTER_DESC1 desc{};
  int64_t driver_version = 0;
  bool gone = false;
  bool tells_budget = true;
  DXGI_QUERY_VIDEO_MEMORY_INFO memory{};
};
std::vector<FakeAdapter> fakes;
std::atomic<int> references{0};

template <typename Interface>
class Counted : public Interface {
 public:
  Counted() { ++references; }
  virtual ~Counted() { --references; }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++count_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --count_;
    if (left == 0) delete this;
    return left;
  }
  HRESULT STDMETHODCALLTYPE SetPrivateData(REFGUID, UINT,
                                           const void*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE SetPrivateDataInterface(REFGUID,
                                                    const IUnknown*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetPrivateData(REFGUID, UINT*, void*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetParent(REFIID, void**) override {
    return E_NOTIMPL;
  }

 private:
  std::atomic<ULONG> count_{1};
};

class Adapter3 final : public Counted<IDXGIAdapter3> {
 public:
  explicit Adapter3(const FakeAdapter& fake) : fake_(fake) {}
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) override {
    *object = nullptr;
    if (id == __uuidof(IDXGIAdapter3) && !fake_.tells_budget) {
      return E_NOINTERFACE;
    }
    AddRef();
    *object = this;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetDesc1(DXGI_ADAPTER_DESC1* desc) override {
    *desc = fake_.desc;
    return fake_.gone ? E_FAIL : S_OK;
  }
  HRESULT STDMETHODCALLTYPE
  CheckInterfaceSupport(REFGUID id, LARGE_INTEGER* version) override {
    if (id != __uuidof(IDXGIDevice)) return E_NOTIMPL;
    version->QuadPart = fake_.driver_version;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE
  QueryVideoMemoryInfo(UINT node, DXGI_MEMORY_SEGMENT_GROUP group,
                       DXGI_QUERY_VIDEO_MEMORY_INFO* info) override {
    if (node != 0 || group != DXGI_MEMORY_SEGMENT_GROUP_LOCAL) return E_FAIL;
    *info = fake_.memory;
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE EnumOutputs(UINT, IDXGIOutput**) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetDesc(DXGI_ADAPTER_DESC*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetDesc2(DXGI_ADAPTER_DESC2*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE
  RegisterHardwareContentProtectionTeardownStatusEvent(HANDLE,
                                                       DWORD*) override {
    return E_NOTIMPL;
  }
  void STDMETHODCALLTYPE
  UnregisterHardwareContentProtectionTeardownStatus(DWORD) override {}
  HRESULT STDMETHODCALLTYPE SetVideoMemoryReservation(UINT,
                                                      DXGI_MEMORY_SEGMENT_GROUP,
                                                      UINT64) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE
  RegisterVideoMemoryBudgetChangeNotificationEvent(HANDLE, DWORD*) override {
    return E_NOTIMPL;
  }
  void STDMETHODCALLTYPE
  UnregisterVideoMemoryBudgetChangeNotification(DWORD) override {}

 private:
  const FakeAdapter fake_;
};

class Factory1 final : public Counted<IDXGIFactory1> {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void**) override {
    return E_NOINTERFACE;
  }
  HRESULT STDMETHODCALLTYPE EnumAdapters1(UINT index,
                                          IDXGIAdapter1** adapter) override {
    *adapter = nullptr;
    if (index >= fakes.size()) return DXGI_ERROR_NOT_FOUND;
    *adapter = std::make_unique<Adapter3>(fakes[index]).release();
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE EnumAdapters(UINT, IDXGIAdapter**) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE MakeWindowAssociation(HWND, UINT) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetWindowAssociation(HWND*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE CreateSwapChain(IUnknown*, DXGI_SWAP_CHAIN_DESC*,
                                            IDXGISwapChain**) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE CreateSoftwareAdapter(HMODULE,
                                                  IDXGIAdapter**) override {
    return E_NOTIMPL;
  }
  BOOL STDMETHODCALLTYPE IsCurrent() override { return TRUE; }
};

HRESULT WINAPI MakeFactory(REFIID id, void** factory) {
  if (id != __uuidof(IDXGIFactory1)) return E_NOINTERFACE;
  *factory = std::make_unique<Factory1>().release();
  return S_OK;
}

HRESULT WINAPI MakeNoFactory(REFIID, void**) { return E_FAIL; }

FakeAdapter Fake(const wchar_t* name) {
  FakeAdapter fake;
  std::copy_n(name, std::wstring(name).size() + 1, fake.desc.Description);
  return fake;
}

class DxgiAdaptersTest : public ::testing::Test {
 protected:
  void SetUp() override { libraries_.create_dxgi_factory = MakeFactory; }
  void TearDown() override {
    listed_.clear();
    fakes.clear();
    EXPECT_EQ(references, 0);
  }
  Libraries libraries_;
  std::vector<ListedAdapter> listed_;
};

TEST_F(DxgiAdaptersTest, AnAdapterIsDescribed) {
  FakeAdapter fake = Fake(L"GPU \u00e9");
  fake.desc.VendorId = 0x10de;
  fake.desc.DeviceId = 5;
  fake.desc.Revision = 6;
  fake.desc.AdapterLuid = {0x89abcdef, -2};
  fake.desc.DedicatedVideoMemory = size_t{8} << 30;
  fake.desc.SharedSystemMemory = size_t{16} << 30;
  fake.driver_version = int64_t{31} << 48 | int64_t{15} << 16 | 3623;
  fakes = {fake};
  // By way of the list of whatever system.
  ASSERT_TRUE(ListAdapters(libraries_, &listed_).ok());
  ASSERT_EQ(listed_.size(), 1u);
  const AdapterProperties& properties = listed_[0].properties;
  EXPECT_EQ(properties.name, "GPU \xc3\xa9");
  EXPECT_EQ(properties.vendor_id, 0x10deu);
  EXPECT_EQ(properties.device_id, 5u);
  EXPECT_EQ(properties.revision, 6u);
  EXPECT_EQ(properties.luid, 0xfffffffe89abcdefu);
  EXPECT_EQ(properties.dedicated_bytes, uint64_t{8} << 30);
  EXPECT_EQ(properties.shared_bytes, uint64_t{16} << 30);
  EXPECT_EQ(VersionText(properties.driver_version), "31.0.15.3623");
  EXPECT_TRUE(properties.hardware);
  EXPECT_NE(listed_[0].handle.get(), nullptr);
}

TEST_F(DxgiAdaptersTest, SoftwareAdaptersAreKnown) {
  fakes = {Fake(L"GPU"), Fake(L"Microsoft Basic Render Driver")};
  fakes[1].desc.Flags = DXGI_ADAPTER_FLAG_SOFTWARE;
  ASSERT_TRUE(ListDxgiAdapters(libraries_, &listed_).ok());
  ASSERT_EQ(listed_.size(), 2u);
  EXPECT_TRUE(listed_[0].properties.hardware);
  EXPECT_FALSE(listed_[1].properties.hardware);
}

TEST_F(DxgiAdaptersTest, WhatWasTakenOutIsLeftOut) {
  fakes = {Fake(L"gone"), Fake(L"GPU"), Fake(L"")};
  fakes[0].gone = true;
  ASSERT_TRUE(ListDxgiAdapters(libraries_, &listed_).ok());
  ASSERT_EQ(listed_.size(), 2u);
  EXPECT_EQ(listed_[0].properties.name, "GPU");
  EXPECT_NE(listed_[1].properties.name, "");
}

TEST_F(DxgiAdaptersTest, TheBudgetIsDxgis) {
  fakes = {Fake(L"GPU"), Fake(L"old"), Fake(L"silent")};
  fakes[0].memory.Budget = 1000;
  fakes[0].memory.CurrentUsage = 10;
  fakes[1].tells_budget = false;
  ASSERT_TRUE(ListDxgiAdapters(libraries_, &listed_).ok());
  ASSERT_EQ(listed_.size(), 3u);
  MemoryBudget budget;
  EXPECT_FALSE(listed_[1].query_budget(listed_[1].handle.get(), &budget));
  EXPECT_FALSE(listed_[2].query_budget(listed_[2].handle.get(), &budget));
  EXPECT_EQ(budget.budget_bytes, 0u);
  ASSERT_TRUE(listed_[0].query_budget(listed_[0].handle.get(), &budget));
  EXPECT_EQ(budget.budget_bytes, 1000u);
  EXPECT_EQ(budget.used_bytes, 10u);
}

TEST_F(DxgiAdaptersTest, AListThatFailsOrIsEmptyIsSaid) {
  Status status = ListDxgiAdapters(libraries_, &listed_);
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_NE(status.message().find("DXGI lists no adapter"), std::string::npos);
  EXPECT_NE(status.message().find("newest driver"), std::string::npos);
  libraries_.create_dxgi_factory = MakeNoFactory;
  status = ListDxgiAdapters(libraries_, &listed_);
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_NE(status.message().find("CreateDXGIFactory1 returned E_FAIL"),
            std::string::npos);
}

// On any Windows, whatever lists its adapters.
TEST(LibrariesTest, WindowsHasWhatListsAdapters) {
  Libraries libraries;
  const Status status = Libraries::Open(&libraries);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_NE(libraries.create_device, nullptr);
  EXPECT_NE(libraries.create_adapter_factory == nullptr,
            libraries.create_dxgi_factory == nullptr);
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
