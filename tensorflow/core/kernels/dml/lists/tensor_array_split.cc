// Ops that make a tensor array's elements of parts of one tensor.
#include <algorithm>
#include <vector>

#include "tensorflow/core/kernels/dml/lists/tensor_array_ops.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

// Rows of a tensor become elements. Inputs: handle, indices (both host; Unpack
// has none and writes all), value, flow_in.
class TensorArrayScatter {
 public:
  TensorArrayScatter(OpKernelConstruction*, bool all) : all_(all) {}

  Status Compute(KernelContext* c) {
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    const Tensor& value = c->Input(all_ ? 1 : 2);
    TF_RETURN_IF_ERROR(CheckWrite(*array, value));
    if (value.dims() == 0) {
      return errors::InvalidArgument(
          "Input value for unpack must be at least a vector but received "
          "shape: ",
          value.shape().DebugString());
    }
    const int64 count = value.dim_size(0);
    if (count > kint32max) {
      return errors::InvalidArgument("tensor dim0 too large to unpack");
    }
    std::vector<int32> indices;
    if (all_) {
      indices = AllIndices(static_cast<int32>(count));
    } else {
      TF_RETURN_IF_ERROR(ReadIndices(c, 1, &indices));
      if (static_cast<int64>(indices.size()) != count) {
        return errors::InvalidArgument(
            "Expected len(indices) == values.shape[0], but saw: ",
            indices.size(), " vs. ", count);
      }
    }
    const int64 last =
        count == 0 ? -1 : *std::max_element(indices.begin(), indices.end());
    int64 size;
    TF_RETURN_IF_ERROR(array->SizeToHold(last + 1, &size));
    if (all_ && count != size) {
      return errors::InvalidArgument(
          "Input value must have first dimension equal to the array size (",
          count, " vs. ", size, ")");
    }
    if (last >= size) {
      return errors::InvalidArgument("Max scatter index must be < array size (",
                                     last, " vs. ", size, ")");
    }
    std::vector<Tensor> rows;
    TF_RETURN_IF_ERROR(RowsOf(c, value, &rows));
    if (all_) TF_RETURN_IF_ERROR(array->SetMarkedSize(size));
    TF_RETURN_IF_ERROR(array->Write(c, indices, rows));
    ForwardFlow(c);
    return OkStatus();
  }

 private:
  // The rows share the tensor's memory, or that of one copy of it where each
  // row starts where a tensor may.
  static Status RowsOf(KernelContext* c, const Tensor& value,
                       std::vector<Tensor>* rows) {
    const int64 count = value.dim_size(0);
    TensorShape shape = value.shape();
    shape.RemoveDim(0);
    const int64 size = shape.num_elements();
    Tensor flat = Reshaped(value, TensorShape({value.NumElements()}));
    int64 pitch = size;
    if (size > 0 && count > 0 && !RowsAreAligned(value)) {
      const int64 unit =
          Allocator::kAllocatorAlignment / DataTypeSize(value.dtype());
      pitch = (size + unit - 1) / unit * unit;
      TF_RETURN_IF_ERROR(
          c->Temporary(value.dtype(), TensorShape({count * pitch}), &flat));
      const View apart = Slice(MakeView(flat, {count, pitch}), 1, 0, size);
      TF_RETURN_IF_ERROR(CopyView(c, MakeView(value, {count, size}), apart));
    }
    for (int64 i = 0; i < count; ++i) {
      rows->push_back(Reshaped(flat.Slice(i * pitch, i * pitch + size), shape));
    }
    return OkStatus();
  }

  const bool all_;
};

// `lengths[i]` rows of a tensor become element i. Inputs: handle (host), value,
// lengths (host), flow_in.
class TensorArraySplit {
 public:
  explicit TensorArraySplit(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    TensorArrayPtr array;
    TF_RETURN_IF_ERROR(FindTensorArray(c, &array));
    const Tensor& value = c->Input(1);
    if (c->Input(2).dims() != 1) {
      return errors::InvalidArgument(
          "Expected lengths to be a vector, received shape: ",
          c->Input(2).shape().DebugString());
    }
    Dims lengths;
    TF_RETURN_IF_ERROR(c->HostIntegers(2, &lengths));
    if (value.dims() == 0) {
      return errors::InvalidArgument(
          "Expected value to be at least a vector, but received shape: ",
          value.shape().DebugString());
    }
    int64 total = 0;
    for (const int64 length : lengths) {
      if (length < 0) {
        return errors::InvalidArgument("Invalid value in lengths: ", length);
      }
      total += length;
    }
    if (total != value.dim_size(0)) {
      return errors::InvalidArgument(
          "Expected sum of lengths to be equal to values.shape[0], but sum of "
          "lengths is ",
          total, " and value's shape is: ", value.shape().DebugString());
    }
    const int64 count = lengths.size();
    int64 size;
    TF_RETURN_IF_ERROR(array->SizeToHold(count, &size));
    if (size != count) {
      return errors::InvalidArgument(
          "TensorArray's size is not equal to the size of lengths (", size,
          " vs. ", count,
          "), and the TensorArray is not marked as dynamically resizeable");
    }
    TF_RETURN_IF_ERROR(CheckWrite(*array, value));
    std::vector<Tensor> parts;
    int64 row = 0;
    for (const int64 length : lengths) {
      const Tensor part = value.Slice(row, row + length);
      row += length;
      if (RowsAreAligned(value)) {
        parts.push_back(part);
        continue;
      }
      Tensor copy;
      TF_RETURN_IF_ERROR(c->Temporary(part.dtype(), part.shape(), &copy));
      TF_RETURN_IF_ERROR(c->CopyTensor(part, copy));
      parts.push_back(copy);
    }
    TF_RETURN_IF_ERROR(array->SetMarkedSize(count));
    TF_RETURN_IF_ERROR(array->Write(c, AllIndices(count), parts));
    ForwardFlow(c);
    return OkStatus();
  }
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const string& name : VersionsOf("TensorArrayScatter")) {
    rows.push_back(Row(name.c_str())
                       .Types("T", kDeviceTypes)
                       .Host({"handle", "indices"})
                       .Make<TensorArrayScatter>(/*all=*/false));
  }
  for (const string& name : VersionsOf("TensorArraySplit")) {
    rows.push_back(Row(name.c_str())
                       .Types("T", kDeviceTypes)
                       .Host({"handle", "lengths"})
                       .Make<TensorArraySplit>());
  }
  rows.push_back(Row("TensorArrayUnpack")
                     .Types("T", kDeviceTypes)
                     .Host({"handle"})
                     .Make<TensorArrayScatter>(/*all=*/true));
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
