#include "tensorflow/core/kernels/dml/lists/tensor_array.h"

#include <algorithm>

#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {

TensorArray::TensorArray(const string& container, const string& name,
                         int32 size, const Options& options)
    : container_(container),
      name_(name),
      dtype_(options.dtype),
      identical_element_shapes_(options.identical_element_shapes),
      clear_after_read_(options.clear_after_read),
      is_gradient_(options.is_gradient),
      element_shape_(options.element_shape),
      dynamic_size_(options.dynamic_size),
      marked_size_(options.marked_size),
      elements_(size) {}

string TensorArray::DebugString() const {
  mutex_lock lock(mu_);
  return strings::StrCat("TensorArray[", elements_.size(), "]");
}

Status TensorArray::MakeHandle(OpKernelContext* c, Tensor** handle) {
  mutex_lock lock(mu_);
  if (handle_.NumElements() == 0) {
    AllocatorAttributes on_host;
    on_host.set_on_host(true);
    TF_RETURN_IF_ERROR(
        c->allocate_temp(DT_STRING, TensorShape({2}), &handle_, on_host));
    handle_.vec<tstring>()(0) = container_;
    handle_.vec<tstring>()(1) = name_;
  }
  *handle = &handle_;
  return OkStatus();
}

Status TensorArray::CheckOpen() const {
  if (!closed_) return OkStatus();
  return errors::InvalidArgument("TensorArray ", name_,
                                 " has already been closed.");
}

Status TensorArray::Size(int32* size) const {
  mutex_lock lock(mu_);
  TF_RETURN_IF_ERROR(CheckOpen());
  *size = static_cast<int32>(elements_.size());
  return OkStatus();
}

Status TensorArray::JoinedSize(int32* size) const {
  mutex_lock lock(mu_);
  TF_RETURN_IF_ERROR(CheckOpen());
  *size = is_gradient_ ? marked_size_ : static_cast<int32>(elements_.size());
  return OkStatus();
}

Status TensorArray::SetMarkedSize(int32 size) {
  mutex_lock lock(mu_);
  TF_RETURN_IF_ERROR(CheckOpen());
  if (!is_gradient_) marked_size_ = size;
  return OkStatus();
}

Status TensorArray::MergeElementShape(const PartialTensorShape& shape) {
  mutex_lock lock(mu_);
  PartialTensorShape merged;
  TF_RETURN_IF_ERROR(element_shape_.MergeWith(shape, &merged));
  element_shape_ = merged;
  return OkStatus();
}

Status TensorArray::SizeToHold(int64 count, int64* size) const {
  mutex_lock lock(mu_);
  TF_RETURN_IF_ERROR(CheckOpen());
  *size = elements_.size();
  if (dynamic_size_ && *size < count) *size = count;
  return OkStatus();
}

Status TensorArray::Write(KernelContext* c, gtl::ArraySlice<int32> indices,
                          gtl::ArraySlice<Tensor> values) {
  mutex_lock lock(mu_);
  for (size_t i = 0; i < indices.size(); ++i) {
    TF_RETURN_IF_ERROR(WriteOne(c, indices[i], values[i]));
  }
  return OkStatus();
}

Status TensorArray::WriteOne(KernelContext* c, int32 index,
                             const Tensor& value) {
  TF_RETURN_IF_ERROR(CheckOpen());
  const int64 size = elements_.size();
  if (index < 0 || (!dynamic_size_ && index >= size)) {
    return errors::InvalidArgument(
        "TensorArray ", name_, ": Tried to write to index ", index,
        " but array is not resizeable and size is: ", size);
  }
  if (!element_shape_.IsCompatibleWith(value.shape())) {
    return errors::InvalidArgument(
        "TensorArray ", name_, ": Could not write to TensorArray index ", index,
        " because the value shape is ", value.shape().DebugString(),
        " which is incompatible with the TensorArray's inferred element "
        "shape: ",
        element_shape_.DebugString(), " (consider setting infer_shape=False).");
  }
  if (identical_element_shapes_ && !element_shape_.IsFullyDefined()) {
    element_shape_ = value.shape();
  }
  if (index >= size) elements_.resize(index + 1);
  Element& element = elements_[index];
  if (element.read) {
    return errors::InvalidArgument("TensorArray ", name_,
                                   ": Could not write to TensorArray index ",
                                   index, " because it has already been read.");
  }
  if (element.written) {
    if (is_gradient_) return AddTo(c, index, value);
    return errors::InvalidArgument(
        "TensorArray ", name_, ": Could not write to TensorArray index ", index,
        " because it has already been written to.");
  }
  element.tensor = value;
  element.shape = value.shape();
  element.written = true;
  return OkStatus();
}

