#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"

#include <atomic>
#include <filesystem>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/windows/wide.h"

namespace dml {
namespace os {
namespace {

// Between two attempts at something that another process is in the way of.
constexpr DWORD kPauseMs = 20;
// Scanners and readers keep a file open for a moment.
constexpr int kAttempts = 10;

void MakeFolderOf(const std::string& path) {
  std::error_code ignored;
  std::filesystem::create_directories(
      std::filesystem::path(Wide(path)).parent_path(), ignored);
}

bool Write(HANDLE file, std::string_view part) {
  while (!part.empty()) {
    const DWORD most =
        static_cast<DWORD>(std::min<size_t>(part.size(), DWORD{1} << 30));
    DWORD written = 0;
    if (!WriteFile(file, part.data(), most, &written, nullptr)) return false;
    part.remove_prefix(written);
  }
  return true;
}

// Whether a call that failed so may soon succeed.
bool InUse(DWORD error) {
  return error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION;
}

bool Move(const std::wstring& from, const std::wstring& to) {
  for (int attempt = 0;; ++attempt) {
    if (MoveFileExW(from.c_str(), to.c_str(), MOVEFILE_REPLACE_EXISTING)) {
      return true;
    }
    if (!InUse(GetLastError()) || attempt == kAttempts) return false;
    Sleep(kPauseMs);
  }
}

Handle OpenToRead(const std::wstring& path) {
  for (int attempt = 0;; ++attempt) {
    Handle file(CreateFileW(
        path.c_str(), GENERIC_READ,
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
        OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, nullptr));
    if (file.ok() || !InUse(GetLastError()) || attempt == kAttempts) {
      return file;
    }
    Sleep(kPauseMs);
  }
}

Handle OpenLock(const std::string& path) {
  if (path.empty()) return Handle();
  MakeFolderOf(path);
  return Handle(
      CreateFileW(Wide(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                  nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
}

// ERROR_SUCCESS, or why there is no lock.
DWORD Lock(HANDLE file, DWORD flags) {
  OVERLAPPED from_start = {};
  return LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | flags, 0, 1, 0, &from_start)
             ? ERROR_SUCCESS
             : GetLastError();
}

}  // namespace

// Who may read it is what the folder says: a user's own, in a user's profile.
std::string FileIdentity(const std::string& path) {
  std::error_code missing, error;
  const std::filesystem::path file(Wide(path));
  const uintmax_t bytes = std::filesystem::file_size(file, missing);
  const auto time = std::filesystem::last_write_time(file, error);
  if (path.empty() || missing || error) return "";
  return std::to_string(bytes) + " bytes of " +
         std::to_string(time.time_since_epoch().count());
}

bool ReplaceFile(const std::string& path,
                 std::initializer_list<std::string_view> parts) {
  MakeFolderOf(path);
  static std::atomic<uint32_t> number{0};
  const std::wstring wide = Wide(path);
  const std::wstring temporary = wide + L"." +
                                 std::to_wstring(GetCurrentProcessId()) + L"." +
                                 std::to_wstring(number++);
  Handle file(CreateFileW(temporary.c_str(), GENERIC_WRITE, 0, nullptr,
                          CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file.ok()) return false;
  bool complete = true;
  for (const std::string_view part : parts) {
    complete = complete && Write(file.get(), part);
  }
  file.Close();
  if (complete && Move(temporary, wide)) return true;
  DeleteFileW(temporary.c_str());
  return false;
}

bool ReadWholeFile(const std::string& path, std::string* bytes) {
  const Handle file = OpenToRead(Wide(path));
  if (!file.ok()) return false;
  bytes->clear();
  char piece[1 << 16];
  DWORD count = 0;
  while (ReadFile(file.get(), piece, sizeof piece, &count, nullptr)) {
    if (count == 0) return true;
    bytes->append(piece, count);
  }
  return false;
}

struct FileLock::File {
  explicit File(Handle open_handle) : handle(std::move(open_handle)) {}
  ~File() {
    OVERLAPPED from_start = {};
    UnlockFileEx(handle.get(), 0, 1, 0, &from_start);
  }
  Handle handle;
};

FileLock::FileLock(const std::string& path) {
  Handle handle = OpenLock(path);
  if (handle.ok() && Lock(handle.get(), 0) == ERROR_SUCCESS) {
    file_ = std::make_unique<File>(std::move(handle));
  }
}

FileLock::FileLock(const std::string& path,
                   const std::function<bool()>& give_up) {
  Handle handle = OpenLock(path);
  if (!handle.ok()) return;
  DWORD error;
  while ((error = Lock(handle.get(), LOCKFILE_FAIL_IMMEDIATELY)) !=
         ERROR_SUCCESS) {
    if (error != ERROR_LOCK_VIOLATION && error != ERROR_IO_PENDING) return;
    if (give_up()) {
      busy_ = true;
      return;
    }
    Sleep(kPauseMs);
  }
  file_ = std::make_unique<File>(std::move(handle));
}

FileLock::~FileLock() = default;

}  // namespace os
}  // namespace dml
