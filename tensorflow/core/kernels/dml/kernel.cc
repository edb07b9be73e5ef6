#include "tensorflow/core/kernels/dml/kernel.h"

#include <algorithm>
#include <set>

#include "tensorflow/core/common_runtime/dml/dml_device_context.h"
#include "tensorflow/core/platform/mutex.h"

namespace tensorflow {
namespace dml {
namespace {

// Row-major strides of `sizes`; also those of dimensions of size 0 and 1.
template <typename Sizes>
Dims RowMajorStrides(const Sizes& sizes) {
  Dims strides(sizes.size());
  int64 stride = 1;
  for (int d = static_cast<int>(sizes.size()) - 1; d >= 0; --d) {
    strides[d] = stride;
    stride *= std::max<int64>(sizes[d], 1);
  }
  return strides;
}

// A rank above DML_MAX_RANK is kept as a number only: the runtime then refuses
// the tensor with a message, and nothing is written past the arrays.
template <typename Sizes, typename Strides>
dml_tensor MakeTensor(const Tensor& tensor, const Sizes& sizes,
                      const Strides& strides) {
  dml_tensor result = {};
  result.data = DeviceAddress(tensor);
  result.type = DmlType(tensor.dtype());
  result.rank = static_cast<uint32_t>(sizes.size());
  const size_t count = std::min<size_t>(sizes.size(), DML_MAX_RANK);
  for (size_t d = 0; d < count; ++d) {
    result.sizes[d] = sizes[d];
    result.strides[d] = strides[d];
  }
  return result;
}

// `count` elements, `stride` apart; dimensions that are not there stay as they
// are.
void DescribeFlat(const Tensor& tensor, uint32_t type, int64 count,
                  int64 stride, dml_tensor* result) {
  result->data = DeviceAddress(tensor);
  result->type = type;
  result->rank = 1;
  result->sizes[0] = count;
  result->strides[0] = stride;
}

Dims BroadcastStrides(const Tensor& tensor, gtl::ArraySlice<int64> sizes) {
  Dims own;
  for (int d = 0; d < tensor.dims(); ++d) own.push_back(tensor.dim_size(d));
  const Dims own_strides = RowMajorStrides(own);
  Dims strides(sizes.size(), 0);
  const int missing = static_cast<int>(sizes.size()) - tensor.dims();
  for (int d = 0; d < tensor.dims(); ++d) {
    if (missing + d < 0) continue;
    if (own[d] != 1) strides[missing + d] = own_strides[d];
  }
  return strides;
}

// The most tensors that an element-wise operation of the runtime has.
constexpr size_t kMaxOperands = 4;
using StridesOfEach = gtl::InlinedVector<Dims, kMaxOperands>;

// Merges neighbouring dimensions wherever all tensors step through them alike,
// so that shapes of any rank mostly fit into the runtime's 8 dimensions.
void MergeDimensions(Dims* sizes, StridesOfEach* strides) {
  Dims merged_sizes;
  StridesOfEach merged(strides->size());
  for (size_t d = 0; d < sizes->size(); ++d) {
    const int64 size = (*sizes)[d];
    if (size == 1) continue;
    bool fits = !merged_sizes.empty();
    for (size_t t = 0; fits && t < strides->size(); ++t) {
      fits = merged[t].back() == (*strides)[t][d] * size;
    }
    if (fits) {
      merged_sizes.back() *= size;
    } else {
      merged_sizes.push_back(size);
    }
    for (size_t t = 0; t < strides->size(); ++t) {
      if (fits) {
        merged[t].back() = (*strides)[t][d];
      } else {
        merged[t].push_back((*strides)[t][d]);
      }
    }
  }
  *sizes = std::move(merged_sizes);
  *strides = std::move(merged);
}

dml_device* DeviceOf(OpKernelContext* context) {
  return static_cast<DmlDeviceContext*>(context->op_device_context())->device();
}

// Adds the runtime's message (the limit, the largest holders of memory) to
// TensorFlow's, which names the tensor that did not fit.
Status ExplainExhaustion(Status status) {
  if (IsResourceExhausted(status)) {
    errors::AppendToMessage(&status, dml_error_message());
  }
  return status;
}

// False where there is none. Without a Status, which costs more than it does.
bool FindDmlType(DataType dtype, uint32_t* type) {
  switch (dtype) {
    case DT_FLOAT:
      *type = DML_FLOAT32;
      return true;
    case DT_HALF:
      *type = DML_FLOAT16;
      return true;
    case DT_DOUBLE:
      *type = DML_FLOAT64;
      return true;
    case DT_INT8:
    case DT_QINT8:
      *type = DML_INT8;
      return true;
    case DT_INT16:
    case DT_QINT16:
      *type = DML_INT16;
      return true;
    case DT_INT32:
    case DT_QINT32:
      *type = DML_INT32;
      return true;
    case DT_INT64:
      *type = DML_INT64;
      return true;
    case DT_UINT8:
    case DT_QUINT8:
      *type = DML_UINT8;
      return true;
    case DT_UINT16:
    case DT_QUINT16:
    case DT_BFLOAT16:
      *type = DML_UINT16;
      return true;
    case DT_UINT32:
      *type = DML_UINT32;
      return true;
    case DT_UINT64:
      *type = DML_UINT64;
      return true;
    case DT_BOOL:
      *type = DML_BOOL;
      return true;
    case DT_COMPLEX64:
      *type = DML_COMPLEX64;
      return true;
    case DT_COMPLEX128:
      *type = DML_COMPLEX128;
      return true;
    default:
      return false;
  }
}

}  // namespace

Status ToDmlType(DataType dtype, uint32_t* type) {
  if (FindDmlType(dtype, type)) return OkStatus();
  return errors::InvalidArgument("A DML device can't compute with type ",
                                 DataTypeString(dtype));
}

uint32_t DmlType(DataType dtype) {
  uint32_t type;
  if (FindDmlType(dtype, &type)) return type;
  LOG(ERROR) << "A DML device can't compute with type "
             << DataTypeString(dtype);
  return ~uint32_t{0};  // the runtime refuses it
}

dml_tensor Describe(const Tensor& tensor) {
  Dims sizes;
  const int merge = std::max(tensor.dims() - DML_MAX_RANK, 0);
  int64 first = 1;
  for (int d = 0; d < tensor.dims(); ++d) {
    if (d < merge) {
      first *= tensor.dim_size(d);
    } else if (d == merge) {
      sizes.push_back(first * tensor.dim_size(d));
    } else {
      sizes.push_back(tensor.dim_size(d));
    }
  }
  return MakeTensor(tensor, sizes, RowMajorStrides(sizes));
}

dml_tensor Describe(const Tensor& tensor, gtl::ArraySlice<int64> sizes) {
  return MakeTensor(tensor, sizes, RowMajorStrides(sizes));
}

dml_tensor DescribeBroadcast(const Tensor& tensor,
                             gtl::ArraySlice<int64> sizes) {
  return MakeTensor(tensor, sizes, BroadcastStrides(tensor, sizes));
}

dml_tensor Permute(const dml_tensor& tensor, gtl::ArraySlice<int> permutation) {
  dml_tensor result = tensor;
  const size_t count = std::min<size_t>(permutation.size(), DML_MAX_RANK);
  for (size_t d = 0; d < count; ++d) {
    result.sizes[d] = tensor.sizes[permutation[d]];
    result.strides[d] = tensor.strides[permutation[d]];
  }
  return result;
}

uint64 Address(const Tensor& tensor) { return DeviceAddress(tensor); }

const char* LastingName(const string& name) {
  static auto* const lock = new mutex;
  static auto* const names = new std::set<string>;
  mutex_lock guard(*lock);
  return names->insert(name).first->c_str();
}

KernelContext::KernelContext(OpKernelContext* context)
    : context_(context), device_(DeviceOf(context)) {}

Status KernelContext::Output(int index, const TensorShape& shape,
                             Tensor** output) {
  return ExplainExhaustion(context_->allocate_output(index, shape, output));
}

Status KernelContext::OutputOrForward(gtl::ArraySlice<int> inputs, int index,
                                      const TensorShape& shape,
                                      Tensor** output) {
  return ExplainExhaustion(
      context_->forward_input_or_allocate_output(inputs, index, shape, output));
}

void KernelContext::SetOutput(int index, const Tensor& tensor) {
  context_->set_output(index, tensor);
}

Status KernelContext::SetOutputReshaped(int index, const Tensor& tensor,
                                        const TensorShape& shape) {
  Tensor reshaped(tensor.dtype());
  if (!reshaped.CopyFrom(tensor, shape)) {
    return errors::InvalidArgument(
        "Can't view a tensor of shape ", tensor.shape().DebugString(),
        " as shape ", shape.DebugString(), ": the element counts differ");
  }
  context_->set_output(index, reshaped);
  return OkStatus();
}

Status KernelContext::Temporary(DataType dtype, const TensorShape& shape,
                                Tensor* tensor) {
  return ExplainExhaustion(context_->allocate_temp(dtype, shape, tensor));
}

Status KernelContext::HostIntegers(int index, Dims* values) const {
  const Tensor& tensor = Input(index);
  if (tensor.dims() > 1) {
    return errors::InvalidArgument("Input ", index, " of ",
                                   context_->op_kernel().type_string(),
                                   " must be a scalar or a vector, but its "
                                   "shape is ",
                                   tensor.shape().DebugString());
  }
  values->resize(tensor.NumElements());
  if (tensor.dtype() == DT_INT32) {
    const auto flat = tensor.flat<int32>();
    std::copy(flat.data(), flat.data() + flat.size(), values->begin());
  } else if (tensor.dtype() == DT_INT64) {
    const auto flat = tensor.flat<int64>();
    std::copy(flat.data(), flat.data() + flat.size(), values->begin());
  } else {
    return errors::InvalidArgument(
        "Input ", index, " of ", context_->op_kernel().type_string(),
        " must be int32 or int64, not ", DataTypeString(tensor.dtype()));
  }
  return OkStatus();
}

Status KernelContext::HostInteger(int index, int64* value) const {
  Dims values;
  TF_RETURN_IF_ERROR(HostIntegers(index, &values));
  if (values.size() != 1) {
    return errors::InvalidArgument(
        "Input ", index, " of ", context_->op_kernel().type_string(),
        " must have exactly one element, but its shape is ",
        Input(index).shape().DebugString());
  }
  *value = values[0];
  return OkStatus();
}

Status KernelContext::CopyTensor(const Tensor& src, const Tensor& dst) {
  if (src.dtype() != dst.dtype() || src.TotalBytes() != dst.TotalBytes()) {
    return errors::Internal("CopyTensor between ", src.DeviceSafeDebugString(),
                            " and ", dst.DeviceSafeDebugString());
  }
  if (src.TotalBytes() == 0) return OkStatus();
  DML_RETURN_IF_FAILED(
      dml_copy(device_, Address(dst), Address(src), src.TotalBytes()));
  return OkStatus();
}

Status KernelContext::Elementwise(dml_elementwise_op op,
                                  gtl::ArraySlice<const Tensor*> inputs,
                                  const Tensor& output,
                                  const double* parameters) {
  if (output.NumElements() == 0) return OkStatus();
  if (output.dtype() == DT_BFLOAT16) {
    return errors::Unimplemented("DML devices do not compute in bfloat16: ",
                                 "cast to float32, or place ",
                                 context_->op_kernel().name(), " on the CPU");
  }
  if (inputs.size() >= kMaxOperands) {
    return errors::Internal("Element-wise operations have at most ",
                            kMaxOperands - 1, " inputs, not ", inputs.size());
  }
  const int64 count = output.NumElements();
  const size_t last = inputs.size();
  dml_tensor described[kMaxOperands];
  // Most often the inputs are whole tensors of that many elements, or scalars.
  bool flat = true;
  for (const Tensor* input : inputs) {
    const int64 elements = input->NumElements();
    flat = flat && (elements == count || elements == 1);
  }
  if (flat) {
    const uint32_t type = DmlType(output.dtype());
    for (size_t i = 0; i < last; ++i) {
      const bool whole = inputs[i]->NumElements() == count;
      const DataType dtype = inputs[i]->dtype();
      DescribeFlat(*inputs[i], dtype == output.dtype() ? type : DmlType(dtype),
                   count, whole ? 1 : 0, &described[i]);
    }
    DescribeFlat(output, type, count, 1, &described[last]);
  } else {
    Dims sizes;
    for (int d = 0; d < output.dims(); ++d) sizes.push_back(output.dim_size(d));
    StridesOfEach strides;
    for (const Tensor* input : inputs) {
      strides.push_back(BroadcastStrides(*input, sizes));
    }
    strides.push_back(RowMajorStrides(sizes));
    MergeDimensions(&sizes, &strides);
    for (size_t i = 0; i < last; ++i) {
      described[i] = MakeTensor(*inputs[i], sizes, strides[i]);
    }
    described[last] = MakeTensor(output, sizes, strides[last]);
  }
  const dml_tensor* pointers[kMaxOperands];
  for (size_t i = 0; i < last; ++i) pointers[i] = &described[i];
  DML_RETURN_IF_FAILED(dml_elementwise(device_, op, pointers,
                                       static_cast<uint32_t>(last),
                                       &described[last], parameters));
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
