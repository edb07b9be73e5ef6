// BackgroundSaver: has what is new saved by a thread of its own, soon enough
// that a process which is killed loses little, and seldom enough that saving
// stays a small part of what it does.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_BACKGROUND_SAVER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_BACKGROUND_SAVER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace dml {

// Thread-safe.
class BackgroundSaver {
 public:
  using Duration = std::chrono::steady_clock::duration;
  // Saves what is new. Where it has to wait for something, it must do without
  // as soon as `give_up` says so.
  using Save = std::function<void(const std::function<bool()>& give_up)>;
  struct Delays {
    // It saves when nothing new came for so long,
    Duration quiet = std::chrono::seconds(1);
    // or the oldest news is so old.
    Duration longest = std::chrono::seconds(5);
    // After saving it rests so many times as long as that took.
    int rest = 20;
    // What saves last gives up so long after its beginning.
    Duration last = std::chrono::seconds(2);
  };

  // `save` runs on one thread at a time.
  explicit BackgroundSaver(Save save);
  BackgroundSaver(Save save, const Delays& delays);
  ~BackgroundSaver();  // stops

  // There is something new. Starts the thread if there is none.
  void Note();
  // Waits for a `save` that runs; none begins afterwards.
  void Stop();
  // Stops, and saves once more.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;
  void Loop();
  bool stopping();

  const Save save_;
  const Delays delays_;
  std::mutex saving_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  bool news_ = false;
  Clock::time_point oldest_;  // of the news; so is newest_
  Clock::time_point newest_;
  std::thread thread_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_BACKGROUND_SAVER_H_
