#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dml {
namespace {

using Variables = std::map<std::string, std::string>;

Environment Read(const Variables& variables) {
  return ReadEnvironment(
      [&variables](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
      });
}

// What reading says on stderr.
std::string Warning(const Variables& variables) {
  ::testing::internal::CaptureStderr();
  Read(variables);
  return ::testing::internal::GetCapturedStderr();
}

TEST(EnvironmentTest, HasDefaults) {
  const Environment environment = Read({});
  EXPECT_FALSE(environment.visible_devices_set);
  EXPECT_FALSE(environment.allow_software_adapter);
  EXPECT_EQ(environment.backend, "");
  EXPECT_EQ(environment.vulkan_loader, "");
  EXPECT_FALSE(environment.debug);
  EXPECT_TRUE(environment.tuning);
  EXPECT_TRUE(environment.merging);
  EXPECT_TRUE(environment.cooperative_matrices);
  EXPECT_TRUE(environment.transfer_queue);
  EXPECT_EQ(environment.flush_commands, kDefaultFlushCommands);
  EXPECT_EQ(environment.flush_microseconds, kDefaultFlushMicroseconds);
  EXPECT_EQ(environment.submission_microseconds,
            kDefaultSubmissionMicroseconds);
  EXPECT_EQ(environment.launch_elements, INT32_MAX);
  EXPECT_EQ(environment.cache_folder, "");
  EXPECT_EQ(Warning({}), "");
}

// A variable that is set to nothing is as good as not set, but for the one
// whose empty value has a meaning.
TEST(EnvironmentTest, EmptyValuesAreDefaults) {
  const Variables empty = {{"DML_VISIBLE_DEVICES", ""},
                           {"TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", ""},
                           {"TF_DIRECTML_BACKEND", ""},
                           {"TF_DIRECTML_DEBUG", ""},
                           {"TF_DIRECTML_TUNING", ""},
                           {"TF_DIRECTML_BATCH_FLUSH_SIZE", ""},
                           {"TF_DIRECTML_CACHE_DIR", ""},
                           {"XDG_CACHE_HOME", ""},
                           {"HOME", ""}};
  const Environment environment = Read(empty);
  EXPECT_TRUE(environment.visible_devices_set);
  EXPECT_EQ(environment.visible_devices, "");
  EXPECT_FALSE(environment.allow_software_adapter);
  EXPECT_EQ(environment.backend, "");
  EXPECT_FALSE(environment.debug);
  EXPECT_TRUE(environment.tuning);
  EXPECT_EQ(environment.flush_commands, kDefaultFlushCommands);
  EXPECT_EQ(environment.cache_folder, "");
  EXPECT_EQ(Warning(empty), "");
}

TEST(EnvironmentTest, ReadsSwitches) {
  for (const char* on : {"1", "true", "True", "TRUE"}) {
    EXPECT_TRUE(Read({{"TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", on}})
                    .allow_software_adapter);
  }
  for (const char* off : {"0", "false", "False"}) {
    EXPECT_FALSE(Read({{"TF_DIRECTML_TUNING", off}}).tuning);
    EXPECT_FALSE(Read({{"TF_DIRECTML_MERGING", off}}).merging);
    EXPECT_FALSE(
        Read({{"TF_DIRECTML_COOPERATIVE_MATRICES", off}}).cooperative_matrices);
    EXPECT_FALSE(Read({{"TF_DIRECTML_TRANSFER_QUEUE", off}}).transfer_queue);
  }
  EXPECT_TRUE(Read({{"TF_DIRECTML_TUNING", "no"}}).tuning);
  EXPECT_EQ(
      Warning({{"TF_DIRECTML_TUNING", "no"}}),
      "tensorflow-directml: ignoring TF_DIRECTML_TUNING=no: it must be 0, "
      "1, true or false\n");
}

TEST(EnvironmentTest, ReadsNumbersWithinLimits) {
  const char kSize[] = "TF_DIRECTML_BATCH_FLUSH_SIZE";
  EXPECT_EQ(Read({{kSize, "1"}}).flush_commands, 1u);
  EXPECT_EQ(Read({{kSize, "4096"}}).flush_commands, 4096u);
  EXPECT_EQ(Read({{"TF_DIRECTML_BATCH_FLUSH_TIME", "0"}}).flush_microseconds,
            0u);
  for (const char* wrong : {"0", "4097", "-1", "8x", "x", "1e3",
                            "99999999999999999999", "4294967297"}) {
    EXPECT_EQ(Read({{kSize, wrong}}).flush_commands, kDefaultFlushCommands)
        << wrong;
    EXPECT_NE(Warning({{kSize, wrong}}).find("from 1 to 4096; using 128"),
              std::string::npos)
        << wrong;
  }
}

TEST(EnvironmentTest, ReadsTheBackend) {
  EXPECT_EQ(Read({{"TF_DIRECTML_BACKEND", "null"}}).backend, "null");
  EXPECT_EQ(Read({{"TF_DIRECTML_BACKEND", "d3d12"}}).backend, "d3d12");
  EXPECT_EQ(Read({{"TF_DIRECTML_BACKEND", "metal"}}).backend, "");
  EXPECT_NE(
      Warning({{"TF_DIRECTML_BACKEND", "metal"}}).find("vulkan, d3d12 or null"),
      std::string::npos);
}

TEST(EnvironmentTest, DebugIsASwitch) {
  EXPECT_TRUE(Read({{"TF_DIRECTML_DEBUG", "1"}}).debug);
  EXPECT_FALSE(Read({{"TF_DIRECTML_DEBUG", "0"}}).debug);
  EXPECT_FALSE(Read({{"TF_DIRECTML_DEBUG", "false"}}).debug);
  EXPECT_NE(Warning({{"TF_DIRECTML_DEBUG", "yes"}}), "");
}

// Scripts for CUDA say so that they want no GPU.
TEST(EnvironmentTest, CudasVariableHidesAllOrNothing) {
  for (const char* none : {"", "-1", " -1 "}) {
    const Environment environment = Read({{"CUDA_VISIBLE_DEVICES", none}});
    EXPECT_TRUE(environment.visible_devices_set) << none;
    EXPECT_TRUE(environment.hidden_by_cuda) << none;
    EXPECT_EQ(environment.visible_devices, none);
  }
  for (const char* some : {"0", "0,1", "1", "GPU-3a23"}) {
    const Environment environment = Read({{"CUDA_VISIBLE_DEVICES", some}});
    EXPECT_FALSE(environment.visible_devices_set) << some;
    EXPECT_FALSE(environment.hidden_by_cuda) << some;
  }
  const Environment both =
      Read({{"CUDA_VISIBLE_DEVICES", "-1"}, {"DML_VISIBLE_DEVICES", "0"}});
  EXPECT_TRUE(both.visible_devices_set);
  EXPECT_FALSE(both.hidden_by_cuda);
  EXPECT_EQ(both.visible_devices, "0");
}

TEST(EnvironmentTest, TellsOfUnknownVariables) {
  EXPECT_TRUE(UnknownVariables({}).empty());
  EXPECT_TRUE(
      UnknownVariables({"HOME", "TF_CPP_MIN_LOG_LEVEL", "TF_DIRECTML_TUNING",
                        "TF_DIRECTML_GPU_NAMES", "TF_DIRECTML_BASE_WHEEL",
                        "DML_VISIBLE_DEVICES"})
          .empty());
  const std::vector<std::string> lines = UnknownVariables(
      {"TF_DIRECTML_TUNNING", "DML_VISIBLE_DEVICE", "TF_DIRECTML_QUITE_ELSE"});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0],
            "DML_VISIBLE_DEVICE is no variable of tensorflow-directml, and has "
            "no effect: is DML_VISIBLE_DEVICES meant?");
  EXPECT_EQ(lines[1],
            "TF_DIRECTML_QUITE_ELSE is no variable of tensorflow-directml, and "
            "has no effect");
  EXPECT_EQ(lines[2],
            "TF_DIRECTML_TUNNING is no variable of tensorflow-directml, and "
            "has no effect: is TF_DIRECTML_TUNING meant?");
}

TEST(EnvironmentTest, ChoosesTheCacheFolder) {
#ifdef _WIN32
  Variables variables = {{"LOCALAPPDATA", "C:\\a"}, {"HOME", "C:\\home"}};
  EXPECT_EQ(Read(variables).cache_folder, "C:\\a\\tensorflow-directml\\cache");
#else
  Variables variables = {{"HOME", "/home/a"}};
  EXPECT_EQ(Read(variables).cache_folder, "/home/a/.cache/tensorflow-directml");
  variables["XDG_CACHE_HOME"] = "/cache";
  EXPECT_EQ(Read(variables).cache_folder, "/cache/tensorflow-directml");
#endif
  variables["TF_DIRECTML_CACHE_DIR"] = "/own";
  EXPECT_EQ(Read(variables).cache_folder, "/own");
}

}  // namespace
}  // namespace dml
