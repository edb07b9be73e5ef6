// The main() of a fuzzer's program where no fuzzer is linked: runs the inputs
// that it once found, a line each in hexadecimal digits, of the files that the
// arguments name.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/fuzz/fuzz_test.h"

int main(int argument_count, char** arguments) {
  size_t count = 0;
  for (int i = 1; i < argument_count; ++i) {
    std::ifstream file(arguments[i]);
    std::string line;
    while (std::getline(file, line)) {
      if (line.empty() || line[0] == '#') continue;
      std::vector<uint8_t> bytes;
      for (size_t at = 0; at + 1 < line.size(); at += 2) {
        bytes.push_back(
            static_cast<uint8_t>(std::stoi(line.substr(at, 2), nullptr, 16)));
      }
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      ++count;
    }
  }
  std::printf("%zu inputs\n", count);
  return count == 0;  // a corpus that is not there proves nothing
}
