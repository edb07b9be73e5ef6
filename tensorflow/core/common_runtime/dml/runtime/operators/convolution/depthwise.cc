#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/depthwise.h"

#include <algorithm>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/convolution_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/product.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

bool AlongChannels(const ConvolutionParameters& c) {
  return std::abs(c.y_channel) <= std::abs(c.y_space[2]);
}

// Nothing is multiplied through shared memory here: of the tile, `m` and `n`
// mean something to the filter's gradient, and `k` what the programs say.
TileSpecialization Specialize(const ConvolutionShape& shape, uint32_t lanes,
                              uint32_t channels, uint32_t k) {
  TileLayout layout;
  layout.c_order = AlongChannels(shape.constants) ? 0 : 1;
  layout.direction = static_cast<uint32_t>(shape.direction);
  return TileSpecialization({lanes, channels, k, 1, 1}, layout);
}

BufferArgument ReadOr(const dml_tensor& tensor, const BufferArgument& unused) {
  return IsEmpty(tensor) ? unused : Argument(tensor, Access::kRead);
}

// Whether most taps of most positions lie beside x: as where a window is as
// wide as the image, and its gradient has a position for each tap.
bool ClippingPays(const ConvolutionParameters& c) {
  constexpr double kFewTaps = 16;
  double taps = 1;
  double inside = 1;
  for (int d = 0; d < 3; ++d) {
    taps *= c.taps[d];
    inside *= std::min<double>(c.taps[d],
                               c.x_size[d] + (d == 2 ? kPositionsARun - 1 : 0));
  }
  return taps > kFewTaps && inside * 2 <= taps;
}

Status DepthwisePositions(OperatorContext& context, ConvolutionShape& shape,
                          const dml_tensor* bias) {
  constexpr uint32_t kThreads = 64;
  ConvolutionParameters& c = shape.constants;
  const bool backward = shape.direction == ConvolutionDirection::kBackwardData;
  int64_t size[3];
  for (int d = 0; d < 3; ++d) {
    size[d] = backward ? CeilDivide(c.y_size[d], c.stride[d]) : c.y_size[d];
  }
  const int64_t items = int64_t{c.batch} * size[0] * size[1] *
                        CeilDivide(size[2], kPositionsARun) * c.groups *
                        c.y_channels;
  c.tiles_m = static_cast<uint32_t>(CeilDivide(items, kThreads));
  const BufferArgument unused = Argument(shape.y, Access::kRead);
  const BufferArgument buffers[] = {
      ReadOr(shape.x, unused), ReadOr(shape.w, unused),
      Argument(shape.y, Access::kWrite),
      bias != nullptr ? Argument(*bias, Access::kRead) : unused, unused};
  return LaunchProgram(
      context, ShaderName("depthwise", shape.type),
      Specialize(shape, kThreads, 1, ClippingPays(c) ? 2 : 1).values,
      LinearGrid(context, uint64_t(shape.Phases()) * c.tiles_m,
                 static_cast<uint64_t>(items * kPositionsARun * shape.Taps())),
      buffers, c);
}

Status DepthwiseFilter(OperatorContext& context, ConvolutionShape& shape) {
  constexpr uint32_t kThreads = 256;
  constexpr uint32_t kMostChannels = 16;
  ConvolutionParameters& c = shape.constants;
  const int64_t channels = int64_t{c.groups} * c.y_channels;
  const int64_t taps = shape.Taps();
  // Few channels have more lanes each.
  uint32_t tile_channels = 2;
  while (tile_channels < channels && tile_channels < kMostChannels) {
    tile_channels *= 2;
  }
  const uint32_t lanes = kThreads / tile_channels;
  uint32_t taps_a_run = kMostTapsARun;
  for (const uint32_t fewer : {3, 1}) {
    if (taps <= fewer) taps_a_run = fewer;
  }
  const int64_t positions = shape.MaxPositions();
  c.tiles_n = static_cast<uint32_t>(CeilDivide(channels, tile_channels));
  const int64_t tap_runs = CeilDivide(taps, taps_a_run);
  // Lanes take turns over the positions: a slice is one turn.
  const TileConfig slice = {lanes, tile_channels, lanes, 1, 1};
  Split split;
  split.inner = static_cast<uint32_t>(channels * taps);
  const uint32_t wanted = ChooseParts(
      context.adapter, slice, c.tiles_n * tap_runs, positions, split.inner);
  split.depth_a_part = static_cast<uint32_t>(std::max<int64_t>(
      CeilDivide(CeilDivide(positions, wanted), lanes) * lanes, lanes));
  split.parts = static_cast<uint32_t>(
      std::max<int64_t>(CeilDivide(positions, split.depth_a_part), 1));
  c.parts = split.parts;
  c.depth_a_part = split.depth_a_part;

  Scratch partial(context);
  DML_RETURN_IF_ERROR(AllocatePartial(split, shape.type, &partial));
  const BufferArgument unused = Argument(shape.w, Access::kRead);
  const BufferArgument buffers[] = {
      ReadOr(shape.x, unused),
      Argument(shape.w, split.parts > 1 ? Access::kRead : Access::kWrite),
      ReadOr(shape.y, unused), unused,
      split.parts > 1 ? partial.Argument(Access::kWrite) : unused};
  DML_RETURN_IF_ERROR(LaunchProgram(
      context, ShaderName("depthwise_filter", shape.type),
      Specialize(shape, lanes, tile_channels, taps_a_run).values,
      LinearGrid(context, uint64_t{c.parts} * c.tiles_n * tap_runs,
                 static_cast<uint64_t>(channels * taps * positions)),
      buffers, c));
  if (split.parts == 1) return Status::Ok();
  // Partial sums are [part, output channel, tap]; w is [output channel, 1,
  // spatial].
  return ReduceParts(context, split, partial, shape.w, 1.0, 0.0, nullptr,
                     DML_ACTIVATION_NONE);
}

}  // namespace

bool IsDepthwise(const ConvolutionShape& shape) {
  return shape.constants.groups > 1 && shape.w.sizes[1] == 1;
}

Status Depthwise(OperatorContext& context, ConvolutionShape shape,
                 const dml_tensor* bias, dml_activation activation) {
  shape.constants.activation = activation;
  if (shape.direction == ConvolutionDirection::kBackwardFilter) {
    return DepthwiseFilter(context, shape);
  }
  return DepthwisePositions(context, shape, bias);
}

}  // namespace dml
