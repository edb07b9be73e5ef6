// What the ops of tensor arrays share. They came in three versions, which
// differ in what the handle is: a reference to a string, a string, a resource.
#ifndef TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_ARRAY_OPS_H_
#define TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_ARRAY_OPS_H_

#include <vector>

#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/kernels/dml/lists/tensor_array.h"

namespace tensorflow {
namespace dml {

using TensorArrayPtr = core::RefCountPtr<TensorArray>;

// The array that input 0 is the handle of.
Status FindTensorArray(KernelContext* c, TensorArrayPtr* array);

// Output 0 is the array's handle, output 1, if any, the flow. Nobody looks at
// the flow's value: it only orders ops.
Status OutputTensorArray(KernelContext* c, TensorArray* array);

// Ops that write return the flow that they were given, their last input.
void ForwardFlow(KernelContext* c);

// A vector input in host memory.
Status ReadIndices(KernelContext* c, int input, std::vector<int32>* indices);
// 0 to count - 1.
std::vector<int32> AllIndices(int32 count);

// InvalidArgument unless the type is the array's.
Status CheckWrite(const TensorArray& array, const Tensor& value);
Status CheckRead(const TensorArray& array, DataType dtype);

// The op's name in each of the three versions.
std::vector<string> VersionsOf(const string& op);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_ARRAY_OPS_H_
