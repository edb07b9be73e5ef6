// Convolutions, all directions: as a plain matrix product where one by one,
// as shaders/depthwise*.comp where depthwise, else as the implicit matrix
// product of convolution.comp.
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/convolution_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/depthwise.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/product.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_chooser.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// ---- One by one -----------------------------------------------------------

// Each position of the output reads the same position of the input, alone.
bool IsPointwise(const ConvolutionShape& shape) {
  const ConvolutionParameters& c = shape.constants;
  if (c.groups != 1) return false;
  for (int d = 0; d < 3; ++d) {
    if (c.taps[d] != 1 || c.stride[d] != 1 || c.pad[d] != 0 ||
        c.x_size[d] != c.y_size[d]) {
      return false;
    }
  }
  return true;
}

// Sizes and strides of a matrix in a tensor.
struct MatrixView {
  int64_t rows, row_stride, columns, column_stride;
};

// [batch, rows, columns] over the memory of `t`.
dml_tensor BatchedMatrix(const dml_tensor& t, int64_t batch,
                         int64_t batch_stride, const MatrixView& matrix) {
  dml_tensor result = t;
  result.rank = 3;
  const int64_t sizes[] = {batch, matrix.rows, matrix.columns};
  const int64_t strides[] = {batch_stride, matrix.row_stride,
                             matrix.column_stride};
  for (int d = 0; d < 3; ++d) {
    result.sizes[d] = sizes[d];
    result.strides[d] = strides[d];
  }
  return result;
}

// The positions of a tensor as one dimension within an image, and whether the
// images follow one another in it.
struct Positions {
  bool mergeable = false;
  int64_t count = 1, stride = 0;
};
Positions PositionsOf(const dml_tensor& t) {
  Positions positions;
  for (uint32_t d = t.rank; d-- > 2;) {
    if (t.sizes[d] == 1) continue;
    if (positions.count == 1) {
      positions.stride = t.strides[d];
    } else if (t.strides[d] != positions.count * positions.stride) {
      return positions;
    }
    positions.count *= t.sizes[d];
  }
  positions.mergeable = true;
  return positions;
}

// Sets `*done` when the matrix product took it.
Status TryPointwise(OperatorContext& context, const ConvolutionShape& shape,
                    const dml_tensor* bias, dml_activation activation,
                    bool* done) {
  *done = false;
  if (!IsPointwise(shape)) return Status::Ok();
  const Positions x_positions = PositionsOf(shape.x);
  const Positions y_positions = PositionsOf(shape.y);
  if (!x_positions.mergeable || !y_positions.mergeable) return Status::Ok();
  const ConvolutionParameters& c = shape.constants;
  const int64_t count = x_positions.count;

  if (shape.direction != ConvolutionDirection::kBackwardFilter) {
    // y [batch, position, channel of y] = x [batch, position, channel] x w.
    const dml_tensor x =
        BatchedMatrix(shape.x, c.batch, c.x_batch,
                      {count, x_positions.stride, c.x_channels, c.x_channel});
    const dml_tensor w = BatchedMatrix(
        shape.w, c.batch, 0,
        {c.x_channels, c.w_x_channel, c.y_channels, c.w_y_channel});
    const dml_tensor y =
        BatchedMatrix(shape.y, c.batch, c.y_batch,
                      {count, y_positions.stride, c.y_channels, c.y_channel});
    dml_tensor full_bias = {};
    if (bias != nullptr) {
      full_bias = BatchedMatrix(*bias, c.batch, 0,
                                {count, 0, c.y_channels, bias->strides[0]});
    }
    *done = true;
    return Gemm(context, &x, &w, &y, 1.0, 0.0,
                bias != nullptr ? &full_bias : nullptr, activation);
  }

  // w [channel of x, channel of y] = x^T x y over all positions, which must
  // be one dimension through the batch.
  const bool one_image = c.batch == 1;
  if (!one_image && (c.x_batch != count * x_positions.stride ||
                     c.y_batch != count * y_positions.stride)) {
    // One position an image leaves the batch alone as the depth.
    if (count != 1) return Status::Ok();
  }
  const int64_t x_step =
      count == 1 && !one_image ? c.x_batch : x_positions.stride;
  const int64_t y_step =
      count == 1 && !one_image ? c.y_batch : y_positions.stride;
  const int64_t depth = count * c.batch;
  const dml_tensor x =
      BatchedMatrix(shape.x, 1, 0, {c.x_channels, c.x_channel, depth, x_step});
  const dml_tensor y =
      BatchedMatrix(shape.y, 1, 0, {depth, y_step, c.y_channels, c.y_channel});
  const dml_tensor w =
      BatchedMatrix(shape.w, 1, 0,
                    {c.x_channels, c.w_x_channel, c.y_channels, c.w_y_channel});
  *done = true;
  return Gemm(context, &x, &y, &w, 1.0, 0.0, nullptr, DML_ACTIVATION_NONE);
}

