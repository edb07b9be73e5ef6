// Transpose, and ConjugateTranspose of real tensors.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

class Transpose {
 public:
  explicit Transpose(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const int rank = input.dims();
    Dims permutation;
    TF_RETURN_IF_ERROR(ReadPermutation(c, rank, &permutation));
    TensorShape shape;
    for (int64 d : permutation) shape.AddDim(input.dim_size(d));
    // Moving dimensions of size 1 moves no element.
    int64 last = -1;
    bool in_order = true;
    for (int64 d : permutation) {
      if (input.dim_size(d) == 1) continue;
      in_order = in_order && d > last;
      last = d;
    }
    if (in_order) return c->SetOutputReshaped(0, input, shape);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return CopyView(c, Permute(MakeView(input), permutation),
                    MakeView(*output));
  }

 private:
  static Status ReadPermutation(KernelContext* c, int rank, Dims* permutation) {
    const TensorShape& shape = c->Input(1).shape();
    if (!TensorShapeUtils::IsVector(shape)) {
      return errors::InvalidArgument("perm must be a vector, not ",
                                     shape.DebugString());
    }
    TF_RETURN_IF_ERROR(c->HostIntegers(1, permutation));
    if (static_cast<int>(permutation->size()) != rank) {
      return errors::InvalidArgument(
          "transpose expects a vector of size ", rank,
          ". But input(1) is a vector of size ", permutation->size());
    }
    gtl::InlinedVector<bool, 8> seen(rank, false);
    for (int64 d : *permutation) {
      if (d < 0 || d >= rank) {
        return errors::InvalidArgument(d, " is out of range [0 .. ", rank, ")");
      }
      seen[d] = true;
    }
    for (int d = 0; d < rank; ++d) {
      if (!seen[d]) {
        return errors::InvalidArgument(d, " is missing from {",
                                       str_util::Join(*permutation, ","), "}.");
      }
    }
    return Status::OK();
  }
};

const Kernels kKernels({
    Row("Transpose")
        .Types("T", kAllDeviceTypes)
        .Host({"perm"})
        .Make<Transpose>(),
    Row("ConjugateTranspose")
        .Types("T", kAllDeviceTypes)
        .Host({"perm"})
        .Make<Transpose>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
