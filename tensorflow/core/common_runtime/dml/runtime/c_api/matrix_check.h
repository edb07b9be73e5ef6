// Whether the programs with cooperative matrices can be trusted on an adapter.
//
// They depend on parts of drivers that few programs use, and that the adapters
// on which this project is tested may not have. So no product takes them before
// they gave, on the adapter at hand and with its driver, exactly what the plain
// programs give.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_CHECK_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_CHECK_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"

namespace dml {

// The verdict, kept in the cache folder for the adapter, its driver and the
// programs as they are. Without one there, the first call begins a check in the
// background, on a device of its own, which takes seconds, mostly to compile;
// MatrixTrial says how it is bounded. With `wait`, waits for its end. Says on
// stderr what failed. Thread-safe; processes that ask at the same time check
// once.
MatrixVerdict MatricesOf(uint32_t adapter_index, bool wait);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_CHECK_H_
