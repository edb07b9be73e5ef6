#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/removal.h"

#include <gtest/gtest.h>

#include <vector>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

TEST(ResultTest, NamesWhatItKnows) {
  EXPECT_EQ(ResultName(E_OUTOFMEMORY), "E_OUTOFMEMORY (0x8007000e)");
  EXPECT_EQ(ResultName(static_cast<HRESULT>(0x887a0006)),
            "DXGI_ERROR_DEVICE_HUNG (0x887a0006)");
  EXPECT_EQ(ResultName(static_cast<HRESULT>(0x80040123)),
            "HRESULT (0x80040123)");
}

TEST(ResultTest, IsAStatus) {
  EXPECT_TRUE(ToStatus(S_OK, "f").ok());
  EXPECT_TRUE(ToStatus(S_FALSE, "f").ok());
  EXPECT_EQ(ToStatus(E_OUTOFMEMORY, "f").code(), Code::kOutOfMemory);
  EXPECT_EQ(ToStatus(E_NOTIMPL, "f").code(), Code::kUnimplemented);
  EXPECT_EQ(ToStatus(E_INVALIDARG, "f").code(), Code::kInternal);
  EXPECT_EQ(ToStatus(E_INVALIDARG, "f").message(),
            "f returned E_INVALIDARG (0x80070057)");
  for (const uint32_t lost :
       {0x887a0005u, 0x887a0006u, 0x887a0007u, 0x887a0020u}) {
    EXPECT_TRUE(IsLost(static_cast<HRESULT>(lost)));
    EXPECT_EQ(ToStatus(static_cast<HRESULT>(lost), "f").code(),
              Code::kDeviceLost);
  }
  EXPECT_FALSE(IsLost(E_FAIL));
}

TEST(RemovalTest, BreadcrumbsNameTheCommandThatDidNotEnd) {
  const D3D12_AUTO_BREADCRUMB_OP commands[] = {
      D3D12_AUTO_BREADCRUMB_OP_COPYBUFFERREGION,
      D3D12_AUTO_BREADCRUMB_OP_RESOURCEBARRIER,
      D3D12_AUTO_BREADCRUMB_OP_DISPATCH};
  const UINT32 complete = 3, amid = 2, before = 0;
  D3D12_AUTO_BREADCRUMB_NODE nodes[3] = {};
  for (auto& node : nodes) {
    node.BreadcrumbCount = 3;
    node.pCommandHistory = commands;
  }
  nodes[0].pLastBreadcrumbValue = &complete;
  nodes[0].pNext = &nodes[1];
  nodes[1].pLastBreadcrumbValue = &before;
  nodes[1].pNext = &nodes[2];
  nodes[2].pLastBreadcrumbValue = &amid;
  EXPECT_EQ(BreadcrumbText(nodes),
            "command 3 of 3 of a list was not completed: a dispatch");
  nodes[2].pLastBreadcrumbValue = nullptr;
  EXPECT_EQ(BreadcrumbText(nodes), "");
  EXPECT_EQ(BreadcrumbText(nullptr), "");
}

TEST(RemovalTest, BreadcrumbsOfManyListsAreCut) {
  const D3D12_AUTO_BREADCRUMB_OP commands[] = {
      D3D12_AUTO_BREADCRUMB_OP_COPYBUFFERREGION,
      D3D12_AUTO_BREADCRUMB_OP_DISPATCH};
  const UINT32 done = 1;
  std::vector<D3D12_AUTO_BREADCRUMB_NODE> nodes(100);
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].BreadcrumbCount = 2;
    nodes[i].pCommandHistory = commands;
    nodes[i].pLastBreadcrumbValue = &done;
    nodes[i].pNext = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
  }
  EXPECT_LT(BreadcrumbText(nodes.data()).size(), 400u);
}

TEST(RemovalTest, PageFaultsNameAddressAndMemory) {
  D3D12_DRED_PAGE_FAULT_OUTPUT fault{};
  EXPECT_EQ(PageFaultText(fault), "");
  D3D12_DRED_ALLOCATION_NODE first{}, second{};
  first.ObjectNameA = "weights";
  first.pNext = &second;
  fault.PageFaultVA = 0x1000;
  fault.pHeadRecentFreedAllocationNode = &first;
  EXPECT_EQ(PageFaultText(fault),
            "a program used address 0x1000, which is nobody's; lately freed "
            "there: weights, unnamed");
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
