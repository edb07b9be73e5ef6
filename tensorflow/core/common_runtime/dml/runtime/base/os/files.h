// Files that several processes read and replace. Paths are UTF-8.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_FILES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_FILES_H_

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace dml {
namespace os {

// Makes the folder that `path` lies in, and replaces the file by one with these
// parts, one after the other, in one step: who reads it meanwhile sees the old
// file or the new one. False, without a trace, when it cannot. For this user's
// eyes only, where the folder is nobody else's on Windows.
bool ReplaceFile(const std::string& path,
                 std::initializer_list<std::string_view> parts);

// The file's bytes; false when there is none that can be read. Beside
// ReplaceFile() it gets the old file or the new one.
bool ReadWholeFile(const std::string& path, std::string* bytes);

// Tells files apart, and versions of a file, by size and time of writing; empty
// where there is none.
std::string FileIdentity(const std::string& path);

// A lock between processes, and between the FileLocks of one process.
class FileLock {
 public:
  // Waits for it. The file at `path` is made, with its folder, and stays. Where
  // that is not possible, or `path` is empty, there is no lock.
  explicit FileLock(const std::string& path);
  // The same, but asks `give_up` now and then while it waits for others, and
  // stops waiting when it says so.
  FileLock(const std::string& path, const std::function<bool()>& give_up);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool held() const { return file_ != nullptr; }
  // It gave up: somebody else has it.
  bool busy() const { return busy_; }

 private:
  struct File;
  std::unique_ptr<File> file_;
  bool busy_ = false;
};

}  // namespace os
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_OS_FILES_H_
