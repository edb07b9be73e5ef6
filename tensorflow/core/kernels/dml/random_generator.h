// What kernels that draw random numbers share.
#ifndef TENSORFLOW_CORE_KERNELS_DML_RANDOM_GENERATOR_H_
#define TENSORFLOW_CORE_KERNELS_DML_RANDOM_GENERATOR_H_

#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/lib/random/philox_random.h"

namespace tensorflow {
namespace dml {

// Fills `output`, which has elements, from where `generator` stands. `low` and
// `high` are for integers.
Status DrawRandom(KernelContext* c, dml_random_distribution distribution,
                  const random::PhiloxRandom& generator, const Tensor& output,
                  int64 low = 0, int64 high = 0);

// The generator of a stateless op, whose input `input` is its seed: two
// integers in host memory. InvalidArgument if they are not.
Status StatelessGenerator(KernelContext* c, int input,
                          random::PhiloxRandom* generator);

// Between which integers are drawn: `high` is none of them.
struct Limits {
  int64 low = 0;
  int64 high = 0;
};

// From scalars in host memory, inputs `input` and the next one.
// InvalidArgument if they are none.
Status ReadLimits(KernelContext* c, int input, Limits* limits);
// InvalidArgument if there is no integer between them.
Status CheckLimits(const Limits& limits);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_RANDOM_GENERATOR_H_
