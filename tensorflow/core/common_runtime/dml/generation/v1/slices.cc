#include "tensorflow/core/common_runtime/dml/generation/v1/slices.h"

#include "tensorflow/core/lib/core/refcount.h"

namespace tensorflow {
namespace dml {
namespace {

// The tensor holds a reference.
class SingleAllocator : public Allocator, public core::RefCounted {
 public:
  SingleAllocator(Allocator* slice, Allocator* pool)
      : slice_(slice), pool_(pool) {}

  string Name() override { return pool_->Name(); }

  void* AllocateRaw(size_t alignment, size_t bytes) override {
    source_ = slice_;
    void* memory = source_->AllocateRaw(alignment, bytes);
    if (memory == nullptr) {
      source_ = pool_;
      memory = source_->AllocateRaw(alignment, bytes);
    }
    if (memory != nullptr) Ref();
    return memory;
  }

  void DeallocateRaw(void* memory) override {
    source_->DeallocateRaw(memory);
    Unref();
  }

 private:
  Allocator* const slice_;  // deletes itself with its tensor
  Allocator* const pool_;
  Allocator* source_ = nullptr;
};

}  // namespace

Allocator* SliceOrPool(Allocator* slice, Allocator* pool) {
  thread_local core::RefCountPtr<SingleAllocator> last;
  last.reset(new SingleAllocator(slice, pool));
  return last.get();
}

}  // namespace dml
}  // namespace tensorflow
