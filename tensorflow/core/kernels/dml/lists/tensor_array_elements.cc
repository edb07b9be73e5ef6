// Ops that write or read one element of a tensor array.
#include <vector>

#include "tensorflow/core/kernels/dml/lists/tensor_array_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: handle, index (both host), value, flow_in.
class TensorArrayWrite {
 public:
  explicit TensorArrayWrite(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    if (c->Input(1).dims() != 0) {
      return errors::InvalidArgument(
          "TensorArray index must be scalar, but had shape: ",
          c->Input(1).shape().DebugString());
    }
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    TF_RETURN_IF_ERROR(CheckWrite(*array, c->Input(2)));
    TF_RETURN_IF_ERROR(
        array->Write(c, {c->Input(1).scalar<int32>()()}, {c->Input(2)}));
    ForwardFlow(c);
    return OkStatus();
  }
};

// Inputs: handle, index (both host), flow_in.
class TensorArrayRead {
 public:
  explicit TensorArrayRead(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &dtype_));
  }

  Status Compute(KernelContext* c) {
    if (c->Input(1).dims() != 0) {
      return errors::InvalidArgument(
          "TensorArray index must be scalar, but had shape: ",
          c->Input(1).shape().DebugString());
    }
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    TF_RETURN_IF_ERROR(CheckRead(*array, dtype_));
    std::vector<Tensor> values;
    TF_RETURN_IF_ERROR(
        array->Read(c, {c->Input(1).scalar<int32>()()}, &values));
    c->SetOutput(0, values[0]);
    return OkStatus();
  }

 private:
  DataType dtype_;
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const string& name : VersionsOf("TensorArrayWrite")) {
    rows.push_back(Row(name.c_str())
                       .Types("T", kDeviceTypes)
                       .Host({"handle", "index"})
                       .Make<TensorArrayWrite>());
  }
  for (const string& name : VersionsOf("TensorArrayRead")) {
    rows.push_back(Row(name.c_str())
                       .Types("dtype", kDeviceTypes)
                       .Host({"handle", "index"})
                       .Make<TensorArrayRead>());
  }
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
