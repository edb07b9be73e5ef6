// Status: how every layer of the runtime reports failure. No exceptions, no
// aborts: a function that can fail returns a Status, and its message says what
// happened and what the user can do about it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_STATUS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_STATUS_H_

#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace dml {

// Values equal those of dml_code in c_api/dml_runtime.h; c_api/thread_state.cc
// checks it.
enum class Code : int {
  kOk = 0,
  kInvalidArgument = 1,
  kOutOfMemory = 2,
  kUnimplemented = 3,
  kUnavailable = 4,
  kDeviceLost = 5,
  kInternal = 6,
  kDeadlineExceeded = 7,
  kNotFound = 8,
  kFailedPrecondition = 9,
};

// One pointer, null for success: the enqueue path returns several a launch.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message)
      : failure_(code == Code::kOk ? nullptr
                                   : std::make_unique<Failure>(
                                         Failure{code, std::move(message)})) {}
  Status(const Status& other)
      : failure_(other.ok() ? nullptr
                            : std::make_unique<Failure>(*other.failure_)) {}
  Status(Status&&) = default;
  Status& operator=(Status other) {
    failure_ = std::move(other.failure_);
    return *this;
  }
  static Status Ok() { return Status(); }

  bool ok() const { return failure_ == nullptr; }
  Code code() const { return ok() ? Code::kOk : failure_->code; }
  // Empty for success.
  const std::string& message() const {
    static const std::string empty;
    return ok() ? empty : failure_->message;
  }

 private:
  struct Failure {
    Code code;
    std::string message;
  };
  std::unique_ptr<const Failure> failure_;
};

// Builds a Status whose message is the concatenation of the arguments.
template <typename... Args>
Status Error(Code code, const Args&... args) {
  std::ostringstream message;
  (message << ... << args);
  return Status(code, message.str());
}
template <typename... Args>
Status InvalidArgument(const Args&... args) {
  return Error(Code::kInvalidArgument, args...);
}
template <typename... Args>
Status Unimplemented(const Args&... args) {
  return Error(Code::kUnimplemented, args...);
}
template <typename... Args>
Status Internal(const Args&... args) {
  return Error(Code::kInternal, args...);
}

}  // namespace dml

#define DML_RETURN_IF_ERROR(expression)        \
  do {                                         \
    ::dml::Status dml_status_ = (expression);  \
    if (!dml_status_.ok()) return dml_status_; \
  } while (false)

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_STATUS_H_
