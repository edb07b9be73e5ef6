// Compiles programs with a Vulkan driver and reports what its compiler says of
// them. Needs no GPU: nothing is run, and the driver may be one without
// hardware behind it (drivers.py tells how each is opened).
//
//   compile_programs DRIVER.so LIST OUT [--limit SECONDS] [--listings FOLDER]
//
// The driver is opened as the Vulkan loader would open it, its first adapter is
// used. A line of LIST is tab-separated:
//
//   name  module.spv  constants (a,b,..; constant_id i has the i-th)  subgroup
//   size or 0
//
// For each, in order, OUT gets a line of JSON:
//
//   {"program": .., "milliseconds": .., "executables": [{"name": ..,
//    "subgroup_size": .., "statistics": {..}}]}
//   or {"program": .., "failure": "signal 11" | "timeout" | "VkResult -13"}
//
// The time is the processor's, which other work on the machine does not change.
// Each program is compiled by a process of its own, so that one that ends the
// compiler, or keeps it for more than the limit, is a finding and not the end.
// With --listings, FOLDER/<number>.<executable>.<representation> are the texts
// that the driver gives (VK_KHR_pipeline_executable_properties).
//
//   compile_programs DRIVER.so --adapter
//
// prints what the adapter says of itself, as JSON.
//
// Exit status: 0 when the list was walked to its end, whatever was found.
#include <dlfcn.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float16_products.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/float_controls.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/matrix_units.h"

// Headers of Debian 12 are older than this extension.
#ifndef VK_KHR_cooperative_matrix
constexpr VkStructureType kCooperativeMatrixFeatures =
    static_cast<VkStructureType>(1000506000);
constexpr VkStructureType kCooperativeMatrixProperties =
    static_cast<VkStructureType>(1000506001);
struct VkPhysicalDeviceCooperativeMatrixFeaturesKHR {
  VkStructureType sType;
  void* pNext;
  VkBool32 cooperativeMatrix;
  VkBool32 cooperativeMatrixRobustBufferAccess;
};
struct VkCooperativeMatrixPropertiesKHR {
  VkStructureType sType;
  void* pNext;
  uint32_t MSize, NSize, KSize;
  uint32_t AType, BType, CType, ResultType;
  VkBool32 saturatingAccumulation;
  uint32_t scope;
};
using PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR = VkResult(
    VKAPI_PTR*)(VkPhysicalDevice, uint32_t*, VkCooperativeMatrixPropertiesKHR*);
#else
constexpr VkStructureType kCooperativeMatrixFeatures =
    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR;
constexpr VkStructureType kCooperativeMatrixProperties =
    VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
#endif

namespace {

[[noreturn]] void Fail(const std::string& what) {
  std::cerr << "compile_programs: " << what << '\n';
  std::exit(1);
}

void Check(VkResult result, const char* what) {
  if (result != VK_SUCCESS)
    Fail(std::string(what) + ": VkResult " + std::to_string(result));
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + '"';
}

// A driver, opened as the Vulkan loader opens it.
class Driver {
 public:
  explicit Driver(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) Fail(dlerror());
    using Negotiate = VkResult(VKAPI_PTR*)(uint32_t*);
    const auto negotiate = reinterpret_cast<Negotiate>(
        dlsym(library, "vk_icdNegotiateLoaderICDInterfaceVersion"));
    uint32_t version = 5;
    if (negotiate != nullptr) Check(negotiate(&version), "negotiating");
    proc_ = reinterpret_cast<PFN_vkGetInstanceProcAddr>(
        dlsym(library, "vk_icdGetInstanceProcAddr"));
    if (proc_ == nullptr) Fail(path + " is no Vulkan driver");

