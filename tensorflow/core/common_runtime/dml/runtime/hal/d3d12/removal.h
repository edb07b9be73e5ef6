// What Direct3D 12 tells of a device that was removed: the reason, and where
// DRED is on, what the device was at.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_REMOVAL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_REMOVAL_H_

#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/api.h"

namespace dml {
namespace hal {
namespace d3d12 {

// Texts for an error message.

// "it hung: a program ran longer than the system allows".
const char* RemovalReason(HRESULT reason);

// Of the lists that begin with `node`: what those did last that did not come to
// their end. Empty where all did.
std::string BreadcrumbText(const D3D12_AUTO_BREADCRUMB_NODE* node);

// Of an address that the device could not reach. Empty for none.
std::string PageFaultText(const D3D12_DRED_PAGE_FAULT_OUTPUT& fault);

// All that DRED has of a removed device; empty where it has nothing.
std::string DescribeRemoval(ID3D12Device* device);

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_REMOVAL_H_
