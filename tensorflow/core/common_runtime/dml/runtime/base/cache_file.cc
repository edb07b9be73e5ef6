#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

#include <cstdio>
#include <cstring>
#include <string_view>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"

namespace dml {
namespace {

// Before the data. Drivers check their own header, but not every byte behind
// it: a torn or flipped file must not reach them.
struct Header {
  CacheMagic magic;
  uint64_t bytes;
  uint64_t checksum;
};

}  // namespace

uint64_t Checksum(const void* data, size_t bytes) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325;
  const auto* byte = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < bytes; ++i) hash = (hash ^ byte[i]) * 0x100000001b3;
  return hash;
}

std::string Hexadecimal(const std::array<uint8_t, 16>& uuid) {
  std::string text;
  for (uint8_t byte : uuid) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    text += digits;
  }
  return text;
}

std::string CacheFilePath(const std::string& name) {
  const std::string& folder = GetEnvironment().cache_folder;
  return folder.empty() ? "" : folder + "/" + name;
}

CacheRead ReadCacheFile(const std::string& path, const CacheMagic& magic,
                        std::string* data) {
  if (!os::ReadWholeFile(path, data)) return CacheRead::kMissing;
  Header header;
  if (data->size() < sizeof(header)) return CacheRead::kDamaged;
  std::memcpy(&header, data->data(), sizeof(header));
  data->erase(0, sizeof(header));
  const bool whole = std::memcmp(header.magic, magic, sizeof(magic)) == 0 &&
                     header.bytes == data->size() &&
                     header.checksum == Checksum(data->data(), data->size());
  return whole ? CacheRead::kRead : CacheRead::kDamaged;
}

bool WriteCacheFile(const std::string& path, const CacheMagic& magic,
                    const std::string& data) {
  Header header;
  std::memcpy(header.magic, magic, sizeof(magic));
  header.bytes = data.size();
  header.checksum = Checksum(data.data(), data.size());
  const std::string_view head(reinterpret_cast<const char*>(&header),
                              sizeof(header));
  return os::ReplaceFile(path, {head, data});
}

FileLock::FileLock(const std::string& path)
    : lock_(path.empty() ? "" : path + ".lock") {}

FileLock::FileLock(const std::string& path,
                   const std::function<bool()>& give_up)
    : lock_(path.empty() ? "" : path + ".lock", give_up) {}

}  // namespace dml
