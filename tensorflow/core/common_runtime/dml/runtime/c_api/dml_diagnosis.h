/* What people ask of adapters and memory, and TensorFlow's device does not: why
 * an adapter is not used, what its matrix units take, memory to give back.
 * The Python binding uses it; the rules of dml_runtime.h hold.
 */
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_DIAGNOSIS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_DIAGNOSIS_H_

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The adapters that drivers list and dml_adapter_count() does not count: writes
 * lines "name\tdriver\tapi\tcause\treason\n" into `text` (always terminated)
 * and returns the length that the whole text has. Causes:
 *   lacks     features that the runtime needs; `reason` names them and says
 *             what to do
 *   software  it computes on the CPU, and nobody asked for it
 *   hidden    by DML_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES */
DML_EXPORT size_t dml_adapter_left_out(char* text, size_t capacity);

/* Products of float16 matrices summed in float32 that the adapter's matrix
 * units take, by its driver's word: lines "m\tn\tk\n", none where there are no
 * units or TF_DIRECTML_COOPERATIVE_MATRICES turns them off. Written as above.
 * Whether they compute rightly says dml_tiles_matrices(). */
DML_EXPORT size_t dml_adapter_matrix_shapes(uint32_t index, char* text,
                                            size_t capacity);

/* Gives the heaps that nothing uses back to the driver: of all pools of the
 * device, and of operators. Waits for nothing: a heap that enqueued work still
 * uses goes when that is done. */
DML_EXPORT void dml_device_trim(dml_device* device);

#ifdef __cplusplus
}
#endif

#endif /* TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DML_DIAGNOSIS_H_ */
