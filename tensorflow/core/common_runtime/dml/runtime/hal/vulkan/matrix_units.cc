#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/matrix_units.h"

#include <algorithm>
#include <iterator>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// VkComponentTypeKHR and VkScopeKHR.
constexpr uint32_t kFloat16 = 0;
constexpr uint32_t kFloat32 = 1;
constexpr uint32_t kSubgroup = 3;

// Meteor Lake, and Arrow Lake but for its H line: Xe-LPG, which is Alchemist
// without the matrix units. All that there are, since Intel makes no more.
constexpr uint32_t kXeLpg[] = {0x7d40, 0x7d45, 0x7d55, 0x7d60,
                               0x7dd5, 0x7d41, 0x7d67, 0xb640};

// By drivers: Mesa's up to version 25 offers them on every Intel GPU since
// Skylake, AMD's own on every GPU.
bool Emulated(const MatrixOffer& offer) {
  if (offer.vendor_id == kVendorIntel) {
    // The units have no saturating sums: the driver offers those only where it
    // emulates all. Where the chip looks like one with units, its number tells.
    return std::any_of(offer.matrices.begin(), offer.matrices.end(),
                       [](const auto& matrix) { return matrix.saturating; }) ||
           std::find(std::begin(kXeLpg), std::end(kXeLpg), offer.device_id) !=
               std::end(kXeLpg);
  }
  // RDNA 3 brought both the units and this instruction.
  return offer.vendor_id == kVendorAmd && !offer.mixed_dot_products;
}

// The size of the subgroups in which matrices run; 0 where no program can be
// sure of it.
uint32_t SubgroupSize(const MatrixOffer& offer) {
  // Intel's compiler runs matrices in the smallest alone.
  const uint32_t size = offer.vendor_id == kVendorIntel
                            ? offer.min_subgroup_size
                            : offer.subgroup_size;
  if (size < offer.min_subgroup_size || size > offer.max_subgroup_size) {
    return 0;
  }
  const bool only_one = offer.min_subgroup_size == offer.max_subgroup_size;
  return offer.sizes_can_be_required || only_one ? size : 0;
}

}  // namespace

MatrixUnits FindMatrixUnits(const MatrixOffer& offer) {
  MatrixUnits units;
  const uint32_t size = SubgroupSize(offer);
  if (size == 0 || Emulated(offer)) return units;
  for (const OfferedMatrix& matrix : offer.matrices) {
    if (matrix.a_type == kFloat16 && matrix.b_type == kFloat16 &&
        matrix.c_type == kFloat32 && matrix.result_type == kFloat32 &&
        matrix.scope == kSubgroup && !matrix.saturating) {
      units.shapes.push_back({matrix.m, matrix.n, matrix.k});
    }
  }
  if (!units.shapes.empty()) units.subgroup_size = size;
  return units;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
