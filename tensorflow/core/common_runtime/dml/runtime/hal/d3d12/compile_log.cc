#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compile_log.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <utility>

namespace dml {
namespace hal {
namespace d3d12 {

void CompileLog::Note(DxilSource source, uint64_t begin, uint64_t had_dxil,
                      uint64_t end) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++counts_.of[static_cast<size_t>(source)];
  if (source == DxilSource::kCompiler) counts_.compiler_ns += had_dxil - begin;
  counts_.driver_ns += end - had_dxil;
  counts_.last = std::max(counts_.last, end);
  nanoseconds_ += end - begin;
}

std::string CompileLog::Take(uint64_t now) {
  Counts counts;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!pending() || now < counts_.last + kPauseNanoseconds) return "";
    std::swap(counts, counts_);
    nanoseconds_ = 0;
  }
  const auto of = [&](DxilSource source) {
    return counts.of[static_cast<size_t>(source)];
  };
  char text[320];
  std::snprintf(text, sizeof(text),
                "programs of Direct3D 12: %u compiled by DXC in %.1f s, %u "
                "found on disk, %u came compiled; the driver took %.1f s more. "
                "They are kept on disk (TF_DIRECTML_CACHE_DIR) for later "
                "processes",
                of(DxilSource::kCompiler), counts.compiler_ns / 1e9,
                of(DxilSource::kStore), of(DxilSource::kBuild),
                counts.driver_ns / 1e9);
  return text;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
