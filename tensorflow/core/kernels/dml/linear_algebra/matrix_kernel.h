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
#include <string>
#include <utility>

#include "tensorflow/core/kernels/dml/host_fallback.h"
#include "tensorflow/core/kernels/dml/read_back.h"

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

// The largest inner dimension of a kernel's inputs.
int64 LargestMatrix(OpKernelContext* c);

// Body is as in read_back.h, and says `static constexpr DeviceLimit kLimit`.
template <typename Body>
class MatrixKernel : public ReadBackKernel<Body> {
 public:
  explicit MatrixKernel(OpKernelConstruction* c) : ReadBackKernel<Body>(c) {
    if (!c->status().ok()) return;
    const DeviceLimit limits = Body::kLimit;
    const bool large = c->input_type(0) == DT_COMPLEX128;
    limit_ = large ? limits.of_complex128 : limits.on_gpu;
    if (OnSoftwareAdapter(c)) limit_ = limits.in_software;
    host_.reset(CreateHostFallback(c));
  }

  void ComputeAsync(OpKernelContext* c,
                    AsyncOpKernel::DoneCallback done) override {
    if (LargestMatrix(c) <= limit_) {
      return ReadBackKernel<Body>::ComputeAsync(c, std::move(done));
    }
    TellOfHost(this->type_string() + " of matrices of more than " +
                   std::to_string(limit_) + " rows or columns",
               "The host is faster");
    host_->Compute(c);
    done();
  }

 private:
  int64 limit_ = 0;
  std::unique_ptr<OpKernel> host_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_LINEAR_ALGEBRA_MATRIX_KERNEL_H_