    VkApplicationInfo application = {VK_STRUCTURE_TYPE_APPLICATION_INFO};
    application.apiVersion = VK_API_VERSION_1_3;
    VkInstanceCreateInfo info = {VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    info.pApplicationInfo = &application;
    Check(Get<PFN_vkCreateInstance>("vkCreateInstance")(&info, nullptr,
                                                        &instance_),
          "creating an instance");
    std::vector<VkPhysicalDevice> adapters(16);
    uint32_t count = 16;
    Get<PFN_vkEnumeratePhysicalDevices>("vkEnumeratePhysicalDevices")(
        instance_, &count, adapters.data());
    if (count == 0) Fail("the driver has no adapter");
    adapter_ = adapters[0];
  }

  template <typename Function>
  Function Get(const char* name) const {
    return reinterpret_cast<Function>(proc_(instance_, name));
  }

  VkPhysicalDevice adapter() const { return adapter_; }

  bool Has(const char* extension) const {
    const auto enumerate = Get<PFN_vkEnumerateDeviceExtensionProperties>(
        "vkEnumerateDeviceExtensionProperties");
    uint32_t count = 0;
    enumerate(adapter_, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> found(count);
    enumerate(adapter_, nullptr, &count, found.data());
    for (const VkExtensionProperties& one : found) {
      if (std::strcmp(one.extensionName, extension) == 0) return true;
    }
    return false;
  }

 private:
  PFN_vkGetInstanceProcAddr proc_ = nullptr;
  VkInstance instance_ = VK_NULL_HANDLE;
  VkPhysicalDevice adapter_ = VK_NULL_HANDLE;
};

constexpr char kCooperativeMatrix[] = "VK_KHR_cooperative_matrix";

// The features of kMixedDotExtension.
struct MixedDot {
  VkStructureType type =
      static_cast<VkStructureType>(dml::hal::vulkan::kMixedDotFeaturesType);
  void* next = nullptr;
  dml::hal::vulkan::MixedDotFeatures features = {};
};

bool SizesCanBeRequired(const VkPhysicalDeviceVulkan13Properties& properties) {
  return (properties.requiredSubgroupSizeStages &
          VK_SHADER_STAGE_COMPUTE_BIT) != 0;
}

// As JSON, what decides which programs the operators ask for.
void PrintAdapter(const Driver& driver) {
  VkPhysicalDeviceVulkan13Properties v13 = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_PROPERTIES};
  VkPhysicalDeviceVulkan12Properties v12 = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES, &v13};
  VkPhysicalDeviceVulkan11Properties v11 = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES, &v12};
  VkPhysicalDeviceProperties2 properties = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &v11};
  driver.Get<PFN_vkGetPhysicalDeviceProperties2>(
      "vkGetPhysicalDeviceProperties2")(driver.adapter(), &properties);
  VkPhysicalDeviceVulkan12Features f12 = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
  MixedDot dot;
  if (driver.Has(dml::hal::vulkan::kMixedDotExtension)) f12.pNext = &dot;
  VkPhysicalDeviceFeatures2 features = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &f12};
  driver.Get<PFN_vkGetPhysicalDeviceFeatures2>("vkGetPhysicalDeviceFeatures2")(
      driver.adapter(), &features);
  const VkPhysicalDeviceLimits& limits = properties.properties.limits;
  const char* const kProducts[] = {"converted", "mixed", "dot"};
  const auto products = dml::hal::vulkan::FindFloat16Products(
      {properties.properties.vendorID, f12.shaderFloat16 != VK_FALSE,
       dot.features.float16_sum_float32 != 0,
       v13.integerDotProduct4x8BitPackedSignedAccelerated != VK_FALSE,
       v13.integerDotProduct4x8BitPackedMixedSignednessAccelerated !=
           VK_FALSE});
  std::cout << "{\"name\": " << Quoted(properties.properties.deviceName)
            << ", \"driver\": " << Quoted(v12.driverInfo)
            << ", \"vendor_id\": " << properties.properties.vendorID
            << ", \"device_id\": " << properties.properties.deviceID
            << ", \"type\": " << properties.properties.deviceType
            << ", \"subgroup_size\": " << v11.subgroupSize
            << ", \"min_subgroup_size\": " << v13.minSubgroupSize
            << ", \"max_subgroup_size\": " << v13.maxSubgroupSize
            << ", \"required_subgroup_size\": " << SizesCanBeRequired(v13)
            << ", \"max_group_invocations\": "
            << limits.maxComputeWorkGroupInvocations
            << ", \"max_shared_bytes\": " << limits.maxComputeSharedMemorySize
            << ", \"float16_arithmetic\": " << f12.shaderFloat16
            << ", \"float16_products\": "
            << Quoted(kProducts[static_cast<int>(products)])
            << ", \"float64\": " << features.features.shaderFloat64;
  const auto shapes =
      driver.Has(kCooperativeMatrix)
          ? driver.Get<PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR>(
                "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR")
          : nullptr;
  uint32_t count = 0;
  if (shapes != nullptr) shapes(driver.adapter(), &count, nullptr);
  std::vector<VkCooperativeMatrixPropertiesKHR> found(count);
  for (auto& shape : found) {
    shape = {};
    shape.sType = kCooperativeMatrixProperties;
  }
  if (count != 0) shapes(driver.adapter(), &count, found.data());
  dml::hal::vulkan::MatrixOffer offer;
  offer.vendor_id = properties.properties.vendorID;
  offer.device_id = properties.properties.deviceID;
  offer.subgroup_size = v11.subgroupSize;
  offer.min_subgroup_size = v13.minSubgroupSize;
  offer.max_subgroup_size = v13.maxSubgroupSize;
  offer.sizes_can_be_required = SizesCanBeRequired(v13);
  offer.mixed_dot_products =
      v13.integerDotProduct4x8BitPackedMixedSignednessAccelerated;
  for (const auto& shape : found) {
    offer.matrices.push_back({shape.MSize, shape.NSize, shape.KSize,
                              static_cast<uint32_t>(shape.AType),
                              static_cast<uint32_t>(shape.BType),
                              static_cast<uint32_t>(shape.CType),
                              static_cast<uint32_t>(shape.ResultType),
                              shape.saturatingAccumulation != VK_FALSE,
                              static_cast<uint32_t>(shape.scope)});
  }
  const dml::hal::vulkan::MatrixUnits units =
      dml::hal::vulkan::FindMatrixUnits(offer);
  std::cout << ", \"matrix_subgroup_size\": " << units.subgroup_size
            << ", \"matrix_shapes\": [";
  const char* separator = "";
  for (const auto& shape : units.shapes) {
    std::cout << separator << '"' << shape.m << 'x' << shape.n << 'x' << shape.k
              << '"';
    separator = ", ";
  }
  std::cout << "]}\n";
}

double CpuMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * now.tv_nsec;
}

// A logical device with the features that hal/vulkan asks for, where offered.
class Compiler {
 public:
  explicit Compiler(const Driver& driver) : driver_(driver) {
    VkPhysicalDeviceVulkan13Features f13 = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
    VkPhysicalDeviceVulkan12Features f12 = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, &f13};
    VkPhysicalDeviceVulkan11Features f11 = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, &f12};
    VkPhysicalDeviceFeatures2 features = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &f11};
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrices = {};
    matrices.sType = kCooperativeMatrixFeatures;
    const bool cooperative = driver.Has(kCooperativeMatrix);
    if (cooperative) f13.pNext = &matrices;
    MixedDot dot;
    const bool mixed_dot = driver.Has(dml::hal::vulkan::kMixedDotExtension);
    if (mixed_dot) {
      dot.next = f13.pNext;
      f13.pNext = &dot;
    }
    driver.Get<PFN_vkGetPhysicalDeviceFeatures2>(
        "vkGetPhysicalDeviceFeatures2")(driver.adapter(), &features);
    // What is offered and would change code that the runtime does not ask to
    // change.
    features.features.robustBufferAccess = VK_FALSE;
    f13.robustImageAccess = VK_FALSE;

    VkPhysicalDeviceVulkan13Properties v13 = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_PROPERTIES};
    VkPhysicalDeviceVulkan12Properties v12 = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES, &v13};
    VkPhysicalDeviceProperties2 properties = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &v12};
    driver.Get<PFN_vkGetPhysicalDeviceProperties2>(
        "vkGetPhysicalDeviceProperties2")(driver.adapter(), &properties);
    sizes_can_be_required_ = SizesCanBeRequired(v13);
    controls_ = dml::hal::vulkan::SelectFloatControls(v12);

    const char* extensions[4];
    uint32_t count = 0;
    if (driver.Has(VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME)) {
      extensions[count++] =
          VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
      statistics_ = true;
    }
    if (cooperative) extensions[count++] = kCooperativeMatrix;
    if (mixed_dot) {
      extensions[count++] = dml::hal::vulkan::kMixedDotExtension;
    }
    VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR executables = {
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR,
        &features, VK_TRUE};
    const float priority = 1;
    VkDeviceQueueCreateInfo queue = {
        VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    VkDeviceCreateInfo info = {VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
    info.pNext = statistics_ ? static_cast<void*>(&executables) : &features;
    info.queueCreateInfoCount = 1;
    info.pQueueCreateInfos = &queue;
    info.enabledExtensionCount = count;
    info.ppEnabledExtensionNames = extensions;
    Check(driver.Get<PFN_vkCreateDevice>("vkCreateDevice")(
              driver.adapter(), &info, nullptr, &device_),
          "creating a device");
    proc_ = driver.Get<PFN_vkGetDeviceProcAddr>("vkGetDeviceProcAddr");

    VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0, 128};
    VkPipelineLayoutCreateInfo layout = {
        VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
    layout.pushConstantRangeCount = 1;
    layout.pPushConstantRanges = &range;
    Check(Get<PFN_vkCreatePipelineLayout>("vkCreatePipelineLayout")(
              device_, &layout, nullptr, &layout_),
          "creating a layout");
  }

  // The line of OUT, but for the program's name. Listings go to `listings`,
  // a path to which their names are appended, unless that is empty.
  std::string Compile(const std::vector<uint32_t>& program,
                      std::vector<uint32_t> constants, uint32_t subgroup_size,
                      const std::string& listings) {
    // As hal/vulkan/program.cc does.
    std::vector<uint32_t> code;
    if (!dml::hal::vulkan::AddFloatControls(program, controls_, &code).ok())
      return Failure("no SPIR-V");
    VkShaderModuleCreateInfo module_info = {
        VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
    module_info.codeSize = 4 * code.size();
    module_info.pCode = code.data();
    VkShaderModule module;
    VkResult result = Get<PFN_vkCreateShaderModule>("vkCreateShaderModule")(
        device_, &module_info, nullptr, &module);
    if (result != VK_SUCCESS)
      return Failure("VkResult " + std::to_string(result));

    std::vector<VkSpecializationMapEntry> entries;
    for (uint32_t i = 0; i < constants.size(); ++i)
      entries.push_back({i, 4 * i, 4});
    entries.push_back({dml::hal::vulkan::kFloat16ByHandConstant,
                       static_cast<uint32_t>(4 * constants.size()), 4});
    constants.push_back(controls_.float16_conversions() ? VK_FALSE : VK_TRUE);
    const VkSpecializationInfo specialization = {
        static_cast<uint32_t>(entries.size()), entries.data(),
        4 * constants.size(), constants.data()};
    const VkPipelineShaderStageRequiredSubgroupSizeCreateInfo subgroups = {
        VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO,
        nullptr, subgroup_size};
    VkComputePipelineCreateInfo info = {
        VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
    if (statistics_) {
      info.flags = VK_PIPELINE_CREATE_DISPATCH_BASE_BIT |
                   VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR;
      if (!listings.empty()) {
        info.flags |=
            VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
      }
    }
    info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
    if (subgroup_size != 0) {
      if (sizes_can_be_required_) info.stage.pNext = &subgroups;
      info.stage.flags =
          VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT;
    }
    info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
    info.stage.module = module;
    info.stage.pName = "main";
    info.stage.pSpecializationInfo = &specialization;
    info.layout = layout_;
    const double begin = CpuMilliseconds();
    VkPipeline pipeline;
    result = Get<PFN_vkCreateComputePipelines>("vkCreateComputePipelines")(
        device_, VK_NULL_HANDLE, 1, &info, nullptr, &pipeline);
    const double taken = CpuMilliseconds() - begin;
    if (result != VK_SUCCESS)
      return Failure("VkResult " + std::to_string(result));
    std::ostringstream line;
    line << "\"milliseconds\": " << taken << ", \"executables\": [";
    if (statistics_) Describe(pipeline, listings, line);
    line << ']';
    return line.str();
  }

  static std::string Failure(const std::string& what) {
    return "\"failure\": " + Quoted(what);
  }

 private:
  template <typename Function>
  Function Get(const char* name) const {
    return reinterpret_cast<Function>(proc_(device_, name));
  }

  void Describe(VkPipeline pipeline, const std::string& listings,
                std::ostream& out) {
    const VkPipelineInfoKHR info = {VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR,
                                    nullptr, pipeline};
    const auto get = Get<PFN_vkGetPipelineExecutablePropertiesKHR>(
        "vkGetPipelineExecutablePropertiesKHR");
    uint32_t count = 0;
    get(device_, &info, &count, nullptr);
    std::vector<VkPipelineExecutablePropertiesKHR> executables(
        count, {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR});
    get(device_, &info, &count, executables.data());
    for (uint32_t i = 0; i < count; ++i) {
      out << (i != 0 ? ", " : "")
          << "{\"name\": " << Quoted(executables[i].name)
          << ", \"subgroup_size\": " << executables[i].subgroupSize
          << ", \"statistics\": {";
      const VkPipelineExecutableInfoKHR executable = {
          VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, nullptr, pipeline, i};
      WriteStatistics(executable, out);
      out << "}}";
      if (!listings.empty()) WriteListings(executable, listings);
    }
  }

  void WriteStatistics(const VkPipelineExecutableInfoKHR& executable,
                       std::ostream& out) {
    const auto get = Get<PFN_vkGetPipelineExecutableStatisticsKHR>(
        "vkGetPipelineExecutableStatisticsKHR");
    uint32_t count = 0;
    get(device_, &executable, &count, nullptr);
    std::vector<VkPipelineExecutableStatisticKHR> statistics(
        count, {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR});
    get(device_, &executable, &count, statistics.data());
    const char* separator = "";
    for (const auto& one : statistics) {
      out << separator << Quoted(one.name) << ": ";
      separator = ", ";
      switch (one.format) {
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_BOOL32_KHR:
          out << one.value.b32;
          break;
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_INT64_KHR:
          out << one.value.i64;
          break;
        case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_FLOAT64_KHR:
          out << one.value.f64;
          break;
        default:
          out << one.value.u64;
      }
    }
  }

  void WriteListings(const VkPipelineExecutableInfoKHR& executable,
                     const std::string& path) {
    const auto get = Get<PFN_vkGetPipelineExecutableInternalRepresentationsKHR>(
        "vkGetPipelineExecutableInternalRepresentationsKHR");
    uint32_t count = 0;
    if (get(device_, &executable, &count, nullptr) != VK_SUCCESS) return;
    std::vector<VkPipelineExecutableInternalRepresentationKHR> texts(
        count,
        {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR});
    get(device_, &executable, &count, texts.data());
    std::vector<std::vector<char>> memory;
    for (auto& text : texts) {
      memory.emplace_back(text.dataSize + 1);
      text.pData = memory.back().data();
    }
    get(device_, &executable, &count, texts.data());
    for (const auto& text : texts) {
      std::string name = text.name;
      for (char& c : name) {
        if (std::strchr(" /()", c) != nullptr) c = '_';
      }
      std::ofstream(path + "." + std::to_string(executable.executableIndex) +
                    "." + name)
          .write(static_cast<const char*>(text.pData),
                 std::strlen(static_cast<const char*>(text.pData)));
    }
  }

  const Driver& driver_;
  dml::hal::vulkan::FloatControls controls_;
  VkDevice device_ = VK_NULL_HANDLE;
  PFN_vkGetDeviceProcAddr proc_ = nullptr;
  VkPipelineLayout layout_ = VK_NULL_HANDLE;
  bool sizes_can_be_required_ = false;
  bool statistics_ = false;
};

struct Request {
  std::string name, module;
  std::vector<uint32_t> constants;
  uint32_t subgroup_size = 0;
};

std::vector<Request> ReadList(const std::string& path) {
  std::ifstream list(path);
  if (!list) Fail("cannot read " + path);
  std::vector<Request> requests;
  std::string line;
  while (std::getline(list, line)) {
    std::istringstream fields(line);
    Request request;
    std::string constants, subgroup;
    if (!std::getline(fields, request.name, '\t') ||
        !std::getline(fields, request.module, '\t') ||
        !std::getline(fields, constants, '\t') ||
        !std::getline(fields, subgroup)) {
      Fail(path + ": not four fields: " + line);
    }
    std::istringstream numbers(constants);
    std::string number;
    while (std::getline(numbers, number, ',')) {
      request.constants.push_back(static_cast<uint32_t>(std::stoul(number)));
    }
    request.subgroup_size = static_cast<uint32_t>(std::stoul(subgroup));
    requests.push_back(request);
  }
  return requests;
}

std::vector<uint32_t> ReadModule(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty() || bytes.size() % 4 != 0)
    Fail(path + " is no SPIR-V module");
  std::vector<uint32_t> words(bytes.size() / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

// What a child that compiles `request` writes to its end of a pipe, or how it
// ended.
std::string CompileApart(Compiler& compiler, const Request& request,
                         unsigned limit, const std::string& listings) {
  const std::vector<uint32_t> code = ReadModule(request.module);
  int ends[2];
  if (pipe(ends) != 0) Fail("no pipe");
  const pid_t child = fork();
  if (child < 0) Fail("no process");
  if (child == 0) {
    close(ends[0]);
    alarm(limit);
    const std::string line = compiler.Compile(code, request.constants,
                                              request.subgroup_size, listings);
    for (size_t done = 0; done < line.size();) {
      const ssize_t n = write(ends[1], line.data() + done, line.size() - done);
      if (n <= 0) break;
      done += static_cast<size_t>(n);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string line;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    line.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    return Compiler::Failure(WTERMSIG(status) == SIGALRM
                                 ? "timeout"
                                 : "signal " +
                                       std::to_string(WTERMSIG(status)));
  }
  if (status != 0 || line.empty()) {
    return Compiler::Failure("exit " + std::to_string(WEXITSTATUS(status)));
  }
  return line;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) Fail("see the head of compile_programs.cc for its arguments");
  const Driver driver(argv[1]);
  if (std::strcmp(argv[2], "--adapter") == 0) {
    PrintAdapter(driver);
    return 0;
  }
  if (argc < 4) Fail("see the head of compile_programs.cc for its arguments");
  unsigned limit = 60;
  std::string listings;
  for (int i = 4; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--limit") == 0)
      limit = static_cast<unsigned>(std::atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--listings") == 0) listings = argv[i + 1];
  }
  Compiler compiler(driver);
  std::ofstream out(argv[3]);
  uint32_t number = 0;
  for (const Request& request : ReadList(argv[2])) {
    const std::string path =
        listings.empty() ? "" : listings + "/" + std::to_string(number);
    out << "{\"program\": " << Quoted(request.name) << ", "
        << CompileApart(compiler, request, limit, path) << "}\n"
        << std::flush;
    ++number;
  }
  return 0;
}
