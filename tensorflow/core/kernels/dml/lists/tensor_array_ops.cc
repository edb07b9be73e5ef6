// The ops of tensor arrays. They came in three versions, which differ in what
// the handle is: a reference to a string, a string, a resource.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "tensorflow/core/kernels/dml/lists/tensor_array.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

using ArrayPtr = core::RefCountPtr<TensorArray>;

constexpr char kArrays[] = "_tensor_arrays";
constexpr char kGradients[] = "_tensor_array_grads";

// The array that input 0 is the handle of.
Status FindArray(KernelContext* c, ArrayPtr* array) {
  OpKernelContext* const tf = c->tf();
  if (tf->input_dtype(0) == DT_RESOURCE) {
    return LookupResource(tf, HandleFromInput(tf, 0), array);
  }
  const Tensor handle = IsRefType(tf->input_dtype(0))
                            ? tf->mutable_input(0, /*lock_held=*/false)
                            : tf->input(0);
  if (handle.NumElements() != 2) {
    return errors::InvalidArgument(
        "Tensor array handle must be 2-element vector, but had shape: ",
        handle.shape().DebugString());
  }
  const auto parts = handle.flat<tstring>();
  TensorArray* found;
  TF_RETURN_IF_ERROR(tf->resource_manager()->Lookup(
      tf->step_container()->name(), strings::StrCat(parts(0), parts(1)),
      &found));
  array->reset(found);
  return Status::OK();
}

// Output 0 is the array's handle, output 1, if any, the flow. Nobody looks at
// the flow's value: it only orders ops.
Status OutputArray(KernelContext* c, TensorArray* array) {
  OpKernelContext* const tf = c->tf();
  Tensor* output;
  if (tf->expected_output_dtype(0) == DT_RESOURCE) {
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({}), &output));
    output->scalar<ResourceHandle>()() = MakePerStepResourceHandle<TensorArray>(
        tf, strings::StrCat(array->container(), array->name()));
  } else {
    Tensor* handle;
    TF_RETURN_IF_ERROR(array->MakeHandle(tf, &handle));
    if (IsRefType(tf->expected_output_dtype(0))) {
      tf->set_output_ref(0, array->handle_mutex(), handle);
    } else {
      c->SetOutput(0, *handle);
    }
  }
  if (tf->num_outputs() < 2) return Status::OK();
  return c->Output(1, TensorShape({}), &output);
}

// Ops that write return the flow that they were given, their last input.
void ForwardFlow(KernelContext* c) {
  c->SetOutput(0, c->Input(c->num_inputs() - 1));
}

Status ReadIndices(KernelContext* c, int input, std::vector<int32>* indices) {
  const Tensor& tensor = c->Input(input);
  if (tensor.dims() != 1) {
    return errors::InvalidArgument(
        "Expected indices to be a vector, but received shape: ",
        tensor.shape().DebugString());
  }
  const auto values = tensor.vec<int32>();
  indices->assign(values.data(), values.data() + values.size());
  return Status::OK();
}

std::vector<int32> AllIndices(int32 count) {
  std::vector<int32> indices(std::max(count, 0));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

Status CheckWrite(const TensorArray& array, const Tensor& value) {
  if (value.dtype() == array.dtype()) return Status::OK();
  return errors::InvalidArgument(
      "TensorArray dtype is ", DataTypeString(array.dtype()),
      " but Op is trying to write dtype ", DataTypeString(value.dtype()), ".");
}

Status CheckRead(const TensorArray& array, DataType dtype) {
  if (dtype == array.dtype()) return Status::OK();
  return errors::InvalidArgument(
      "TensorArray dtype is ", DataTypeString(array.dtype()),
      " but Op requested dtype ", DataTypeString(dtype), ".");
}

// Input: size (host).
class NewArray {
 public:
  explicit NewArray(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &options_.dtype));
    OP_REQUIRES_OK(c, c->GetAttr("element_shape", &options_.element_shape));
    OP_REQUIRES_OK(c, c->GetAttr("dynamic_size", &options_.dynamic_size));
    OP_REQUIRES_OK(c,
                   c->GetAttr("clear_after_read", &options_.clear_after_read));
    if (c->HasAttr("identical_element_shapes")) {
      OP_REQUIRES_OK(c, c->GetAttr("identical_element_shapes",
                                   &options_.identical_element_shapes));
    }
    OP_REQUIRES_OK(c, c->GetAttr("tensor_array_name", &name_));
    if (name_.empty()) name_ = c->def().name();
  }

  Status Compute(KernelContext* c) {
    static std::atomic<int64> counter{0};
    if (c->Input(0).dims() != 0) {
      return errors::InvalidArgument(
          "TensorArray size must be scalar, but had shape: ",
          c->Input(0).shape().DebugString());
    }
    const int32 size = c->Input(0).scalar<int32>()();
    if (size < 0) return errors::InvalidArgument("Size should be >= 0.");
    ArrayPtr array(new TensorArray(
        kArrays, strings::StrCat(name_, "_", counter++), size, options_));
    array->Ref();  // Create() takes one reference, even where it fails
    TF_RETURN_IF_ERROR(c->tf()->resource_manager()->Create(
        c->tf()->step_container()->name(),
        strings::StrCat(array->container(), array->name()), array.get()));
    return OutputArray(c, array.get());
  }

 private:
  TensorArray::Options options_;
  string name_;
};

