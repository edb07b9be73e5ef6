// The checked problem that the convolution operators share.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_CONVOLUTION_SHAPE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_CONVOLUTION_SHAPE_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/convolution.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/convolution_parameters.h"

namespace dml {

enum class ConvolutionDirection : uint32_t {
  kForward = ConvolutionParameters::kForward,
  kBackwardData = ConvolutionParameters::kBackwardData,
  kBackwardFilter = ConvolutionParameters::kBackwardFilter,
};

struct ConvolutionShape {
  ConvolutionDirection direction;
  uint32_t type;
  // As convolution_parameters.glsl names them; dimensions in the contract's
  // order.
  dml_tensor x, y, w;
  ConvolutionParameters constants;

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
