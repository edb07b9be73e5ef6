#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/removal.h"

#include <cstdint>
#include <sstream>

#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/com.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// More than a message is read for.
constexpr int kMaxLists = 4;
constexpr int kMaxAllocations = 4;

// Of the commands that this backend records.
const char* OperationName(D3D12_AUTO_BREADCRUMB_OP operation) {
  switch (operation) {
    case D3D12_AUTO_BREADCRUMB_OP_DISPATCH:
      return "a dispatch";
    case D3D12_AUTO_BREADCRUMB_OP_COPYBUFFERREGION:
      return "a copy";
    case D3D12_AUTO_BREADCRUMB_OP_RESOURCEBARRIER:
      return "a barrier";
    case D3D12_AUTO_BREADCRUMB_OP_RESOLVEQUERYDATA:
      return "a resolve of timestamps";
    case D3D12_AUTO_BREADCRUMB_OP_BEGINSUBMISSION:
    case D3D12_AUTO_BREADCRUMB_OP_ENDSUBMISSION:
      return "a submission";
    default:
      return "another command";
  }
}

void ListAllocations(const D3D12_DRED_ALLOCATION_NODE* node, const char* what,
                     std::ostream* text) {
  for (int i = 0; node != nullptr && i < kMaxAllocations;
       ++i, node = node->pNext) {
    *text << (i == 0 ? what : ", ")
          << (node->ObjectNameA != nullptr ? node->ObjectNameA : "unnamed");
  }
}

}  // namespace

const char* RemovalReason(HRESULT reason) {
  switch (static_cast<uint32_t>(reason)) {
    case 0x887a0005:
      return "the adapter was taken out, or its driver was updated";
    case 0x887a0006:
      return "it hung: a program ran longer than the system allows, or was "
             "faulty";
    case 0x887a0007:
      return "another program's work hung, and the adapter was reset";
    case 0x887a0020:
      return "its driver failed";
    case 0x8007000e:
      return "its memory was full";
    default:
      return "the system does not say why";
  }
}

std::string BreadcrumbText(const D3D12_AUTO_BREADCRUMB_NODE* node) {
  std::ostringstream text;
  int lists = 0;
  for (; node != nullptr && lists < kMaxLists; node = node->pNext) {
    const uint32_t done =
        node->pLastBreadcrumbValue != nullptr ? *node->pLastBreadcrumbValue : 0;
    // Not begun, or complete.
    if (done == 0 || done >= node->BreadcrumbCount) continue;
    text << (lists++ == 0 ? "" : "; ") << "command " << done + 1 << " of "
         << node->BreadcrumbCount << " of a list was not completed: "
         << OperationName(node->pCommandHistory[done]);
  }
  return text.str();
}

std::string PageFaultText(const D3D12_DRED_PAGE_FAULT_OUTPUT& fault) {
  if (fault.PageFaultVA == 0) return "";
  std::ostringstream text;
  text << "a program used address 0x" << std::hex << fault.PageFaultVA
       << std::dec << ", which is nobody's";
  ListAllocations(fault.pHeadExistingAllocationNode, "; near it: ", &text);
  ListAllocations(fault.pHeadRecentFreedAllocationNode,
                  "; lately freed there: ", &text);
  return text.str();
}

std::string DescribeRemoval(ID3D12Device* device) {
  ComPtr<ID3D12DeviceRemovedExtendedData> data;
  if (device->QueryInterface(uuidof<ID3D12DeviceRemovedExtendedData>(),
                             data.ReceiveVoid()) < 0 ||
      !data) {
    return "";
  }
  std::string text;
  D3D12_DRED_AUTO_BREADCRUMBS_OUTPUT breadcrumbs{};
  if (data->GetAutoBreadcrumbsOutput(&breadcrumbs) >= 0) {
    text = BreadcrumbText(breadcrumbs.pHeadAutoBreadcrumbNode);
  }
  D3D12_DRED_PAGE_FAULT_OUTPUT fault{};
  if (data->GetPageFaultAllocationOutput(&fault) >= 0) {
    const std::string more = PageFaultText(fault);
    if (!text.empty() && !more.empty()) text += "; ";
    text += more;
  }
  return text;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
