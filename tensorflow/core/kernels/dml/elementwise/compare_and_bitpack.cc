// CompareAndBitpack: which elements are above a threshold, eight a byte.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: values, and a threshold, which bools do without.
class CompareAndBitpack {
 public:
  explicit CompareAndBitpack(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& threshold = c->Input(1);
    if (!TensorShapeUtils::IsScalar(threshold.shape())) {
      return errors::InvalidArgument(
          "Compare must be a scalar, but saw shape: ",
          threshold.shape().DebugString());
    }
    TensorShape shape = input.shape();
    if (!TensorShapeUtils::IsVectorOrHigher(shape)) {
      return errors::InvalidArgument(
          "Input should be at least a vector, but saw a scalar.");
    }
    const int last = shape.dims() - 1;
    if (shape.dim_size(last) % 8 != 0) {
      return errors::InvalidArgument(
          "Inner dimension of input should be divisible by 8, but saw shape: ",
          shape.DebugString());
    }
    shape.set_dim(last, shape.dim_size(last) / 8);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    const int64 count = output->NumElements();
    if (count == 0) return OkStatus();
    Tensor above = input;
    if (input.dtype() != DT_BOOL) {
      TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, input.shape(), &above));
      TF_RETURN_IF_ERROR(
          c->Elementwise(DML_GREATER, {&input, &threshold}, above));
    }
    const dml_tensor x = Describe(above, {count, 8}),
                     y = Describe(*output, {count});
    DML_RETURN_IF_FAILED(dml_pack_bits(c->device(), &x, &y));
    return OkStatus();
  }
};

const TypeList kTypes = {DT_FLOAT, DT_HALF,  DT_DOUBLE, DT_INT8,
                         DT_INT16, DT_INT32, DT_INT64,  DT_BOOL};

const Kernels kKernels({
    Row("CompareAndBitpack")
        .Types("T", kTypes)
        .ComputesFloat64()
        .Make<CompareAndBitpack>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
