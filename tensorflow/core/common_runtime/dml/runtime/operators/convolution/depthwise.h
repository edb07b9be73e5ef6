// Convolutions whose groups have one input channel each: memory-bound, so they
// have programs of their own, depthwise.comp and depthwise_filter.comp.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_DEPTHWISE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_DEPTHWISE_H_

#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/convolution/convolution_shape.h"

namespace dml {

bool IsDepthwise(const ConvolutionShape& shape);

// Any direction of `shape`, whose result is not empty; IsDepthwise(shape).
Status Depthwise(OperatorContext& context, ConvolutionShape shape,
                 const dml_tensor* bias, dml_activation activation);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_DEPTHWISE_H_
