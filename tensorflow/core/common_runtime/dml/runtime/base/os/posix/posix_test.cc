#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/child_process.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/exits.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/forks.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/shared_library.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/variables.h"

namespace dml {
namespace os {
namespace {

ChildProcess::Outcome RunShell(const std::string& script) {
  ChildProcess::Outcome outcome;
  const auto child = ChildProcess::Start({"/bin/sh", "-c", script});
  if (child == nullptr || !child->Wait(60000, &outcome)) {
    ADD_FAILURE() << script;
  }
  return outcome;
}

TEST(ChildProcessTest, GivesItsOutputAndStatus) {
  const auto outcome =
      RunShell("read word; echo \"<$word>\"; echo two; exit 3");
  EXPECT_EQ(outcome.end, ChildProcess::End::kExited);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.output, "<>\ntwo\n");
}

TEST(ChildProcessTest, KeepsTheFirstOfMuchOutput) {
  const auto outcome = RunShell("head -c 3000000 /dev/zero | tr '\\0' x");
  EXPECT_EQ(outcome.output, std::string(ChildProcess::kMaxOutput, 'x'));
}

TEST(ChildProcessTest, TellsCrashesFromInterruptions) {
  for (const char* fault : {"SEGV", "ABRT", "BUS", "ILL"}) {
    EXPECT_EQ(RunShell(std::string("kill -s ") + fault + " $$").end,
              ChildProcess::End::kCrashed);
  }
  for (const char* other : {"INT", "TERM", "KILL", "HUP"}) {
    EXPECT_EQ(RunShell(std::string("kill -s ") + other + " $$").end,
              ChildProcess::End::kInterrupted);
  }
}

TEST(ChildProcessTest, SaysWhenItCannotStart) {
  EXPECT_EQ(ChildProcess::Start({"/nowhere/program"}), nullptr);
  EXPECT_FALSE(IsProgram("/nowhere/program"));
  EXPECT_FALSE(IsProgram("/etc/passwd"));
  EXPECT_TRUE(IsProgram("/bin/sh"));
}

TEST(ChildProcessTest, EndsItWhenNobodyWantsItAnyMore) {
  const std::string mark =
      testing::TempDir() + "child" + ChildProcess::Parent();
  auto child =
      ChildProcess::Start({"/bin/sh", "-c", "sleep 1; echo > " + mark});
  ASSERT_NE(child, nullptr);
  ChildProcess::Outcome outcome;
  EXPECT_FALSE(child->Wait(10, &outcome));
  child.reset();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);  // no child is left
  sleep(2);
  EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST(ChildProcessTest, IsSureOfNothingThatOthersWaitedFor) {
  signal(SIGCHLD, SIG_IGN);  // nobody has to wait
  EXPECT_EQ(RunShell("echo fine").end, ChildProcess::End::kUnknown);
  EXPECT_EQ(RunShell("echo fine").output, "fine\n");
  signal(SIGCHLD, SIG_DFL);
}

TEST(ChildProcessTest, TheMachineStartedOnce) {
  EXPECT_EQ(StartOfMachine(), StartOfMachine());
  EXPECT_FALSE(StartOfMachine().empty());
}

TEST(FilesTest, AForkKeepsNoLock) {
  const std::string path = testing::TempDir() + "os_test_lock/forked";
  auto lock = std::make_unique<FileLock>(path);
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  lock.reset();
  const FileLock again(path, [] { return true; });
  EXPECT_TRUE(again.held());
  kill(child, SIGKILL);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
}

void Say(const char* what) { fputs(what, stderr); }

TEST(ExitsTest, BeginWithTheFirstThreadsHandler) {
  const auto leave = [] {
    BeginExitWith([] { Say("never "); });
    std::thread([] { BeginExitWith([] { Say("none "); }); }).join();
    BeginExitWith([] { Say("first "); });
    std::thread([] { atexit([] { Say("then"); }); }).join();
    exit(3);
  };
  EXPECT_EXIT(leave(), testing::ExitedWithCode(3), "^first then$");
}

// What `question` is in a fork of this process.
bool InFork(bool (*question)()) {
  const pid_t child = fork();
  if (child == 0) _exit(question() ? 1 : 0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status) == 1;
}

TEST(ForksTest, MarksTheForksThatAreForbidden) {
  EXPECT_FALSE(InFork(Forked));
  {
    const NoForks outer;
    { const NoForks inner; }
    EXPECT_TRUE(InFork(Forked));
    // What a marked process forks is marked.
    EXPECT_TRUE(InFork([] { return InFork(Forked); }));
  }
  EXPECT_FALSE(InFork(Forked));
  EXPECT_FALSE(Forked());
}

TEST(SharedLibraryTest, FindsFunctions) {
  const SharedLibrary library("libm.so.6");
  ASSERT_TRUE(library.ok()) << library.problem();
  auto* cosine = reinterpret_cast<double (*)(double)>(library.Find("cos"));
  ASSERT_NE(cosine, nullptr);
  EXPECT_EQ(cosine(0.0), 1.0);
  EXPECT_EQ(library.Find("no_such_function"), nullptr);
}

TEST(SharedLibraryTest, SaysWhatCannotBeOpened) {
  const SharedLibrary library("libno_such_library.so");
  EXPECT_FALSE(library.ok());
  EXPECT_NE(library.problem().find("libno_such_library.so"), std::string::npos);
  EXPECT_EQ(library.Find("cos"), nullptr);
}

TEST(VariablesTest, TellsUnsetFromEmpty) {
  setenv("DML_OS_TEST", "", 1);
  EXPECT_EQ(Variable("DML_OS_TEST"), "");
  setenv("DML_OS_TEST", "value", 1);
  EXPECT_EQ(Variable("DML_OS_TEST"), "value");
  unsetenv("DML_OS_TEST");
  EXPECT_EQ(Variable("DML_OS_TEST"), std::nullopt);
}

TEST(VariablesTest, ListsNames) {
  const auto count = [] {
    const std::vector<std::string> names = VariableNames();
    return std::count(names.begin(), names.end(), "DML_OS_TEST");
  };
  setenv("DML_OS_TEST", "a=b", 1);
  EXPECT_EQ(count(), 1);
  unsetenv("DML_OS_TEST");
  EXPECT_EQ(count(), 0);
}

}  // namespace
}  // namespace os
}  // namespace dml
