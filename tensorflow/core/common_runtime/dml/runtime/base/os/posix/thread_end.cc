#include "tensorflow/core/common_runtime/dml/runtime/base/os/thread_end.h"

#include <vector>

namespace dml {
namespace os {
namespace {

struct Objects {
  struct Object {
    void (*destroy)(void* object);
    void* object;
  };
  std::vector<Object> all;

  ~Objects() {
    while (!all.empty()) {
      const Object last = all.back();
      all.pop_back();
      last.destroy(last.object);
    }
  }
};

}  // namespace

void AtThreadEnd(void (*destroy)(void* object), void* object) {
  static thread_local Objects of_thread;
  of_thread.all.push_back({destroy, object});
}

}  // namespace os
}  // namespace dml
