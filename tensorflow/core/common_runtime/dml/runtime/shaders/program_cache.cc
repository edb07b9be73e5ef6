#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_cache.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/hash.h"

namespace dml {
namespace {

struct Entry {
  const Shader* shader;
  std::string_view name;  // the shader's
  uint64_t hash;          // of the name and the specialization
  uint32_t count;
  std::array<uint32_t, ProgramCache::kMaxSpecialization> values;

  std::atomic<const hal::Program*> ready{nullptr};  // set last, once a making

  std::mutex mutex;
  std::unique_ptr<hal::Program> program;  // guarded by mutex
  std::unique_ptr<hal::Program> grouped;  // guarded by mutex
  // The compilation now under way, if valid; its result goes to all who asked
  // during it. Guarded by mutex.
  std::shared_future<Status> attempt;
};

// What has been asked for, by open addressing. Entries stay for ever, so that
// looking one up needs no lock; a table that was outgrown stays too.
class Table {
 public:
  explicit Table(size_t size) : slots_(size) {}

  size_t size() const { return slots_.size(); }

  Entry* Find(uint64_t hash, std::string_view shader,
              Span<const uint32_t> values) const {
    for (size_t slot = hash & (size() - 1);; slot = (slot + 1) & (size() - 1)) {
      Entry* entry = slots_[slot].load(std::memory_order_acquire);
      if (entry == nullptr) return nullptr;
      if (entry->hash == hash && entry->count == values.size() &&
          std::equal(values.begin(), values.end(), entry->values.begin()) &&
          entry->name == shader) {
        return entry;
      }
    }
  }

  // Not beside another Add(); there must be room.
  void Add(Entry* entry) {
    size_t slot = entry->hash & (size() - 1);
    while (slots_[slot].load(std::memory_order_relaxed) != nullptr) {
      slot = (slot + 1) & (size() - 1);
    }
    slots_[slot].store(entry, std::memory_order_release);
  }

 private:
  std::vector<std::atomic<Entry*>> slots_;  // a power of two
};

}  // namespace

std::string DescribeProgram(std::string_view shader,
                            Span<const uint32_t> specialization) {
  std::string text(shader);
  char separator = '\t';
  for (const uint32_t value : specialization) {
    text += separator + std::to_string(value);
    separator = ',';
  }
  if (specialization.empty()) text += separator;
  return text;
}

Span<const uint32_t> FindCompiled(const Shader& shader,
                                  Span<const uint32_t> specialization) {
  for (const CompiledProgram& program : shader.compiled) {
    if (std::equal(program.specialization.begin(), program.specialization.end(),
                   specialization.begin(), specialization.end())) {
      return program.dxil;
    }
  }
  return {};
}

class ProgramCache::Impl {
 public:
  Impl(hal::Device* device, Span<const Shader> shaders,
       std::function<void()> trim)
      : device_(device), trim_(std::move(trim)) {
    shaders_.reserve(shaders.size());
    for (const Shader& shader : shaders) shaders_.emplace(shader.name, &shader);
    Grow(1024);
  }

  Status Get(std::string_view shader, Span<const uint32_t> specialization,
             const hal::Program** program, const Shader** row) {
    uint64_t hash = HashBytes(shader);
    for (const uint32_t value : specialization) hash = HashMix(hash, value);
    hash ^= hash >> 32;
    Entry* entry = table_.load(std::memory_order_acquire)
                       ->Find(hash, shader, specialization);
    if (entry == nullptr) {
      DML_RETURN_IF_ERROR(Add(hash, shader, specialization, &entry));
    }
    if (row != nullptr) *row = entry->shader;
    *program = entry->ready.load(std::memory_order_acquire);
    if (*program != nullptr) return Status::Ok();
    DML_RETURN_IF_ERROR(Compile(entry));
    *program = entry->ready.load(std::memory_order_acquire);
    return Status::Ok();
  }

  Status MakeGrouped(const hal::Program* program) {
    Entry* const entry = FindEntry(program);
    if (entry == nullptr || entry->shader->grouped.empty()) {
      return InvalidArgument("program ", program->name(),
                             " has no grouped form");
    }
    std::lock_guard<std::mutex> lock(entry->mutex);
    if (entry->grouped != nullptr) return Status::Ok();
    hal::ProgramDesc desc = DescOf(*entry);
    const std::string name = GroupedName(*entry);
    desc.name = name.c_str();
    desc.spirv = entry->shader->grouped;
    desc.hlsl = {};
    desc.dxil = {};
    desc.parameters_in_memory = true;
    desc.grouped = true;
    DML_RETURN_IF_ERROR(device_->CreateProgram(desc, &entry->grouped));
    ++compiled_;
    program->grouping().grouped.store(entry->grouped.get(),
                                      std::memory_order_release);
    return Status::Ok();
  }

  void Drop(const hal::Program* program) {
    Entry* const entry = FindEntry(program);
    if (entry == nullptr) return;
    std::unique_ptr<hal::Program> plain, grouped;
    {
      // Compiled() reads names while it has this.
      std::lock_guard<std::mutex> lock(mutex_);
      entry->ready.store(nullptr, std::memory_order_release);
    }
    std::lock_guard<std::mutex> lock(entry->mutex);
    plain = std::move(entry->program);
    grouped = std::move(entry->grouped);
  }

