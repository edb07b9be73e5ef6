#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program_store.h"

#include <cstring>
#include <utility>

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

// The file's bytes: for each entry its key, the size of its data, and these.
constexpr CacheMagic kMagic = {'D', 'M', 'L', 'D', 'X', 'P', 'S', '1'};

}  // namespace

ProgramStore::ProgramStore()
    : saver_([this](const auto& give_up) { Save(give_up); }) {}

void ProgramStore::Open(const std::string& path) {
  path_ = path;
  Entries entries;
  Load(&entries);
  std::lock_guard<std::mutex> lock(mutex_);
  entries_ = std::move(entries);
  for (const auto& entry : entries_) bytes_ += entry.second.size();
}

void ProgramStore::Load(Entries* entries) const {
  std::string file;
  if (path_.empty() ||
      ReadCacheFile(path_, kMagic, &file) != CacheRead::kRead) {
    return;
  }
  std::string_view rest = file;
  ProgramKey key;
  uint32_t size;
  while (rest.size() >= key.size() + sizeof(size)) {
    std::memcpy(key.data(), rest.data(), key.size());
    std::memcpy(&size, rest.data() + key.size(), sizeof(size));
    rest.remove_prefix(key.size() + sizeof(size));
    if (size > rest.size()) return;
    entries->emplace(key, rest.substr(0, size));
    rest.remove_prefix(size);
  }
}

bool ProgramStore::Find(const ProgramKey& key, std::string* data) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return false;
  *data = found->second;
  return true;
}

void ProgramStore::Add(const ProgramKey& key, std::string data) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    // A file may have more.
    if (bytes_ > kMaxBytes || data.size() > kMaxBytes - bytes_) return;
    const uint64_t size = data.size();
    if (!entries_.emplace(key, std::move(data)).second) return;
    bytes_ += size;
    ++unsaved_;
  }
  if (!path_.empty()) saver_.Note();
}

void ProgramStore::Remove(const ProgramKey& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  bytes_ -= found->second.size();
  entries_.erase(found);
}

void ProgramStore::Save(const std::function<bool()>& give_up) {
  if (path_.empty()) return;
  Entries all;
  uint32_t saved;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (unsaved_ == 0) return;
    saved = unsaved_;
    all = entries_;
  }
  const FileLock file(path_, give_up);
  if (file.busy()) return;
  Load(&all);
  std::string data;
  for (const auto& [key, bytes] : all) {
    if (data.size() + bytes.size() > kMaxBytes) continue;
    const auto size = static_cast<uint32_t>(bytes.size());
    data.append(reinterpret_cast<const char*>(key.data()), key.size());
    data.append(reinterpret_cast<const char*>(&size), sizeof(size));
    data += bytes;
  }
  if (!WriteCacheFile(path_, kMagic, data)) return;
  std::lock_guard<std::mutex> lock(mutex_);
  unsaved_ -= saved;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
