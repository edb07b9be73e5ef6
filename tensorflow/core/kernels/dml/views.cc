#include "tensorflow/core/kernels/dml/views.h"

#include "tensorflow/core/framework/allocator.h"

namespace tensorflow {
namespace dml {
namespace {

Dims RowMajorStrides(gtl::ArraySlice<int64> sizes) {
  Dims strides(sizes.size());
  int64 stride = 1;
  for (int d = static_cast<int>(sizes.size()) - 1; d >= 0; --d) {
    strides[d] = stride;
    stride *= sizes[d];
  }
  return strides;
}

}  // namespace

int64 View::NumElements() const {
  int64 count = 1;
  for (int64 size : sizes) count *= size;
  return count;
}

Tensor Reshaped(const Tensor& tensor, const TensorShape& shape) {
  Tensor result(tensor.dtype());
  const bool same_count = result.CopyFrom(tensor, shape);
  DCHECK(same_count);
  return result;
}

bool RowsAreAligned(const Tensor& tensor) {
  if (tensor.dims() == 0 || tensor.NumElements() == 0) return false;
  const size_t row_bytes = tensor.TotalBytes() / tensor.dim_size(0);
  return row_bytes % Allocator::kAllocatorAlignment == 0;
}

View MakeView(const Tensor& tensor) {
  Dims sizes;
  for (int d = 0; d < tensor.dims(); ++d) sizes.push_back(tensor.dim_size(d));
  return MakeView(tensor, sizes);
}

View MakeView(const Tensor& tensor, gtl::ArraySlice<int64> sizes) {
  return View{Address(tensor), tensor.dtype(), Dims(sizes.begin(), sizes.end()),
              RowMajorStrides(sizes)};
}

View Slice(View view, int dim, int64 begin, int64 size, int64 step) {
  if (size > 0) {
    view.data += begin * view.strides[dim] * DataTypeSize(view.dtype);
  }
  view.sizes[dim] = size;
  view.strides[dim] *= step;
  return view;
}

View Permute(const View& view, gtl::ArraySlice<int64> permutation) {
  View result = view;
  for (int d = 0; d < view.rank(); ++d) {
    result.sizes[d] = view.sizes[permutation[d]];
    result.strides[d] = view.strides[permutation[d]];
  }
  return result;
}

View Broadcast(const View& view, gtl::ArraySlice<int64> sizes) {
  View result{view.data, view.dtype, Dims(sizes.begin(), sizes.end()),
              Dims(sizes.size(), 0)};
  const int missing = result.rank() - view.rank();
  for (int d = 0; d < view.rank(); ++d) {
    if (view.sizes[d] != 1) result.strides[missing + d] = view.strides[d];
  }
  return result;
}

namespace {

// The groups of dimensions that every view walks as one, outermost first: their
// sizes, and the last dimension of each.
void Merge(std::initializer_list<const View*> views, Dims* merged,
           Dims* last_of_each) {
  const View& first = **views.begin();
  Dims& sizes = *merged;
  Dims& last = *last_of_each;
  for (int d = 0; d < first.rank(); ++d) {
    if (first.sizes[d] == 1) continue;
    bool merge = !last.empty();
    for (const View* view : views) {
      merge = merge &&
              view->strides[last.back()] == view->strides[d] * view->sizes[d];
    }
    if (merge) {
      sizes.back() *= first.sizes[d];
      last.back() = d;
    } else {
      sizes.push_back(first.sizes[d]);
      last.push_back(d);
    }
  }
}

}  // namespace

Status ToDmlTensors(std::initializer_list<const View*> views,
                    gtl::ArraySlice<dml_tensor*> tensors) {
  Dims sizes, last;
  Merge(views, &sizes, &last);
  if (sizes.size() > DML_MAX_RANK) {
    return errors::Unimplemented(
        "The DML device handles tensors of up to ", DML_MAX_RANK,
        " dimensions after merging; this operation needs ", sizes.size(),
        ". Merge dimensions with tf.reshape, or place it on the CPU.");
  }
  int i = 0;
  for (const View* view : views) {
    dml_tensor* tensor = tensors[i++];
    *tensor = dml_tensor();
    tensor->data = view->data;
    TF_RETURN_IF_ERROR(ToDmlType(view->dtype, &tensor->type));
    tensor->rank = sizes.size();
    for (size_t d = 0; d < sizes.size(); ++d) {
      tensor->sizes[d] = sizes[d];
      tensor->strides[d] = view->strides[last[d]];
    }
  }
  return OkStatus();
}

Status CopyView(KernelContext* c, const View& from, const View& to) {
  if (to.NumElements() == 0) return OkStatus();
  Dims sizes, last;
  // Merging makes no more of them; the common ranks are merged once, below.
  if (to.rank() > DML_MAX_RANK) Merge({&from, &to}, &sizes, &last);
  if (sizes.size() > DML_MAX_RANK) {
    // More dimensions than a program walks: one copy for each index of the
    // shortest.
    const WriteParts parts;
    int shortest = -1;
    for (int d = 0; d < to.rank(); ++d) {
      if (to.sizes[d] > 1 &&
          (shortest < 0 || to.sizes[d] < to.sizes[shortest])) {
        shortest = d;
      }
    }
    for (int64 i = 0; i < to.sizes[shortest]; ++i) {
      TF_RETURN_IF_ERROR(
          CopyView(c, Slice(from, shortest, i, 1), Slice(to, shortest, i, 1)));
    }
    return OkStatus();
  }
  dml_tensor input, output;
  TF_RETURN_IF_ERROR(ToDmlTensors({&from, &to}, {&input, &output}));
  DML_RETURN_IF_FAILED(dml_copy_tensor(c->device(), &input, &output));
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
