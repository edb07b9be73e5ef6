// ReverseSequence.
#include <algorithm>

#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: the batch of sequences, and how much of each is reversed. Lengths out
// of range are taken as the nearest in it.
class ReverseSequence {
 public:
  explicit ReverseSequence(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("seq_dim", &sequence_));
    OP_REQUIRES_OK(c, c->GetAttr("batch_dim", &batch_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& lengths = c->Input(1);
    TF_RETURN_IF_ERROR(Check(input.shape(), lengths.shape()));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    // [outer, first axis, between, second axis, inner]
    const int64 first = std::min(sequence_, batch_);
    const int64 second = std::max(sequence_, batch_);
    Dims sizes = {1, input.dim_size(first), 1, input.dim_size(second), 1};
    for (int d = 0; d < input.dims(); ++d) {
      if (d == first || d == second) continue;
      sizes[d < first ? 0 : d < second ? 2 : 4] *= input.dim_size(d);
    }
    const dml_tensor x = Describe(input, sizes), y = Describe(*output, sizes);
    const dml_tensor l = Describe(lengths);
    const uint32_t sequence_axis = sequence_ < batch_ ? 1 : 3;
    DML_RETURN_IF_FAILED(dml_reverse_sequence(
        c->device(), &x, &l, sequence_axis, 4 - sequence_axis, &y));
    return OkStatus();
  }

 private:
  Status Check(const TensorShape& input, const TensorShape& lengths) const {
    if (!TensorShapeUtils::IsVector(lengths)) {
      return errors::InvalidArgument("seq_lens input must be 1-dim, not ",
                                     lengths.dims());
    }
    if (batch_ == sequence_) {
      return errors::InvalidArgument("batch_dim == seq_dim == ", sequence_);
    }
    if (sequence_ < 0 || sequence_ >= input.dims()) {
      return errors::InvalidArgument("seq_dim must be < input.dims()( ",
                                     sequence_, " vs. ", input.dims(), ")");
    }
    if (batch_ < 0 || batch_ >= input.dims()) {
      return errors::InvalidArgument("batch_dim must be < input.dims()( ",
                                     batch_, " vs. ", input.dims(), ")");
    }
    if (lengths.num_elements() != input.dim_size(batch_)) {
      return errors::InvalidArgument("len(seq_lens) != input.dims(", batch_,
                                     "), (", lengths.num_elements(), " vs. ",
                                     input.dim_size(batch_), ")");
    }
    return OkStatus();
  }

  int64 sequence_ = 0;
  int64 batch_ = 0;
};

const Kernels kKernels({
    Row("ReverseSequence")
        .Types("T", kAllDeviceTypes)
        .Types("Tlen", kIndices)
        .Make<ReverseSequence>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
