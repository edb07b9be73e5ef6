#include "tensorflow/core/common_runtime/dml/runtime/base/os/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace dml {
namespace os {
namespace {

// How often Wait() asks whether the process has ended.
constexpr int kPeriodMs = 5;

void Sleep(int milliseconds) {
  const timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  (void)nanosleep(&time, nullptr);
}

ChildProcess::End EndBySignal(int signal) {
  for (int fault :
       {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS}) {
    if (signal == fault) return ChildProcess::End::kCrashed;
  }
  return ChildProcess::End::kInterrupted;
}

// The two ends of a pipe, closed in programs that this process starts.
struct Pipe {
  int read = -1, write = -1;
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return fcntl(read, F_SETFL, O_NONBLOCK) == 0;
  }
};

}  // namespace

struct ChildProcess::State {
  pid_t process = 0;  // 0: it has ended
  int output = -1;
  bool more = true;  // output is open at its other end
  std::string text;

  ~State() {
    if (process != 0) {
      kill(process, SIGKILL);
      // One that hangs in the kernel is left behind.
      for (int i = 0; i < 100 && waitpid(process, nullptr, WNOHANG) == 0; ++i) {
        Sleep(kPeriodMs);
      }
    }
    if (output >= 0) close(output);
  }

  void Read() {
    char piece[4096];
    ssize_t count;
    while ((count = read(output, piece, sizeof piece)) > 0) {
      text.append(piece, std::min<size_t>(count, kMaxOutput - text.size()));
    }
    more = count < 0 && (errno == EAGAIN || errno == EINTR);
  }
};

ChildProcess::ChildProcess(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

ChildProcess::~ChildProcess() = default;

std::unique_ptr<ChildProcess> ChildProcess::Start(
    const std::vector<std::string>& arguments) {
  auto state = std::make_unique<State>();
  Pipe pipe;
  const bool piped = pipe.Open();
  state->output = pipe.read;
  if (!piped) {
    if (pipe.write >= 0) close(pipe.write);
    return nullptr;
  }
  std::vector<char*> words;
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);

  // Signals as a program that nobody prepared for expects them.
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, pipe.write, 1);
  const int error = posix_spawn(&state->process, words[0], &files, &attributes,
                                words.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  close(pipe.write);
  if (error != 0) {
    state->process = 0;
    return nullptr;
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

bool ChildProcess::Wait(int milliseconds, Outcome* outcome) {
  if (state_->process == 0) return false;
  for (int waited = 0;; waited += kPeriodMs) {
    if (state_->more) state_->Read();
    int status;
    const pid_t ended = waitpid(state_->process, &status, WNOHANG);
    if (ended != 0 && !(ended < 0 && errno == EINTR)) {
      state_->process = 0;
      if (state_->more) state_->Read();
      *outcome = {};
      outcome->output = std::move(state_->text);
      if (ended > 0 && WIFEXITED(status)) {
        outcome->end = End::kExited;
        outcome->code = WEXITSTATUS(status);
      } else if (ended > 0) {
        outcome->code = WTERMSIG(status);
        outcome->end = EndBySignal(outcome->code);
      }
      return true;
    }
    if (waited >= milliseconds) return false;
    Sleep(kPeriodMs);
  }
}

std::string ChildProcess::Parent() { return std::to_string(getpid()); }

void ChildProcess::EndWith(const std::string& parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have ended before that.
  if (std::to_string(getppid()) != parent) _exit(1);
}

bool IsProgram(const std::string& path) {
  return access(path.c_str(), X_OK) == 0;
}

std::string ProgramFile(const std::string& name) { return name; }

std::string StartOfMachine() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

}  // namespace os
}  // namespace dml
