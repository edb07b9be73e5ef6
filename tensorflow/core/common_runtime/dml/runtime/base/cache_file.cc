#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace dml {
namespace {

// Before the data. Drivers check their own header, but not every byte behind
// it: a torn or flipped file must not reach them.
struct Header {
  CacheMagic magic;
  uint64_t bytes;
  uint64_t checksum;
};

const char* Environment(const char* name) {
  const char* value = getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

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
  std::string folder;
  if (const char* own = Environment("TF_DIRECTML_CACHE_DIR")) {
    folder = own;
  } else if (const char* user = Environment("XDG_CACHE_HOME")) {
    folder = std::string(user) + "/tensorflow-directml";
  } else if (const char* home = Environment("HOME")) {
    folder = std::string(home) + "/.cache/tensorflow-directml";
  } else {
    return "";
  }
  return folder + "/" + name;
}

CacheRead ReadCacheFile(const std::string& path, const CacheMagic& magic,
                        std::string* data) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return CacheRead::kMissing;
  Header header;
  if (!file.read(reinterpret_cast<char*>(&header), sizeof(header))) {
    return CacheRead::kDamaged;
  }
  data->assign(std::istreambuf_iterator<char>(file), {});
  const bool whole = std::memcmp(header.magic, magic, sizeof(magic)) == 0 &&
                     header.bytes == data->size() &&
                     header.checksum == Checksum(data->data(), data->size());
  return whole ? CacheRead::kRead : CacheRead::kDamaged;
}

bool WriteCacheFile(const std::string& path, const CacheMagic& magic,
                    const std::string& data) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(),
                                      ignored);
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkstemp(temporary.data());
  if (descriptor < 0) return false;
  close(descriptor);

  Header header;
  std::memcpy(header.magic, magic, sizeof(magic));
  header.bytes = data.size();
  header.checksum = Checksum(data.data(), data.size());
  std::ofstream file(temporary, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&header), sizeof(header));
  file.write(data.data(), static_cast<std::streamsize>(data.size()));
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    return false;
  }
  return true;
}

FileLock::FileLock(const std::string& path) {
  if (path.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(),
                                      ignored);
  descriptor_ =
      open((path + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor_ >= 0) flock(descriptor_, LOCK_EX);
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace dml
