// ProgramMaker: a thread that makes programs in the background, of work that
// does without them until they are there.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PROGRAM_MAKER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PROGRAM_MAKER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace dml {

// Thread-safe.
class ProgramMaker {
 public:
  ProgramMaker() = default;
  ~ProgramMaker();  // Stop()
  ProgramMaker(const ProgramMaker&) = delete;
  ProgramMaker& operator=(const ProgramMaker&) = delete;

  // Has the thread call `make`, behind what was asked for before; not after
  // Stop(). Returns at once.
  void Ask(std::function<void()> make);
  // Waits until what was asked for is made.
  void Finish();
  // Makes no more, and waits until the driver is left alone.
  void Stop();

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> wanted_;  // guarded by mutex_, as all below
  bool making_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SHADERS_PROGRAM_MAKER_H_
