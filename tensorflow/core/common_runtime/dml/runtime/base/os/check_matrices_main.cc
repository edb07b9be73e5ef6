// dml_check_matrices LIBRARY PARENT UUID
//
// Checks an adapter's cooperative matrices for the process PARENT, in one of
// its own: a driver that crashes there crashes nothing else. LIBRARY is the
// runtime's; the answer is the last line of the standard output.
#include <cstdio>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const dml::os::SharedLibrary library(argv[1]);
  using Check = int (*)(const char* parent, const char* uuid);
  const auto check =
      reinterpret_cast<Check>(library.Find("dml_check_matrices"));
  if (check == nullptr) {
    std::fprintf(stderr, "%s: %s\n", argv[0],
                 library.ok() ? "the library is not the runtime's"
                              : library.problem().c_str());
    return 2;
  }
  // Not undoing what drivers have arranged for the exit, if it crashes there:
  // the answer is out by then.
  const int status = check(argv[2], argv[3]);
  std::fflush(stdout);
  std::_Exit(status);
}
