// VulkanProgram: a compute pipeline.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PROGRAM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PROGRAM_H_

#include <memory>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device.h"

namespace dml {
namespace hal {
namespace vulkan {

class VulkanProgram final : public Program {
 public:
  static Status Create(VulkanDevice* device, const ProgramDesc& desc,
                       std::unique_ptr<Program>* program);
  ~VulkanProgram() override;

  VkPipeline pipeline() const { return pipeline_; }
  bool parameters_in_memory() const { return parameters_in_memory_; }
  bool grouped() const { return grouped_; }
  const char* name() const override { return name_.c_str(); }

 private:
  VulkanProgram(VulkanDevice* device, const ProgramDesc& desc)
      : device_(device),
        name_(desc.name),
        parameters_in_memory_(desc.parameters_in_memory),
        grouped_(desc.grouped) {}
  Status Init(const ProgramDesc& desc);

  VulkanDevice* const device_;
  const std::string name_;
  const bool parameters_in_memory_;
  const bool grouped_;
  VkPipeline pipeline_ = VK_NULL_HANDLE;
};

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_PROGRAM_H_
