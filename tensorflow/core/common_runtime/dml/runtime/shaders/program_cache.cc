#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_cache.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace dml {
namespace {

// New programs between two writes of the disk cache.
constexpr uint64_t kSaveInterval = 16;

struct Key {
  uint32_t shader;  // index into AllShaders()
  uint32_t count;
  std::array<uint32_t, ProgramCache::kMaxSpecialization> values;  // then zeros

  bool operator==(const Key& other) const {
    return shader == other.shader && count == other.count &&
           values == other.values;
  }
};

struct KeyHash {
  size_t operator()(const Key& key) const {
    uint64_t hash = (uint64_t{key.shader} << 32 | key.count) + 1;
    for (uint32_t i = 0; i < key.count; ++i) {
      hash = (hash ^ key.values[i]) * 0x9e3779b97f4a7c15;
      hash ^= hash >> 29;
    }
    return hash * 0x9e3779b97f4a7c15 >> 16;
  }
};

struct Entry {
  std::atomic<const hal::Program*> ready{nullptr};  // set once, last

  std::mutex mutex;
  std::unique_ptr<hal::Program> program;  // guarded by mutex
  // The compilation now under way, if valid; its result goes to all who asked
  // during it. Guarded by mutex.
  std::shared_future<Status> attempt;
};

}  // namespace

class ProgramCache::Impl {
 public:
  explicit Impl(hal::Device* device) : device_(device) {
    const Span<const Shader> shaders = AllShaders();
    shader_index_.reserve(shaders.size());
    for (uint32_t i = 0; i < shaders.size(); ++i) {
      shader_index_.emplace(shaders[i].name, i);
    }
  }
  ~Impl() { device_->SaveProgramCache(); }

  Status Get(std::string_view name, Span<const uint32_t> specialization,
             const hal::Program** program) {
    const auto found = shader_index_.find(name);
    if (found == shader_index_.end()) {
      return Unimplemented("there is no program \"", name,
                           "\": the operator is not available for this type");
    }
    if (specialization.size() > kMaxSpecialization) {
      return InvalidArgument("program ", name, ": ", specialization.size(),
                             " specialization constants; at most ",
                             kMaxSpecialization, " are possible");
    }
    Key key{found->second, static_cast<uint32_t>(specialization.size()), {}};
    std::copy(specialization.begin(), specialization.end(), key.values.begin());
    Entry* entry = Find(key);
    *program = entry->ready.load(std::memory_order_acquire);
    if (*program != nullptr) return Status::Ok();
    DML_RETURN_IF_ERROR(Compile(key, entry));
    *program = entry->ready.load(std::memory_order_acquire);
    return Status::Ok();
  }

  uint64_t compiled_count() const { return compiled_; }

 private:
  // Entries are never removed, so they can be used without the lock.
  Entry* Find(const Key& key) {
    {
      std::shared_lock<std::shared_mutex> lock(mutex_);
      const auto found = entries_.find(key);
      if (found != entries_.end()) return found->second.get();
    }
    std::unique_lock<std::shared_mutex> lock(mutex_);
    std::unique_ptr<Entry>& entry = entries_[key];
    if (entry == nullptr) entry = std::make_unique<Entry>();
    return entry.get();
  }

  // Compiles, or waits for the thread that does.
  Status Compile(const Key& key, Entry* entry) {
    std::promise<Status> promise;
    {
      std::unique_lock<std::mutex> lock(entry->mutex);
      if (entry->program != nullptr) return Status::Ok();
      if (entry->attempt.valid()) {
        const std::shared_future<Status> attempt = entry->attempt;
        lock.unlock();
        return attempt.get();
      }
      entry->attempt = promise.get_future().share();
    }

    const Shader& shader = AllShaders()[key.shader];
    hal::ProgramDesc desc;
    desc.name = shader.name;
    desc.spirv = {shader.words, shader.word_count};
    desc.parameters_in_memory = shader.parameters_in_memory;
    desc.specialization = {key.values.data(), key.count};
    std::unique_ptr<hal::Program> program;
    const Status status = device_->CreateProgram(desc, &program);
    {
      std::lock_guard<std::mutex> lock(entry->mutex);
      entry->attempt = {};
      if (status.ok()) {
        entry->program = std::move(program);
        entry->ready.store(entry->program.get(), std::memory_order_release);
      }
    }
    promise.set_value(status);
    if (status.ok() && ++compiled_ % kSaveInterval == 0) {
      device_->SaveProgramCache();
    }
    return status;
  }

  hal::Device* const device_;
  // The names are static, so that a look-up allocates nothing.
  std::unordered_map<std::string_view, uint32_t> shader_index_;
  std::atomic<uint64_t> compiled_{0};
  std::shared_mutex mutex_;
  std::unordered_map<Key, std::unique_ptr<Entry>, KeyHash> entries_;
};

ProgramCache::ProgramCache(hal::Device* device)
    : impl_(std::make_unique<Impl>(device)) {}

ProgramCache::~ProgramCache() = default;

Status ProgramCache::Get(std::string_view shader,
                         Span<const uint32_t> specialization,
                         const hal::Program** program) {
  return impl_->Get(shader, specialization, program);
}

uint64_t ProgramCache::compiled_count() const {
  return impl_->compiled_count();
}

}  // namespace dml
