// Strided views of tensors, of any rank, and copies between them: how
// transposing, slicing, tiling, reversing, concatenating and splitting become
// one operator, dml_copy_tensor. Pure functions but for CopyView.
#ifndef TENSORFLOW_CORE_KERNELS_DML_VIEWS_H_
#define TENSORFLOW_CORE_KERNELS_DML_VIEWS_H_

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// Elements of a tensor's memory: element (i0, i1, ...) lies at
// data + sum(i_d * strides[d]) elements.
struct View {
  uint64 data;
  DataType dtype;
  Dims sizes;
  Dims strides;

  int rank() const { return static_cast<int>(sizes.size()); }
  int64 NumElements() const;
};

// `tensor`'s memory as a tensor of another shape, with as many elements.
Tensor Reshaped(const Tensor& tensor, const TensorShape& shape);

// Whether rows of dimension 0 may be shared rather than copied: each starts
// where TensorFlow lets a tensor start.
bool RowsAreAligned(const Tensor& tensor);

// All of `tensor`, in its own shape or in another of as many elements.
View MakeView(const Tensor& tensor);
View MakeView(const Tensor& tensor, gtl::ArraySlice<int64> sizes);

// Keeps `size` elements of dimension `dim`, from `begin` on, every `step`-th
// (a negative step walks backwards from `begin`).
View Slice(View view, int dim, int64 begin, int64 size, int64 step = 1);
// Result dimension d is dimension permutation[d].
View Permute(const View& view, gtl::ArraySlice<int64> permutation);
// Repeats by NumPy's rules, aligned right; sizes must be compatible.
View Broadcast(const View& view, gtl::ArraySlice<int64> sizes);

// The views as tensors of the runtime, sizes equal, with dimensions merged
// where all of them allow it. Unimplemented if more than 8 remain.
Status ToDmlTensors(std::initializer_list<const View*> views,
                    gtl::ArraySlice<dml_tensor*> tensors);

// While it lives, what the thread enqueues writes no element twice, as the
// copies of a concatenation do: they need not wait for each other.
class WriteParts {
 public:
  WriteParts() { dml_begin_parts(); }
  ~WriteParts() { dml_end_parts(); }
  WriteParts(const WriteParts&) = delete;
  WriteParts& operator=(const WriteParts&) = delete;
};

// Copies all elements; same type and sizes.
Status CopyView(KernelContext* c, const View& from, const View& to);

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_VIEWS_H_
