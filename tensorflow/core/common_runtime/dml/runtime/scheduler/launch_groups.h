// LaunchGroups: small launches of one program that wait to be one dispatch, of
// the program's grouped form (hal::DispatchDesc::members).
//
// A step of training has hundreds of launches that do little: an optimizer's,
// one for each variable, moving averages, the sums of biases' gradients. A
// launch that says so (Launch::may_group) waits for others like it. Members of
// a group do not conflict. Groups that are open have an order, and where two
// conflict, the work of the first one was to come first; it is launched first.
// Nothing else that was launched behind what waits conflicts with it, so it
// makes no difference when that is launched: whatever conflicts has it launched
// first (BeforeWork()). A full group is launched behind the next barrier, and
// so needs none of its own; if it waits for others, these are launched there,
// and the group behind the barrier after that.
//
// Programs are grouped once their grouped form is there, which `make` is asked
// for when a program is launched the second time.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_LAUNCH_GROUPS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_LAUNCH_GROUPS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/element_chain.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/range_set.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

// What has become one: of one member after another.
struct LaunchGroup {
  const hal::Program* program = nullptr;  // the plain one
  StepName name;                          // of the newest member
  std::vector<uint32_t> members;          // groups of each
  std::vector<BufferArgument> buffers;
  std::vector<hal::Binding> bindings;
  std::vector<uint8_t> constants;
};

// Thread-compatible.
class LaunchGroups {
 public:
  // Has a program's grouped form made, by a thread of its own.
  using Make = std::function<void(const hal::Program* program)>;
  // Launches a group, which does not wait any more; does not call this.
  using Send = std::function<void(const LaunchGroup& group)>;

  LaunchGroups(Make make, Send send);

  // Before other work with these arguments is launched.
  void BeforeWork(Span<const BufferArgument> arguments);
  // A launch that may be grouped. True where it waits now; false where it is to
  // be launched at once, after BeforeWork() with its arguments.
  bool Take(const Launch& launch, const hal::Binding* bindings,
            const StepName& name);
  // Whether anything that waits touches these bytes.
  bool Touches(uint64_t address, uint64_t bytes) const;
  // After a launch that needed a barrier: launches full groups, or those that
  // they wait for.
  void SendFull();
  void SendAll();
  // What waits is lost, as the device is.
  void Forget();

  // Launches that wait.
  size_t waiting() const { return waiting_; }

 private:
  // Of one member: larger launches take long enough to be worth their own.
  static constexpr uint64_t kMaxBytes = uint64_t{8} << 20;
  static constexpr uint32_t kMaxGrid = 2048;
  static constexpr uint64_t kMaxMultiplyAdds = uint64_t{1} << 26;
  static constexpr size_t kMaxOpen = 8;  // groups
  struct Open : LaunchGroup {
    RangeSet reads;
    RangeSet writes;
    bool full() const { return members.size() == hal::kMaxMembers; }
  };

  static bool Conflicts(const RangeSet& reads, const RangeSet& writes,
                        Span<const BufferArgument> arguments);
  static bool Conflicts(const Open& a, const Open& b);
  using Marks = std::array<bool, kMaxOpen>;  // of open_
  // Marks those as well that marked ones wait for, from a place on.
  void MarkAwaited(size_t from, Marks* marks) const;
  // Whether a group comes behind all that conflict with these arguments, or can
  // be made to; not where it does itself.
  bool MakeLast(size_t* place, Span<const BufferArgument> arguments);
  // The place of the group that the launch becomes a member of, which it makes
  // if there is none.
  size_t PlaceFor(const Launch& launch, const StepName& name);
  // Launches a group behind those before it that it conflicts with.
  void End(size_t place);
  Open* TakeOut(size_t place);
  void PutBack(Open* group);
  void NoteRanges();  // of all groups, after one has gone

  const Make make_;
  const Send send_;
  std::vector<std::unique_ptr<Open>> slots_;
  std::vector<Open*> free_;
  std::vector<Open*> open_;  // in their order
  RangeSet reads_;           // of all that are open
  RangeSet writes_;
  size_t waiting_ = 0;
  size_t full_ = 0;  // groups
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_SCHEDULER_LAUNCH_GROUPS_H_
