#include "tensorflow/core/common_runtime/dml/runtime/operators/programs.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace dml {

// Made by shaders/build_shaders.py: SoftmaxShaders() and so on.
#define DML_FAMILY(Family) Span<const Shader> Family##Shaders();
#include "tensorflow/core/common_runtime/dml/runtime/operators/families.inc"
#undef DML_FAMILY

namespace {

std::vector<Shader> CollectShaders() {
  std::vector<Shader> all;
#define DML_FAMILY(Family) \
  for (const Shader& shader : Family##Shaders()) all.push_back(shader);
#include "tensorflow/core/common_runtime/dml/runtime/operators/families.inc"
#undef DML_FAMILY
  std::sort(all.begin(), all.end(), [](const Shader& a, const Shader& b) {
    return std::strcmp(a.name, b.name) < 0;
  });
  return all;
}

}  // namespace

Span<const Shader> AllShaders() {
  static const std::vector<Shader>& all =
      *new std::vector<Shader>(CollectShaders());
  return {all.data(), all.size()};
}

}  // namespace dml