Status TensorArray::AddTo(KernelContext* c, int32 index, const Tensor& value) {
  Element& element = elements_[index];
  if (!element.shape.IsSameSize(value.shape())) {
    return errors::InvalidArgument(
        "TensorArray ", name_, ": Could not aggregate to TensorArray index ",
        index, " because the existing shape is ", element.shape.DebugString(),
        " but the new input shape is ", value.shape().DebugString(), ".");
  }
  if (element.tensor.NumElements() == 0) {
    element.tensor = value;
    return OkStatus();
  }
  Tensor sum = element.tensor;
  if (!element.is_sum) {
    // Others may read what was written first.
    TF_RETURN_IF_ERROR(c->Temporary(dtype_, element.shape, &sum));
  }
  TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&element.tensor, &value}, sum));
  element.tensor = sum;
  element.is_sum = true;
  has_sums_ = true;
  return OkStatus();
}

Status TensorArray::Read(KernelContext* c, gtl::ArraySlice<int32> indices,
                         std::vector<Tensor>* values) {
  mutex_lock lock(mu_);
  values->resize(indices.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    TF_RETURN_IF_ERROR(ReadOne(c, indices[i], &(*values)[i]));
  }
  return OkStatus();
}

Status TensorArray::ReadOne(KernelContext* c, int32 index, Tensor* value) {
  TF_RETURN_IF_ERROR(CheckOpen());
  const int64 size = elements_.size();
  if (index < 0 || (!is_gradient_ && index >= size)) {
    return errors::InvalidArgument("Tried to read from index ", index,
                                   " but array size is: ", size);
  }
  if (index >= size || !elements_[index].written) {
    TF_RETURN_IF_ERROR(ReadUnwritten(index));
  }
  Element& element = elements_[index];
  if (element.cleared) {
    return errors::InvalidArgument(
        "TensorArray ", name_, ": Could not read index ", index,
        " twice because it was cleared after a previous read (perhaps try "
        "setting clear_after_read = false?).");
  }
  if (element.tensor.NumElements() == 0) {
    TF_RETURN_IF_ERROR(c->Temporary(dtype_, element.shape, &element.tensor));
    TF_RETURN_IF_ERROR(FillZero(c, element.tensor));
  }
  *value = element.tensor;
  element.read = true;
  if (clear_after_read_) {
    element.tensor = Tensor();
    element.cleared = true;
  }
  return OkStatus();
}

// A forward array that was not fully written, or a gradient behind
// tf.stop_gradient: zeros, if their shape is known.
Status TensorArray::ReadUnwritten(int32 index) {
  TensorShape shape;
  if (!element_shape_.AsTensorShape(&shape)) {
    return errors::InvalidArgument(
        "TensorArray ", name_, ": Could not read from TensorArray index ",
        index, ".  Furthermore, the element shape is not fully defined: ",
        element_shape_.DebugString(),
        ".  An element that was never written reads as zeros only if the "
        "TensorArray's element_shape is set in full. Where this is a gradient, "
        "tf.stop_gradient may have kept it from being written.");
  }
  const int64 size = elements_.size();
  if (index >= size) elements_.resize(index + 1);
  for (int64 i = std::min<int64>(index, size); i <= index; ++i) {
    elements_[i].shape = shape;
    elements_[i].written = true;
  }
  return OkStatus();
}

void TensorArray::Close() {
  mutex_lock lock(mu_);
  elements_.clear();
  closed_ = true;
}

Status TensorArray::NewGradient(const string& container, const string& name,
                                const TensorShape& prefix,
                                TensorArray** gradient) {
  mutex_lock lock(mu_);
  TF_RETURN_IF_ERROR(CheckOpen());
  if (has_sums_) {
    return errors::InvalidArgument(
        "Unable to create a gradients TensorArray for ", name_,
        ".  Perhaps you used the multiple_writes_aggregate flag on a previous "
        "write?  Gradient calculation is impossible when multiple writes are "
        "performed to the same index.");
  }
  dynamic_size_ = false;
  Options options;
  options.dtype = dtype_;
  options.identical_element_shapes = identical_element_shapes_;
  options.is_gradient = true;
  options.marked_size = marked_size_;
  if (!element_shape_.unknown_rank()) {
    options.element_shape =
        PartialTensorShape(prefix.dim_sizes()).Concatenate(element_shape_);
  }
  core::RefCountPtr<TensorArray> result(new TensorArray(
      container, name, static_cast<int32>(elements_.size()), options));
  {
    mutex_lock result_lock(result->mu_);
    for (size_t i = 0; i < elements_.size(); ++i) {
      if (!elements_[i].written) continue;
      Element& element = result->elements_[i];
      element.shape = prefix;
      element.shape.AppendShape(elements_[i].shape);
      element.written = true;
    }
  }
  *gradient = result.release();
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