// ---- Implicit matrix product ----------------------------------------------

bool MultiplesOfFour(const int32_t (&strides)[3]) {
  return strides[0] % 4 == 0 && strides[1] % 4 == 0 && strides[2] % 4 == 0;
}

// Whether four neighbouring channels lie in one aligned piece of memory.
bool WideChannels(const dml_tensor& t, uint32_t channels, int32_t stride,
                  int32_t other_a, int32_t other_b, const int32_t (&space)[3]) {
  return stride == 1 && channels % 4 == 0 && other_a % 4 == 0 &&
         other_b % 4 == 0 && MultiplesOfFour(space) &&
         t.data % (4 * TypeBytes(t.type)) == 0 && DataOffset(t) % 4 == 0;
}

TileLayout ChooseLayout(const ConvolutionShape& shape, const TileConfig& tile) {
  const ConvolutionParameters& c = shape.constants;
  const bool filter = shape.direction == ConvolutionDirection::kBackwardFilter;
  const auto near = [](int32_t a, int32_t b) {
    return std::abs(a) <= std::abs(b);
  };
  TileLayout layout;
  layout.direction = static_cast<uint32_t>(shape.direction);

  // x: along channels when they are nearest. They are the depth, or the rows
  // of a filter's gradient.
  const bool x_along_channels =
      c.x_channels > 1 && near(c.x_channel, c.x_space[2]);
  layout.a_order = x_along_channels == filter ? 1 : 0;
  if (x_along_channels && tile.LoadsByFour(tile.m, layout.a_order) &&
      WideChannels(shape.x, c.x_channels, c.x_channel, c.x_batch, c.x_group,
                   c.x_space)) {
    layout.a_width = 4;
  }
  if (filter) {
    const bool along_columns =
        c.y_channels > 1 && near(c.y_channel, c.y_space[2]);
    layout.b_order = along_columns ? 1 : 0;
    if (along_columns && tile.LoadsByFour(tile.n, layout.b_order) &&
        WideChannels(shape.y, c.y_channels, c.y_channel, c.y_batch, c.y_group,
                     c.y_space)) {
      layout.b_width = 4;
    }
    layout.c_order = near(c.w_y_channel, c.w_x_channel) ? 0 : 1;
    return layout;
  }
  const bool along_columns = near(c.w_y_channel, c.w_x_channel);
  layout.b_order = along_columns ? 1 : 0;
  const bool w_wide = along_columns
                          ? WideChannels(shape.w, c.y_channels, c.w_y_channel,
                                         c.w_x_channel, c.w_group, c.w_tap)
                          : WideChannels(shape.w, c.x_channels, c.w_x_channel,
                                         c.w_y_channel, c.w_group, c.w_tap);
  if (w_wide && tile.LoadsByFour(tile.n, layout.b_order)) layout.b_width = 4;
  layout.c_order = near(c.y_channel, c.y_space[2]) ? 0 : 1;
  return layout;
}

