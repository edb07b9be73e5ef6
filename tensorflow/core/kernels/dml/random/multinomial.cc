// Multinomial: draws classes of unnormalized log probabilities. Of independent
// Gumbel noises added to the logits, the largest sum is each class's with its
// probability. The draws differ from the CPU kernel's, which inverts the
// distribution function.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/random_generator.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/guarded_philox_random.h"

namespace tensorflow {
namespace dml {
namespace {

// The scores of the classes: noise of its own for each sample and class.
// Inputs: logits [batch, classes], num_samples (host).
class MultinomialBase {
 protected:
  // Checks the inputs and makes the output; `noise` [batch, samples, classes]
  // stays without memory when the output is empty.
  static Status Prepare(KernelContext* c, Tensor* noise) {
    const Tensor& logits = c->Input(0);
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
    if (output->NumElements() == 0) return OkStatus();
    return c->Temporary(DT_FLOAT, TensorShape({batch, samples, classes}),
                        noise);
  }

  static Status Choose(KernelContext* c, const random::PhiloxRandom& generator,
                       Tensor noise) {
    TF_RETURN_IF_ERROR(DrawRandom(c, DML_RANDOM_GUMBEL, generator, noise));
    Tensor logits = c->Input(0);
    if (logits.dtype() != DT_FLOAT) {
      TF_RETURN_IF_ERROR(CastToTemporary(c, logits, DT_FLOAT, &logits));
    }
    const int64 batch = noise.dim_size(0), classes = noise.dim_size(2);
    const Tensor rows = Reshaped(logits, TensorShape({batch, 1, classes}));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&rows, &noise}, noise));
    const dml_tensor scores = Describe(noise);
    const dml_tensor best =
        Describe(*c->tf()->mutable_output(0), {batch, noise.dim_size(1), 1});
    DML_RETURN_IF_FAILED(
        dml_arg_reduce(c->device(), DML_ARG_MAX, &scores, 2, &best));
    return OkStatus();
  }
};

class Multinomial : MultinomialBase {
 public:
  explicit Multinomial(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, generator_.Init(c));
  }

  Status Compute(KernelContext* c) {
    Tensor noise;
    TF_RETURN_IF_ERROR(Prepare(c, &noise));
    if (noise.NumElements() == 0) return OkStatus();
    return Choose(c, generator_.ReserveRandomOutputs(noise.NumElements(), 256),
                  noise);
  }

 private:
  GuardedPhiloxRandom generator_;
};

// A third input: seed [2] (host).
class StatelessMultinomial : MultinomialBase {
 public:
  explicit StatelessMultinomial(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    random::PhiloxRandom generator;
    TF_RETURN_IF_ERROR(StatelessGenerator(c, 2, &generator));
    Tensor noise;
    TF_RETURN_IF_ERROR(Prepare(c, &noise));
    if (noise.NumElements() == 0) return OkStatus();
    return Choose(c, generator, noise);
  }
};

const Kernels kKernels({
    Row("Multinomial")
        .Types("T", kFloatsAndDouble)
        .Types("output_dtype", kIndices)
        .Host({"num_samples"})
        .Make<Multinomial>(),
    Row("StatelessMultinomial")
        .Types("T", kFloatsAndDouble)
        .Types("Tseed", kIndices)
        .Types("output_dtype", kIndices)
        .Host({"num_samples", "seed"})
        .Make<StatelessMultinomial>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
