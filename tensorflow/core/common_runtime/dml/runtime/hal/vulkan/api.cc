#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/api.h"

namespace dml {
namespace hal {
namespace vulkan {

const char* ResultName(VkResult result) {
  switch (result) {
#define DML_NAME(name) \
  case name:           \
    return #name;
    DML_NAME(VK_SUCCESS)
    DML_NAME(VK_NOT_READY)
    DML_NAME(VK_TIMEOUT)
    DML_NAME(VK_INCOMPLETE)
    DML_NAME(VK_ERROR_OUT_OF_HOST_MEMORY)
    DML_NAME(VK_ERROR_OUT_OF_DEVICE_MEMORY)
    DML_NAME(VK_ERROR_INITIALIZATION_FAILED)
    DML_NAME(VK_ERROR_DEVICE_LOST)
    DML_NAME(VK_ERROR_MEMORY_MAP_FAILED)
    DML_NAME(VK_ERROR_LAYER_NOT_PRESENT)
    DML_NAME(VK_ERROR_EXTENSION_NOT_PRESENT)
    DML_NAME(VK_ERROR_FEATURE_NOT_PRESENT)
    DML_NAME(VK_ERROR_INCOMPATIBLE_DRIVER)
    DML_NAME(VK_ERROR_TOO_MANY_OBJECTS)
    DML_NAME(VK_ERROR_UNKNOWN)
    DML_NAME(VK_ERROR_INVALID_EXTERNAL_HANDLE)
    DML_NAME(VK_ERROR_INVALID_SHADER_NV)
#undef DML_NAME
    default:
      return "an unknown VkResult";
  }
}

Status ToStatus(VkResult result, const char* call) {
  if (result >= 0) return Status::Ok();
  Code code = Code::kInternal;
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
    case VK_ERROR_MEMORY_MAP_FAILED:
      code = Code::kOutOfMemory;
      break;
    case VK_ERROR_DEVICE_LOST:
      code = Code::kDeviceLost;
      break;
    case VK_ERROR_EXTENSION_NOT_PRESENT:
    case VK_ERROR_FEATURE_NOT_PRESENT:
      code = Code::kUnimplemented;
      break;
    default:
      break;
  }
  return Error(code, call, " returned ", ResultName(result), " (",
               static_cast<int>(result), ")");
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
