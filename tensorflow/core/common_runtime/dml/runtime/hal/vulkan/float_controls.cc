#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float_controls.h"

#include <cstddef>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// Numbers of the SPIR-V specification.
constexpr uint32_t kMagic = 0x07230203;
// From here on the modes below need no extension.
constexpr uint32_t kVersion14 = 0x00010400;
constexpr size_t kHeaderWords = 5;
enum Op : uint32_t {
  kEntryPoint = 15,
  kExecutionMode = 16,
  kCapability = 17,
  kTypeFloat = 22,
  kFunction = 54,
};

struct Mode {
  uint32_t FloatControls::*widths;
  uint32_t capability;
  uint32_t mode;
};
constexpr Mode kModes[] = {
    {&FloatControls::denorm_preserve, 4464, 4459},
    {&FloatControls::signed_zero_inf_nan_preserve, 4466, 4461},
    {&FloatControls::rounding_mode_rte, 4467, 4462},
};
constexpr uint32_t kWidths[] = {16, 32, 64};

uint32_t Instruction(Op op, uint32_t words) { return words << 16 | op; }

// What of a module decides how it is edited.
struct Layout {
  size_t capabilities_end = kHeaderWords;
  size_t entry_points_end = 0;      // after which execution modes may stand
  std::vector<uint32_t> functions;  // those that are entry points
  uint32_t widths = 0;              // of floating-point types, as a set
};

Status ReadLayout(Span<const uint32_t> spirv, Layout* layout) {
  const Status malformed = InvalidArgument("its SPIR-V is not well-formed");
  if (spirv.size() < kHeaderWords || spirv[0] != kMagic) return malformed;
  if (spirv[1] < kVersion14) {
    return InvalidArgument("it is older than SPIR-V 1.4");
  }
  for (size_t i = kHeaderWords; i < spirv.size();) {
    const uint32_t op = spirv[i] & 0xffff;
    const uint32_t length = spirv[i] >> 16;
    if (length == 0 || length > spirv.size() - i) return malformed;
    if (op == kCapability) layout->capabilities_end = i + length;
    if (op == kEntryPoint) {
      if (length < 4) return malformed;
      layout->functions.push_back(spirv[i + 2]);
      layout->entry_points_end = i + length;
    }
    if (op == kTypeFloat) {
      if (length < 3) return malformed;
      layout->widths |= spirv[i + 2];
    }
    if (op == kFunction) break;  // types stand before
    i += length;
  }
  return layout->functions.empty() ? malformed : Status::Ok();
}

}  // namespace

FloatControls SelectFloatControls(const VkPhysicalDeviceVulkan12Properties& p) {
  FloatControls controls;
  const auto add = [](VkBool32 offered, uint32_t width, uint32_t* widths) {
    if (offered) *widths |= width;
  };
  uint32_t* const specials = &controls.signed_zero_inf_nan_preserve;
  add(p.shaderSignedZeroInfNanPreserveFloat16, 16, specials);
  add(p.shaderSignedZeroInfNanPreserveFloat32, 32, specials);
  add(p.shaderSignedZeroInfNanPreserveFloat64, 64, specials);
  add(p.shaderRoundingModeRTEFloat16, 16, &controls.rounding_mode_rte);
  add(p.shaderRoundingModeRTEFloat32, 32, &controls.rounding_mode_rte);
  add(p.shaderRoundingModeRTEFloat64, 64, &controls.rounding_mode_rte);
  add(p.shaderDenormPreserveFloat16, 16, &controls.denorm_preserve);
  add(p.shaderDenormPreserveFloat64, 64, &controls.denorm_preserve);
  // Where widths depend on one another, a mode is for all that do, or none.
  // Programs ask for one mode of rounding and one of denormals, so they never
  // contradict themselves; but what float32 is left to must not be what another
  // width is asked for.
  if (p.denormBehaviorIndependence ==
      VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_NONE) {
    controls.denorm_preserve = 0;
  }
  return controls;
}

Status AddFloatControls(Span<const uint32_t> spirv,
                        const FloatControls& controls,
                        std::vector<uint32_t>* result) {
  Layout layout;
  DML_RETURN_IF_ERROR(ReadLayout(spirv, &layout));
  std::vector<uint32_t> capabilities, modes;
  for (const Mode& mode : kModes) {
    const uint32_t widths = controls.*mode.widths & layout.widths;
    if (widths == 0) continue;
    capabilities.insert(capabilities.end(),
                        {Instruction(kCapability, 2), mode.capability});
    for (const uint32_t function : layout.functions) {
      for (const uint32_t width : kWidths) {
        if ((widths & width) == 0) continue;
        modes.insert(modes.end(), {Instruction(kExecutionMode, 4), function,
                                   mode.mode, width});
      }
    }
  }
  const uint32_t* const begin = spirv.data();
  const uint32_t* const first = begin + layout.capabilities_end;
  const uint32_t* const second = begin + layout.entry_points_end;
  result->clear();
  result->reserve(spirv.size() + capabilities.size() + modes.size());
  result->insert(result->end(), begin, first);
  result->insert(result->end(), capabilities.begin(), capabilities.end());
  result->insert(result->end(), first, second);
  result->insert(result->end(), modes.begin(), modes.end());
  result->insert(result->end(), second, begin + spirv.size());
  return Status::Ok();
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