// The output's tensor with its dimensions in the order in which partial sums
// lie: groups, then rows, then columns of the product.
dml_tensor PartialOrder(const ConvolutionShape& shape) {
  const ConvolutionParameters& c = shape.constants;
  const bool filter = shape.direction == ConvolutionDirection::kBackwardFilter;
  dml_tensor t = filter ? shape.w : shape.y;
  t.rank = 6;
  const uint32_t* space = filter ? c.taps : c.y_size;
  const int32_t* space_strides = filter ? c.w_tap : c.y_space;
  const auto set = [&t](int d, int64_t size, int64_t stride) {
    t.sizes[d] = size;
    t.strides[d] = stride;
  };
  set(0, c.groups, filter ? c.w_group : c.y_group);
  // The filter's rows are (tap, channel of x), the others' (batch, position).
  const int first = filter ? 1 : 2;
  if (!filter) set(1, c.batch, c.y_batch);
  for (int d = 0; d < 3; ++d) set(first + d, space[d], space_strides[d]);
  if (filter) set(4, c.x_channels, c.w_x_channel);
  set(5, c.y_channels, filter ? c.w_y_channel : c.y_channel);
  return t;
}

Status ImplicitProduct(OperatorContext& context, ConvolutionShape shape,
                       const dml_tensor* bias, dml_activation activation) {
  ConvolutionParameters& c = shape.constants;
  const bool filter = shape.direction == ConvolutionDirection::kBackwardFilter;
  const int64_t positions = shape.MaxPositions();
  const int64_t tap_rows = shape.Taps() * c.x_channels;
  const int64_t m = filter ? tap_rows : positions;
  const int64_t depth = filter ? positions : tap_rows;
  const int64_t n = c.y_channels;
  const int64_t phases = shape.Phases();
  const auto family =
      static_cast<TileFamily>(1 + static_cast<uint32_t>(shape.direction));
  const TileConfig tile = context.tiles.Choose(family, shape.type, m, n);
  // Phases differ in depth and do not share parts.
  const Split split = ChooseSplit(context.adapter, tile, c.groups, m, n,
                                  phases == 1 ? depth : 1);
  c.parts = split.parts;
  c.depth_a_part =
      split.parts > 1 ? split.depth_a_part : static_cast<uint32_t>(depth);
  c.tiles_m = static_cast<uint32_t>(CeilDivide(m, tile.m));
  c.tiles_n = static_cast<uint32_t>(CeilDivide(n, tile.n));

  const dml_tensor& result = filter ? shape.w : shape.y;
  const dml_tensor& factor = filter ? shape.y : shape.w;
  Scratch partial(context);
  DML_RETURN_IF_ERROR(AllocatePartial(split, shape.type, &partial));
  // Where a buffer is not used, the result stands in: an address must be one.
  const BufferArgument unused = Argument(result, Access::kRead);
  const BufferArgument read_x =
      IsEmpty(shape.x) ? unused : Argument(shape.x, Access::kRead);
  const BufferArgument read_factor =
      IsEmpty(factor) ? unused : Argument(factor, Access::kRead);
  const BufferArgument write_result =
      Argument(result, split.parts > 1 ? Access::kRead : Access::kWrite);
  const BufferArgument buffers[] = {
      read_x, filter ? write_result : read_factor,
      filter ? read_factor : write_result,
      bias != nullptr ? Argument(*bias, Access::kRead) : unused,
      split.parts > 1 ? partial.Argument(Access::kWrite) : unused};
  TileLayout layout = ChooseLayout(shape, tile);
  const bool plain = bias == nullptr && activation == DML_ACTIVATION_NONE;
  layout.end = split.parts > 1 ? TileEnd::kPartial
                               : (plain ? TileEnd::kStore : TileEnd::kFull);
  const ShaderName shader =
      TiledProgram(context.adapter, "convolution", tile, shape.type);
  if (filter || MaySplit(context.adapter, tile, depth)) {
    PrepareOtherEnd(context, shader, shape.type, tile, layout, plain);
  }
  const uint64_t groups =
      uint64_t(phases) * c.groups * c.parts * c.tiles_m * c.tiles_n;
  const uint64_t multiply_adds = groups / c.parts * tile.m * tile.n *
                                 static_cast<uint64_t>(depth) / phases;
  DML_RETURN_IF_ERROR(
      LaunchProgram(context, shader, TileSpecialization(tile, layout),
                    LinearGrid(context, groups, multiply_adds), buffers, c));
  if (split.parts == 1) return Status::Ok();

  const dml_tensor ordered = PartialOrder(shape);
  dml_tensor full_bias = ordered;
  if (bias != nullptr) {
    full_bias.data = bias->data;
    for (int64_t& stride : full_bias.strides) stride = 0;
    full_bias.strides[0] = bias->strides[0] * c.y_channels;
    full_bias.strides[5] = bias->strides[0];
  }
  return ReduceParts(context, split, partial, ordered, 1.0, 0.0,
                     bias != nullptr ? &full_bias : nullptr, activation);
}

