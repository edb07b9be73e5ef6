// AddressSpace: device pointers that fault when the host touches them.
//
// A device pointer is an address inside a range that is reserved from the
// operating system without any access. It is never null, survives pointer
// arithmetic, is unique in the process, and a host access to it is a fault at
// the instruction that made it, not a wrong number later.
//
// Threading: Resolve() is lock-free and may run beside Map() and Unmap() of
// other heaps; Map() and Unmap() lock.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_ADDRESS_SPACE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_ADDRESS_SPACE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/address_range.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

class AddressSpace {
 public:
  // Heaps occupy whole granules of the reserved range.
  static constexpr uint64_t kGranuleBytes = uint64_t{2} << 20;
  // What is reserved where the system allows it, and the least that is useful.
  static constexpr uint64_t kRangeBytes = uint64_t{1} << 40;
  static constexpr uint64_t kLeastRangeBytes = uint64_t{1} << 34;

  static Status Create(std::unique_ptr<AddressSpace>* space);
  ~AddressSpace();
  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;

  // Gives `heap` an address; the heap must outlive its mapping.
  Status Map(hal::Heap* heap, uint64_t* address);
  void Unmap(uint64_t address);

  // The heap and offset of [address, address + bytes). False when the range is
  // not wholly inside one mapped heap.
  bool Resolve(uint64_t address, uint64_t bytes, hal::Binding* binding) const {
    if (!Contains(address)) return false;
    const uint64_t granule = (address - range_.begin()) / kGranuleBytes;
    const Mapping* mapping =
        granules()[granule].load(std::memory_order_acquire);
    if (mapping == nullptr) return false;
    const uint64_t offset =
        address - mapping->address.load(std::memory_order_relaxed);
    const uint64_t size = mapping->bytes.load(std::memory_order_relaxed);
    if (offset > size || bytes > size - offset) return false;
    binding->heap = mapping->heap.load(std::memory_order_relaxed);
    binding->offset = offset;
    return true;
  }

  // Whether `address` lies in the reserved range, mapped or not.
  bool Contains(uint64_t address) const {
    return address - range_.begin() < range_.bytes();
  }

 private:
  // Atomic, since a lookup of an address that nobody owns may meet a mapping
  // that is being reused.
  struct Mapping {
    std::atomic<uint64_t> address{0};
    std::atomic<uint64_t> bytes{0};
    std::atomic<hal::Heap*> heap{nullptr};
  };
  using Granule = std::atomic<const Mapping*>;

  AddressSpace() = default;
  Granule* granules() const {
    return reinterpret_cast<Granule*>(table_.begin());
  }

  os::AddressRange range_;
  os::AddressRange table_;  // a Granule each: its mapping, or null
  std::mutex mutex_;
  std::vector<std::unique_ptr<Mapping>> mappings_;
  std::vector<Mapping*> retired_;      // of mappings_, to be reused
  std::map<uint64_t, uint64_t> free_;  // first granule -> count
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_MEMORY_ADDRESS_SPACE_H_
