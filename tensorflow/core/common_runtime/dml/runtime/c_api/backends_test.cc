#include "tensorflow/core/common_runtime/dml/runtime/c_api/backends.h"

#include <gtest/gtest.h>

namespace dml {
namespace {

std::string Names(const std::string& chosen, bool windows_graphics) {
  std::string names;
  for (const Backend* backend : BackendsToAsk(chosen, windows_graphics)) {
    names += std::string(names.empty() ? "" : " ") + backend->name;
  }
  return names;
}

TEST(BackendsTest, WindowsGpusAreAskedForByDirect3dFirst) {
  EXPECT_EQ(Names("", true), "d3d12 vulkan");
  EXPECT_EQ(Names("", false), "vulkan");
}

TEST(BackendsTest, AChosenBackendIsAskedAlone) {
  for (const char* name : {"vulkan", "d3d12", "null"}) {
    EXPECT_EQ(Names(name, false), name);
    EXPECT_EQ(Names(name, true), name);
  }
}

TEST(BackendsTest, EachCanBeAskedAndHelped) {
  for (const char* name : {"vulkan", "d3d12", "null"}) {
    const Backend* backend = BackendsToAsk(name, false).front();
    EXPECT_NE(backend->enumerate, nullptr);
    EXPECT_STRNE(backend->title, "");
    EXPECT_STRNE(backend->hint, "");
  }
}

}  // namespace
}  // namespace dml
