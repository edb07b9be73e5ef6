// OperatorContext: what an operator needs of its device, and how it launches.
//
// An operator is a function from tensor descriptions and attributes to
// launches. It holds no state, knows no shapes at compile time, and is safe to
// call from any thread. c_api/operators/<family>.h is its contract;
// operators.h, made from that, declares it: same name in CamelCase without the
// prefix, same parameters, OperatorContext& in place of the device.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONTEXT_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/pool.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/parameter_block.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_cache.h"

namespace dml {

class LaunchMemo;
class RepeatableLaunch;
class TileChooser;

// What operators would launch, in order: programs as DescribeProgram() says
// them, "copy\t" for a plain copy.
using LaunchPlan = std::vector<std::string>;

struct OperatorContext {
  const hal::AdapterInfo& adapter;
  Stream& stream;
  ProgramCache& programs;
  Pool& scratch_pool;
  TileChooser& tiles;
  const char* tag;  // names the work in counters; may be null
  // Where to list what would be launched, instead of launching it; may be null.
  LaunchPlan* plan;
  uint64_t parts = 0;  // Launch::parts of all launches
  // Of a tensor in one launch, for operators that take larger ones by pieces.
  int64_t max_elements = kMaxElements;
  bool tag_lasts = false;  // Launch::tag_lasts
  // What was launched before, with the same programs and max_elements; may be
  // null.
  LaunchMemo* memo = nullptr;
  RepeatableLaunch* learner = nullptr;  // that LaunchProgram() tells
};

// How many work groups to start. Never a zero unless there is nothing to do.
struct Grid {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t multiply_adds = 0;  // Launch::multiply_adds
};

// A grid of `groups` in all for programs that number their groups by
// dml_group() (shaders/dml.glsl); folds what exceeds the adapter's limit in x
// into y, so up to a row of surplus groups may run: programs check bounds.
Grid LinearGrid(const hal::AdapterInfo& adapter, uint64_t groups,
                uint64_t multiply_adds = 0);
inline Grid LinearGrid(const OperatorContext& context, uint64_t groups,
                       uint64_t multiply_adds = 0) {
  return LinearGrid(context.adapter, groups, multiply_adds);
}

// The shader of the given variant, such as "gemm_f32", specialized, over the
// buffers in the order of the shader's parameter block. `constants` are what
// follows them there: a struct that shaders/parameter_blocks.py made of
// `block`. kInternal if the shader has another block or another number of
// buffers.
Status LaunchProgram(OperatorContext& context, std::string_view shader,
                     Span<const uint32_t> specialization, Grid grid,
                     Span<const BufferArgument> buffers,
                     const ParameterBlock& block, Span<const uint8_t> constants,
                     const ElementStep* step = nullptr);

// The first half of LaunchProgram(): fills `launch`, which what it is made of
// must outlive, but only lists it where a plan is made. No groups: there is
// nothing to launch.
Status PrepareLaunch(OperatorContext& context, std::string_view shader,
                     Span<const uint32_t> specialization, Grid grid,
                     Span<const BufferArgument> buffers,
                     const ParameterBlock& block, Span<const uint8_t> constants,
                     Launch* launch);
// The second half; `step` is what the launch would do if it were no part of one
// whole.
Status EnqueueLaunch(OperatorContext& context, const Launch& launch,
                     const ElementStep* step = nullptr);

template <typename Parameters>
Status LaunchProgram(OperatorContext& context, std::string_view shader,
                     Span<const uint32_t> specialization, Grid grid,
                     Span<const BufferArgument> buffers,
                     const Parameters& constants,
                     const ElementStep* step = nullptr) {
  static_assert(std::is_trivially_copyable<Parameters>::value &&
                    sizeof(Parameters) <= Launch::kMaxConstantBytes,
                "constants travel as 4-byte words");
  return LaunchProgram(
      context, shader, specialization, grid, buffers, Parameters::kBlock,
      Span<const uint8_t>(
          reinterpret_cast<const uint8_t*>(&constants),
          std::is_empty<Parameters>::value ? 0 : sizeof(constants)),
      step);
}

// Of a known number of buffers, such as a list in braces: it must be right.
template <typename Parameters, size_t kCount>
Status LaunchProgram(OperatorContext& context, std::string_view shader,
                     Span<const uint32_t> specialization, Grid grid,
                     const BufferArgument (&buffers)[kCount],
                     const Parameters& constants) {
  static_assert(Parameters::kBuffers == 0 || Parameters::kBuffers == kCount,
                "the parameter block has another number of buffers");
  return LaunchProgram(context, shader, specialization, grid,
                       Span<const BufferArgument>(buffers), constants);
}

// A copy of bytes from one place of device memory to another.
Status CopyMemory(OperatorContext& context, uint64_t dst, uint64_t src,
                  uint64_t bytes);

// Device memory for the length of one operator. Freed on destruction: the
// stream's order keeps it valid for what was enqueued until then.
class Scratch {
 public:
  explicit Scratch(OperatorContext& context)
      : stream_(context.stream), pool_(context.scratch_pool) {}
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  Status Allocate(uint64_t bytes);  // once
  uint64_t address() const { return address_; }
  uint64_t bytes() const { return bytes_; }
  BufferArgument Argument(Access access) const {
    return {address_, bytes_, access};
  }

 private:
  Stream& stream_;
  Pool& pool_;
  uint64_t address_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONTEXT_H_
