// Strided copies: a plain copy where nothing is rearranged, tiles through
// shared memory where two dimensions change places, else one by one.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/copies/copies_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// Below this, tiles would be mostly empty.
constexpr uint32_t kMinTransposed = 8;

// The dimension along which the input is contiguous, when the output is so
// along the last one and both are long enough; else -1.
int TransposedDimension(const Coalesced& dims) {
  const uint32_t last = dims.rank - 1;
  if (dims.rank < 2 || dims.strides[1][last] != 1 ||
      dims.strides[0][last] == 1 || dims.sizes[last] < kMinTransposed) {
    return -1;
  }
  for (uint32_t d = 0; d < last; ++d) {
    if (dims.strides[0][d] == 1 && dims.sizes[d] >= kMinTransposed) {
      return static_cast<int>(d);
    }
  }
  return -1;
}

Status LaunchTranspose(OperatorContext& context, const dml_tensor& input,
                       const dml_tensor& output, const Coalesced& dims,
                       uint32_t row_dimension, const ElementStep* step) {
  const uint32_t last = dims.rank - 1;
  TransposeParameters constants = {};
  constants.rows = dims.sizes[row_dimension];
  constants.columns = dims.sizes[last];
  constants.x_stride = dims.strides[0][last];
  constants.y_stride = dims.strides[1][row_dimension];
  constants.x_offset = DataOffset(input);
  constants.y_offset = DataOffset(output);
  std::fill(std::begin(constants.batch_sizes), std::end(constants.batch_sizes),
            1);
  uint64_t tiles = CeilDivide(constants.rows, TransposeParameters::kTile) *
                   CeilDivide(constants.columns, TransposeParameters::kTile);
  uint32_t batch = 0;
  for (uint32_t d = 0; d < last; ++d) {
    if (d == row_dimension) continue;
    constants.batch_sizes[batch] = dims.sizes[d];
    constants.batch_x_strides[batch] = dims.strides[0][d];
    constants.batch_y_strides[batch] = dims.strides[1][d];
    tiles *= dims.sizes[d];
    ++batch;
  }
  constants.tiles = static_cast<uint32_t>(tiles);
  const BufferArgument buffers[] = {Argument(input, Access::kRead),
                                    Argument(output, Access::kWrite)};
  return LaunchProgram(context, ShaderName("transpose", BitsType(output.type)),
                       {kGroupSize}, LinearGrid(context, tiles),
                       Span<const BufferArgument>(buffers), constants, step);
}

// Of tensors that programs take whole, apart and not both without gaps. `step`
// as LaunchProgram() has it.
Status LaunchWhole(OperatorContext& context, const dml_tensor& from,
                   const dml_tensor& to, const ElementStep* step) {
  const Coalesced dims = Coalesce({&from, &to});
  const int transposed = TransposedDimension(dims);
  if (transposed >= 0) {
    return LaunchTranspose(context, from, to, dims, transposed, step);
  }
  const StridedWalk walk = WalkTogether({&from, &to});
  const uint32_t count = static_cast<uint32_t>(ElementCount(to));
  CopyStridedParameters constants = {
      count, walk.index, walk.offsets[0], walk.offsets[1], {}, {}};
  std::copy(std::begin(walk.strides[0]), std::end(walk.strides[0]),
            constants.x_strides);
  std::copy(std::begin(walk.strides[1]), std::end(walk.strides[1]),
            constants.y_strides);
  const BufferArgument buffers[] = {Argument(from, Access::kRead),
                                    Argument(to, Access::kWrite)};
  return LaunchProgram(context, ShaderName("copy_strided", to.type),
                       {kGroupSize, walk.rank},
                       LinearGrid(context, CeilDivide(count, 4 * kGroupSize)),
                       Span<const BufferArgument>(buffers), constants, step);
}

}  // namespace

Status CopyTensor(OperatorContext& context, const dml_tensor* input,
                  const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "copy: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "copy: output"));
  if (input->type != output->type || !SameSizes(*input, *output)) {
    return InvalidArgument("copy: the input ", Describe(*input),
                           " and the output ", Describe(*output),
                           " differ in type or sizes");
  }
  if (IsEmpty(*output)) return Status::Ok();
  if (IsContiguous(*input) && IsContiguous(*output)) {
    if (input->data == output->data) return Status::Ok();
    return CopyMemory(context, output->data, input->data,
                      ElementCount(*output) * TypeBytes(input->type));
  }
  DML_RETURN_IF_ERROR(CheckAliasing("copy", *input, *output));
  // A tensor that is broadcast may become one launch with what takes it; chains
  // keep the bits of float32.
  ElementStep step;
  const bool may_merge =
      output->type == DML_FLOAT32 && StepOfCast(*input, *output, &step);

  const uint32_t bytes = WidestBytes({input, output});
  const dml_tensor from = Widen(*input, bytes);
  const dml_tensor to = Widen(*output, bytes);
  return ForEachPiece(
      context, "copy", {&from, &to}, kAllDimensions,
      [&](const dml_tensor* const* pieces) {
        const bool whole = ElementCount(*pieces[1]) == ElementCount(to);
        return LaunchWhole(context, *pieces[0], *pieces[1],
                           may_merge && whole ? &step : nullptr);
      });
}

}  // namespace dml
