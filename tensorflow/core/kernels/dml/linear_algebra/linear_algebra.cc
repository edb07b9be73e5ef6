// Linear algebra that has no program for the device yet: TensorFlow's CPU
// kernels, on copies. Which ops and types these are follows TensorFlow's CUDA
// build, where some of them run on the host too.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kRealAndComplex = {DT_FLOAT, DT_DOUBLE, DT_COMPLEX64,
                                  DT_COMPLEX128};

Row HostRow(const char* name, const TypeList& types) {
  return Row(name).Types("T", types).OnHost();
}

const Kernels kKernels({
    HostRow("Lu", kRealAndComplex),
    HostRow("MatrixSolveLs", kRealAndComplex),
    HostRow("MatrixSquareRoot", kRealAndComplex),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
