#include "tensorflow/core/kernels/dml/random_generator.h"

namespace tensorflow {
namespace dml {

using random::PhiloxRandom;

Status DrawRandom(KernelContext* c, dml_random_distribution distribution,
                  const PhiloxRandom& generator, const Tensor& output,
                  int64 low, int64 high) {
  uint32_t counter[4], key[2];
  for (int i = 0; i < 4; ++i) counter[i] = generator.counter()[i];
  for (int i = 0; i < 2; ++i) key[i] = generator.key()[i];
  const dml_tensor y = Describe(output, {output.NumElements()});
  DML_RETURN_IF_FAILED(
      dml_random(c->device(), distribution, counter, key, low, high, &y));
  return OkStatus();
}

// One round of the generator turns any two seeds, however weak, into a key and
// the upper half of a counter.
Status StatelessGenerator(KernelContext* c, int input,
                          PhiloxRandom* generator) {
  const Tensor& seed = c->Input(input);
  if (seed.dims() != 1 || seed.dim_size(0) != 2) {
    return errors::InvalidArgument("seed must have shape [2], not ",
                                   seed.shape().DebugString());
  }
  Dims seeds;
  TF_RETURN_IF_ERROR(c->HostIntegers(input, &seeds));
  PhiloxRandom::Key key;
  key[0] = 0x3ec8f720;
  key[1] = 0x02461e29;
  PhiloxRandom::ResultType counter;
  for (int i = 0; i < 4; ++i) {
    counter[i] =
        static_cast<uint32>(static_cast<uint64>(seeds[i / 2]) >> (i % 2 * 32));
  }
  const PhiloxRandom::ResultType mixed = PhiloxRandom(counter, key)();
  key[0] = mixed[0];
  key[1] = mixed[1];
  counter[0] = counter[1] = 0;
  counter[2] = mixed[2];
  counter[3] = mixed[3];
  *generator = PhiloxRandom(counter, key);
  return OkStatus();
}

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
  return OkStatus();
}

Status CheckLimits(const Limits& limits) {
  if (limits.low < limits.high) return OkStatus();
  return errors::InvalidArgument("Need minval < maxval, got ", limits.low,
                                 " >= ", limits.high);
}

}  // namespace dml
}  // namespace tensorflow
