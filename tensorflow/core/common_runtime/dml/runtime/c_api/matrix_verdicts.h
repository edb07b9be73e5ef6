// Whether the programs with cooperative matrices can be trusted on an adapter.
//
// They depend on parts of drivers that few programs use, and that the adapters
// on which this project is tested may not have. So no product takes them before
// they gave, on the adapter at hand and with its driver, exactly what the plain
// programs give.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_VERDICTS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_VERDICTS_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"

namespace dml {

// The verdict, kept in the cache folder for the adapter, its driver and the
// programs as they are. Without one there, the first call begins a check in the
// background, in a process of its own (the program dml_check_matrices beside
// the runtime's library; where it cannot run, in a thread); MatrixTrial says
// how it is bounded. With `wait`, waits for its end. Says on stderr what
// failed. Thread-safe; processes that ask at the same time check once.
MatrixVerdict MatricesOf(uint32_t adapter_index, bool wait);

}  // namespace dml

extern "C" {

// For the program dml_check_matrices (check_matrices_main.c) alone, which the
// process of number `parent` started: checks the adapter of that `uuid`
// (hexadecimal) and writes the result as the last line of the standard output.
// The program's exit status.
DML_EXPORT int dml_check_matrices(const char* parent, const char* uuid);

}  // extern "C"

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_MATRIX_VERDICTS_H_
