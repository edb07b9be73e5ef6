// The checked problem that the convolution operators share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_CONVOLUTION_SHAPE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_CONVOLUTION_SHAPE_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/convolution.h"

namespace dml {

// Values equal those in shaders/convolution_parameters.glsl.
enum class ConvolutionDirection : uint32_t {
  kForward = 0,
  kBackwardData = 1,
  kBackwardFilter = 2,
};

// Mirrors the parameters of convolution_parameters.glsl after the buffers; x
// and y are named there. Three spatial dimensions.
struct ConvolutionConstants {
  uint32_t batch, groups;
  uint32_t x_channels, y_channels;  // in a group
  uint32_t x_size[3], y_size[3], taps[3];
  int32_t stride[3], dilation[3], pad[3];
  int32_t x_offset, x_batch, x_group, x_channel, x_space[3];
  int32_t y_offset, y_batch, y_group, y_channel, y_space[3];
  int32_t w_offset, w_group, w_x_channel, w_y_channel, w_tap[3];
  int32_t bias_offset, bias_stride;
  uint32_t tiles_m, tiles_n, parts, depth_a_part;
  uint32_t has_bias, activation;
};

struct ConvolutionShape {
  ConvolutionDirection direction;
  uint32_t type;
  dml_tensor x, y, w;  // in the contract's order of dimensions
  ConvolutionConstants constants;

  int64_t Phases() const;
  // The most positions that a phase has, and the most depths.
  int64_t MaxPositions() const;
  int64_t Taps() const;
};

// Checks the tensors and fills `shape`. `name` is the operator's, for messages.
Status MakeConvolutionShape(const char* name, ConvolutionDirection direction,
                            const dml_convolution_attributes* attributes,
                            const dml_tensor* input, const dml_tensor* filter,
                            const dml_tensor* output, ConvolutionShape* shape);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_CONVOLUTION_SHAPE_H_
