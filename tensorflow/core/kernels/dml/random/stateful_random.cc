// Random numbers of a generator that is a variable, as tf.random.Generator
// draws them: the CPU kernels' numbers for the same state. The state stays on
// the device.
#include "tensorflow/core/kernels/dml/locked_variables.h"
#include "tensorflow/core/kernels/dml/random_generator.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

constexpr int64 kPhilox = 1;         // the only algorithm's number
constexpr int64 kStateElements = 3;  // the counter's halves and the key
// The CPU kernels' counters for each number, whatever it takes.
constexpr int64 kCountersEach = 256;

// A scalar in host memory.
Status ReadScalar(KernelContext* c, int input, int64* value) {
  if (c->Input(input).dims() != 0) {
    return errors::InvalidArgument("input ", input,
                                   " (0-based) must have shape [], not ",
                                   c->Input(input).shape().DebugString());
  }
  return c->HostInteger(input, value);
}

// The state in the variable that is input 0, which `variable` locks; input 1 is
// the algorithm.
Status GetState(KernelContext* c, LockedVariables* variable, Tensor* state) {
  int64 algorithm;
  TF_RETURN_IF_ERROR(ReadScalar(c, 1, &algorithm));
  TF_RETURN_IF_ERROR(variable->Lock(c, {0}, /*use_locking=*/true));
  TF_RETURN_IF_ERROR(variable->Get(0, state));
  if (state->dtype() != DT_INT64) {
    return errors::InvalidArgument(
        "dtype of RNG state variable must be int64, not ",
        DataTypeString(state->dtype()));
  }
  if (state->dims() != 1) {
    return errors::InvalidArgument(
        "RNG state must have one and only one dimension, not ", state->dims());
  }
  if (algorithm != kPhilox) {
    return errors::InvalidArgument("Unsupported algorithm id: ", algorithm);
  }
  if (state->NumElements() < kStateElements) {
    return errors::InvalidArgument(
        "For the Philox algorithm, the size of state must be at least ",
        kStateElements, "; got ", state->NumElements());
  }
  return OkStatus();
}

// Leaves `count` numbers out.
Status Skip(KernelContext* c, const Tensor& state, int64 count) {
  const dml_tensor generator = Describe(state);
  const uint64 steps = static_cast<uint64>(count) * kCountersEach;
  DML_RETURN_IF_FAILED(
      dml_random_advance(c->device(), &generator, static_cast<int64>(steps)));
  return OkStatus();
}

// Inputs: the generator, the algorithm, the shape, for integers in a range its
// ends; all in host memory, but for the state.
class GeneratorRandom {
 public:
  GeneratorRandom(OpKernelConstruction*, dml_random_distribution distribution)
      : distribution_(distribution) {}

  Status Compute(KernelContext* c) {
    Limits limits;
    if (distribution_ == DML_RANDOM_UNIFORM_INT) {
      TF_RETURN_IF_ERROR(ReadLimits(c, 3, &limits));
      TF_RETURN_IF_ERROR(CheckLimits(limits));
    }
    TensorShape shape;
    TF_RETURN_IF_ERROR(ShapeOf(c->tf(), c->Input(2), &shape));
    LockedVariables variable;
    Tensor state, *output;
    TF_RETURN_IF_ERROR(GetState(c, &variable, &state));
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor generator = Describe(state);
    const dml_tensor y = Describe(*output, {output->NumElements()});
    DML_RETURN_IF_FAILED(dml_random_from_state(
        c->device(), distribution_, &generator, limits.low, limits.high, &y));
    return Skip(c, state, output->NumElements());
  }

 private:
  const dml_random_distribution distribution_;
};

// Inputs: the generator, the algorithm, how many numbers to leave out.
class RngSkip {
 public:
  explicit RngSkip(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    int64 count;
    TF_RETURN_IF_ERROR(ReadScalar(c, 2, &count));
    LockedVariables variable;
    Tensor state;
    TF_RETURN_IF_ERROR(GetState(c, &variable, &state));
    return Skip(c, state, count);
  }
};

// As RngSkip, and hands out the state from before.
class RngReadAndSkip {
 public:
  explicit RngReadAndSkip(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& count = c->Input(2);
    if (count.dims() != 0) {
      return errors::InvalidArgument("input 2 (0-based) must have shape [], ",
                                     "not ", count.shape().DebugString());
    }
    LockedVariables variable;
    Tensor state, *before;
    TF_RETURN_IF_ERROR(GetState(c, &variable, &state));
    TF_RETURN_IF_ERROR(c->Output(0, state.shape(), &before));
    TF_RETURN_IF_ERROR(c->CopyTensor(state, *before));
    return Skip(c, state, static_cast<int64>(count.scalar<uint64>()()));
  }
};

Row GeneratorRow(const char* name, const TypeList& types,
                 dml_random_distribution distribution) {
  return Row(name)
      .Types("dtype", types)
      .Host({"resource", "algorithm", "shape"})
      .Make<GeneratorRandom>(distribution);
}

const Kernels kKernels({
    GeneratorRow("StatefulUniform", kFloatsAndDouble, DML_RANDOM_UNIFORM),
    GeneratorRow("StatefulStandardNormalV2", kFloatsAndDouble,
                 DML_RANDOM_NORMAL),
    GeneratorRow("StatefulTruncatedNormal", kFloatsAndDouble,
                 DML_RANDOM_TRUNCATED_NORMAL),
    GeneratorRow("StatefulUniformFullInt",
                 {DT_INT32, DT_INT64, DT_UINT32, DT_UINT64},
                 DML_RANDOM_FULL_INT),
    Row("StatefulUniformInt")
        .Types("dtype", kIndices)
        .Host({"resource", "algorithm", "shape", "minval", "maxval"})
        .Make<GeneratorRandom>(DML_RANDOM_UNIFORM_INT),
    Row("RngSkip").Host({"resource", "algorithm", "delta"}).Make<RngSkip>(),
    Row("RngReadAndSkip")
        .Host({"resource", "alg", "delta"})
        .Make<RngReadAndSkip>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