// Inputs: handle (host), flow_in and, for TensorArrayGradWithShape,
// shape_to_prepend (host). One gradient array for each source: made by the
// first op that asks for it.
class NewGradientArray {
 public:
  explicit NewGradientArray(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("source", &source_));
  }

  Status Compute(KernelContext* c) {
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
    if (array->container() != kArrays) {
      return errors::InvalidArgument("Input container should be '", kArrays,
                                     "',  but received '", array->container(),
                                     "'");
    }
    TensorShape prefix;
    if (c->num_inputs() > 2) {
      TF_RETURN_IF_ERROR(c->tf()->op_kernel().MakeShape(c->Input(2), &prefix));
    }
    const string name = strings::StrCat(array->name(), "@", source_);
    TensorArray* gradient;
    TF_RETURN_IF_ERROR(c->tf()->resource_manager()->LookupOrCreate<TensorArray>(
        c->tf()->step_container()->name(), strings::StrCat(kGradients, name),
        &gradient, [&](TensorArray** created) {
          return array->NewGradient(kGradients, name, prefix, created);
        }));
    ArrayPtr owned(gradient);
    return OutputArray(c, gradient);
  }

 private:
  string source_;
};

// Inputs: handle, index (both host), value, flow_in.
class Write {
 public:
  explicit Write(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    if (c->Input(1).dims() != 0) {
      return errors::InvalidArgument(
          "TensorArray index must be scalar, but had shape: ",
          c->Input(1).shape().DebugString());
    }
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
    TF_RETURN_IF_ERROR(CheckWrite(*array, c->Input(2)));
    TF_RETURN_IF_ERROR(
        array->Write(c, {c->Input(1).scalar<int32>()()}, {c->Input(2)}));
    ForwardFlow(c);
    return Status::OK();
  }
};

// Inputs: handle, index (both host), flow_in.
class Read {
 public:
  explicit Read(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &dtype_));
  }

  Status Compute(KernelContext* c) {
    if (c->Input(1).dims() != 0) {
      return errors::InvalidArgument(
          "TensorArray index must be scalar, but had shape: ",
          c->Input(1).shape().DebugString());
    }
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
    TF_RETURN_IF_ERROR(CheckRead(*array, dtype_));
    std::vector<Tensor> values;
    TF_RETURN_IF_ERROR(
        array->Read(c, {c->Input(1).scalar<int32>()()}, &values));
    c->SetOutput(0, values[0]);
    return Status::OK();
  }

 private:
  DataType dtype_;
};

