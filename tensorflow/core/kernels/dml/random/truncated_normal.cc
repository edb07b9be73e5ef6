// ParameterizedTruncatedNormal: normal numbers between bounds.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/util/guarded_philox_random.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: the shape (host), whose first dimension is that of batches, and
// means, deviations, lower and upper bounds: scalars, or one for each batch. As
// CUDA's kernel, it gives NaN where the CPU's refuses the parameters. The
// numbers are not the CPU's, which depend on its number of threads.
class ParameterizedTruncatedNormal {
 public:
  explicit ParameterizedTruncatedNormal(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, generator_.Init(c));
  }

  Status Compute(KernelContext* c) {
    if (!TensorShapeUtils::IsVector(c->Input(0).shape()) ||
        c->Input(0).NumElements() == 0) {
      return errors::InvalidArgument(
          "Input shape should be a vector of 1 dimension or more, got shape: ",
          c->Input(0).shape().DebugString());
    }
    TensorShape shape;
    TF_RETURN_IF_ERROR(ShapeOf(c->tf(), c->Input(0), &shape));
    const int64 batches = shape.dim_size(0);
    const char* const names[] = {"means", "stddevs", "minvals", "maxvals"};
    for (int i = 0; i < 4; ++i) {
      const Tensor& parameter = c->Input(1 + i);
      if (parameter.dims() > 1) {
        return errors::InvalidArgument("Input ", names[i],
                                       " should be a scalar or vector, got "
                                       "shape: ",
                                       parameter.shape().DebugString());
      }
      if (parameter.NumElements() != 1 && parameter.NumElements() != batches) {
        return errors::InvalidArgument("Input ", names[i],
                                       " should have length 1 or shape[0], got "
                                       "shape: ",
                                       parameter.shape().DebugString());
      }
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    const int64 count = output->NumElements();
    if (count == 0) return OkStatus();
    const random::PhiloxRandom generator =
        generator_.ReserveSamples128(count * kCountersEach);
    uint32_t counter[4], key[2];
    for (int i = 0; i < 4; ++i) counter[i] = generator.counter()[i];
    for (int i = 0; i < 2; ++i) key[i] = generator.key()[i];
    dml_tensor parameters[4];
    for (int i = 0; i < 4; ++i) {
      const Tensor& parameter = c->Input(1 + i);
      parameters[i] = Describe(parameter, {parameter.NumElements()});
    }
    const dml_tensor y = Describe(*output, {batches, count / batches});
    DML_RETURN_IF_FAILED(dml_random_truncated_normal(
        c->device(), counter, key, &parameters[0], &parameters[1],
        &parameters[2], &parameters[3], &y));
    return OkStatus();
  }

 private:
  static constexpr int64 kCountersEach = 500;

  GuardedPhiloxRandom generator_;
};

const Kernels kKernels({
    Row("ParameterizedTruncatedNormal")
        .Types("dtype", kFloatsAndDouble)
        .Host({"shape"})
        .Make<ParameterizedTruncatedNormal>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
