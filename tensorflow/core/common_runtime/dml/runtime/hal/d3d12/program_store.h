// ProgramStore: what compilers made of programs, kept on disk between
// processes.
//
// One file, in the folder of docs/environment.md. It only saves time: a file
// that is damaged, or that cannot be read or written, is passed over. Of
// processes that share a file each adds to it, one at a time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PROGRAM_STORE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PROGRAM_STORE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "tensorflow/core/common_runtime/dml/runtime/base/background_saver.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

namespace dml {
namespace hal {
namespace d3d12 {

// Of all that a compiler's result depends on.
using ProgramKey = std::array<uint8_t, 16>;

// Thread-safe but for Open().
class ProgramStore {
 public:
  // Of one file; what would make it larger is not kept.
  static constexpr uint64_t kMaxBytes = 128 << 20;

  ProgramStore();
  // Reads the file at `path`; an empty one keeps nothing beyond the process.
  void Open(const std::string& path);

  // False when there is none.
  bool Find(const ProgramKey& key, std::string* data) const;
  // Keeps it: in the file soon, in the background.
  void Add(const ProgramKey& key, std::string data);
  // Does not hand this one out again, since it is of no use.
  void Remove(const ProgramKey& key);

  // Saves what is new, now, and ends saving in the background. Where another
  // process has the file and does not give it back, does without.
  void Finish() { saver_.Finish(); }
  // Ends saving in the background; legal at any time.
  void Stop() { saver_.Stop(); }

 private:
  using Entries = std::map<ProgramKey, std::string>;

  // Adds to `entries` those of the file that it has not.
  void Load(Entries* entries) const;
  // Adds what is new to what the file has, unless it gives up waiting for the
  // file's lock.
  void Save(const std::function<bool()>& give_up);

  std::string path_;
  mutable std::mutex mutex_;
  Entries entries_;        // guarded by mutex_; so is what follows
  uint64_t bytes_ = 0;     // in entries_
  uint32_t unsaved_ = 0;   // entries
  BackgroundSaver saver_;  // ends before what it uses
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_PROGRAM_STORE_H_
