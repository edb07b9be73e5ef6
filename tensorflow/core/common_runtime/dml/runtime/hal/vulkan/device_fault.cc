#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/device_fault.h"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <vector>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// More than a message is read for.
constexpr uint32_t kMaxFaults = 4;

// Of an array that a driver may have filled to its end.
template <size_t kSize>
std::string Text(const char (&text)[kSize]) {
  return std::string(text, std::find(text, text + kSize, '\0'));
}

const char* WhatHappened(VkDeviceFaultAddressTypeEXT type) {
  switch (type) {
    case VK_DEVICE_FAULT_ADDRESS_TYPE_READ_INVALID_EXT:
      return "invalid read";
    case VK_DEVICE_FAULT_ADDRESS_TYPE_WRITE_INVALID_EXT:
      return "invalid write";
    case VK_DEVICE_FAULT_ADDRESS_TYPE_EXECUTE_INVALID_EXT:
      return "invalid execution";
    case VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_UNKNOWN_EXT:
    case VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_INVALID_EXT:
    case VK_DEVICE_FAULT_ADDRESS_TYPE_INSTRUCTION_POINTER_FAULT_EXT:
      return "fault of an instruction";
    default:
      return "fault";
  }
}

}  // namespace

std::string DescribeDeviceFault(VkDevice device,
                                PFN_vkGetDeviceFaultInfoEXT get) {
  if (get == nullptr) return "";
  auto counts =
      Zeroed<VkDeviceFaultCountsEXT>(VK_STRUCTURE_TYPE_DEVICE_FAULT_COUNTS_EXT);
  if (get(device, &counts, nullptr) < 0) return "";
  // Binaries for the vendor's tools are not asked for.
  counts.addressInfoCount = std::min(counts.addressInfoCount, kMaxFaults);
  counts.vendorInfoCount = std::min(counts.vendorInfoCount, kMaxFaults);
  counts.vendorBinarySize = 0;
  std::vector<VkDeviceFaultAddressInfoEXT> addresses(counts.addressInfoCount);
  std::vector<VkDeviceFaultVendorInfoEXT> vendor(counts.vendorInfoCount);
  auto info =
      Zeroed<VkDeviceFaultInfoEXT>(VK_STRUCTURE_TYPE_DEVICE_FAULT_INFO_EXT);
  info.pAddressInfos = addresses.data();
  info.pVendorInfos = vendor.data();
  // VK_INCOMPLETE, which is no error, where there are more.
  if (get(device, &counts, &info) < 0) return "";
  addresses.resize(std::min<size_t>(addresses.size(), counts.addressInfoCount));
  vendor.resize(std::min<size_t>(vendor.size(), counts.vendorInfoCount));

  std::ostringstream text;
  text << Text(info.description);
  const auto separate = [&text] {
    if (text.tellp() > 0) text << "; ";
  };
  for (const VkDeviceFaultAddressInfoEXT& fault : addresses) {
    if (fault.addressType == VK_DEVICE_FAULT_ADDRESS_TYPE_NONE_EXT) continue;
    separate();
    text << WhatHappened(fault.addressType) << " at address 0x" << std::hex
         << fault.reportedAddress << std::dec;
    if (fault.addressPrecision > 1) {
      text << " (within " << fault.addressPrecision << " bytes)";
    }
  }
  for (const VkDeviceFaultVendorInfoEXT& fault : vendor) {
    separate();
    text << Text(fault.description) << " (code " << fault.vendorFaultCode
         << ", data 0x" << std::hex << fault.vendorFaultData << std::dec << ")";
  }
  return text.str();
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
