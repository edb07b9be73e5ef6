#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float16_products.h"

namespace dml {
namespace hal {
namespace vulkan {

Float16Products FindFloat16Products(const Float16Offer& offer) {
  if (!offer.arithmetic) return Float16Products::kConverted;
  if (offer.dot_products) return Float16Products::kDot;
  // AMD's Vega 20, RDNA 1 with dot products and RDNA 2 have a multiply-add of
  // mixed operands at the full rate (v_fma_mix_f32), and are those with dot
  // products of bytes that take no mixed signs. Later ones, which do, issue two
  // multiply-adds of float32 at once, but not of mixed operands. Intel's and
  // NVIDIA's compilers convert each operand by an instruction.
  const bool mixed = offer.vendor_id == kVendorAmd && offer.byte_dot_products &&
                     !offer.mixed_byte_dot_products;
  return mixed ? Float16Products::kMixed : Float16Products::kConverted;
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
