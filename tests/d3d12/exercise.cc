// Calls the stand-in's libraries as the runtime does, and prints what they say,
// a line of name and value each; results of calls are numbers in hexadecimal.
//
//   exercise adapters         what DXCore lists
//   exercise features         what the first adapter's device says
//   exercise copies           bytes to the device and back
//   exercise submits NUMBER   so many submissions, each waited for, and what
//   the
//                             device says then
//   exercise heaps MIB...     heaps of these sizes, kept, and the budget
//   exercise described        why a device is gone after one submission
//   exercise calls            calls of other methods that a test may let fail
#define INITGUID
#include "stand_in/windows_abi.h"
// After it.
#include <directx/d3d12.h>
#include <directx/dxcore.h>
#include <dlfcn.h>
#include <dxguids/dxguids.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr uint64_t kPiece = 65536;

void Say(const char* name, HRESULT result) {
  std::printf("%s %x\n", name, unsigned(result));
}

void* Function(const char* library, const char* name) {
  void* opened = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(1);
  }
  return dlsym(opened, name);
}

// A pointer that releases what it holds.
template <typename T>
class Com {
 public:
  Com() = default;
  Com(const Com&) = delete;
  Com& operator=(const Com&) = delete;
  ~Com() { Reset(); }
  void Reset() {
    if (object_ != nullptr) object_->Release();
    object_ = nullptr;
  }
  T* operator->() const { return object_; }
  T* get() const { return object_; }
  void** out() {
    Reset();
    return reinterpret_cast<void**>(&object_);
  }
  static IID iid() { return uuidof<T>(); }

 private:
  T* object_ = nullptr;
};

// ---- Adapters ---------------------------------------------------------------

Com<IDXCoreAdapterFactory> factory;
Com<IDXCoreAdapterList> adapters;

bool ListAdapters() {
  using Create = HRESULT (*)(REFIID, void**);
  const auto create = reinterpret_cast<Create>(
      Function("libdxcore.so", "DXCoreCreateAdapterFactory"));
  HRESULT result = create(factory.iid(), factory.out());
  Say("DXCoreCreateAdapterFactory", result);
  if (result < 0) return false;
  const GUID attribute = DXCORE_ADAPTER_ATTRIBUTE_D3D12_CORE_COMPUTE;
  result =
      factory->CreateAdapterList(1, &attribute, adapters.iid(), adapters.out());
  Say("CreateAdapterList", result);
  return result >= 0;
}

template <typename T>
T Property(IDXCoreAdapter* adapter, DXCoreAdapterProperty property) {
  T value{};
  adapter->GetProperty(property, sizeof value, &value);
  return value;
}

DXCoreAdapterMemoryBudget Budget(IDXCoreAdapter* adapter,
                                 DXCoreSegmentGroup group) {
  const DXCoreAdapterMemoryBudgetNodeSegmentGroup which{0, group};
  DXCoreAdapterMemoryBudget budget{};
  adapter->QueryState(DXCoreAdapterState::AdapterMemoryBudget, sizeof which,
                      &which, sizeof budget, &budget);
  return budget;
}

