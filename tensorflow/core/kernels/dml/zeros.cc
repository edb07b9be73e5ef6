#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {

Status FillZero(KernelContext* c, const Tensor& tensor) {
  if (tensor.TotalBytes() == 0) return OkStatus();
  const bool words = tensor.TotalBytes() % sizeof(uint32) == 0;
  dml_tensor target = {};
  target.data = Address(tensor);
  target.type = words ? DML_UINT32 : DML_UINT8;
  target.rank = 1;
  target.sizes[0] = tensor.TotalBytes() / (words ? sizeof(uint32) : 1);
  target.strides[0] = 1;
  const uint32 zero = 0;
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &target, &zero));
  return OkStatus();
}

Status KeptScalar::Get(KernelContext* c, Tensor* scalar) {
  mutex_lock lock(mu_);
  if (!made_) {
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, TensorShape({}), &scalar_));
    const dml_tensor target = Describe(scalar_);
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &target, &value_));
    made_ = true;
  }
  *scalar = scalar_;
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
