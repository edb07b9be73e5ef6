// Tensor arrays: the per-step arrays of tensors that tf.while_loop, tf.map_fn,
// tf.scan and the recurrent networks of version 1 read from and write to.
//
// The array is a resource on the host that holds references to tensors on the
// device. Elements are handed in and out without copying them; the device only
// works to add up gradients and to fill in zeros.
#ifndef TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_ARRAY_H_
#define TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_ARRAY_H_

#include <vector>

#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/kernels/dml/kernel.h"
#include "tensorflow/core/platform/mutex.h"
#include "tensorflow/core/platform/thread_annotations.h"

namespace tensorflow {
namespace dml {

// Thread-safe. An element is written once and, unless `clear_after_read`, read
// any number of times. A gradient's element may be written many times, before
// its first read, and sums what is written.
class TensorArray : public ResourceBase {
 public:
  struct Options {
    DataType dtype = DT_INVALID;
    PartialTensorShape element_shape;
    // All elements have one shape: the first write tells it.
    bool identical_element_shapes = false;
    // Writes grow the array.
    bool dynamic_size = false;
    // A read drops the array's reference to the element.
    bool clear_after_read = true;
    bool is_gradient = false;
    // How many elements a gradient joins: as many as the forward array was
    // unpacked or split to, or -1.
    int32 marked_size = -1;
  };

  // `container` and `name` are the parts of the handle; the resource's name is
  // the two joined.
  TensorArray(const string& container, const string& name, int32 size,
              const Options& options);

  string DebugString() const override;
  const string& container() const { return container_; }
  const string& name() const { return name_; }
  DataType dtype() const { return dtype_; }

  // The handle as a reference, for the first version of the ops.
  mutex* handle_mutex() { return &mu_; }
  Status MakeHandle(OpKernelContext* c, Tensor** handle);

  // InvalidArgument after Close(), as everything below.
  Status Size(int32* size) const;
  // The number of elements that Pack and Concat join.
  Status JoinedSize(int32* size) const;
  // Notes the size of an array that was unpacked or split to.
  Status SetMarkedSize(int32 size);
  // Narrows the elements' shape to what both agree on.
  Status MergeElementShape(const PartialTensorShape& shape);
  // The size that writes to the first `count` elements leave.
  Status SizeToHold(int64 count, int64* size) const;

  // values[i] becomes element indices[i], or is added to it.
  Status Write(KernelContext* c, gtl::ArraySlice<int32> indices,
               gtl::ArraySlice<Tensor> values);
  // Elements that nobody wrote are zeros where their shape is known.
  Status Read(KernelContext* c, gtl::ArraySlice<int32> indices,
              std::vector<Tensor>* values);
  // Drops all elements.
  void Close();

  // A gradient array called `name` for this one: as long, of the same shapes,
  // each behind `prefix`. Fixes this array's size.
  Status NewGradient(const string& container, const string& name,
                     const TensorShape& prefix, TensorArray** gradient);

 private:
  struct Element {
    Tensor tensor;      // empty: zeros of `shape`
    TensorShape shape;  // once written
    bool written = false;
    bool read = false;
    bool cleared = false;
    // `tensor` is a sum that only this array refers to.
    bool is_sum = false;
  };

  Status CheckOpen() const TF_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status WriteOne(KernelContext* c, int32 index, const Tensor& value)
      TF_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status AddTo(KernelContext* c, int32 index, const Tensor& value)
      TF_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status ReadOne(KernelContext* c, int32 index, Tensor* value)
      TF_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Status ReadUnwritten(int32 index) TF_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const string container_;
  const string name_;
  const DataType dtype_;
  const bool identical_element_shapes_;
  const bool clear_after_read_;
  const bool is_gradient_;

  mutable mutex mu_;
  Tensor handle_ TF_GUARDED_BY(mu_);
  PartialTensorShape element_shape_ TF_GUARDED_BY(mu_);
  bool dynamic_size_ TF_GUARDED_BY(mu_);
  int32 marked_size_ TF_GUARDED_BY(mu_);
  // Sums have no gradient of their own.
  bool has_sums_ TF_GUARDED_BY(mu_) = false;
  bool closed_ TF_GUARDED_BY(mu_) = false;
  std::vector<Element> elements_ TF_GUARDED_BY(mu_);
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_LISTS_TENSOR_ARRAY_H_
