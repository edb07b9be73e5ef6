// Random numbers, stateful and stateless: the same as the CPU kernels' for the
// same seeds.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/lib/random/philox_random.h"
#include "tensorflow/core/util/guarded_philox_random.h"

namespace tensorflow {
namespace dml {
namespace {

using random::PhiloxRandom;

struct Limits {
  int64 low = 0;
  int64 high = 0;
};

// From scalars in host memory, inputs `input` and the next one.
Status ReadLimits(KernelContext* c, int input, Limits* limits) {
  const char* const names[] = {"minval", "maxval"};
  int64* const values[] = {&limits->low, &limits->high};
  for (int i = 0; i < 2; ++i) {
    if (!TensorShapeUtils::IsScalar(c->Input(input + i).shape())) {
      return errors::InvalidArgument(names[i], " must be 0-D, got shape ",
                                     c->Input(input + i).shape().DebugString());
    }
    TF_RETURN_IF_ERROR(c->HostInteger(input + i, values[i]));
  }
  return Status::OK();
}

Status CheckLimits(const Limits& limits) {
  if (limits.low < limits.high) return Status::OK();
  return errors::InvalidArgument("Need minval < maxval, got ", limits.low,
                                 " >= ", limits.high);
}

Status Enqueue(KernelContext* c, dml_random_distribution distribution,
               const PhiloxRandom& generator, const Limits& limits,
               const Tensor& output) {
  uint32_t counter[4], key[2];
  for (int i = 0; i < 4; ++i) counter[i] = generator.counter()[i];
  for (int i = 0; i < 2; ++i) key[i] = generator.key()[i];
  const dml_tensor y = Describe(output, {output.NumElements()});
  DML_RETURN_IF_FAILED(dml_random(c->device(), distribution, counter, key,
                                  limits.low, limits.high, &y));
  return Status::OK();
}

// Inputs: shape, then minval and maxval for integers; all in host memory.
class StatefulRandom {
 public:
  StatefulRandom(OpKernelConstruction* c, dml_random_distribution distribution)
      : distribution_(distribution) {
    OP_REQUIRES_OK(c, generator_.Init(c));
  }

  Status Compute(KernelContext* c) {
    Limits limits;
    const bool integers = distribution_ == DML_RANDOM_UNIFORM_INT;
    if (integers) TF_RETURN_IF_ERROR(ReadLimits(c, 1, &limits));
    TensorShape shape;
    TF_RETURN_IF_ERROR(c->tf()->op_kernel().MakeShape(c->Input(0), &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return Status::OK();
    if (integers) TF_RETURN_IF_ERROR(CheckLimits(limits));
    // Skips ahead by as much as the CPU kernels do.
    const PhiloxRandom generator =
        generator_.ReserveRandomOutputs(output->NumElements(), 256);
    return Enqueue(c, distribution_, generator, limits, *output);
  }

 private:
  const dml_random_distribution distribution_;
  GuardedPhiloxRandom generator_;
};

// Inputs: shape, seed [2], then minval and maxval for integers; all in host
// memory.
class StatelessRandom {
 public:
  StatelessRandom(OpKernelConstruction*, dml_random_distribution distribution)
      : distribution_(distribution) {}

  Status Compute(KernelContext* c) {
    TensorShape shape;
    TF_RETURN_IF_ERROR(c->tf()->op_kernel().MakeShape(c->Input(0), &shape));
    const Tensor& seed = c->Input(1);
    if (seed.dims() != 1 || seed.dim_size(0) != 2) {
      return errors::InvalidArgument("seed must have shape [2], not ",
                                     seed.shape().DebugString());
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return Status::OK();
    Limits limits;
    if (distribution_ == DML_RANDOM_UNIFORM_INT) {
      TF_RETURN_IF_ERROR(ReadLimits(c, 2, &limits));
      TF_RETURN_IF_ERROR(CheckLimits(limits));
    }
    Dims seeds;
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &seeds));
    return Enqueue(c, distribution_, Scramble(seeds[0], seeds[1]), limits,
                   *output);
  }

 private:
  // One round of the generator turns any two seeds, however weak, into a key
  // and the upper half of a counter.
  static PhiloxRandom Scramble(uint64 seed0, uint64 seed1) {
    PhiloxRandom::Key key;
    key[0] = 0x3ec8f720;
    key[1] = 0x02461e29;
    PhiloxRandom::ResultType counter;
    const uint64 seeds[] = {seed0, seed1};
    for (int i = 0; i < 4; ++i) {
      counter[i] = static_cast<uint32>(seeds[i / 2] >> (i % 2 * 32));
    }
    const PhiloxRandom::ResultType mixed = PhiloxRandom(counter, key)();
    key[0] = mixed[0];
    key[1] = mixed[1];
    counter[0] = counter[1] = 0;
    counter[2] = mixed[2];
    counter[3] = mixed[3];
    return PhiloxRandom(counter, key);
  }

  const dml_random_distribution distribution_;
};

Row StatefulRow(const char* name, dml_random_distribution distribution) {
  return Row(name)
      .Types("dtype", kFloatsAndDouble)
      .Types("T", kIndices)
      .Host({"shape"})
      .Make<StatefulRandom>(distribution);
}
Row StatelessRow(const char* name, dml_random_distribution distribution) {
  return Row(name)
      .Types("dtype", kFloatsAndDouble)
      .Host({"shape", "seed"})
      .Make<StatelessRandom>(distribution);
}

const Kernels kKernels({
    StatefulRow("RandomUniform", DML_RANDOM_UNIFORM),
    StatefulRow("RandomStandardNormal", DML_RANDOM_NORMAL),
    StatefulRow("TruncatedNormal", DML_RANDOM_TRUNCATED_NORMAL),
    Row("RandomUniformInt")
        .Types("Tout", kIndices)
        .Types("T", kIndices)
        .Host({"shape", "minval", "maxval"})
        .Make<StatefulRandom>(DML_RANDOM_UNIFORM_INT),
    StatelessRow("StatelessRandomUniform", DML_RANDOM_UNIFORM),
    StatelessRow("StatelessRandomNormal", DML_RANDOM_NORMAL),
    StatelessRow("StatelessTruncatedNormal", DML_RANDOM_TRUNCATED_NORMAL),
    Row("StatelessRandomUniformInt")
        .Types("dtype", kIndices)
        .Host({"shape", "seed", "minval", "maxval"})
        .Make<StatelessRandom>(DML_RANDOM_UNIFORM_INT),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
