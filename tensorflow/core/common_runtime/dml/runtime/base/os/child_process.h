// ChildProcess: a program that runs as a process of its own, so that what it
// may do wrong costs this one nothing.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_CHILD_PROCESS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_CHILD_PROCESS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace dml {
namespace os {

// Thread-compatible. Its standard output is kept, its standard input is empty,
// and it shares the standard error and the environment of this process.
class ChildProcess {
 public:
  enum class End {
    kExited,
    kCrashed,      // by a signal of a fault or of abort()
    kInterrupted,  // by any other signal: somebody ended it
    kUnknown,      // somebody else in this process has waited for it
  };
  struct Outcome {
    End end = End::kUnknown;
    int code = 0;        // kExited: its status; ended by a signal: which
    std::string output;  // of its standard output, at most kMaxOutput bytes
  };
  static constexpr size_t kMaxOutput = 1 << 16;

  // Starts the program at the path arguments[0]. Null when it cannot.
  static std::unique_ptr<ChildProcess> Start(
      const std::vector<std::string>& arguments);
  // Ends it, if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until it has ended, for about `milliseconds` at most. True, once,
  // when it has.
  bool Wait(int milliseconds, Outcome* outcome);

  // For arguments of the child: this process, by its number.
  static std::string Parent();
  // In the child: lets it end with that process.
  static void EndWith(const std::string& parent);

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

// Whether the file at `path` may be run as a program.
bool IsProgram(const std::string& path);
// The system's name for the file of the program `name`.
std::string ProgramFile(const std::string& name);

// What stays the same from one start of the machine to the next. Empty where
// the system does not tell.
std::string StartOfMachine();

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_CHILD_PROCESS_H_
