/* Random numbers. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_RANDOM_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_RANDOM_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dml_random_distribution DML_ENUM {
  DML_RANDOM_UNIFORM = 0,          /* float in [0, 1) */
  DML_RANDOM_NORMAL = 1,           /* float, mean 0, deviation 1 */
  DML_RANDOM_TRUNCATED_NORMAL = 2, /* as above, |x| < 2 by rejection */
  DML_RANDOM_UNIFORM_INT = 3,      /* int32, int64 in [low, high) */
  DML_RANDOM_GUMBEL = 4,           /* float32: -log(-log(u)) */
  DML_RANDOM_FULL_INT = 5          /* int32, int64, uint32, uint64: any bits */
} dml_random_distribution;

/* Philox 4x32-10 (Salmon et al., 2011): the numbers that TensorFlow's CPU
 * kernels draw from the same counter (128 bits, low word first) and key.
 * Output block g, of 4 numbers, of int64 and float64 2, comes from counter + g;
 * a block of truncated normals from counter + g * 256 on, of float64 128, and
 * one of Gumbel's from counter + g * 2 on. float32 has 23 random bits, float16
 * 10, float64 52; Gumbel's have 64, so that both tails are there. Contiguous
 * output. `low` and `high` are for DML_RANDOM_UNIFORM_INT. */
DML_EXPORT dml_code dml_random(dml_device* device,
                               dml_random_distribution distribution,
                               const uint32_t counter[4], const uint32_t key[2],
                               int64_t low, int64_t high,
                               const dml_tensor* output);

/* As dml_random, of a generator in the device's memory: state, int64 [3] or
 * more, contiguous: the counter's lower and upper half, and the key. It stays
 * as it is; dml_random_advance moves it on. */
DML_EXPORT dml_code dml_random_from_state(dml_device* device,
                                          dml_random_distribution distribution,
                                          const dml_tensor* state, int64_t low,
                                          int64_t high,
                                          const dml_tensor* output);

/* Adds `steps` (modulo 2^64) to the counter of a generator in the device's
 * memory. */
DML_EXPORT dml_code dml_random_advance(dml_device* device,
                                       const dml_tensor* state, int64_t steps);

/* Normal numbers between bounds: output [batches, count], whose batch b has
 * mean means[b], deviation deviations[b] > 0, and lies in [lows[b], highs[b]],
 * lows[b] < highs[b], one of which is finite; NaN where that is not so. These
 * four are [batches] or [1]. float, contiguous. Number i takes counters from
 * counter + i * 500 on. */
DML_EXPORT dml_code dml_random_truncated_normal(
    dml_device* device, const uint32_t counter[4], const uint32_t key[2],
    const dml_tensor* means, const dml_tensor* deviations,
    const dml_tensor* lows, const dml_tensor* highs, const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
