// Convolutions with a dimension that a window spans, as ones without it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_FOLD_WINDOWS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_FOLD_WINDOWS_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/convolution.h"

namespace dml {

// A convolution, in any direction: views of its tensors in the contract's
// order.
struct ConvolutionViews {
  dml_convolution_attributes attributes;
  dml_tensor image, filter, output;
};

// Where the output has one position in a dimension, no stride is taken in it;
// and where that one window is the whole image there, the dimension's positions
// are channels: each meets one tap. They become part of the channels if their
// strides allow it. So a filter as wide as the image costs what the product
// costs, instead of a window of which one tap in each position lies inside.
// Tensors are checked, and not empty.
void FoldWindows(ConvolutionViews* views);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_CONVOLUTION_FOLD_WINDOWS_H_
