// Drivers that bring a library of their own which TensorFlow has too.
//
// Wheels of TensorFlow 2.19 to 2.21 make their LLVM known to the whole process,
// by names without a version. Mesa's drivers use another LLVM: opened in the
// ordinary way they would find TensorFlow's functions, and crash. So Vulkan's
// loader opens drivers such that they look among their own libraries first.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_DRIVER_SCOPE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_DRIVER_SCOPE_H_

namespace tensorflow {
namespace dml {

// Before the runtime looks for adapters. Where there is no Vulkan loader it
// does nothing: the runtime says so later.
void SeparateDrivers();

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_GENERATION_V2_DRIVER_SCOPE_H_
