#include "tensorflow/core/common_runtime/dml/runtime/hal/vulkan/cache_file.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace dml {
namespace hal {
namespace vulkan {
namespace {

// Before the data. Drivers check their own header, but not every byte behind
// it: a torn or flipped file must not reach them.
struct Header {
  char magic[8];
  uint64_t bytes;
  uint64_t checksum;
};
constexpr char kMagic[8] = {'D', 'M', 'L', 'V', 'K', 'P', 'C', '1'};

// FNV-1a.
uint64_t Checksum(const std::string& data) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : data) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

const char* Environment(const char* name) {
  const char* value = getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

std::string CacheFilePath(const std::array<uint8_t, 16>& uuid) {
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
  std::string name;
  for (uint8_t byte : uuid) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    name += digits;
  }
  return folder + "/vulkan-" + name + ".bin";
}

bool ReadCacheFile(const std::string& path, std::string* data) {
  std::ifstream file(path, std::ios::binary);
  Header header;
  if (!file.read(reinterpret_cast<char*>(&header), sizeof(header))) {
    return false;
  }
  data->assign(std::istreambuf_iterator<char>(file), {});
  return std::memcmp(header.magic, kMagic, sizeof(kMagic)) == 0 &&
         header.bytes == data->size() && header.checksum == Checksum(*data);
}

void WriteCacheFile(const std::string& path, const std::string& data) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(),
                                      ignored);
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkstemp(temporary.data());
  if (descriptor < 0) return;
  close(descriptor);

  Header header;
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.bytes = data.size();
  header.checksum = Checksum(data);
  std::ofstream file(temporary, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&header), sizeof(header));
  file.write(data.data(), static_cast<std::streamsize>(data.size()));
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
  }
}

}  // namespace vulkan
}  // namespace hal
}  // namespace dml
