#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <thread>

namespace dml {
namespace os {
namespace {

// Between two attempts to get a lock that others have.
constexpr std::chrono::milliseconds kLockPause{20};

// From the top; most of them are there already.
void MakeFolderOf(const std::string& path) {
  for (size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    mkdir(path.substr(0, end).c_str(), 0777);
  }
}

// Of a lock file; negative where there can be none.
int OpenLock(const std::string& path) {
  if (path.empty()) return -1;
  MakeFolderOf(path);
  return open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
}

}  // namespace

std::string FileIdentity(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) return "";
  constexpr int64_t kSecond = 1000000000;
  return std::to_string(found.st_size) + " bytes of " +
         std::to_string(found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec);
}

bool ReplaceFile(const std::string& path,
                 std::initializer_list<std::string_view> parts) {
  MakeFolderOf(path);
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkstemp(temporary.data());
  if (descriptor < 0) return false;
  close(descriptor);

  std::ofstream file(temporary, std::ios::binary);
  for (const std::string_view part : parts) {
    file.write(part.data(), static_cast<std::streamsize>(part.size()));
  }
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    return false;
  }
  return true;
}

bool ReadWholeFile(const std::string& path, std::string* bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  bytes->assign(std::istreambuf_iterator<char>(file), {});
  return !file.bad();
}

struct FileLock::File {
  explicit File(int open_descriptor) : descriptor(open_descriptor) {}
  ~File() {
    // A fork keeps the descriptor open, and with that alone the lock.
    (void)flock(descriptor, LOCK_UN);
    close(descriptor);
  }
  const int descriptor;
};

FileLock::FileLock(const std::string& path) {
  const int descriptor = OpenLock(path);
  if (descriptor < 0) return;
  auto file = std::make_unique<File>(descriptor);
  int result;
  do {
    result = flock(descriptor, LOCK_EX);
  } while (result != 0 && errno == EINTR);
  if (result == 0) file_ = std::move(file);
}

FileLock::FileLock(const std::string& path,
                   const std::function<bool()>& give_up) {
  const int descriptor = OpenLock(path);
  if (descriptor < 0) return;
  auto file = std::make_unique<File>(descriptor);
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return;
    if (give_up()) {
      busy_ = true;
      return;
    }
    std::this_thread::sleep_for(kLockPause);
  }
  file_ = std::move(file);
}

FileLock::~FileLock() = default;

}  // namespace os
}  // namespace dml
