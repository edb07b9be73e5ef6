// Multinomial: draws classes of unnormalized log probabilities. Of independent
// Gumbel noises added to the logits, the largest sum is each class's with its
// probability. The draws differ from the CPU kernel's, which inverts the
// distribution function.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/guarded_philox_random.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: logits [batch, classes], num_samples (host).
class Multinomial {
 public:
  explicit Multinomial(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, generator_.Init(c));
  }

  Status Compute(KernelContext* c) {
    Tensor logits = c->Input(0);
    if (!TensorShapeUtils::IsMatrix(logits.shape())) {
      return errors::InvalidArgument("logits should be a matrix, got shape ",
                                     logits.shape().DebugString());
    }
    if (!TensorShapeUtils::IsScalar(c->Input(1).shape())) {
      return errors::InvalidArgument(
          "num_samples should be a scalar, got shape ",
          c->Input(1).shape().DebugString());
    }
    int64 samples;
    TF_RETURN_IF_ERROR(c->HostInteger(1, &samples));
    if (samples < 0) {
      return errors::InvalidArgument("num_samples should be nonnegative, got ",
                                     samples);
    }
    const int64 batch = logits.dim_size(0), classes = logits.dim_size(1);
    if (classes <= 0) {
      return errors::InvalidArgument("num_classes should be positive, got ",
                                     classes);
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({batch, samples}), &output));
    if (output->NumElements() == 0) return Status::OK();
    if (logits.dtype() != DT_FLOAT) {
      TF_RETURN_IF_ERROR(CastToTemporary(c, logits, DT_FLOAT, &logits));
    }
    Tensor noise;
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_FLOAT, TensorShape({batch, samples, classes}), &noise));
    TF_RETURN_IF_ERROR(DrawUniform(c, noise));
    // logits - log(-log(noise))
    TF_RETURN_IF_ERROR(c->Elementwise(DML_LOG, {&noise}, noise));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_NEGATE, {&noise}, noise));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_LOG, {&noise}, noise));
    const Tensor rows = Reshaped(logits, TensorShape({batch, 1, classes}));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SUBTRACT, {&rows, &noise}, noise));
    const dml_tensor scores = Describe(noise);
    const dml_tensor best = Describe(*output, {batch, samples, 1});
    DML_RETURN_IF_FAILED(
        dml_arg_reduce(c->device(), DML_ARG_MAX, &scores, 2, &best));
    return Status::OK();
  }

 private:
  Status DrawUniform(KernelContext* c, const Tensor& output) {
    const random::PhiloxRandom generator =
        generator_.ReserveRandomOutputs(output.NumElements(), 256);
    uint32_t counter[4], key[2];
    for (int i = 0; i < 4; ++i) counter[i] = generator.counter()[i];
    for (int i = 0; i < 2; ++i) key[i] = generator.key()[i];
    const dml_tensor y = Describe(output, {output.NumElements()});
    DML_RETURN_IF_FAILED(dml_random(c->device(), DML_RANDOM_UNIFORM, counter,
                                    key, /*low=*/0, /*high=*/0, &y));
    return Status::OK();
  }

  GuardedPhiloxRandom generator_;
};

const Kernels kKernels({
    Row("Multinomial")
        .Types("T", kFloatsAndDouble)
        .Types("output_dtype", kIndices)
        .Host({"num_samples"})
        .Make<Multinomial>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
