#include "tensorflow/core/common_runtime/dml/runtime/base/os/address_range.h"

#include <sys/mman.h>

namespace dml {
namespace os {

AddressRange::~AddressRange() {
  if (bytes_ > 0) munmap(reinterpret_cast<void*>(begin_), bytes_);
}

bool AddressRange::Reserve(uint64_t bytes, Access access) {
  const int protection =
      access == Access::kReadWrite ? PROT_READ | PROT_WRITE : PROT_NONE;
  void* pages = mmap(nullptr, bytes, protection,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) return false;
  begin_ = reinterpret_cast<uint64_t>(pages);
  bytes_ = bytes;
  return true;
}

}  // namespace os
}  // namespace dml
