#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/barriers.h"

namespace dml {
namespace hal {
namespace d3d12 {

void Barriers::Order(const BarrierScope& scope) {
  if (scope.dispatches && dispatched_) {
    uav_pending_ = true;
    aliasing_pending_ = true;
  }
  if (scope.copies && copied_) copies_pending_ = true;
}

Barriers::Kind Barriers::BeforeDispatch() {
  if (copies_pending_) {
    Begin();
    return Kind::kAliasing;
  }
  if (!uav_pending_) return Kind::kNone;
  // A copy behind still has to wait for what was dispatched before.
  uav_pending_ = false;
  return Kind::kUav;
}

Barriers::Kind Barriers::BeforeCopy() {
  if (!copies_pending_ && !aliasing_pending_) return Kind::kNone;
  Begin();
  return Kind::kAliasing;
}

}  // namespace d3d12
}  // namespace hal
}  // namespace dml
