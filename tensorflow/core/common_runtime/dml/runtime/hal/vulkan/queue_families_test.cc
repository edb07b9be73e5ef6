#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/queue_families.h"

#include <gtest/gtest.h>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

constexpr VkQueueFlags kGraphics = VK_QUEUE_GRAPHICS_BIT;
constexpr VkQueueFlags kCompute = VK_QUEUE_COMPUTE_BIT;
constexpr VkQueueFlags kTransfer = VK_QUEUE_TRANSFER_BIT;
constexpr VkQueueFlags kSparse = VK_QUEUE_SPARSE_BINDING_BIT;
// VK_QUEUE_VIDEO_DECODE_BIT_KHR, which older headers lack.
constexpr VkQueueFlags kVideo = 0x20;

struct Family {
  VkQueueFlags flags;
  uint32_t count;
};

// {compute's family, transfer's family, transfer's index}.
std::vector<uint32_t> Chosen(const std::vector<Family>& families,
                             AdapterType type = AdapterType::kDiscrete) {
  std::vector<VkQueueFamilyProperties> properties;
  for (const Family& family : families) {
    VkQueueFamilyProperties p{};
    p.queueFlags = family.flags;
    p.queueCount = family.count;
    properties.push_back(p);
  }
  const QueueSlots slots = ChooseQueues(properties, type);
  return {slots[0].family, slots[1].family, slots[1].index};
}

using Expected = std::vector<uint32_t>;

TEST(QueueFamiliesTest, ACopyEngineCopies) {
  // As NVIDIA's driver lists them.
  EXPECT_EQ(Chosen({{kGraphics | kCompute | kTransfer | kSparse, 16},
                    {kTransfer | kSparse, 2},
                    {kCompute | kTransfer | kSparse, 8},
                    {kVideo | kTransfer | kSparse, 1}}),
            (Expected{2, 1, 0}));
  // As RADV does.
  EXPECT_EQ(Chosen({{kGraphics | kCompute | kTransfer | kSparse, 1},
                    {kCompute | kTransfer | kSparse, 4},
                    {kTransfer | kSparse, 1}}),
            (Expected{1, 2, 0}));
}

TEST(QueueFamiliesTest, ElseASecondQueueThatDoesNotDraw) {
  EXPECT_EQ(Chosen({{kGraphics | kCompute | kTransfer, 1},
                    {kCompute | kTransfer, 4}}),
            (Expected{1, 1, 1}));
  EXPECT_EQ(Chosen({{kGraphics | kCompute, 1}, {kCompute, 1}, {kCompute, 1}}),
            (Expected{1, 2, 0}));
  // On an integrated adapter, where the first that computes is taken.
  EXPECT_EQ(Chosen({{kGraphics | kCompute | kTransfer, 1}, {kCompute, 1}},
                   AdapterType::kIntegrated),
            (Expected{0, 1, 0}));
}

TEST(QueueFamiliesTest, ElseNone) {
  const uint32_t none = kNoQueueFamily;
  EXPECT_EQ(Chosen({{kGraphics | kCompute | kTransfer, 16}}),
            (Expected{0, none, 0}));
  EXPECT_EQ(Chosen({{kGraphics | kCompute | kTransfer, 1}, {kCompute, 1}}),
            (Expected{1, none, 0}));
  // Nothing can be copied to what does not compute.
  EXPECT_EQ(Chosen({{kTransfer, 1}}), (Expected{none, none, 0}));
  EXPECT_EQ(Chosen({{kGraphics | kCompute, 1}, {kTransfer, 0}}),
            (Expected{0, none, 0}));
}

TEST(QueueFamiliesTest, VideoIsNoCopyEngine) {
  EXPECT_EQ(Chosen({{kGraphics | kCompute, 1}, {kVideo | kTransfer, 1}}),
            (Expected{0, kNoQueueFamily, 0}));
}

}  // namespace
}  // namespace vulkan
}  // namespace hal
}  // namespace dml
