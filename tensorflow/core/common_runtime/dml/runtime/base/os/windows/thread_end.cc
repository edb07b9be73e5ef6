#include "tensorflow/core/common_runtime/dml/runtime/base/os/thread_end.h"

#include <windows.h>

#include <memory>
#include <utility>

namespace dml {
namespace os {
namespace {

struct Object {
  void (*destroy)(void* object);
  void* object;
  std::unique_ptr<Object> before;  // what was asked for before it
};

void WINAPI DestroyAll(void* last) {
  std::unique_ptr<Object> object(static_cast<Object*>(last));
  while (object != nullptr) {
    object->destroy(object->object);
    object = std::move(object->before);
  }
}

}  // namespace

// By the storage of fibers, of which each thread has one: its values have a
// callback.
void AtThreadEnd(void (*destroy)(void* object), void* object) {
  static const DWORD index = FlsAlloc(DestroyAll);
  if (index == FLS_OUT_OF_INDEXES) return;
  auto added = std::make_unique<Object>();
  added->destroy = destroy;
  added->object = object;
  auto* const before = static_cast<Object*>(FlsGetValue(index));
  if (!FlsSetValue(index, added.get())) return;
  added.release()->before.reset(before);
}

}  // namespace os
}  // namespace dml