  uint64_t compiled_count() const { return compiled_; }

  std::vector<std::string> Compiled() {
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::string> programs;
    for (const auto& entry : entries_) {
      const hal::Program* program =
          entry->ready.load(std::memory_order_acquire);
      if (program == nullptr) continue;
      const Span<const uint32_t> values(entry->values.data(), entry->count);
      programs.push_back(DescribeProgram(entry->name, values));
      if (program->grouping().grouped.load(std::memory_order_acquire)) {
        programs.push_back(DescribeProgram(GroupedName(*entry), values));
      }
    }
    return programs;
  }

 private:
  Status Add(uint64_t hash, std::string_view name,
             Span<const uint32_t> specialization, Entry** entry) {
    const auto found = shaders_.find(name);
    if (found == shaders_.end()) {
      return Unimplemented("there is no program \"", name,
                           "\": the operator is not available for this type");
    }
    if (specialization.size() > kMaxSpecialization) {
      return InvalidArgument("program ", name, ": ", specialization.size(),
                             " specialization constants; at most ",
                             kMaxSpecialization, " are possible");
    }
    std::lock_guard<std::mutex> lock(mutex_);
    Table* table = table_.load(std::memory_order_relaxed);
    *entry = table->Find(hash, name, specialization);
    if (*entry != nullptr) return Status::Ok();  // another thread was faster
    entries_.push_back(std::make_unique<Entry>());
    *entry = entries_.back().get();
    (*entry)->name = found->first;
    (*entry)->shader = found->second;
    (*entry)->hash = hash;
    (*entry)->count = static_cast<uint32_t>(specialization.size());
    std::copy(specialization.begin(), specialization.end(),
              (*entry)->values.begin());
    if (2 * entries_.size() > table->size()) {
      Grow(2 * table->size());
    } else {
      table->Add(*entry);
    }
    return Status::Ok();
  }

  static std::string GroupedName(const Entry& entry) {
    return std::string(entry.name) + "_grouped";
  }

  static hal::ProgramDesc DescOf(const Entry& entry) {
    const Shader& shader = *entry.shader;
    hal::ProgramDesc desc;
    desc.name = shader.name;
    desc.spirv = {shader.words, shader.word_count};
    desc.hlsl = {shader.hlsl, shader.hlsl_bytes};
    desc.buffers = shader.buffers;
    desc.parameters_in_memory = shader.parameters_in_memory;
    desc.specialization = {entry.values.data(), entry.count};
    desc.dxil = FindCompiled(shader, desc.specialization);
    if (shader.cooperative) {
      desc.subgroup_size = entry.values[kSubgroupConstant];
    }
    return desc;
  }

  // Null where the program is of another cache.
  Entry* FindEntry(const hal::Program* program) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& entry : entries_) {
      if (entry->ready.load(std::memory_order_acquire) == program) {
        return entry.get();
      }
    }
    return nullptr;
  }

  // A table of `size` slots with all entries.
  void Grow(size_t size) {
    tables_.push_back(std::make_unique<Table>(size));
    for (const auto& entry : entries_) tables_.back()->Add(entry.get());
    table_.store(tables_.back().get(), std::memory_order_release);
  }

  // Compiles, or waits for the thread that does.
  Status Compile(Entry* entry) {
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

    std::unique_ptr<hal::Program> program;
    const hal::ProgramDesc desc = DescOf(*entry);
    Status status = device_->CreateProgram(desc, &program);
    if (status.code() == Code::kOutOfMemory && trim_) {
      trim_();
      status = device_->CreateProgram(desc, &program);
    }
    {
      std::lock_guard<std::mutex> lock(entry->mutex);
      entry->attempt = {};
      if (status.ok()) {
        entry->program = std::move(program);
        entry->ready.store(entry->program.get(), std::memory_order_release);
      }
    }
    promise.set_value(status);
    if (status.ok()) ++compiled_;
    return status;
  }

  hal::Device* const device_;
  const std::function<void()> trim_;
  std::unordered_map<std::string_view, const Shader*> shaders_;
  std::atomic<uint64_t> compiled_{0};
  std::atomic<Table*> table_{nullptr};
  std::mutex mutex_;  // guards changes of what follows
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

namespace {

uint64_t NextNumber() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

ProgramCache::ProgramCache(hal::Device* device, Span<const Shader> shaders,
                           std::function<void()> trim)
    : number_(NextNumber()),
      impl_(std::make_unique<Impl>(device, shaders, std::move(trim))) {}

ProgramCache::~ProgramCache() = default;

Status ProgramCache::Get(std::string_view shader,
                         Span<const uint32_t> specialization,
                         const hal::Program** program, const Shader** row) {
  return impl_->Get(shader, specialization, program, row);
}

Status ProgramCache::MakeGrouped(const hal::Program* program) {
  return impl_->MakeGrouped(program);
}

void ProgramCache::Drop(const hal::Program* program) { impl_->Drop(program); }

uint64_t ProgramCache::compiled_count() const {
  return impl_->compiled_count();
}

std::vector<std::string> ProgramCache::Compiled() const {
  return impl_->Compiled();
}

}  // namespace dml
