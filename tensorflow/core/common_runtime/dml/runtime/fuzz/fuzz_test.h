// What the programs that are fuzzed share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_FUZZ_TEST_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_FUZZ_TEST_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

// Of each program: one input. By libFuzzer's name for it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace dml {
namespace fuzz {

// Ends the process, which is a finding.
inline void Expect(bool holds, const char* what, const char* why = "") {
  if (holds) return;
  std::fprintf(stderr, "FOUND: %s %s\n", what, why);
  std::abort();
}

// Before anything reads the environment: the null device, and a cache folder of
// this test's own, in Bazel's folder for it.
inline bool Prepare() {
  const char* folder = std::getenv("TEST_TMPDIR");
  const std::string cache = folder != nullptr ? folder : "/tmp";
  return setenv("TF_DIRECTML_BACKEND", "null", 1) == 0 &&
         setenv("TF_DIRECTML_CACHE_DIR", (cache + "/fuzz").c_str(), 1) == 0;
}

}  // namespace fuzz
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_FUZZ_FUZZ_TEST_H_
