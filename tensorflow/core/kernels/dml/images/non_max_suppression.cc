// NonMaxSuppressionV2 and V3. How many boxes remain is known on the device
// only: see read_back.h.
#include <algorithm>
#include <limits>

#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// A scalar in host memory, of float32 or float16.
Status ReadScalar(KernelContext* c, int input, const char* name, float* value) {
  const Tensor& tensor = c->Input(input);
  if (!TensorShapeUtils::IsScalar(tensor.shape())) {
    return errors::InvalidArgument(name, " must be 0-D, got shape ",
                                   tensor.shape().DebugString());
  }
  *value = tensor.dtype() == DT_HALF
               ? static_cast<float>(tensor.scalar<Eigen::half>()())
               : tensor.scalar<float>()();
  return OkStatus();
}

// Inputs: boxes, scores, max_output_size, iou_threshold and, if
// `has_score_threshold`, score_threshold, the last three in host memory.
// readings.value: how many remain; kept: which, from the highest score on.
template <bool has_score_threshold>
class NonMaxSuppression {
 public:
  explicit NonMaxSuppression(OpKernelConstruction*) {}

  Status Measure(KernelContext* c, Readings* readings) {
    const Tensor& boxes = c->Input(0);
    const Tensor& scores = c->Input(1);
    const Tensor& most = c->Input(2);
    readings->value = Tensor(DT_INT32, TensorShape({0}));
    if (!TensorShapeUtils::IsScalar(most.shape())) {
      return errors::InvalidArgument("max_output_size must be 0-D, got shape ",
                                     most.shape().DebugString());
    }
    if (most.scalar<int32>()() < 0) {
      return errors::InvalidArgument("max_output_size must not be negative: ",
                                     most.scalar<int32>()());
    }
    float overlap;
    float score = std::numeric_limits<float>::lowest();
    TF_RETURN_IF_ERROR(ReadScalar(c, 3, "iou_threshold", &overlap));
    if (has_score_threshold) {
      TF_RETURN_IF_ERROR(ReadScalar(c, 4, "score_threshold", &score));
    }
    if (!(overlap >= 0 && overlap <= 1)) {
      return errors::InvalidArgument("iou_threshold must be in [0, 1]");
    }
    TF_RETURN_IF_ERROR(CheckBoxes(boxes, scores));
    const int64 size =
        std::min<int64>(most.scalar<int32>()(), scores.NumElements());
    if (size == 0) return OkStatus();
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({size}), &readings->kept));
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({}), &readings->value));
    const dml_tensor b = Describe(boxes), s = Describe(scores);
    const dml_tensor selected = Describe(readings->kept);
    const dml_tensor count = Describe(readings->value);
    DML_RETURN_IF_FAILED(dml_non_max_suppression(c->device(), &b, &s, overlap,
                                                 score, &selected, &count));
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value,
                const Readings& readings) {
    const int64 count = value.NumElements() == 0 ? 0 : value.flat<int32>()(0);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({count}), &output));
    if (count == 0) return OkStatus();
    return c->CopyTensor(readings.kept.Slice(0, count), *output);
  }

 private:
  static Status CheckBoxes(const Tensor& boxes, const Tensor& scores) {
    if (boxes.dims() != 2) {
      return errors::InvalidArgument("boxes must be a rank 2 tensor!");
    }
    if (boxes.dim_size(1) != 4) {
      return errors::InvalidArgument("boxes must be Nx4");
    }
    if (scores.dims() != 1) {
      return errors::InvalidArgument("scores must be a vector!");
    }
    if (scores.dim_size(0) != boxes.dim_size(0)) {
      return errors::InvalidArgument("scores has incompatible shape");
    }
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("NonMaxSuppressionV2")
        .Types("T", {DT_FLOAT})
        .Host({"max_output_size", "iou_threshold"})
        .MakeKernel<ReadBackKernel<NonMaxSuppression<false>>>(),
    Row("NonMaxSuppressionV3")
        .Types("T", {DT_FLOAT})
        .Host({"max_output_size", "iou_threshold", "score_threshold"})
        .MakeKernel<ReadBackKernel<NonMaxSuppression<true>>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
