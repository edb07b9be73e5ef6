// Kernels of batches of matrices, which may fail by what they find in them, and
// which the host computes where that is faster.
//
// A matrix that cannot be factored is an error of the op, as on the CPU: the
// flags of all matrices of a batch become one number on the device, which is
// read back before the op is done (read_back.h). No thread waits for it, but
// what follows the op in the graph does.
#ifndef TENSORFLOW_CORE_KERNELS_DML_LINEAR_ALGEBRA_MATRIX_KERNEL_H_
#define TENSORFLOW_CORE_KERNELS_DML_LINEAR_ALGEBRA_MATRIX_KERNEL_H_

#include <memory>
#include <utility>

#include "tensorflow/core/kernels/dml/host_fallback.h"
#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {

// The largest number of rows or columns that a device takes; larger matrices go
// to the host.
//
// Of a GPU, by counting launches and operations, and by what the device's
// operators take at all. A software adapter is the host's processor by another
// name, and there the host is faster at every size, by 2 to 1000 times
// (benchmarks/linear_algebra.py on Mesa's driver). Its limits keep small
// matrices on the device, as all other ops stay there for those who try it, and
// what takes long off it.
struct DeviceLimit {
  int64 on_gpu;
  int64 of_complex128;  // on a GPU; its elements take more shared memory
  int64 in_software;
};

// A tensor's last two dimensions, and all others as one.
Dims AsMatrices(const Tensor& tensor);
// The shape with its last two dimensions left out.
TensorShape BatchShape(const Tensor& tensor);

// All inputs are matrices, with the same dimensions before the last two.
Status CheckMatrices(KernelContext* c);
// The same of a first one that is square, and a second one with as many rows,
// if there is one.
Status CheckSquareMatrices(KernelContext* c);

// The inner dimensions' transpose.
dml_tensor Adjoint(const dml_tensor& matrices);

// Makes of flags [batch], on the device, what is read back: one number.
Status ReadFlags(KernelContext* c, const Tensor& flags, Readings* readings);
// Nothing is read back.
void ReadNothing(Readings* readings);
// `message` if ReadFlags() found a flag.
Status CheckFlag(const Tensor& value, const char* message);

// Lets the host compute ops of matrices that are too large.
class HostOfLargeMatrices {
 public:
  HostOfLargeMatrices(OpKernelConstruction* c, DeviceLimit limits);

  // Whether there are such, so that the op is done.
  bool Compute(OpKernelContext* c) const;

 private:
  int64 limit_ = 0;
  std::unique_ptr<OpKernel> kernel_;
};

// Body is as in kernel.h, and says `static constexpr DeviceLimit kLimit`.
template <typename Body>
class MatrixKernel : public DmlKernel<Body> {
 public:
  explicit MatrixKernel(OpKernelConstruction* c)
      : DmlKernel<Body>(c), host_(c, Body::kLimit) {}

  void Compute(OpKernelContext* c) override {
    if (!host_.Compute(c)) DmlKernel<Body>::Compute(c);
  }
  bool IsExpensive() override { return true; }  // on the host

 private:
  const HostOfLargeMatrices host_;
};

// The same of a Body that is as in read_back.h: the device says whether the
// matrices can be computed with.
template <typename Body>
class CheckedMatrixKernel : public ReadBackKernel<Body> {
 public:
  explicit CheckedMatrixKernel(OpKernelConstruction* c)
      : ReadBackKernel<Body>(c), host_(c, Body::kLimit) {}

  void ComputeAsync(OpKernelContext* c,
                    AsyncOpKernel::DoneCallback done) override {
    if (host_.Compute(c)) return done();
    ReadBackKernel<Body>::ComputeAsync(c, std::move(done));
  }

 private:
  const HostOfLargeMatrices host_;
};

// A row for the types of numbers that matrices have.
Row MatrixRow(const char* op);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_LINEAR_ALGEBRA_MATRIX_KERNEL_H_
