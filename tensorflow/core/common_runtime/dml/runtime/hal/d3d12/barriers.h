// Barriers: which barriers of Direct3D 12's a list needs, for those of hal.h.
//
// Programs reach memory by one buffer, copies by two others over the same bytes
// (heap.h). Direct3D 12 orders uses of one buffer by a UAV barrier, and of
// several over the same memory by an aliasing barrier, which is the dearer one.
// So a barrier is recorded when it is known what comes behind it; an aliasing
// one covers all that is behind.
//
// Between submissions Direct3D 12 orders everything by itself: a list need not
// know what an earlier one did.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_BARRIERS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_BARRIERS_H_

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {
namespace hal {
namespace d3d12 {

// Thread-compatible.
class Barriers {
 public:
  enum class Kind { kNone, kUav, kAliasing };

  void Begin() { *this = Barriers(); }
  // CommandList::Barrier().
  void Order(const BarrierScope& scope);
  // Work was recorded.
  void NoteDispatch() { dispatched_ = true; }
  void NoteCopy() { copied_ = true; }

  // What must be recorded first, and counts as recorded.
  Kind BeforeDispatch();
  Kind BeforeCopy();

 private:
  // Since the last barrier that covers them.
  bool dispatched_ = false, copied_ = false;
  // Such work that later work must wait for.
  bool uav_pending_ = false;       // dispatches wait for dispatches
  bool aliasing_pending_ = false;  // copies wait for dispatches
  bool copies_pending_ = false;    // all waits for copies
};

}  // namespace d3d12
}  // namespace hal
}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_HAL_D3D12_BARRIERS_H_
