/* What measuring takes: programs that no model runs (operators/benchmark.h),
 * and what it finds out for others to use. tensorflow-directml bench and
 * benchmarks/ use them. The rules of dml_runtime.h and dml_operators.h hold.
 */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_BENCHMARK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_BENCHMARK_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/benchmark.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Tile configurations ------------------------------------------------
 *
 * Matrix products and convolutions run in tiles, whose best sizes depend on the
 * adapter. Choices that dml_tiles_store() wrote hold on this adapter from then
 * on, in later processes too; TF_DIRECTML_TUNING=0 leaves them alone. */

typedef enum dml_tile_family DML_ENUM {
  DML_TILE_GEMM = 0,
  DML_TILE_CONVOLUTION = 1,
  DML_TILE_CONVOLUTION_BACKWARD_DATA = 2,
  DML_TILE_CONVOLUTION_BACKWARD_FILTER = 3
} dml_tile_family;

typedef struct dml_tile_choice {
  /* For which products. */
  uint32_t family;  /* dml_tile_family */
  uint32_t type;    /* dml_data_type */
  uint32_t m_class; /* of the product's rows; 0: up to 16, 1: up to 64, ... */
  uint32_t n_class; /* of its columns */
  /* What they take: sizes of a group's tile, of an invocation's part of it. */
  uint32_t m;
  uint32_t n;
  uint32_t k;
  uint32_t thread_m;
  uint32_t thread_n;
  uint32_t load_width; /* elements a load takes at most */
  uint32_t lanes;      /* subgroup size of the forms that need one; else 0 */
  /* With cooperative matrices: the product that a subgroup computes at once;
   * thread_m and thread_n are its part. Else 0. */
  uint32_t matrix_m;
  uint32_t matrix_n;
  uint32_t matrix_k;
  uint32_t packed; /* 1: of float16 in pairs, summed in float32; else 0 */
} dml_tile_choice;

/* Configurations for `type` that the adapter can run: those worth measuring, or
 * with `every` those for other classes of adapters too. Writes at most
 * `capacity` (families and classes 0), none where `choices` is null, and
 * returns how many there are. */
DML_EXPORT uint32_t dml_tiles_candidates(dml_device* device, uint32_t type,
                                         uint32_t every,
                                         dml_tile_choice* choices,
                                         uint32_t capacity);
/* For measuring and tests: from now on, every product takes the configuration
 * of `choice` if it can; null ends that. */
DML_EXPORT dml_code dml_tiles_override(dml_device* device,
                                       const dml_tile_choice* choice);
/* The product enqueued last and its configuration; DML_NOT_FOUND when there was
 * none. */
DML_EXPORT dml_code dml_tiles_last(dml_device* device, dml_tile_choice* choice);
/* Cooperative matrices, and dot products of float16 pairs, on the device's
 * adapter: not there (or turned off: TF_DIRECTML_COOPERATIVE_MATRICES=0 does it
 * for matrices); there, but the check of their results failed, so that no
 * product takes them; there and right. */
typedef enum dml_matrices DML_ENUM {
  DML_MATRICES_NONE = 0,
  DML_MATRICES_WRONG = 1,
  DML_MATRICES_RIGHT = 2
} dml_matrices;
/* Writes a dml_matrices. Waits for the check, unless its result is known. */
DML_EXPORT dml_code dml_tiles_matrices(dml_device* device, uint32_t* state);
/* Stores choices beside those stored before, and uses them from now on. */
DML_EXPORT dml_code dml_tiles_store(dml_device* device,
                                    const dml_tile_choice* choices,
                                    uint32_t count);

/* ---- Plans --------------------------------------------------------------
 *
 * Which programs operators choose, without running them: for telling whether
 * two shapes take the same. */

/* From here on, operators that the calling thread enqueues are checked and
 * listed, but not launched. The memory of their tensors is not touched; it need
 * not be as large as they say. */
DML_EXPORT void dml_plan_start(void);
/* Ends that. */
DML_EXPORT void dml_plan_stop(void);
/* Writes what the calling thread's last plan has listed, in order, as
 * dml_device_programs() does; "copy\t" stands for a plain copy. */
DML_EXPORT size_t dml_plan_read(char* text, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif /* TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_BENCHMARK_H_ */