void PrintAdapter(IDXCoreAdapter* adapter) {
  using P = DXCoreAdapterProperty;
  size_t size = 0;
  adapter->GetPropertySize(P::DriverDescription, &size);
  std::string name(size, '\0');
  adapter->GetProperty(P::DriverDescription, size, name.data());
  if (name.empty() || name.back() != '\0') name = "(not terminated)";
  std::printf("name %s\n", name.c_str());
  const auto id = Property<DXCoreHardwareID>(adapter, P::HardwareID);
  std::printf("id %x:%x:%x:%x\n", id.vendorID, id.deviceID, id.subSysID,
              id.revision);
  std::printf("parts %d\n", adapter->IsPropertySupported(P::HardwareIDParts));
  const uint64_t driver = Property<uint64_t>(adapter, P::DriverVersion);
  std::printf("driver %d.%d.%d.%d\n", int(driver >> 48),
              int(driver >> 32 & 0xffff), int(driver >> 16 & 0xffff),
              int(driver & 0xffff));
  std::printf("luid %" PRIu64 "\n",
              Property<uint64_t>(adapter, P::InstanceLuid));
  std::printf("hardware %d\nintegrated %d\n",
              Property<bool>(adapter, P::IsHardware),
              Property<bool>(adapter, P::IsIntegrated));
  std::printf("dedicated %" PRIu64 "\nshared %" PRIu64 "\n",
              Property<uint64_t>(adapter, P::DedicatedAdapterMemory),
              Property<uint64_t>(adapter, P::SharedSystemMemory));
  std::printf("budget %" PRIu64 "\n",
              uint64_t(Budget(adapter, DXCoreSegmentGroup::Local).budget));
  std::printf("valid %d\n", adapter->IsValid());
  std::printf("graphics %d\n", adapter->IsAttributeSupported(
                                   DXCORE_ADAPTER_ATTRIBUTE_D3D12_GRAPHICS));
  uint8_t byte;
  Say("small", adapter->GetProperty(P::InstanceLuid, 1, &byte));
}

void PrintAdapters() {
  std::printf("adapters %u\n", adapters->GetAdapterCount());
  for (uint32_t i = 0; i < adapters->GetAdapterCount(); ++i) {
    Com<IDXCoreAdapter> adapter;
    Say("GetAdapter", adapters->GetAdapter(i, adapter.iid(), adapter.out()));
    if (adapter.get() != nullptr) PrintAdapter(adapter.get());
  }
}

// ---- A device
// -----------------------------------------------------------------

Com<IDXCoreAdapter> adapter;
Com<ID3D12Device> device;
Com<ID3D12CommandQueue> queue;
Com<ID3D12CommandAllocator> allocator;
Com<ID3D12GraphicsCommandList> list;
Com<ID3D12Fence> fence;

bool Open() {
  using Create = HRESULT (*)(IUnknown*, D3D_FEATURE_LEVEL, REFIID, void**);
  const auto create =
      reinterpret_cast<Create>(Function("libd3d12.so", "D3D12CreateDevice"));
  adapters->GetAdapter(0, adapter.iid(), adapter.out());
  const HRESULT result =
      create(adapter.get(), D3D_FEATURE_LEVEL_11_0, device.iid(), device.out());
  Say("D3D12CreateDevice", result);
  return result >= 0;
}

bool Prepare() {
  D3D12_COMMAND_QUEUE_DESC desc{};
  desc.Type = D3D12_COMMAND_LIST_TYPE_COMPUTE;
  const HRESULT results[] = {
      device->CreateCommandQueue(&desc, queue.iid(), queue.out()),
      device->CreateCommandAllocator(desc.Type, allocator.iid(),
                                     allocator.out()),
      allocator.get() == nullptr
          ? E_FAIL
          : device->CreateCommandList(0, desc.Type, allocator.get(), nullptr,
                                      list.iid(), list.out()),
      device->CreateFence(0, D3D12_FENCE_FLAG_NONE, fence.iid(), fence.out())};
  for (HRESULT result : results) {
    Say("prepare", result);
    if (result < 0) return false;
  }
  return list->Close() >= 0;
}

HRESULT CreateHeap(D3D12_HEAP_TYPE type, uint64_t bytes,
                   Com<ID3D12Heap>* heap) {
  D3D12_HEAP_DESC desc{};
  desc.SizeInBytes = bytes;
  desc.Properties.Type = type;
  desc.Flags = D3D12_HEAP_FLAG_ALLOW_ONLY_BUFFERS;
  return device->CreateHeap(&desc, heap->iid(), heap->out());
}

HRESULT CreateBuffer(ID3D12Heap* heap, uint64_t bytes,
                     D3D12_RESOURCE_STATES state, Com<ID3D12Resource>* buffer) {
  D3D12_RESOURCE_DESC desc{};
  desc.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER;
  desc.Width = bytes;
  desc.Height = desc.DepthOrArraySize = desc.MipLevels = 1;
  desc.SampleDesc.Count = 1;
  desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
  return device->CreatePlacedResource(heap, 0, &desc, state, nullptr,
                                      buffer->iid(), buffer->out());
}

