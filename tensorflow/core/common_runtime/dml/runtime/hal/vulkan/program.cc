#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/program.h"

#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/capabilities.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float_controls.h"

namespace dml {
namespace hal {
namespace vulkan {

Status VulkanProgram::Create(VulkanDevice* device, const ProgramDesc& desc,
                             std::unique_ptr<Program>* program) {
  Status status = CheckCapabilities(desc.spirv, device->info());
  std::unique_ptr<VulkanProgram> made(new VulkanProgram(device, desc));
  if (status.ok()) status = made->Init(desc);
  if (!status.ok()) {
    return Error(status.code(), "program ", desc.name,
                 " cannot be made: ", status.message());
  }
  *program = std::move(made);
  return Status::Ok();
}

Status VulkanProgram::Init(const ProgramDesc& desc) {
  const DeviceFunctions& vk = device_->vk();
  const VkDevice device = device_->handle();

  auto module_create = Zeroed<VkShaderModuleCreateInfo>(
      VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO);
  const FloatControls& controls = device_->physical().float_controls;
  std::vector<uint32_t> spirv;
  DML_RETURN_IF_ERROR(AddFloatControls(desc.spirv, controls, &spirv));
  module_create.codeSize = spirv.size() * sizeof(uint32_t);
  module_create.pCode = spirv.data();
  VkShaderModule module = VK_NULL_HANDLE;
  DML_RETURN_IF_ERROR(device_->Check(
      vk.vkCreateShaderModule(device, &module_create, nullptr, &module),
      "vkCreateShaderModule"));

  std::vector<uint32_t> constants(desc.specialization.begin(),
                                  desc.specialization.end());
  std::vector<VkSpecializationMapEntry> entries;
  const auto map = [&entries](uint32_t constant, uint32_t place) {
    const uint32_t size = sizeof(uint32_t);
    entries.push_back({constant, place * size, size});
  };
  for (uint32_t i = 0; i < constants.size(); ++i) map(i, i);
  map(kFloat16ByHandConstant, constants.size());
  constants.push_back(controls.float16_conversions() ? VK_FALSE : VK_TRUE);
  VkSpecializationInfo specialization{};
  specialization.mapEntryCount = entries.size();
  specialization.pMapEntries = entries.data();
  specialization.dataSize = constants.size() * sizeof(uint32_t);
  specialization.pData = constants.data();

  auto create = Zeroed<VkComputePipelineCreateInfo>(
      VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO);
  create.stage = Zeroed<VkPipelineShaderStageCreateInfo>(
      VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO);
  create.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  create.stage.module = module;
  create.stage.pName = "main";
  create.stage.pSpecializationInfo = &specialization;
  auto subgroup = Zeroed<
      VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT>(
      VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO_EXT);
  if (desc.subgroup_size != 0) {
    // Without that, there is one size only.
    if (device_->physical().subgroup_sizes_can_be_required) {
      subgroup.requiredSubgroupSize = desc.subgroup_size;
      create.stage.pNext = &subgroup;
    }
    create.stage.flags =
        VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT;
  }
  create.layout = device_->layout();
  create.flags = VK_PIPELINE_CREATE_DISPATCH_BASE_BIT;
  const VkResult result =
      vk.vkCreateComputePipelines(device, device_->pipeline_cache()->handle(),
                                  1, &create, nullptr, &pipeline_);
  vk.vkDestroyShaderModule(device, module, nullptr);
  if (result != VK_SUCCESS) {
    pipeline_ = VK_NULL_HANDLE;
    const Status status = device_->Check(result, "vkCreateComputePipelines");
    return status.ok() ? Internal("vkCreateComputePipelines returned ",
                                  ResultName(result))
                       : status;
  }
  device_->AddPipeline(pipeline_);
  device_->pipeline_cache()->CountNew();

  if (vk.vkSetDebugUtilsObjectNameEXT != nullptr) {
    auto name = Zeroed<VkDebugUtilsObjectNameInfoEXT>(
        VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT);
    name.objectType = VK_OBJECT_TYPE_PIPELINE;
    name.objectHandle = reinterpret_cast<uint64_t>(pipeline_);
    name.pObjectName = name_.c_str();
    (void)vk.vkSetDebugUtilsObjectNameEXT(device, &name);
  }
  return Status::Ok();
}

VulkanProgram::~VulkanProgram() {
  if (pipeline_ != VK_NULL_HANDLE) device_->DestroyPipeline(pipeline_);
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
