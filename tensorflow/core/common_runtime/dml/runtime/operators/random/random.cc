// Random numbers. See random_blocks.glsl. Uniform ones may be a step of a chain
// of element-wise operations, as in dropout.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/random/random_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

bool Gives(dml_random_distribution distribution, uint32_t type) {
  switch (distribution) {
    case DML_RANDOM_UNIFORM:
    case DML_RANDOM_NORMAL:
    case DML_RANDOM_TRUNCATED_NORMAL:
      return IsFloat(type);
    case DML_RANDOM_UNIFORM_INT:
      return type == DML_INT32 || type == DML_INT64;
    case DML_RANDOM_GUMBEL:
      return type == DML_FLOAT32;
    case DML_RANDOM_FULL_INT:
      return type == DML_INT32 || type == DML_INT64 || type == DML_UINT32 ||
             type == DML_UINT64;
  }
  return false;
}

// Programs write words as signed numbers.
uint32_t ProgramType(uint32_t type) {
  if (type == DML_UINT32) return DML_INT32;
  return type == DML_UINT64 ? DML_INT64 : type;
}

void SetWords(uint64_t value, uint32_t words[2]) {
  words[0] = static_cast<uint32_t>(value);
  words[1] = static_cast<uint32_t>(value >> 32);
}

// How many counters a block of numbers has for itself: see random.comp.
uint64_t CountersOfBlock(dml_random_distribution distribution, uint32_t type) {
  switch (distribution) {
    case DML_RANDOM_TRUNCATED_NORMAL:
      return type == DML_FLOAT64 ? 128 : 256;
    case DML_RANDOM_GUMBEL:
      return 2;
    default:
      return 1;
  }
}

// counter + steps, of 128 bits.
void Advance(const uint32_t counter[4], uint64_t steps, uint32_t advanced[4]) {
  uint64_t carry = 0;
  for (int i = 0; i < 4; ++i) {
    const uint64_t word = i < 2 ? static_cast<uint32_t>(steps >> (32 * i)) : 0;
    carry += counter[i] + word;
    advanced[i] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
}

Status CheckDraw(dml_random_distribution distribution, int64_t low,
                 int64_t high, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "random: output"));
  if (!Gives(distribution, output->type)) {
    return InvalidArgument("random: distribution ",
                           static_cast<int>(distribution), " does not give ",
                           Describe(*output));
  }
  if (!IsContiguous(*output)) {
    return InvalidArgument("random: the output ", Describe(*output),
                           " must be contiguous");
  }
  if (distribution == DML_RANDOM_UNIFORM_INT && !IsEmpty(*output) &&
      (low >= high ||
       (output->type == DML_INT32 && (low < INT32_MIN || high > INT32_MAX)))) {
    return InvalidArgument("random: [", low, ", ", high,
                           ") is no range of numbers of ", Describe(*output));
  }
  return Status::Ok();
}

Status CheckState(const dml_tensor* state) {
  DML_RETURN_IF_ERROR(CheckTensor(state, "random: state"));
  if (state->type == DML_INT64 && state->rank == 1 && state->sizes[0] >= 3 &&
      IsContiguous(*state)) {
    return Status::Ok();
  }
  return InvalidArgument("random: the state ", Describe(*state),
                         " must be a contiguous int64 vector of 3 or more");
}

// Launches `program` on the pieces of the output: launch(constants, counters
// before the piece, the piece), with what all constants have filled in.
template <typename Parameters, typename Launch>
Status DrawPieces(OperatorContext& context,
                  dml_random_distribution distribution, int64_t low,
                  int64_t high, const dml_tensor& output, Launch launch) {
  Parameters constants = {};
  SetWords(static_cast<uint64_t>(low), constants.low);
  SetWords(static_cast<uint64_t>(high) - static_cast<uint64_t>(low),
           constants.range);
  const uint32_t block = TypeBytes(output.type) == 8 ? 2 : 4;
  static_assert(kPieceAlignment % 4 == 0, "pieces begin with a block");
  const uint64_t step = CountersOfBlock(distribution, output.type);
  const dml_tensor flat =
      MakeTensor(output.data, output.type, {ElementCount(output)});
  uint64_t done = 0;
  return ForEachPiece(
      context, "random", {&flat}, kAllDimensions,
      [&](const dml_tensor* const* pieces) {
        constants.count = static_cast<uint32_t>(pieces[0]->sizes[0]);
        const uint64_t before = done / block * step;
        done += constants.count;
        return launch(
            constants, before, *pieces[0],
            LinearGrid(context, CeilDivide(CeilDivide(constants.count, block),
                                           kGroupSize)));
      });
}

}  // namespace

Status Random(OperatorContext& context, dml_random_distribution distribution,
              const uint32_t counter[4], const uint32_t key[2], int64_t low,
              int64_t high, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckDraw(distribution, low, high, output));
  if (counter == nullptr || key == nullptr) {
    return InvalidArgument("random: the counter or the key is null");
  }
  if (IsEmpty(*output)) return Status::Ok();
  return DrawPieces<RandomParameters>(
      context, distribution, low, high, *output,
      [&](RandomParameters& constants, uint64_t before, const dml_tensor& piece,
          const auto& grid) {
        std::copy_n(key, 2, constants.key);
        Advance(counter, before, constants.counter);
        ElementStep step;
        const bool may_merge =
            distribution == DML_RANDOM_UNIFORM &&
            StepOfUniform(constants.counter, key, piece, &step);
        const BufferArgument buffers[] = {Argument(piece, Access::kWrite)};
        return LaunchProgram(context,
                             ShaderName("random", ProgramType(piece.type)),
                             {kGroupSize, static_cast<uint32_t>(distribution)},
                             grid, Span<const BufferArgument>(buffers),
                             constants, may_merge ? &step : nullptr);
      });
}

Status RandomFromState(OperatorContext& context,
                       dml_random_distribution distribution,
                       const dml_tensor* state, int64_t low, int64_t high,
                       const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckDraw(distribution, low, high, output));
  DML_RETURN_IF_ERROR(CheckState(state));
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("random", *state, *output));
  return DrawPieces<RandomFromStateParameters>(
      context, distribution, low, high, *output,
      [&](RandomFromStateParameters& constants, uint64_t before,
          const dml_tensor& piece, const auto& grid) {
        SetWords(before, constants.skip);
        return LaunchProgram(
            context, ShaderName("random_from_state", ProgramType(piece.type)),
            {kGroupSize, static_cast<uint32_t>(distribution)}, grid,
            {Argument(piece, Access::kWrite), Argument(*state, Access::kRead)},
            constants);
      });
}

Status RandomAdvance(OperatorContext& context, const dml_tensor* state,
                     int64_t steps) {
  DML_RETURN_IF_ERROR(CheckState(state));
  RandomAdvanceParameters constants = {};
  SetWords(static_cast<uint64_t>(steps), constants.steps);
  return LaunchProgram(context, "random_advance", {kGroupSize},
                       LinearGrid(context, 1),
                       {Argument(*state, Access::kReadWrite)}, constants);
}

}  // namespace dml
