// AddressRange: addresses from the operating system.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_ADDRESS_RANGE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_ADDRESS_RANGE_H_

#include <cstdint>

namespace dml {
namespace os {

// Thread-compatible. Returned to the system on destruction.
class AddressRange {
 public:
  enum class Access {
    kNone,       // a fault for whoever touches them; they never take memory
    kReadWrite,  // read as zero, and take memory when first written
  };

  AddressRange() = default;
  ~AddressRange();
  AddressRange(const AddressRange&) = delete;
  AddressRange& operator=(const AddressRange&) = delete;

  // False when the system has no such room. Once only.
  bool Reserve(uint64_t bytes, Access access);

  uint64_t begin() const { return begin_; }
  uint64_t bytes() const { return bytes_; }  // 0 before Reserve()

 private:
  uint64_t begin_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_ADDRESS_RANGE_H_
