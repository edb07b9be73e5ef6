// TagTable: short names to small numbers, compared by content.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_TAG_TABLE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_TAG_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/hash.h"

namespace dml {

// Thread-compatible. Looking up a known tag allocates nothing.
class TagTable {
 public:
  static constexpr size_t kMaxLength = 63;  // what is longer is cut

  // The tag's number: 0, 1, 2... in order of first use. Null is "untagged".
  // `lasts`: the text stays as it is while the table lives; such a tag is known
  // by its address.
  uint32_t Intern(const char* tag, bool lasts = false) {
    if (tag == nullptr) tag = "untagged";
    Recent& recent = recent_[SlotOf(tag)];
    if (lasts && recent.at == tag) return recent.number;
    const uint32_t number = Number(tag);
    if (lasts) recent = {tag, number};
    return number;
  }

  size_t size() const { return names_.size(); }
  const std::string& name(uint32_t tag) const { return names_[tag]; }

 private:
  // A lasting tag that was looked up.
  struct Recent {
    const char* at = nullptr;
    uint32_t number = 0;
  };
  static constexpr size_t kRecent = 64;

  static size_t SlotOf(const char* tag) {
    const auto address = reinterpret_cast<uintptr_t>(tag);
    return (address >> 4 ^ address >> 10) % kRecent;
  }

  uint32_t Number(const char* tag) {
    const std::string_view text = std::string_view(tag).substr(0, kMaxLength);
    if (2 * (names_.size() + 1) > slots_.size()) Grow();
    const size_t slot = Find(text);
    if (slots_[slot] == 0) {
      names_.emplace_back(text);
      slots_[slot] = static_cast<uint32_t>(names_.size());
    }
    return slots_[slot] - 1;
  }

  size_t Find(std::string_view text) const {
    size_t slot = HashBytes(text) & (slots_.size() - 1);
    while (slots_[slot] != 0 && names_[slots_[slot] - 1] != text) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  void Grow() {
    slots_.assign(slots_.empty() ? 64 : 2 * slots_.size(), 0);
    for (uint32_t i = 0; i < names_.size(); ++i) {
      slots_[Find(names_[i])] = i + 1;
    }
  }

  std::array<Recent, kRecent> recent_;
  std::deque<std::string> names_;
  std::vector<uint32_t> slots_;  // open addressing: number + 1, 0 is empty
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_TAG_TABLE_H_
