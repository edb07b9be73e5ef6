#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/child_process.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/forks.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/variables.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/windows/wide.h"

namespace dml {
namespace os {
namespace {

// What this program does when it is its own child, by its first argument.
int Behave(const std::string& what, int argc, char** argv) {
  if (what == "say") {
    for (int i = 2; i < argc; ++i) std::printf("<%s>", argv[i]);
    std::printf("%s", std::getchar() == EOF ? "" : "input");
    return 3;
  }
  if (what == "much") {
    std::printf("%s", std::string(3000000, 'x').c_str());
  }
  if (what == "fault") {
    // 0xC0000005, as if nobody had set up a handler.
    TerminateProcess(GetCurrentProcess(), EXCEPTION_ACCESS_VIOLATION);
  }
  if (what == "interrupted") {
    TerminateProcess(GetCurrentProcess(), 0xC000013A);
  }
  if (what == "late") {
    Sleep(1000);
    std::ofstream(argv[2]) << "late";
  }
  return 0;
}

ChildProcess::Outcome RunSelf(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), ThisLibrary());
  ChildProcess::Outcome outcome;
  const auto child = ChildProcess::Start(arguments);
  if (child == nullptr || !child->Wait(60000, &outcome)) {
    ADD_FAILURE() << arguments[1];
  }
  return outcome;
}

TEST(ChildProcessTest, GivesItsOutputAndStatus) {
  const auto outcome = RunSelf({"say", "two words", "\"", "\\\\\"", "\\", ""});
  EXPECT_EQ(outcome.end, ChildProcess::End::kExited);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.output, "<two words><\"><\\\\\"><\\><>");
}

TEST(ChildProcessTest, KeepsTheFirstOfMuchOutput) {
  EXPECT_EQ(RunSelf({"much"}).output,
            std::string(ChildProcess::kMaxOutput, 'x'));
}

TEST(ChildProcessTest, TellsCrashesFromInterruptions) {
  EXPECT_EQ(RunSelf({"fault"}).end, ChildProcess::End::kCrashed);
  EXPECT_EQ(RunSelf({"interrupted"}).end, ChildProcess::End::kInterrupted);
}

TEST(ChildProcessTest, SaysWhenItCannotStart) {
  EXPECT_EQ(ChildProcess::Start({"C:\\nowhere\\program.exe"}), nullptr);
  EXPECT_FALSE(IsProgram("C:\\nowhere\\program.exe"));
  EXPECT_TRUE(IsProgram(ThisLibrary()));
  EXPECT_EQ(ProgramFile("check"), "check.exe");
}

TEST(ChildProcessTest, EndsItWhenNobodyWantsItAnyMore) {
  const std::string mark =
      testing::TempDir() + "child" + ChildProcess::Parent();
  auto child = ChildProcess::Start({ThisLibrary(), "late", mark});
  ASSERT_NE(child, nullptr);
  ChildProcess::Outcome outcome;
  EXPECT_FALSE(child->Wait(10, &outcome));
  child.reset();
  Sleep(2000);
  EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST(FilesTest, TakesNamesInUtf8) {
  const std::string path = testing::TempDir() + "os_test_caf\xc3\xa9/file";
  ASSERT_TRUE(ReplaceFile(path, {"text"}));
  std::ifstream file(std::filesystem::u8path(path), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "text");
}

TEST(FilesTest, ReplacesAFileThatSomebodyReadsForAMoment) {
  const std::string path = testing::TempDir() + "os_test_read";
  ASSERT_TRUE(ReplaceFile(path, {"old"}));
  Handle reader(CreateFileW(Wide(path).c_str(), GENERIC_READ,
                            FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                            OPEN_EXISTING, 0, nullptr));
  ASSERT_TRUE(reader.ok());
  std::thread slow([&reader] {
    Sleep(60);
    reader.Close();
  });
  EXPECT_TRUE(ReplaceFile(path, {"new"}));
  slow.join();
}

TEST(ForksTest, NothingForks) {
  const NoForks none;
  EXPECT_FALSE(Forked());
}

TEST(SharedLibraryTest, FindsFunctions) {
  const SharedLibrary library("kernel32.dll");
  ASSERT_TRUE(library.ok()) << library.problem();
  EXPECT_NE(library.Find("CreateFileW"), nullptr);
  EXPECT_EQ(library.Find("no_such_function"), nullptr);
}

TEST(SharedLibraryTest, SaysWhatCannotBeOpened) {
  const SharedLibrary library("no_such_library.dll");
  EXPECT_FALSE(library.ok());
  EXPECT_EQ(library.problem().rfind("no_such_library.dll: ", 0), 0u);
  EXPECT_EQ(library.Find("CreateFileW"), nullptr);
}

TEST(SharedLibraryTest, OpensNothingOfTheCurrentFolder) {
  const auto before = std::filesystem::current_path();
  const auto folder =
      std::filesystem::u8path(testing::TempDir()) / "os_test_folder";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(std::filesystem::u8path(ThisLibrary()),
                             folder / "os_test_copy.dll",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::current_path(folder);
  EXPECT_FALSE(SharedLibrary("os_test_copy.dll").ok());
  EXPECT_TRUE(
      SharedLibrary((folder / "os_test_copy.dll").u8string().c_str()).ok());
  std::filesystem::current_path(before);
}

TEST(VariablesTest, TellsUnsetFromEmpty) {
  SetEnvironmentVariableW(L"DML_OS_TEST", L"");
  EXPECT_EQ(Variable("DML_OS_TEST"), "");
  const std::wstring large(1000, L'\u00e9');
  SetEnvironmentVariableW(L"DML_OS_TEST", large.c_str());
  EXPECT_EQ(Variable("DML_OS_TEST"), Utf8(large));
  SetEnvironmentVariableW(L"DML_OS_TEST", nullptr);
  EXPECT_EQ(Variable("DML_OS_TEST"), std::nullopt);
}

TEST(VariablesTest, ListsNames) {
  const auto count = [] {
    const std::vector<std::string> names = VariableNames();
    return std::count(names.begin(), names.end(), "DML_OS_TEST");
  };
  SetEnvironmentVariableW(L"DML_OS_TEST", L"a=b");
  EXPECT_EQ(count(), 1);
  SetEnvironmentVariableW(L"DML_OS_TEST", nullptr);
  EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace os
}  // namespace dml

int main(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-') {
    return dml::os::Behave(argv[1], argc, argv);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
