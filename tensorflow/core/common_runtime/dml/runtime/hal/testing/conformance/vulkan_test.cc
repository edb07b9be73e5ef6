#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

// Loaders of tests/, which Bazel puts there: one fails calls, the other has a
// second queue, which software drivers lack.
#ifdef DML_TWO_QUEUES
constexpr char kLoader[] = "tests/libtwo_queues_loader.so";
constexpr bool kFails = false;
#else
constexpr char kLoader[] = "tests/libfaulty_loader.so";
constexpr bool kFails = true;
#endif

void Lose(bool now) {
  setenv("FAULT_RESULT", "-4", 1);  // VK_ERROR_DEVICE_LOST
  setenv("FAULT_CALL", now ? "vkQueueSubmit" : "", 1);
}

// Before anybody reads the environment.
const bool kLoaderIsSet = [] {
  char* const path = realpath(kLoader, nullptr);
  if (path == nullptr) return false;
  setenv("TF_DIRECTML_VULKAN_LOADER", path, 1);
  free(path);
  return true;
}();

TEST(VulkanConformance, TheLoaderIsThereAndHasTheQueues) {
  EXPECT_TRUE(kLoaderIsSet);
  const auto adapter = FindAdapter();
  ASSERT_NE(adapter, nullptr);
  EXPECT_TRUE(kFails || adapter->info().transfer_queue);
}

}  // namespace

const Backend kBackend = {EnumerateVulkan, /*computes=*/true,
                          kFails ? Lose : nullptr};

}  // namespace testing
}  // namespace hal
}  // namespace dml
