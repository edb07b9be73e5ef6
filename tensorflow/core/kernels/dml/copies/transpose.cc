// Transpose and ConjugateTranspose.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

class Transpose {
 public:
  Transpose(OpKernelConstruction* c, bool conjugate)
      : conjugate_(conjugate && DataTypeIsComplex(c->input_type(0))) {}

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
    if (in_order && !conjugate_) return c->SetOutputReshaped(0, input, shape);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    const View from = Permute(MakeView(input), permutation);
    const View to = MakeView(*output);
    if (!conjugate_) return CopyView(c, from, to);
    if (output->NumElements() == 0) return OkStatus();
    dml_tensor x, y;
    TF_RETURN_IF_ERROR(ToDmlTensors({&from, &to}, {&x, &y}));
    const dml_tensor* const inputs[] = {&x};
    DML_RETURN_IF_FAILED(
        dml_elementwise(c->device(), DML_CONJUGATE, inputs, 1, &y, nullptr));
    return OkStatus();
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
    return OkStatus();
  }

  const bool conjugate_;
};

TypeList RealTypes() {
  TypeList types;
  for (const DataType type : kAllDeviceTypes) {
    if (!DataTypeIsComplex(type)) types.push_back(type);
  }
  return types;
}

const Kernels kKernels({
    Row("Transpose")
        .Types("T", kAllDeviceTypes)
        .Host({"perm"})
        .Make<Transpose>(false),
    Row("ConjugateTranspose")
        .Types("T", RealTypes())
        .Host({"perm"})
        .Make<Transpose>(true),
    Row("ConjugateTranspose")
        .Types("T", kComplex)
        .Host({"perm"})
        .ComputesFloat64()
        .Make<Transpose>(true),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
