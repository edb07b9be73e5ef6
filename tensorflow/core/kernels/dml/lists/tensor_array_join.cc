// Ops that make one tensor of a tensor array's elements.
#include <vector>

#include "tensorflow/core/kernels/dml/lists/tensor_array_ops.h"
#include "tensorflow/core/kernels/dml/parts.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Writes `values`, one after the other, to `whole`.
Status Join(KernelContext* c, const std::vector<Tensor>& values,
            const Tensor& whole) {
  Parts parts(whole, 0);
  for (const Tensor& value : values) parts.Add(value);
  return parts.Join(c);
}

// Joins elements along a new first dimension. Inputs: handle, indices (both
// host; Pack has none and joins all), flow_in.
class TensorArrayGather {
 public:
  TensorArrayGather(OpKernelConstruction* c, bool all) : all_(all) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &dtype_));
    OP_REQUIRES_OK(c, c->GetAttr("element_shape", &element_shape_));
  }

  Status Compute(KernelContext* c) {
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    TF_RETURN_IF_ERROR(CheckRead(*array, dtype_));
    TF_RETURN_IF_ERROR(array->MergeElementShape(element_shape_));
    std::vector<int32> indices;
    if (all_) {
      int32 size;
      TF_RETURN_IF_ERROR(array->JoinedSize(&size));
      indices = AllIndices(size);
    } else {
      TF_RETURN_IF_ERROR(ReadIndices(c, 1, &indices));
    }
    if (indices.empty()) return OutputEmpty(c);
    std::vector<Tensor> values;
    TF_RETURN_IF_ERROR(array->Read(c, indices, &values));
    const TensorShape& shape = values[0].shape();
    for (size_t i = 0; i < values.size(); ++i) {
      if (!values[i].shape().IsSameSize(shape)) {
        return errors::InvalidArgument(
            "TensorArray has inconsistent shapes.  Index 0 has shape: ",
            shape.DebugString(), " but index ", i,
            " has shape: ", values[i].shape().DebugString());
      }
    }
    if (!element_shape_.IsCompatibleWith(shape)) {
      return errors::InvalidArgument(
          "TensorArray was passed element_shape ", element_shape_.DebugString(),
          " which does not match the Tensor at index 0: ", shape.DebugString());
    }
    TensorShape joined = shape;
    joined.InsertDim(0, values.size());
    if (values.size() == 1) return c->SetOutputReshaped(0, values[0], joined);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, joined, &output));
    return Join(c, values, *output);
  }

 private:
  Status OutputEmpty(KernelContext* c) {
    TensorShape shape;
    if (!element_shape_.AsTensorShape(&shape)) {
      return errors::Unimplemented(
          "TensorArray has size zero, but element shape ",
          element_shape_.DebugString(),
          " is not fully defined. Currently only static shapes are supported "
          "when packing zero-size TensorArrays.");
    }
    shape.InsertDim(0, 0);
    Tensor* output;
    return c->Output(0, shape, &output);
  }

  const bool all_;
  DataType dtype_;
  PartialTensorShape element_shape_;
};

// Joins all elements along their first dimension, and tells their lengths.
// Inputs: handle (host), flow_in. Outputs: value, lengths (host).
class TensorArrayConcat {
 public:
  explicit TensorArrayConcat(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &dtype_));
    OP_REQUIRES_OK(c, c->GetAttr("element_shape_except0", &rest_));
  }

  Status Compute(KernelContext* c) {
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    TF_RETURN_IF_ERROR(CheckRead(*array, dtype_));
    int32 size;
    TF_RETURN_IF_ERROR(array->JoinedSize(&size));
    const std::vector<int32> indices = AllIndices(size);
    std::vector<Tensor> values;
    TF_RETURN_IF_ERROR(array->Read(c, indices, &values));
    TensorShape shape;
    TF_RETURN_IF_ERROR(RestOfShape(values, &shape));
    Tensor* lengths;
    TF_RETURN_IF_ERROR(c->Output(
        1, TensorShape({static_cast<int64>(values.size())}), &lengths));
    int64 total = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      lengths->vec<int64>()(i) = values[i].dim_size(0);
      total += values[i].dim_size(0);
    }
    shape.InsertDim(0, total);
    if (values.size() == 1) {
      c->SetOutput(0, values[0]);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return Join(c, values, *output);
  }

 private:
  // The elements' common shape, but for their first dimension.
  Status RestOfShape(const std::vector<Tensor>& values, TensorShape* shape) {
    if (values.empty()) {
      if (rest_.AsTensorShape(shape)) return OkStatus();
      return errors::Unimplemented(
          "TensorArray has size zero, but element_shape_except0 ",
          rest_.DebugString(),
          " is not fully defined. Currently only static shapes are supported "
          "when concatenating zero-size TensorArrays.");
    }
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i].dims() == 0) {
        return errors::InvalidArgument(
            "Concat saw a scalar shape at index ", i,
            " but requires at least vectors.  Did you mean to call pack?");
      }
      TensorShape rest = values[i].shape();
      rest.RemoveDim(0);
      if (i == 0) {
        *shape = rest;
      } else if (!rest.IsSameSize(*shape)) {
        return errors::InvalidArgument(
            "TensorArray has inconsistent shapes.  Index 0 has (excepting "
            "dimension 0) shape: ",
            shape->DebugString(), " but index ", i,
            " has (excepting dimension 0) shape: ", rest.DebugString());
      }
    }
    if (!rest_.IsCompatibleWith(*shape)) {
      return errors::InvalidArgument(
          "TensorArray was passed element_shape_except0 ", rest_.DebugString(),
          " but index 0 has (excepting dimension 0) shape: ",
          shape->DebugString(), " which does not match.");
    }
    return OkStatus();
  }

  DataType dtype_;
  PartialTensorShape rest_;
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const string& name : VersionsOf("TensorArrayGather")) {
    rows.push_back(Row(name.c_str())
                       .Types("dtype", kDeviceTypes)
                       .Host({"handle", "indices"})
                       .Make<TensorArrayGather>(/*all=*/false));
  }
  for (const string& name : VersionsOf("TensorArrayConcat")) {
    rows.push_back(Row(name.c_str())
                       .Types("dtype", kDeviceTypes)
                       .Host({"handle", "lengths"})
                       .Make<TensorArrayConcat>());
  }
  rows.push_back(Row("TensorArrayPack")
                     .Types("dtype", kDeviceTypes)
                     .Host({"handle"})
                     .Make<TensorArrayGather>(/*all=*/true));
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
