#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compile_log.h"

#include <cstdio>

namespace dml {
namespace hal {
namespace d3d12 {

std::string CompileLog::Take() {
  if (!pending()) return "";
  const uint64_t nanoseconds = nanoseconds_.exchange(0);
  const uint32_t programs = programs_.exchange(0);
  if (programs == 0) return "";  // another thread was first
  char text[160];
  std::snprintf(text, sizeof(text),
                "compiled %u program%s in %.1f s; they are kept on disk "
                "(TF_DIRECTML_CACHE_DIR) for later processes",
                programs, programs == 1 ? "" : "s", nanoseconds / 1e9);
  return text;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