// Queues the list; says whether its event came within `milliseconds`.
bool Submit(uint64_t value, int milliseconds) {
  ID3D12CommandList* lists[] = {list.get()};
  queue->ExecuteCommandLists(1, lists);
  Say("Signal", queue->Signal(fence.get(), value));
  pollfd event{eventfd(0, EFD_CLOEXEC), POLLIN, 0};
  Say("SetEventOnCompletion",
      fence->SetEventOnCompletion(
          value, reinterpret_cast<HANDLE>(intptr_t{event.fd})));
  const bool came = poll(&event, 1, milliseconds) == 1;
  // One that did not come may come later: it stays open.
  if (came) close(event.fd);
  return came;
}

HRESULT Record() {
  allocator->Reset();
  HRESULT result = list->Reset(allocator.get(), nullptr);
  return result < 0 ? result : list->Close();
}

void PrintFeatures() {
  D3D12_FEATURE_DATA_D3D12_OPTIONS options{};
  Say("options", device->CheckFeatureSupport(D3D12_FEATURE_D3D12_OPTIONS,
                                             &options, sizeof options));
  D3D12_FEATURE_DATA_D3D12_OPTIONS1 options1{};
  Say("options1", device->CheckFeatureSupport(D3D12_FEATURE_D3D12_OPTIONS1,
                                              &options1, sizeof options1));
  D3D12_FEATURE_DATA_D3D12_OPTIONS4 options4{};
  Say("options4", device->CheckFeatureSupport(D3D12_FEATURE_D3D12_OPTIONS4,
                                              &options4, sizeof options4));
  D3D12_FEATURE_DATA_ARCHITECTURE architecture{};
  device->CheckFeatureSupport(D3D12_FEATURE_ARCHITECTURE, &architecture,
                              sizeof architecture);
  D3D12_FEATURE_DATA_SHADER_MODEL model{D3D_SHADER_MODEL_6_0};
  Say("shader_model", device->CheckFeatureSupport(D3D12_FEATURE_SHADER_MODEL,
                                                  &model, sizeof model));
  std::printf("float64 %d\nwaves %d\nlanes %u..%u\nint64 %d\nnative16 %d\n",
              int(options.DoublePrecisionFloatShaderOps), int(options1.WaveOps),
              options1.WaveLaneCountMin, options1.WaveLaneCountMax,
              int(options1.Int64ShaderOps),
              int(options4.Native16BitShaderOpsSupported));
  std::printf("uma %d\nmodel %x\n", int(architecture.UMA),
              unsigned(model.HighestShaderModel));
}

void PrintCopies() {
  const D3D12_HEAP_TYPE types[] = {D3D12_HEAP_TYPE_UPLOAD,
                                   D3D12_HEAP_TYPE_DEFAULT,
                                   D3D12_HEAP_TYPE_READBACK};
  const D3D12_RESOURCE_STATES states[] = {D3D12_RESOURCE_STATE_GENERIC_READ,
                                          D3D12_RESOURCE_STATE_COPY_DEST,
                                          D3D12_RESOURCE_STATE_COPY_DEST};
  Com<ID3D12Heap> heaps[3];
  Com<ID3D12Resource> buffers[3];
  for (int i = 0; i < 3; ++i) {
    Say("CreateHeap", CreateHeap(types[i], kPiece, &heaps[i]));
    Say("CreatePlacedResource",
        CreateBuffer(heaps[i].get(), kPiece, states[i], &buffers[i]));
  }
  uint8_t *in = nullptr, *out = nullptr;
  Say("Map", buffers[0]->Map(0, nullptr, reinterpret_cast<void**>(&in)));
  Say("Map", buffers[2]->Map(0, nullptr, reinterpret_cast<void**>(&out)));
  for (uint64_t i = 0; i < kPiece; ++i) in[i] = uint8_t(i * 7 + i / 256);
  std::memset(out, 0, kPiece);
  allocator->Reset();
  list->Reset(allocator.get(), nullptr);
  list->CopyBufferRegion(buffers[1].get(), 5, buffers[0].get(), 3, kPiece - 8);
  D3D12_RESOURCE_BARRIER barrier{};
  barrier.Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION;
  barrier.Transition.pResource = buffers[1].get();
  barrier.Transition.Subresource = D3D12_RESOURCE_BARRIER_ALL_SUBRESOURCES;
  barrier.Transition.StateBefore = D3D12_RESOURCE_STATE_COPY_DEST;
  barrier.Transition.StateAfter = D3D12_RESOURCE_STATE_COPY_SOURCE;
  list->ResourceBarrier(1, &barrier);
  list->CopyBufferRegion(buffers[2].get(), 1, buffers[1].get(), 5, kPiece - 8);
  Say("Close", list->Close());
  std::printf("event %d\n", Submit(1, 10000));
  std::printf("same %d\n", std::memcmp(out + 1, in + 3, kPiece - 8) == 0);
  std::printf("beyond %d\n", out[0] | out[kPiece - 7]);
}

