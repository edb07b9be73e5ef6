// The file in which compiled programs are kept: where it lies and how it is
// read and replaced safely.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_CACHE_FILE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_CACHE_FILE_H_

#include <array>
#include <cstdint>
#include <string>

namespace dml {
namespace hal {
namespace vulkan {

// Empty when the environment names no place (no home directory).
std::string CacheFilePath(const std::array<uint8_t, 16>& uuid);

// False when there is no file, or it is not what WriteCacheFile() wrote whole.
bool ReadCacheFile(const std::string& path, std::string* data);

// Makes the folder and replaces the file in one step, so that readers see the
// old one or the new one. Failure leaves no trace.
void WriteCacheFile(const std::string& path, const std::string& data);

}  // namespace vulkan
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_VULKAN_CACHE_FILE_H_
