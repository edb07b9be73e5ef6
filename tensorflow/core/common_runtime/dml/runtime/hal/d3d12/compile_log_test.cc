#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compile_log.h"

#include <gtest/gtest.h>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

TEST(CompileLogTest, IsSilentAboutLittle) {
  CompileLog log;
  EXPECT_EQ(log.Take(), "");
  log.Note(kSecond - 1);
  EXPECT_FALSE(log.pending());
  EXPECT_EQ(log.Take(), "");
}

TEST(CompileLogTest, SumsUpAndBeginsAnew) {
  CompileLog log;
  log.Note(kSecond / 2);
  log.Note(kSecond * 2);
  EXPECT_TRUE(log.pending());
  EXPECT_EQ(log.Take(),
            "compiled 2 programs in 2.5 s; they are kept on disk "
            "(TF_DIRECTML_CACHE_DIR) for later processes");
  EXPECT_FALSE(log.pending());
  EXPECT_EQ(log.Take(), "");
  log.Note(kSecond);
  EXPECT_EQ(log.Take().substr(0, 24), "compiled 1 program in 1.");
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
