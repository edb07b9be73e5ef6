// Random numbers, stateful and stateless: the same as the CPU kernels' for the
// same seeds.
#include "tensorflow/core/kernels/dml/random_generator.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/util/guarded_philox_random.h"

namespace tensorflow {
namespace dml {
namespace {

using random::PhiloxRandom;

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
    TF_RETURN_IF_ERROR(ShapeOf(c->tf(), c->Input(0), &shape));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    if (integers) TF_RETURN_IF_ERROR(CheckLimits(limits));
    // Skips ahead by as much as the CPU kernels do.
    const PhiloxRandom generator =
        generator_.ReserveRandomOutputs(output->NumElements(), 256);
    return DrawRandom(c, distribution_, generator, *output, limits.low,
                      limits.high);
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
    TF_RETURN_IF_ERROR(ShapeOf(c->tf(), c->Input(0), &shape));
    PhiloxRandom generator;
    TF_RETURN_IF_ERROR(StatelessGenerator(c, 1, &generator));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    Limits limits;
    if (distribution_ == DML_RANDOM_UNIFORM_INT) {
      TF_RETURN_IF_ERROR(ReadLimits(c, 2, &limits));
      TF_RETURN_IF_ERROR(CheckLimits(limits));
    }
    return DrawRandom(c, distribution_, generator, *output, limits.low,
                      limits.high);
  }

 private:
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