// Joins elements along a new first dimension. Inputs: handle, indices (both
// host; Pack has none and joins all), flow_in.
class Gather {
 public:
  Gather(OpKernelConstruction* c, bool all) : all_(all) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &dtype_));
    OP_REQUIRES_OK(c, c->GetAttr("element_shape", &element_shape_));
  }

  Status Compute(KernelContext* c) {
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
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
    for (size_t i = 0; i < values.size(); ++i) {
      TF_RETURN_IF_ERROR(c->CopyTensor(values[i], output->Slice(i, i + 1)));
    }
    return Status::OK();
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
class Concat {
 public:
  explicit Concat(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("dtype", &dtype_));
    OP_REQUIRES_OK(c, c->GetAttr("element_shape_except0", &rest_));
  }

  Status Compute(KernelContext* c) {
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
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
      return Status::OK();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    int64 row = 0;
    for (const Tensor& value : values) {
      const int64 end = row + value.dim_size(0);
      TF_RETURN_IF_ERROR(c->CopyTensor(value, output->Slice(row, end)));
      row = end;
    }
    return Status::OK();
  }

 private:
  // The elements' common shape, but for their first dimension.
  Status RestOfShape(const std::vector<Tensor>& values, TensorShape* shape) {
    if (values.empty()) {
      if (rest_.AsTensorShape(shape)) return Status::OK();
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
    return Status::OK();
  }

  DataType dtype_;
  PartialTensorShape rest_;
};

// Rows of a tensor become elements. Inputs: handle, indices (both host; Unpack
// has none and writes all), value, flow_in.
class Scatter {
 public:
  Scatter(OpKernelConstruction*, bool all) : all_(all) {}

  Status Compute(KernelContext* c) {
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
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
    TF_RETURN_IF_ERROR(Rows(c, value, &rows));
    if (all_) TF_RETURN_IF_ERROR(array->SetMarkedSize(size));
    TF_RETURN_IF_ERROR(array->Write(c, indices, rows));
    ForwardFlow(c);
    return Status::OK();
  }

 private:
  // The rows share the tensor's memory, or that of one copy of it where each
  // row starts where a tensor may.
  static Status Rows(KernelContext* c, const Tensor& value,
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
    return Status::OK();
  }

  const bool all_;
};

// `lengths[i]` rows of a tensor become element i. Inputs: handle (host), value,
// lengths (host), flow_in.
class Split {
 public:
  explicit Split(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
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
    return Status::OK();
  }
};

// Inputs: handle (host), flow_in. Output: size (host).
class Size {
 public:
  explicit Size(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
    Tensor* size;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({}), &size));
    return array->Size(&size->scalar<int32>()());
  }
};

// The array itself lives until the step ends.
class Close {
 public:
  explicit Close(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    ArrayPtr array;
    TF_RETURN_IF_ERROR(FindArray(c, &array));
    array->Close();
    return Status::OK();
  }
};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (const string version : {"", "V2", "V3"}) {
    const auto row = [&version](const char* op) {
      return Row(strings::StrCat(op, version).c_str());
    };
    rows.push_back(row("TensorArray")
                       .Types("dtype", kDeviceTypes)
                       .Host({"size", "handle"})
                       .Make<NewArray>());
    rows.push_back(row("TensorArrayGrad")
                       .Host({"handle", "grad_handle"})
                       .Make<NewGradientArray>());
    rows.push_back(row("TensorArrayWrite")
                       .Types("T", kDeviceTypes)
                       .Host({"handle", "index"})
                       .Make<Write>());
    rows.push_back(row("TensorArrayRead")
                       .Types("dtype", kDeviceTypes)
                       .Host({"handle", "index"})
                       .Make<Read>());
    rows.push_back(row("TensorArrayGather")
                       .Types("dtype", kDeviceTypes)
                       .Host({"handle", "indices"})
                       .Make<Gather>(/*all=*/false));
    rows.push_back(row("TensorArrayConcat")
                       .Types("dtype", kDeviceTypes)
                       .Host({"handle", "lengths"})
                       .Make<Concat>());
    rows.push_back(row("TensorArrayScatter")
                       .Types("T", kDeviceTypes)
                       .Host({"handle", "indices"})
                       .Make<Scatter>(/*all=*/false));
    rows.push_back(row("TensorArraySplit")
                       .Types("T", kDeviceTypes)
                       .Host({"handle", "lengths"})
                       .Make<Split>());
    rows.push_back(
        row("TensorArraySize").Host({"handle", "size"}).Make<Size>());
    rows.push_back(row("TensorArrayClose").Host({"handle"}).Make<Close>());
  }
  rows.push_back(Row("TensorArrayGradWithShape")
                     .Host({"handle", "shape_to_prepend", "grad_handle"})
                     .Make<NewGradientArray>());
  rows.push_back(Row("TensorArrayPack")
                     .Types("dtype", kDeviceTypes)
                     .Host({"handle"})
                     .Make<Gather>(/*all=*/true));
  rows.push_back(Row("TensorArrayUnpack")
                     .Types("T", kDeviceTypes)
                     .Host({"handle"})
                     .Make<Scatter>(/*all=*/true));
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