void PrintSubmits(int count) {
  for (int i = 1; i <= count; ++i) {
    Say("record", Record());
    std::printf("event %d\n", Submit(uint64_t(i), 1000));
  }
  std::printf("completed %" PRIx64 "\n", uint64_t(fence->GetCompletedValue()));
  Say("GetDeviceRemovedReason", device->GetDeviceRemovedReason());
  Com<ID3D12Heap> heap;
  Say("CreateHeap", CreateHeap(D3D12_HEAP_TYPE_DEFAULT, kPiece, &heap));
  Say("Wait", queue->Wait(fence.get(), 1));
}

// Before the device is made.
void EnableDescription() {
  const auto get = reinterpret_cast<HRESULT (*)(REFIID, void**)>(
      Function("libd3d12.so", "D3D12GetDebugInterface"));
  Com<ID3D12DeviceRemovedExtendedDataSettings> settings;
  Say("settings", get(settings.iid(), settings.out()));
  if (settings.get() == nullptr) return;
  settings->SetAutoBreadcrumbsEnablement(D3D12_DRED_ENABLEMENT_FORCED_ON);
  settings->SetPageFaultEnablement(D3D12_DRED_ENABLEMENT_FORCED_ON);
}

void PrintDescription() {
  Com<ID3D12DeviceRemovedExtendedData> data;
  Say("data", device->QueryInterface(data.iid(), data.out()));
  if (data.get() == nullptr) return;
  D3D12_DRED_PAGE_FAULT_OUTPUT fault{};
  Say("before", data->GetPageFaultAllocationOutput(&fault));
  std::printf("event %d\n", Submit(1, 1000));
  Say("after", data->GetPageFaultAllocationOutput(&fault));
  std::printf("address %" PRIx64 "\nallocation %s\n",
              uint64_t(fault.PageFaultVA),
              fault.pHeadRecentFreedAllocationNode->ObjectNameA);
  D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT crumbs{};
  Say("breadcrumbs", data->GetAutoBreadcrumbsOutput(&crumbs));
  const D3D12_AUTO_BREADCRUMB_NODE& node = *crumbs.pHeadAutoBreadcrumbNode;
  std::printf("list %s %u of %u\n", node.pCommandListDebugNameA,
              *node.pLastBreadcrumbValue, node.BreadcrumbCount);
}

void PrintHeaps(int count, char** sizes) {
  std::vector<Com<ID3D12Heap>> heaps(static_cast<size_t>(count));
  const auto print_used = [] {
    std::printf(
        "used %" PRIu64 "\nused_nonlocal %" PRIu64 "\n",
        uint64_t(Budget(adapter.get(), DXCoreSegmentGroup::Local).currentUsage),
        uint64_t(
            Budget(adapter.get(), DXCoreSegmentGroup::NonLocal).currentUsage));
  };
  for (int i = 0; i < count; ++i) {
    Say("CreateHeap", CreateHeap(i % 2 == 0 ? D3D12_HEAP_TYPE_DEFAULT
                                            : D3D12_HEAP_TYPE_UPLOAD,
                                 uint64_t(std::atoi(sizes[i])) << 20,
                                 &heaps[static_cast<size_t>(i)]));
  }
  print_used();
  heaps.clear();
  print_used();
}

