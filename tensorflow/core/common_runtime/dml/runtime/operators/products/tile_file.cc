#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_file.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <sstream>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/programs.h"

namespace dml {
namespace {

constexpr CacheMagic kMagic = {'D', 'M', 'L', 'T', 'I', 'L', 'E', '1'};

bool StartsWith(const char* text, const char* start) {
  return std::strncmp(text, start, std::strlen(start)) == 0;
}

// Of the programs that the choices are for.
uint64_t ProgramsVersion() {
  static const uint64_t version = [] {  // of megabytes
    uint64_t sum = 0;
    for (const Shader& shader : AllShaders()) {
      if (StartsWith(shader.name, "gemm_") ||
          StartsWith(shader.name, "convolution_")) {
        sum = sum * 31 + Checksum(shader.words, 4 * shader.word_count);
      }
    }
    return sum;
  }();
  return version;
}

std::string PathFor(const hal::AdapterInfo& adapter) {
  return AdapterFilePath("tiles", adapter);
}

// A line a choice.
std::string Format(const TileChoice& choice) {
  const TileKey& key = choice.key;
  const TileConfig& tile = choice.tile;
  std::ostringstream line;
  line << static_cast<uint32_t>(key.family) << ' ' << key.type << ' '
       << key.m_class << ' ' << key.n_class << ' ' << tile.m << ' ' << tile.n
       << ' ' << tile.k << ' ' << tile.thread_m << ' ' << tile.thread_n << ' '
       << tile.load_width << ' ' << tile.lanes << ' ' << tile.matrix.m << ' '
       << tile.matrix.n << ' ' << tile.matrix.k << ' ' << tile.packed << '\n';
  return line.str();
}

bool Parse(const std::string& text, std::vector<TileChoice>* choices) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    TileChoice choice;
    uint32_t family;
    TileKey& key = choice.key;
    TileConfig& tile = choice.tile;
    words >> family >> key.type >> key.m_class >> key.n_class >> tile.m >>
        tile.n >> tile.k >> tile.thread_m >> tile.thread_n >> tile.load_width >>
        tile.lanes >> tile.matrix.m >> tile.matrix.n >> tile.matrix.k >>
        tile.packed;
    if (!words) return false;
    key.family = static_cast<TileFamily>(family);
    if (!key.valid()) return false;
    choices->push_back(choice);
  }
  return true;
}

// All that is stored, also what the adapter cannot run as it is now.
std::vector<TileChoice> Read(const std::string& path) {
  std::vector<TileChoice> choices;
  std::string text;
  const CacheRead read =
      path.empty() ? CacheRead::kMissing : ReadCacheFile(path, kMagic, &text);
  if (read == CacheRead::kMissing) return {};
  if (read == CacheRead::kDamaged || !Parse(text, &choices)) {
    fprintf(stderr,
            "tensorflow-directml: ignoring %s: it is damaged; run "
            "tensorflow-directml bench --tune again, or delete it\n",
            path.c_str());
    return {};
  }
  return choices;
}

}  // namespace

std::string AdapterFilePath(const char* what, const hal::AdapterInfo& adapter) {
  const uint64_t version = ProgramsVersion() ^ Checksum(adapter.driver.data(),
                                                        adapter.driver.size());
  char digits[17];
  std::snprintf(digits, sizeof(digits), "%016llx",
                static_cast<unsigned long long>(version));
  return CacheFilePath(std::string(what) + "-" + Hexadecimal(adapter.uuid) +
                       "-" + digits + ".bin");
}

std::vector<TileChoice> LoadTileChoices(const hal::AdapterInfo& adapter) {
  std::vector<TileChoice> choices = Read(PathFor(adapter));
  const auto cannot_run = [&adapter](const TileChoice& choice) {
    return !CheckTile(adapter, choice.key.type, choice.tile).ok();
  };
  choices.erase(std::remove_if(choices.begin(), choices.end(), cannot_run),
                choices.end());
  return choices;
}

Status StoreTileChoices(const hal::AdapterInfo& adapter,
                        Span<const TileChoice> choices) {
  const std::string path = PathFor(adapter);
  if (path.empty()) {
    return Error(Code::kUnavailable,
                 "there is no folder to store tile choices in: set "
                 "TF_DIRECTML_CACHE_DIR");
  }
  const FileLock lock(path);
  std::map<uint32_t, TileChoice> merged;
  for (const TileChoice& choice : Read(path)) {
    merged[choice.key.index()] = choice;
  }
  for (const TileChoice& choice : choices) merged[choice.key.index()] = choice;
  std::string text;
  for (const auto& entry : merged) text += Format(entry.second);
  if (!WriteCacheFile(path, kMagic, text)) {
    return Error(Code::kUnavailable, "cannot write ", path,
                 ": set TF_DIRECTML_CACHE_DIR to a folder that can be written");
  }
  return Status::Ok();
}

}  // namespace dml