Status Run(OperatorContext& context, const ConvolutionShape& shape,
           const dml_tensor* bias, dml_activation activation) {
  bool done = false;
  DML_RETURN_IF_ERROR(TryPointwise(context, shape, bias, activation, &done));
  if (done) return Status::Ok();
  if (IsDepthwise(shape)) return Depthwise(context, shape, bias, activation);
  return ImplicitProduct(context, shape, bias, activation);
}

}  // namespace

Status Convolution(OperatorContext& context,
                   const dml_convolution_attributes* attributes,
                   const dml_tensor* input, const dml_tensor* filter,
                   const dml_tensor* bias, dml_activation activation,
                   const dml_tensor* output) {
  ConvolutionShape shape;
  DML_RETURN_IF_ERROR(
      MakeConvolutionShape("convolution", ConvolutionDirection::kForward,
                           attributes, input, filter, output, &shape));
  DML_RETURN_IF_ERROR(CheckActivation("convolution", shape.type, activation));
  if (bias != nullptr) {
    DML_RETURN_IF_ERROR(CheckTensor(bias, "convolution: bias"));
    if (bias->rank != 1 || bias->sizes[0] != output->sizes[1] ||
        bias->type != output->type) {
      return InvalidArgument("convolution: bias ", Describe(*bias),
                             " must be one value of the output's type for "
                             "each of its channels; output ",
                             Describe(*output), ".");
    }
    shape.constants.has_bias = 1;
    shape.constants.bias_offset = DataOffset(*bias);
    shape.constants.bias_stride = static_cast<int32_t>(bias->strides[0]);
  }
  if (IsEmpty(*output)) return Status::Ok();
  shape.constants.activation = activation;
  return Run(context, shape, bias, activation);
}

Status ConvolutionBackwardData(OperatorContext& context,
                               const dml_convolution_attributes* attributes,
                               const dml_tensor* filter,
                               const dml_tensor* output_gradient,
                               const dml_tensor* input_gradient) {
  ConvolutionShape shape;
  DML_RETURN_IF_ERROR(MakeConvolutionShape(
      "convolution backward data", ConvolutionDirection::kBackwardData,
      attributes, input_gradient, filter, output_gradient, &shape));
  if (IsEmpty(*input_gradient)) return Status::Ok();
  return Run(context, shape, nullptr, DML_ACTIVATION_NONE);
}

Status ConvolutionBackwardFilter(OperatorContext& context,
                                 const dml_convolution_attributes* attributes,
                                 const dml_tensor* input,
                                 const dml_tensor* output_gradient,
                                 const dml_tensor* filter_gradient) {
  ConvolutionShape shape;
  DML_RETURN_IF_ERROR(MakeConvolutionShape(
      "convolution backward filter", ConvolutionDirection::kBackwardFilter,
      attributes, input, filter_gradient, output_gradient, &shape));
  if (IsEmpty(*filter_gradient)) return Status::Ok();
  return Run(context, shape, nullptr, DML_ACTIVATION_NONE);
}

}  // namespace dml
