// Direct3D 12 for tests, on a Linux machine: vkd3d behind the interface that
// WSL has. `ci/d3d12.sh prepare` builds it and prints the folder, which a
// program takes by LD_LIBRARY_PATH:
//
//   libd3d12.so            vkd3d's devices, with what is said below
//   libdxcore.so           the adapters that D3D12_ADAPTERS describes
//   libd3d12_stand_in.so   what these two share: this header
//   libvkd3d.so.1, libvkd3d-shader.so.1
//
// Calling conventions on x86-64: exported functions have that of Linux (System
// V), as on WSL. Methods of all objects have that of Windows (ms_abi), as
// vkd3d's have; on WSL they have that of Linux. So a program that calls methods
// is built once more for these tests. No method that returns a structure may be
// called: where it goes differs once more.
//
// An event is an eventfd's number, cast to HANDLE, as on WSL.
//
// What vkd3d cannot do stays so, with two exceptions: it forgets that arithmetic
// in float64 is exact (exact_doubles.h), and it announces timestamps of copy
// queues, and has them, but knows no query heaps for these, which are made as
// others are.
//
// D3D12_ADAPTERS  the adapters: statements, each ended by ';' or the end.
//   adapter KIND      begins another adapter: discrete, integrated or software.
//                     What comes before the first belongs to a software one.
//   name TEXT         DriverDescription
//   vendor NUMBER     of HardwareID, as are device, subsystem, revision
//   driver A.B.C.D    DriverVersion
//   luid NUMBER       by default 1 and up
//   dedicated SIZE    DedicatedAdapterMemory
//   shared SIZE       SharedSystemMemory
//   budget SIZE       of device memory; 0.9 of all by default
//   lacks NAME        a property or attribute that it does not know, named as
//                     in DXCore: HardwareIDParts, D3D12_GRAPHICS
//   invalid           IsValid() says no
//   unopenable NUMBER what D3D12CreateDevice returns
//   refuses NAME      a feature that CheckFeatureSupport() does not know, as of
//                     an older runtime, named as there: D3D12_OPTIONS4
//   feature NAME NUMBER
//                     a member of what CheckFeatureSupport() fills, such as
//                     WaveOps, UMA or HighestShaderModel (0x51), and its value;
//                     MaxGPUVirtualAddressBitsPerResource is 29 by default,
//                     which is what vkd3d can do on a software driver
//   debug             D3D12GetDebugInterface finds a debug layer, which says on
//                     stderr that it was enabled
//   SIZE is a number of bytes, or of 2^10, 2^20 or 2^30 with K, M or G.
//   Heaps count against the memory of their kind, as QueryState() says, and
//   cannot be made beyond it.
//
// What fails is named as in ../../faulty_loader.c:
//   FAULT_CALL=CreateHeap FAULT_RESULT=0x8007000e FAULT_AFTER=2 FAULT_COUNT=1
//       makes all calls of that method or function but the first two return
//       that result, or so many of them, where FAULT_COUNT is set. A result
//       that says that the device is gone (0x887a0005, 6, 7 or 0x20) takes it
//       away, which is also how a call of ExecuteCommandLists, which returns
//       nothing, fails.
//   FAULT_HANG_AFTER=2
//       all command lists but those of the first two ExecuteCommandLists are
//       never done, and nothing after them in any queue.
//   FAULT_SLOW=CreateHeap FAULT_MILLISECONDS=50
//       makes all calls of that method or function take so long first.
//   FAULT_DESCRIBED=1
//       lets a device that is gone say why (DRED), once that is enabled: a page
//       fault at 0xabc000, and a command list that came to the second of its
//       three commands.
//
// Calls that may fail or be slow: the exported functions;
//   CreateAdapterList, GetAdapter, GetAdapterByLuid, GetProperty,
//   GetPropertySize, QueryState;
//   CheckFeatureSupport, CreateCommandQueue, CreateCommandAllocator,
//   CreateCommandList, CreateCommandList1, CreateFence, CreateHeap,
//   CreatePlacedResource, CreateCommittedResource, CreateRootSignature,
//   CreateComputePipelineState, CreateQueryHeap, CreateDescriptorHeap,
//   MakeResident, Evict, SetResidencyPriority, EnqueueMakeResident,
//   GetDeviceRemovedReason;
//   ExecuteCommandLists, Wait, GetTimestampFrequency, GetClockCalibration;
//   SetEventOnCompletion, GetCompletedValue (slow only), Signal (of queues and
//   of fences); Map; Close, Reset (of lists and of allocators).
//
// A device that is gone says so as Direct3D does: GetDeviceRemovedReason()
// returns the result above, what creates or queues fails with
// DXGI_ERROR_DEVICE_REMOVED, every fence is at UINT64_MAX and every event of
// one is signaled. What was queued before is done by then.
//
// A test that loads libd3d12_stand_in.so in its process may call what is
// declared last, and change FAULT_* as it runs. Thread-safe, but for that.
#ifndef TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_STAND_IN_H_
#define TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_STAND_IN_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#define STAND_IN_API __attribute__((visibility("default")))

namespace stand_in {

enum class Kind { kDiscrete, kIntegrated, kSoftware };

// Where heaps are: in the device's memory or in the system's, which are one but
// for discrete adapters.
enum Segment { kLocal = 0, kNonLocal = 1 };

struct STAND_IN_API Adapter {
  Kind kind = Kind::kSoftware;
  std::string name;
  uint32_t vendor = 0, device = 0, subsystem = 0, revision = 0;
  uint64_t driver = 0;  // 16 bits a part
  uint64_t luid = 0;
  uint64_t dedicated = 0, shared = 0;
  uint64_t budget = 0;  // 0: by the memory
  uint32_t unopenable = 0;
  bool invalid = false, debug = false;
  std::set<std::string> lacks, refuses;
  std::map<std::string, uint32_t> features;
  std::atomic<uint64_t> used[2] = {};  // by Segment
  std::atomic<int> devices{0};         // that live

  uint64_t Memory(Segment segment) const;
  uint64_t Budget(Segment segment) const;
  // Counts a heap; false where there is no room.
  bool Take(Segment segment, uint64_t bytes);
  void Give(Segment segment, uint64_t bytes) { used[segment] -= bytes; }
};

// What D3D12_ADAPTERS describes; ends the process where it cannot be read.
STAND_IN_API std::deque<Adapter>& Adapters();
// Null where there is none.
STAND_IN_API Adapter* FindAdapter(uint64_t luid);

// To be called by each call of that name, first: waits as FAULT_SLOW says;
// returns what is to be returned in its place, or 0.
STAND_IN_API int32_t Fault(const char* call);
// Whether FAULT_HANG_AFTER says so of this call of ExecuteCommandLists.
STAND_IN_API bool Hangs();

}  // namespace stand_in

extern "C" {

// Bytes of heaps and committed resources that live, of the adapter at that
// place.
STAND_IN_API uint64_t stand_in_allocated(int adapter, int segment);
// Devices that live; an object of a device keeps it.
STAND_IN_API int stand_in_devices(int adapter);

}  // extern "C"

#endif  // TENSORFLOW_DIRECTML_TESTS_D3D12_STAND_IN_STAND_IN_H_
