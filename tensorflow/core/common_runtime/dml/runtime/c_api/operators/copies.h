/* Copies, fills and padding. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_COPIES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_COPIES_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Strided copy between tensors of equal type and sizes: the way to transpose,
 * slice, tile, broadcast and reverse. */
DML_EXPORT dml_code dml_copy_tensor(dml_device* device, const dml_tensor* input,
                                    const dml_tensor* output);

/* The parts, one after the other along dimension `axis`, become `whole`: all
 * have its type, and its sizes in all other dimensions. Parts may be empty, and
 * must not overlap `whole`. Tensors without gaps take a launch for 15 parts.
 * Where there are several launches, each writes a part of `whole`:
 * dml_begin_parts() spares them waiting for each other. */
DML_EXPORT dml_code dml_join_parts(dml_device* device,
                                   const dml_tensor* const* parts,
                                   uint32_t part_count, uint32_t axis,
                                   const dml_tensor* whole);

/* The other way: `whole` becomes the parts. */
DML_EXPORT dml_code dml_split_parts(dml_device* device, const dml_tensor* whole,
                                    uint32_t axis,
                                    const dml_tensor* const* parts,
                                    uint32_t part_count);

/* Every element becomes `*value`, host memory of the tensor's type. */
DML_EXPORT dml_code dml_fill(dml_device* device, const dml_tensor* output,
                             const void* value);

/* output[i] = start + i * delta, rank 1; number; in float64 or int64. */
DML_EXPORT dml_code dml_range(dml_device* device, const dml_tensor* output,
                              double start, double delta);

typedef enum dml_pad_mode DML_ENUM {
  DML_PAD_CONSTANT = 0,
  DML_PAD_REFLECT = 1,  /* edge not repeated */
  DML_PAD_SYMMETRIC = 2 /* edge repeated */
} dml_pad_mode;

/* output.sizes[d] = before[d] + input.sizes[d] + after; `after` follows from
 * the sizes. Pads may be negative in constant mode (crops). `value`: host
 * memory of the tensor's type, for constant mode; null: zero. */
DML_EXPORT dml_code dml_pad(dml_device* device, dml_pad_mode mode,
                            const dml_tensor* input, const int64_t* before,
                            DML_NULLABLE const void* value,
                            const dml_tensor* output);

#ifdef __cplusplus
}
#endif

#endif
