#include "tensorflow/core/common_runtime/dml/runtime/base/os/address_range.h"

#include <windows.h>

namespace dml {
namespace os {

AddressRange::~AddressRange() {
  if (bytes_ > 0) VirtualFree(reinterpret_cast<void*>(begin_), 0, MEM_RELEASE);
}

bool AddressRange::Reserve(uint64_t bytes, Access access) {
  // Committed pages take memory when they are first touched, but count against
  // the system's limit at once.
  const bool commit = access == Access::kReadWrite;
  void* pages = VirtualAlloc(nullptr, bytes,
                             commit ? MEM_RESERVE | MEM_COMMIT : MEM_RESERVE,
                             commit ? PAGE_READWRITE : PAGE_NOACCESS);
  if (pages == nullptr) return false;
  begin_ = reinterpret_cast<uint64_t>(pages);
  bytes_ = bytes;
  return true;
}

}  // namespace os
}  // namespace dml