void PrintCalls() {
  Com<ID3D12QueryHeap> queries;
  const D3D12_QUERY_HEAP_DESC desc{D3D12_QUERY_HEAP_TYPE_TIMESTAMP, 2, 0};
  Say("CreateQueryHeap",
      device->CreateQueryHeap(&desc, queries.iid(), queries.out()));
  uint64_t frequency = 0;
  Say("GetTimestampFrequency", queue->GetTimestampFrequency(&frequency));
  uint64_t gpu = 0, cpu = 0;
  Say("GetClockCalibration", queue->GetClockCalibration(&gpu, &cpu));
  const auto start = std::chrono::steady_clock::now();
  Say("record", Record());
  const std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - start;
  std::printf("record_ms %d\n", int(took.count()));
  Com<ID3D12Heap> heap;
  Com<ID3D12Resource> buffer;
  CreateHeap(D3D12_HEAP_TYPE_UPLOAD, kPiece, &heap);
  CreateBuffer(heap.get(), kPiece, D3D12_RESOURCE_STATE_GENERIC_READ, &buffer);
  void* data;
  if (buffer.get() != nullptr) Say("Map", buffer->Map(0, nullptr, &data));
  ID3D12Pageable* pageable = heap.get();
  Say("MakeResident", device->MakeResident(1, &pageable));
  Say("Evict", device->Evict(1, &pageable));

  const D3D12_ROOT_SIGNATURE_DESC signature{};
  const auto serialize = reinterpret_cast<HRESULT (*)(
      const D3D12_ROOT_SIGNATURE_DESC*, D3D_ROOT_SIGNATURE_VERSION, ID3DBlob**,
      ID3DBlob**)>(Function("libd3d12.so", "D3D12SerializeRootSignature"));
  Com<ID3DBlob> blob, error;
  Say("D3D12SerializeRootSignature",
      serialize(&signature, D3D_ROOT_SIGNATURE_VERSION_1_0,
                reinterpret_cast<ID3DBlob**>(blob.out()),
                reinterpret_cast<ID3DBlob**>(error.out())));
  if (blob.get() != nullptr) {
    Com<ID3D12RootSignature> root;
    Say("CreateRootSignature",
        device->CreateRootSignature(0, blob->GetBufferPointer(),
                                    blob->GetBufferSize(), root.iid(),
                                    root.out()));
  }
  const auto get_debug = reinterpret_cast<HRESULT (*)(REFIID, void**)>(
      Function("libd3d12.so", "D3D12GetDebugInterface"));
  Com<ID3D12Debug> debug;
  Say("D3D12GetDebugInterface", get_debug(debug.iid(), debug.out()));
  if (debug.get() != nullptr) debug->EnableDebugLayer();
}

int Run(const std::string& what, int count, char** arguments) {
  if (!ListAdapters()) return 0;
  if (what == "adapters") {
    PrintAdapters();
    return 0;
  }
  if (what == "described") EnableDescription();
  if (!Open()) return 0;
  if (what == "features") {
    PrintFeatures();
    return 0;
  }
  if (what == "heaps") {
    PrintHeaps(count, arguments);
    return 0;
  }
  if (!Prepare()) return 0;
  if (what == "copies") {
    PrintCopies();
  } else if (what == "submits" && count == 1) {
    PrintSubmits(std::atoi(arguments[0]));
  } else if (what == "described") {
    PrintDescription();
  } else if (what == "calls") {
    PrintCalls();
  } else {
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int result = Run(argv[1], argc - 2, argv + 2);
  fence.Reset();
  list.Reset();
  allocator.Reset();
  queue.Reset();
  device.Reset();
  const auto devices = reinterpret_cast<int (*)(int)>(
      Function("libd3d12_stand_in.so", "stand_in_devices"));
  std::printf("left %d\n", devices(0));
  return result;
}
