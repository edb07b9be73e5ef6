// What a fuzzer's bytes mean, read from the front; behind their end all is
// zero. Few bytes make much, so that one that changes changes one thing.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_INPUT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_INPUT_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace dml {
namespace fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool empty() const { return size_ == 0; }

  uint8_t Byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }

  uint64_t Word() {
    uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word = word << 8 | Byte();
    return word;
  }

  // Mostly small; else near a limit of some type, or any.
  int64_t Number() {
    const uint8_t code = Byte();
    if (code < 192) return code % 24;
    if (code >= 248) return static_cast<int64_t>(Word());
    constexpr int64_t kOdd[] = {
        -1,
        -2,
        63,
        64,
        1000,
        65535,
        65536,
        -65536,
        int64_t{1} << 30,
        std::numeric_limits<int32_t>::max(),
        int64_t{1} << 31,
        std::numeric_limits<uint32_t>::max(),
        int64_t{1} << 32,
        int64_t{1} << 62,
        std::numeric_limits<int64_t>::max(),
        std::numeric_limits<int64_t>::min(),
    };
    return kOdd[code % 16];
  }

  double Real() {
    const uint8_t code = Byte();
    if (code < 128) return code;
    if (code < 192) return (code - 160) / 16.0;
    constexpr double kOdd[] = {
        HUGE_VAL, -HUGE_VAL, std::numeric_limits<double>::quiet_NaN(),
        -0.0,     1e300,     -1e300,
        1e-310,   9.3e18,
    };
    if (code < 224) return kOdd[code % 8];
    const uint64_t word = Word();
    double value;
    std::memcpy(&value, &word, sizeof(value));
    return value;
  }

  // Up to `most` bytes.
  std::string Text(size_t most) {
    const size_t length = std::min<size_t>({Byte(), most, size_});
    std::string text(reinterpret_cast<const char*>(data_), length);
    data_ += length;
    size_ -= length;
    return text;
  }

  std::string Rest() {
    std::string text(reinterpret_cast<const char*>(data_), size_);
    size_ = 0;
    return text;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

}  // namespace fuzz
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_INPUT_H_
