#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/compile_log.h"

#include <gtest/gtest.h>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// A device that makes programs one after the other.
class CompileLogTest : public testing::Test {
 protected:
  void Note(DxilSource source, uint64_t dxil_ns, uint64_t driver_ns) {
    const uint64_t begin = now_;
    now_ += dxil_ns + driver_ns;
    log_.Note(source, begin, begin + dxil_ns, now_);
  }
  std::string TakeAfter(uint64_t pause) { return log_.Take(now_ + pause); }

  CompileLog log_;
  uint64_t now_ = 1000 * kSecond;
};

TEST_F(CompileLogTest, IsSilentAboutLittle) {
  EXPECT_EQ(TakeAfter(kSecond), "");
  Note(DxilSource::kCompiler, kSecond / 2, kSecond / 2 - 1);
  EXPECT_FALSE(log_.pending());
  EXPECT_EQ(TakeAfter(kSecond), "");
}

TEST_F(CompileLogTest, SumsUpAndBeginsAnew) {
  Note(DxilSource::kBuild, 0, kSecond / 2);
  Note(DxilSource::kBuild, 0, kSecond / 4);
  Note(DxilSource::kStore, 0, kSecond / 4);
  Note(DxilSource::kCompiler, kSecond * 3 / 2, kSecond);
  Note(DxilSource::kCompiler, kSecond, kSecond);
  Note(DxilSource::kCompiler, kSecond, kSecond);
  EXPECT_TRUE(log_.pending());
  EXPECT_EQ(TakeAfter(kSecond),
            "programs of Direct3D 12: 3 compiled by DXC in 3.5 s, 1 found on "
            "disk, 2 came compiled; the driver took 4.0 s more. They are kept "
            "on disk (TF_DIRECTML_CACHE_DIR) for later processes");
  EXPECT_FALSE(log_.pending());
  EXPECT_EQ(TakeAfter(kSecond), "");
}

// What the driver took for programs that DXC had no part in is said too.
TEST_F(CompileLogTest, TheDriversTimeCounts) {
  Note(DxilSource::kBuild, kSecond / 100, kSecond);
  const std::string line = TakeAfter(kSecond);
  EXPECT_NE(line.find(": 0 compiled by DXC in 0.0 s, 0 found on disk, 1 came "
                      "compiled; the driver took 1.0 s more."),
            std::string::npos)
      << line;
}

TEST_F(CompileLogTest, WaitsForAPause) {
  Note(DxilSource::kBuild, 0, kSecond);
  EXPECT_EQ(TakeAfter(CompileLog::kPauseNanoseconds - 1), "");
  Note(DxilSource::kBuild, 0, kSecond);
  const std::string line = TakeAfter(CompileLog::kPauseNanoseconds);
  EXPECT_NE(line.find("2 came compiled"), std::string::npos) << line;
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
