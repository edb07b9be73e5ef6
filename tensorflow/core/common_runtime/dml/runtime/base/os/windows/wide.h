// Text as the system takes it: UTF-16.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_WINDOWS_WIDE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_WINDOWS_WIDE_H_

#include <windows.h>

#include <string>
#include <string_view>
#include <utility>

// The system's macro would rename ours (files.h).
#undef ReplaceFile

namespace dml {
namespace os {

// Of UTF-8; what is none becomes U+FFFD.
std::wstring Wide(std::string_view text);
std::string Utf8(std::wstring_view text);

// What the system says of an error of GetLastError(), without a line's end.
std::string ErrorText(DWORD error);

// A HANDLE that is closed with it. Null and INVALID_HANDLE_VALUE are none.
class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle)
      : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  ~Handle() { Close(); }
  Handle(Handle&& other) : handle_(other.handle_) { other.handle_ = nullptr; }
  Handle& operator=(Handle&& other) {
    std::swap(handle_, other.handle_);
    return *this;
  }

  bool ok() const { return handle_ != nullptr; }
  HANDLE get() const { return handle_; }
  void Close() {
    if (handle_ != nullptr) CloseHandle(handle_);
    handle_ = nullptr;
  }
  // For functions that fill one.
  HANDLE* address() {
    Close();
    return &handle_;
  }

 private:
  HANDLE handle_ = nullptr;
};

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_WINDOWS_WIDE_H_
