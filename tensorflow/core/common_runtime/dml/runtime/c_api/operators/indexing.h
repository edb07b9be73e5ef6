/* Operators that find elements by their numbers. */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_INDEXING_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_OPERATORS_INDEXING_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* params [outer, rows, inner], indices [count] (int32 or int64), output
 * [outer, count, inner], of any one type:
 *   output[o, i, j] = params[o, indices[i], j], 0 where out of range.
 * Or indices [batch, count], where `outer` is a multiple of `batch`:
 *   output[o, i, j] = params[o, indices[o / (outer / batch), i], j] */
DML_EXPORT dml_code dml_gather(dml_device* device, const dml_tensor* params,
                               const dml_tensor* indices,
                               const dml_tensor* output);

/* Indices that are vectors, places in a tensor of `sizes`: indices [count,
 * depth] (int32 or int64, depth 0 to 8), sizes [depth], params [rows, inner],
 * where `rows` is the product of `sizes`, output [count, inner]:
 *   output[i, j] = params[r, j], with r the row-major number of indices[i],
 *   0 where one of them is out of range. */
DML_EXPORT dml_code dml_gather_nd(dml_device* device, const dml_tensor* params,
                                  const int64_t* sizes,
                                  const dml_tensor* indices,
                                  const dml_tensor* output);

/* found[i] = the first row of `table` that is vectors[i] - start, -1 if none
 * is: vectors [count, depth], start [depth], table [rows, depth], whose rows
 * ascend, the first column first, found [count]; int64, contiguous. */
DML_EXPORT dml_code dml_find_vectors(dml_device* device,
                                     const dml_tensor* vectors,
                                     const dml_tensor* start,
                                     const dml_tensor* table,
                                     const dml_tensor* found);

/* indices [outer, inner] (uint8, int32 or int64), output [outer, depth, inner]
 * of any type; on_value and off_value: rank 0 tensors of that type. */
DML_EXPORT dml_code dml_one_hot(dml_device* device, const dml_tensor* indices,
                                const dml_tensor* on_value,
                                const dml_tensor* off_value,
                                const dml_tensor* output);

typedef enum dml_scatter_op DML_ENUM {
  DML_SCATTER_ASSIGN = 0,
  DML_SCATTER_ADD = 1,
  DML_SCATTER_SUBTRACT = 2,
  DML_SCATTER_MULTIPLY = 3,
  DML_SCATTER_DIVIDE = 4,
  DML_SCATTER_MINIMUM = 5,
  DML_SCATTER_MAXIMUM = 6
} dml_scatter_op;

/* output [rows, inner] is updated in place, for each i in order:
 *   output[indices[i], j] = op(output[indices[i], j], updates[i, j])
 * with updates [count, inner] (or broadcast by stride 0), indices [count],
 * int32 or int64; indices out of range are skipped. Assignment takes any type,
 * others floats, int32 and int64, sums also complex numbers (of which those of
 * a row lie side by side in memory). Deterministic: repeated indices apply in
 * order, but of many updates to be added or subtracted those of a row may be
 * summed up first, in float32 or the type, and in parts. */
DML_EXPORT dml_code dml_scatter(dml_device* device, dml_scatter_op op,
                                const dml_tensor* indices,
                                const dml_tensor* updates,
                                const dml_tensor* output);

/* The same of rows that vectors of indices name, as dml_gather_nd() takes them:
 * output [rows, inner], indices [count, depth], updates [count, inner]. */
DML_EXPORT dml_code dml_scatter_nd(dml_device* device, dml_scatter_op op,
                                   const int64_t* sizes,
                                   const dml_tensor* indices,
                                   const dml_tensor* updates,
                                   const dml_tensor* output);

/* The beginning of each sequence backwards: output as input, of any type and
 * rank 2 to 5, lengths [batch] int32 or int64. With s, b the coordinates of an
 * element along sequence_axis and batch_axis, it comes from lengths[b] - 1 - s
 * along sequence_axis where s < lengths[b], else from its own place. The output
 * must not overlap the input. */
DML_EXPORT dml_code dml_reverse_sequence(
    dml_device* device, const dml_tensor* input, const dml_tensor* lengths,
    uint32_t sequence_axis, uint32_t batch_axis, const dml_tensor* output);

/* Elements whose results each entry of block_ends counts. */
#define DML_NONZERO_BLOCK 2048

/* The coordinates of elements that are not zero (NaN is not), in two calls, as
 * their number is known on the device only. input: of any type; block_ends:
 * contiguous int32 [ceil(elements / DML_NONZERO_BLOCK)].
 *   block_ends[b] = how many of the first (b + 1) * DML_NONZERO_BLOCK elements
 *                   of input, in row-major order, are not zero
 * so the last is the number of all. */
DML_EXPORT dml_code dml_nonzero_count(dml_device* device,
                                      const dml_tensor* input,
                                      const dml_tensor* block_ends);

/* With `block_ends` as made of `input`; output: contiguous int64 [number, rank
 * of input], in row-major order. */
DML_EXPORT dml_code dml_nonzero(dml_device* device, const dml_tensor* input,
                                const dml_tensor* block_ends,
                                const dml_tensor* output);

/* The numbers of elements sorted by the elements, which are 0 to values - 1.
 * input: int32 [count]; ends: contiguous int32 [values]; order: contiguous
 * int32 [count], of any content behind the last end.
 *   ends[v] = how many i there are with 0 <= input[i] <= v
 *   order[ends[v - 1]..ends[v]] = the i with input[i] == v, ascending
 * with 0 for ends[-1]. Elements out of range are in neither. */
DML_EXPORT dml_code dml_partition(dml_device* device, const dml_tensor* input,
                                  const dml_tensor* ends,
                                  const dml_tensor* order);

#ifdef __cplusplus
}
#endif

#endif
