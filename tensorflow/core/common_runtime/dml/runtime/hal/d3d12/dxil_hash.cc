#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_hash.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// Where a container has it, behind "DXBC"; it is of what follows.
constexpr size_t kHashAt = 4;
constexpr size_t kHashedFrom = kHashAt + sizeof(DxilHash);

constexpr size_t kBlockBytes = 64;

// MD5's rounds (RFC 1321).
class Md5 {
 public:
  void Add(const uint8_t* block) {
    uint32_t words[16];
    std::memcpy(words, block, sizeof(words));
    std::array<uint32_t, 4> s = state_;
    for (uint32_t i = 0; i < 64; ++i) {
      uint32_t mixed, word;
      switch (i / 16) {
        case 0:
          mixed = (s[1] & s[2]) | (~s[1] & s[3]);
          word = i;
          break;
        case 1:
          mixed = (s[3] & s[1]) | (~s[3] & s[2]);
          word = 5 * i + 1;
          break;
        case 2:
          mixed = s[1] ^ s[2] ^ s[3];
          word = 3 * i + 5;
          break;
        default:
          mixed = s[2] ^ (s[1] | ~s[3]);
          word = 7 * i;
      }
      const uint32_t sum = s[0] + mixed + Constant(i) + words[word % 16];
      const int shift = kShifts[i / 16][i % 4];
      const uint32_t turned = s[1] + (sum << shift | sum >> (32 - shift));
      s = {s[3], turned, s[1], s[2]};
    }
    for (size_t i = 0; i < s.size(); ++i) state_[i] += s[i];
  }

  DxilHash state() const {
    DxilHash hash;
    std::memcpy(hash.data(), state_.data(), hash.size());
    return hash;
  }

 private:
  static constexpr int kShifts[4][4] = {
      {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

  static uint32_t Constant(uint32_t i) {
    static const auto* const constants = [] {
      auto* made = new std::array<uint32_t, 64>;
      for (uint32_t n = 0; n < made->size(); ++n) {
        (*made)[n] = static_cast<uint32_t>(
            std::floor(std::fabs(std::sin(n + 1.0)) * 4294967296.0));
      }
      return made;
    }();
    return (*constants)[i];
  }

  std::array<uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe,
                                    0x10325476};
};

}  // namespace

DxilHash ComputeDxilHash(std::string_view bytes) {
  Md5 md5;
  const size_t whole = bytes.size() / kBlockBytes * kBlockBytes;
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  for (size_t at = 0; at < whole; at += kBlockBytes) md5.Add(data + at);
  // What is left, with a bit behind it; the number of bits before the last
  // block's other words, and twice the number of bytes, made odd, as its last.
  const std::string_view rest = bytes.substr(whole);
  const auto bits = static_cast<uint32_t>(bytes.size() * 8);
  const auto end = static_cast<uint32_t>(bytes.size() * 2 | 1);
  uint8_t last[kBlockBytes] = {};
  size_t at = sizeof(bits);
  if (rest.size() >= kBlockBytes - 2 * sizeof(uint32_t)) {
    uint8_t block[kBlockBytes] = {};
    std::copy(rest.begin(), rest.end(), block);
    block[rest.size()] = 0x80;
    md5.Add(block);
  } else {
    std::copy(rest.begin(), rest.end(), last + at);
    last[at + rest.size()] = 0x80;
  }
  std::memcpy(last, &bits, sizeof(bits));
  std::memcpy(last + kBlockBytes - sizeof(end), &end, sizeof(end));
  md5.Add(last);
  return md5.state();
}

DxilHash HashOf(std::string_view container) {
  DxilHash hash;
  std::memcpy(hash.data(), container.data() + kHashAt, hash.size());
  return hash;
}

void SignContainer(std::string* container) {
  if (HashOf(*container) != DxilHash{}) return;
  const DxilHash made =
      ComputeDxilHash(std::string_view(*container).substr(kHashedFrom));
  std::memcpy(&(*container)[kHashAt], made.data(), made.size());
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
