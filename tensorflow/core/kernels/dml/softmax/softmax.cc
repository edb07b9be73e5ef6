// Softmax, LogSoftmax and the cross-entropies of them.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/util/bcast.h"

namespace tensorflow {
namespace dml {
namespace {

class Softmax {
 public:
  Softmax(OpKernelConstruction*, bool log) : log_(log) {}

  Status Compute(KernelContext* c) {
    const Tensor& logits = c->Input(0);
    if (!TensorShapeUtils::IsVectorOrHigher(logits.shape())) {
      return errors::InvalidArgument("logits must have >= 1 dimension, got ",
                                     logits.shape().DebugString());
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, logits.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    const int64 classes = logits.dim_size(logits.dims() - 1);
    const int64 rows = logits.NumElements() / classes;
    const dml_tensor x = Describe(logits, {rows, classes});
    const dml_tensor y = Describe(*output, {rows, classes});
    DML_RETURN_IF_FAILED(dml_softmax(c->device(), log_, &x, &y));
    return OkStatus();
  }

 private:
  const bool log_;
};

// Outputs: the loss of each row, the gradient of the logits.
class SoftmaxCrossEntropy {
 public:
  explicit SoftmaxCrossEntropy(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& logits = c->Input(0);
    const Tensor& labels = c->Input(1);
    const BCast broadcast(BCast::FromShape(logits.shape()),
                          BCast::FromShape(labels.shape()));
    if (!broadcast.IsValid()) {
      return errors::InvalidArgument(
          "logits and labels must be broadcastable: logits_size=",
          logits.shape().DebugString(),
          " labels_size=", labels.shape().DebugString());
    }
    const TensorShape shape = BCast::ToShape(broadcast.output_shape());
    if (!TensorShapeUtils::IsMatrix(shape)) {
      return errors::InvalidArgument(
          "logits and labels must be either 2-dimensional, or broadcasted to "
          "be 2-dimensional");
    }
    const int64 rows = shape.dim_size(0);
    Tensor *loss, *gradient;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({rows}), &loss));
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 1, shape, &gradient));
    if (rows == 0) return OkStatus();
    const gtl::InlinedVector<int64, 4> sizes = shape.dim_sizes();
    const dml_tensor x = DescribeBroadcast(logits, sizes);
    const dml_tensor t = DescribeBroadcast(labels, sizes);
    const dml_tensor y = Describe(*loss);
    const dml_tensor dx = Describe(*gradient);
    DML_RETURN_IF_FAILED(
        dml_softmax_cross_entropy(c->device(), &x, &t, &y, &dx));
    return OkStatus();
  }
};

class SparseSoftmaxCrossEntropy {
 public:
  explicit SparseSoftmaxCrossEntropy(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& logits = c->Input(0);
    const Tensor& labels = c->Input(1);
    if (!TensorShapeUtils::IsMatrix(logits.shape())) {
      return errors::InvalidArgument("logits must be 2-D, but got shape ",
                                     logits.shape().DebugString());
    }
    if (!TensorShapeUtils::IsVector(labels.shape())) {
      return errors::InvalidArgument("labels must be 1-D, but got shape ",
                                     labels.shape().DebugString());
    }
    if (logits.dim_size(0) != labels.dim_size(0)) {
      return errors::InvalidArgument(
          "logits and labels must have the same first dimension, got logits "
          "shape ",
          logits.shape().DebugString(), " and labels shape ",
          labels.shape().DebugString());
    }
    if (logits.dim_size(1) <= 0) {
      return errors::InvalidArgument(
          "Must have at least one class, but got logits shape ",
          logits.shape().DebugString());
    }
    Tensor *loss, *gradient;
    TF_RETURN_IF_ERROR(c->Output(0, labels.shape(), &loss));
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 1, logits.shape(), &gradient));
    if (logits.dim_size(0) == 0) return OkStatus();
    const dml_tensor x = Describe(logits);
    const dml_tensor t = Describe(labels);
    const dml_tensor y = Describe(*loss);
    const dml_tensor dx = Describe(*gradient);
    DML_RETURN_IF_FAILED(
        dml_sparse_softmax_cross_entropy(c->device(), &x, &t, &y, &dx));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("Softmax").Types("T", kFloatsAndDouble).Make<Softmax>(false),
    Row("LogSoftmax").Types("T", kFloatsAndDouble).Make<Softmax>(true),
    Row("SoftmaxCrossEntropyWithLogits")
        .Types("T", kFloatsAndDouble)
        .Make<SoftmaxCrossEntropy>(),
    Row("SparseSoftmaxCrossEntropyWithLogits")
        .Types("T", kFloatsAndDouble)
        .Types("Tlabels", kIndices)
        .Make<SparseSoftmaxCrossEntropy>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
