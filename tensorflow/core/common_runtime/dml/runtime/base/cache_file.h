// Files that keep between runs what took long to find out: where they lie, and
// how they are read and replaced safely.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_CACHE_FILE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_CACHE_FILE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"

namespace dml {

// The path of `name` in the cache folder. Empty when the environment names no
// place (no home directory).
std::string CacheFilePath(const std::string& name);

// 32 digits.
std::string Hexadecimal(const std::array<uint8_t, 16>& uuid);

uint64_t Checksum(const void* data, size_t bytes);

// The first bytes of a file: what it holds, and in which version.
using CacheMagic = char[8];

enum class CacheRead {
  kRead,
  kMissing,  // or not readable
  kDamaged,  // not what WriteCacheFile() wrote whole
};
CacheRead ReadCacheFile(const std::string& path, const CacheMagic& magic,
                        std::string* data);

// Makes the folder and replaces the file in one step, so that readers see the
// old one or the new one. False, without a trace, when it cannot.
bool WriteCacheFile(const std::string& path, const CacheMagic& magic,
                    const std::string& data);

// Held by one process at a time while it reads and replaces a file, if the
// folder allows it; made together with the folder.
class FileLock {
 public:
  // Waits for it. Of the file at `path`; an empty one needs none.
  explicit FileLock(const std::string& path);
  // The same, but stops waiting when `give_up` says so.
  FileLock(const std::string& path, const std::function<bool()>& give_up);

  // It gave up: somebody else has it.
  bool busy() const { return lock_.busy(); }

 private:
  os::FileLock lock_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_BASE_CACHE_FILE_H_
