// Text that C functions hand out.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_TEXT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

namespace dml {

// Writes the lines, each with its newline, into `text` as far as they fit:
// always terminated, where there is room at all. Returns the length that the
// whole text has.
inline size_t WriteLines(const std::vector<std::string>& lines, char* text,
                         size_t capacity) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  if (capacity > 0) {
    const size_t length = std::min(all.size(), capacity - 1);
    memcpy(text, all.data(), length);
    text[length] = '\0';
  }
  return all.size();
}

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_TEXT_H_
