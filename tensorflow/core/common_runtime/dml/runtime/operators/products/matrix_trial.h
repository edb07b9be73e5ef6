// MatrixTrial: one check of an adapter's cooperative matrices, in the
// background.
//
// Products do without them until there is a verdict, so that a driver that
// compiles for minutes, or never comes back, holds nobody up. The verdict is
// kept in a file. A check that did not come back in time, since the driver
// hung, ended the process or took the machine down, leaves a strike there;
// after the second there are no more checks. One that was interrupted leaves
// none.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_MATRIX_TRIAL_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_MATRIX_TRIAL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"

namespace dml {

enum class MatrixVerdict { kPending, kRight, kWrong };

struct MatrixTrialOptions {
  std::string path;  // of the file; empty: there is none
  // Ok when matrices are right; kOutOfMemory or kUnavailable when nothing can
  // be said now; kDeadlineExceeded or kDeviceLost when it hung or crashed,
  // which is a strike; else why they are wrong. Ends soon after `stop` became
  // true, if it can, with an error.
  std::function<Status(const std::atomic<bool>& stop)> check;
  // Where the check cannot end this process: what is the same until the machine
  // starts again. A check that was begun since then, and never ended, was
  // interrupted. Empty: any such check is a strike.
  std::string start_of_machine;
  // Told why there will be no matrices, unless the file said so.
  std::function<void(const std::string& why)> warn;
  uint64_t limit_ns = 0;            // for the check
  std::function<uint64_t()> clock;  // nanoseconds
};

// Thread-safe.
class MatrixTrial {
 public:
  explicit MatrixTrial(MatrixTrialOptions options);
  ~MatrixTrial();  // Stop()
  MatrixTrial(const MatrixTrial&) = delete;
  MatrixTrial& operator=(const MatrixTrial&) = delete;

  // The first call begins the trial. With `wait`, comes back when there is a
  // verdict, at the latest when the check's time is over.
  MatrixVerdict verdict(bool wait);
  // Stops the check, if it runs, and waits for its end until its time is over.
  void Stop();

 private:
  struct State;
  static void Run(const std::shared_ptr<State>& state);

  // The thread may outlive the trial, in a driver that does not come back.
  const std::shared_ptr<State> state_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_MATRIX_TRIAL_H_
