// Stateless random numbers of TensorFlow 2.x, whose generator is given by its
// key and counter: the same as the CPU kernels'.
#include "tensorflow/core/kernels/dml/casts.h"
#include "tensorflow/core/kernels/dml/random_generator.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

using random::PhiloxRandom;

// Of tf.random.Algorithm. The CPU takes Philox, too, where it may choose.
constexpr int64 kPhilox = 1;
constexpr int64 kAutoSelect = 3;

// Numbers of bfloat16 between 0 and 1, as the CPU draws them: 7 bits of each of
// the generator's words.
Status DrawUniformBfloat16(KernelContext* c, const PhiloxRandom& generator,
                           const Tensor& output) {
  constexpr int32 kMask = 0x7f;
  constexpr float kScale = 1 / 128.f;
  Tensor words, mask, numbers, scale;
  TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, output.shape(), &words));
  TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, {}, &mask));
  TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, {}, &scale));
  const dml_tensor mask_scalar = Describe(mask), scale_scalar = Describe(scale);
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &mask_scalar, &kMask));
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &scale_scalar, &kScale));
  TF_RETURN_IF_ERROR(DrawRandom(c, DML_RANDOM_FULL_INT, generator, words));
  TF_RETURN_IF_ERROR(c->Elementwise(DML_BITWISE_AND, {&words, &mask}, words));
  TF_RETURN_IF_ERROR(CastToTemporary(c, words, DT_FLOAT, &numbers));
  TF_RETURN_IF_ERROR(c->Elementwise(DML_MULTIPLY, {&numbers, &scale}, numbers));
  return EnqueueCast(c, numbers, output);
}

// Inputs: shape, key [1], counter [2 or more], alg, then minval and maxval for
// integers; all in host memory.
class StatelessRandomV2 {
 public:
  StatelessRandomV2(OpKernelConstruction*, dml_random_distribution distribution)
      : distribution_(distribution) {}

  Status Compute(KernelContext* c) {
    TensorShape shape;
    TF_RETURN_IF_ERROR(ShapeOf(c->tf(), c->Input(0), &shape));
    PhiloxRandom generator;
    TF_RETURN_IF_ERROR(ReadGenerator(c, &generator));
    Limits limits;
    if (distribution_ == DML_RANDOM_UNIFORM_INT) {
      TF_RETURN_IF_ERROR(ReadLimits(c, 4, &limits));
      TF_RETURN_IF_ERROR(CheckLimits(limits));
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    if (output->dtype() == DT_BFLOAT16) {
      if (distribution_ == DML_RANDOM_UNIFORM) {
        return DrawUniformBfloat16(c, generator, *output);
      }
      // The CPU rounds those of float32, too.
      Tensor wide;
      TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, shape, &wide));
      TF_RETURN_IF_ERROR(DrawRandom(c, distribution_, generator, wide));
      return EnqueueCast(c, wide, *output);
    }
    return DrawRandom(c, distribution_, generator, *output, limits.low,
                      limits.high);
  }

 private:
  static Status ReadGenerator(KernelContext* c, PhiloxRandom* generator) {
    const Tensor& key = c->Input(1);
    const Tensor& counter = c->Input(2);
    int64 algorithm;
    TF_RETURN_IF_ERROR(c->HostInteger(3, &algorithm));
    if (algorithm != kPhilox && algorithm != kAutoSelect) {
      return errors::InvalidArgument("Unsupported algorithm id: ", algorithm);
    }
    if (key.dims() != 1 || key.dim_size(0) != 1) {
      return errors::InvalidArgument("key must have shape [1], not ",
                                     key.shape().DebugString());
    }
    if (counter.dims() != 1 || counter.dim_size(0) < 2) {
      return errors::InvalidArgument(
          "counter must be a vector with length at least 2, not of shape ",
          counter.shape().DebugString());
    }
    PhiloxRandom::Key words;
    PhiloxRandom::ResultType state;
    SetWords(key.flat<uint64>()(0), &words[0], &words[1]);
    SetWords(counter.flat<uint64>()(0), &state[0], &state[1]);
    SetWords(counter.flat<uint64>()(1), &state[2], &state[3]);
    *generator = PhiloxRandom(state, words);
    return OkStatus();
  }

  static void SetWords(uint64 value, uint32* low, uint32* high) {
    *low = static_cast<uint32>(value);
    *high = static_cast<uint32>(value >> 32);
  }

  const dml_random_distribution distribution_;
};

Row FloatRow(const char* name, dml_random_distribution distribution) {
  return Row(name)
      .Types("dtype", {DT_FLOAT, DT_HALF, DT_DOUBLE, DT_BFLOAT16})
      .Host({"shape", "key", "counter", "alg"})
      .Make<StatelessRandomV2>(distribution);
}

const Kernels kKernels({
    FloatRow("StatelessRandomUniformV2", DML_RANDOM_UNIFORM),
    FloatRow("StatelessRandomNormalV2", DML_RANDOM_NORMAL),
    FloatRow("StatelessTruncatedNormalV2", DML_RANDOM_TRUNCATED_NORMAL),
    Row("StatelessRandomUniformIntV2")
        .Types("dtype", kIndices)
        .Host({"shape", "key", "counter", "alg", "minval", "maxval"})
        .Make<StatelessRandomV2>(DML_RANDOM_UNIFORM_INT),
    Row("StatelessRandomUniformFullIntV2")
        .Types("dtype", {DT_INT32, DT_INT64, DT_UINT32, DT_UINT64})
        .Host({"shape", "key", "counter", "alg"})
        .Make<StatelessRandomV2>(DML_RANDOM_FULL_INT),
    // What a generator is made of: a few numbers.
    Row("StatelessRandomGetKeyCounter").HostTwin(),
    Row("StatelessRandomGetKeyCounterAlg").HostTwin(),
    Row("StatelessRandomGetAlg").HostTwin(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
