#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/capabilities.h"

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float16_products.h"

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// Numbers of the SPIR-V specification.
constexpr uint32_t kMagic = 0x07230203;
constexpr uint32_t kVersion15 = 0x00010500;  // the newest that Vulkan 1.2 takes
constexpr size_t kHeaderWords = 5;
constexpr uint32_t kOpCapability = 17;

enum Capability : uint32_t {
  kMatrix = 0,
  kShader = 1,
  kFloat16 = 9,
  kFloat64 = 10,
  kInt64 = 11,
  kInt16 = 22,
  kInt8 = 39,
  kGroupNonUniform = 61,
  kGroupNonUniformVote = 62,
  kGroupNonUniformArithmetic = 63,
  kGroupNonUniformBallot = 64,
  kGroupNonUniformShuffle = 65,
  kStorageBuffer16BitAccess = 4433,
  kStorageBuffer8BitAccess = 4448,
  kVulkanMemoryModel = 5345,
  kPhysicalStorageBufferAddresses = 5347,
  kCooperativeMatrix = 6022,
};

bool IsEnabled(uint32_t capability, const AdapterInfo& info) {
  switch (capability) {
    case kMatrix:
    case kShader:
    case kInt64:
    case kInt16:
    case kInt8:
    case kGroupNonUniform:
    case kGroupNonUniformVote:
    case kGroupNonUniformArithmetic:
    case kGroupNonUniformBallot:
    case kGroupNonUniformShuffle:
    case kStorageBuffer16BitAccess:
    case kStorageBuffer8BitAccess:
    case kPhysicalStorageBufferAddresses:
      return true;
    case kFloat16:
      return info.float16_arithmetic;
    case kFloat64:
      return info.float64;
    case kMixedDotCapability:
      return info.float16_products == Float16Products::kDot;
    case kVulkanMemoryModel:
    case kCooperativeMatrix:
      return !info.matrix_shapes.empty();
    default:
      return false;
  }
}

}  // namespace

Status CheckCapabilities(Span<const uint32_t> spirv, const AdapterInfo& info) {
  if (spirv.size() < kHeaderWords || spirv[0] != kMagic) {
    return InvalidArgument("it is no SPIR-V module");
  }
  if (spirv[1] > kVersion15) {
    return InvalidArgument(
        "it is newer than SPIR-V 1.5; compile it for "
        "Vulkan 1.2");
  }
  // Capabilities come before every other instruction.
  for (size_t i = kHeaderWords; i + 1 < spirv.size();) {
    const uint32_t length = spirv[i] >> 16;
    if ((spirv[i] & 0xffff) != kOpCapability || length != 2) break;
    const uint32_t capability = spirv[i + 1];
    if (!IsEnabled(capability, info)) {
      return Unimplemented(
          "it needs ",
          capability == kFloat16   ? "16-bit floating-point arithmetic"
          : capability == kFloat64 ? "64-bit floating-point arithmetic"
                                   : "a SPIR-V capability",
          " (", capability, "), which is not available on adapter \"",
          info.name, "\"");
    }
    i += length;
  }
  return Status::Ok();
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
