// Whether an adapter has units for matrices, by what its driver says: drivers
// offer cooperative matrices on hardware that has none, too, and emulate them
// by programs that are slower than those without, and take minutes to compile.
//
// Without Vulkan's headers, so that the check of real drivers' compilers
// (ci/compilers) asks the same question.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_MATRIX_UNITS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_MATRIX_UNITS_H_

#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace vulkan {

// One kind of product: VkCooperativeMatrixPropertiesKHR, types and scope by
// Vulkan's numbers.
struct OfferedMatrix {
  uint32_t m, n, k;
  uint32_t a_type, b_type, c_type, result_type;
  bool saturating;
  uint32_t scope;
};

struct MatrixOffer {
  uint32_t vendor_id = 0, device_id = 0;  // PCI
  uint32_t subgroup_size = 0;
  uint32_t min_subgroup_size = 0, max_subgroup_size = 0;
  // A compute program may ask for a size.
  bool sizes_can_be_required = false;
  // integerDotProduct4x8BitPackedMixedSignednessAccelerated
  bool mixed_dot_products = false;
  std::vector<OfferedMatrix> matrices;
};

// Of float16 matrices summed in float32.
struct MatrixUnits {
  std::vector<MatrixShape> shapes;
  uint32_t subgroup_size = 0;  // of programs with them; 0 where there are none
};

MatrixUnits FindMatrixUnits(const MatrixOffer& offer);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_MATRIX_UNITS_H_
