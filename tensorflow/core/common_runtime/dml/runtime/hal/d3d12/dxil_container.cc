#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"

#include <cstring>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// A container: "DXBC", its hash, version, size and number of parts, then where
// each part begins. A part: its name and size, then its bytes.
constexpr size_t kSizeAt = 24;
constexpr size_t kPartCountAt = 28;
constexpr size_t kPartsAt = 32;
constexpr size_t kPartHeaderBytes = 8;

uint32_t Word(std::string_view bytes, size_t at) {
  uint32_t word;
  std::memcpy(&word, bytes.data() + at, sizeof(word));
  return word;
}

}  // namespace

Status CheckContainer(std::string_view container) {
  bool good = container.size() >= kPartsAt &&
              container.substr(0, 4) == "DXBC" &&
              Word(container, kSizeAt) == container.size();
  if (good) {
    const uint64_t parts = Word(container, kPartCountAt);
    good = parts <= (container.size() - kPartsAt) / sizeof(uint32_t);
    for (uint64_t i = 0; good && i < parts; ++i) {
      const uint64_t at = Word(container, kPartsAt + i * sizeof(uint32_t));
      good = at + kPartHeaderBytes <= container.size() &&
             at + kPartHeaderBytes + Word(container, at + sizeof(uint32_t)) <=
                 container.size();
    }
  }
  return good ? Status::Ok()
              : Internal("the compiler made something that is no DXIL");
}

uint64_t RequiredFeatures(std::string_view container) {
  const uint32_t parts = Word(container, kPartCountAt);
  for (uint32_t i = 0; i < parts; ++i) {
    const size_t at = Word(container, kPartsAt + i * sizeof(uint32_t));
    uint64_t flags = 0;
    if (container.substr(at, 4) != "SFI0" ||
        Word(container, at + sizeof(uint32_t)) < sizeof(flags)) {
      continue;
    }
    std::memcpy(&flags, container.data() + at + kPartHeaderBytes,
                sizeof(flags));
    return flags;
  }
  return 0;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
