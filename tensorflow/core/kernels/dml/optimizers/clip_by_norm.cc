// Gradients clipped by their global norm: an op of ours, which a pass over
// graphs places (common_runtime/dml/gradient_clipping.h).
#include <vector>

#include "tensorflow/core/common_runtime/dml/gradient_clipping.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {

// In this file, so that it is known when the row below is made.
REGISTER_OP("_DmlClipByGlobalNorm")
    .Input("x: N * T")
    .Input("clip_norm: T")
    .Output("y: N * T")
    .Output("norm: T")
    .Attr("N: int >= 1")
    .Attr("T: {float}")
    .SetShapeFn([](shape_inference::InferenceContext* c) {
      const int count = c->num_inputs() - 1;
      for (int i = 0; i < count; ++i) c->set_output(i, c->input(i));
      c->set_output(count, c->Scalar());
      return dml::OkStatus();
    })
    .Doc(R"doc(
x * clip_norm * min(1 / norm, 1 / clip_norm), where norm is that of all x
together; NaN where it is not finite. What the pass of tensorflow-directml makes
of tf.clip_by_global_norm; no graph that is saved has it.
)doc");

namespace dml {
namespace {

class ClipByGlobalNorm {
 public:
  explicit ClipByGlobalNorm(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const int count = c->num_inputs() - 1;
    const Tensor& clip = c->Input(count);
    if (!TensorShapeUtils::IsScalar(clip.shape())) {
      return errors::InvalidArgument(
          "clip_norm must be a scalar, not ", clip.shape().DebugString(),
          ". `remapping: OFF` in the session's rewrite_options keeps the ops "
          "that clip gradients as they are written.");
    }
    std::vector<dml_tensor> x, y;
    std::vector<const dml_tensor*> inputs, outputs;
    for (int i = 0; i < count; ++i) {
      const int64 elements = c->Input(i).NumElements();
      Tensor* output;
      x.push_back(Describe(c->Input(i), {elements}));
      TF_RETURN_IF_ERROR(
          c->OutputOrForward({i}, i, c->Input(i).shape(), &output));
      y.push_back(Describe(*output, {elements}));
    }
    for (int i = 0; i < count; ++i) {
      inputs.push_back(&x[i]);
      outputs.push_back(&y[i]);
    }
    Tensor* norm;
    TF_RETURN_IF_ERROR(c->Output(count, TensorShape({}), &norm));
    const dml_tensor clip_norm = Describe(clip), global_norm = Describe(*norm);
    const uint32_t n = static_cast<uint32_t>(count);
    DML_RETURN_IF_FAILED(dml_clip_by_global_norm(c->device(), inputs.data(), n,
                                                 &clip_norm, outputs.data(), n,
                                                 &global_norm));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row(kClipByGlobalNorm).Types("T", {DT_FLOAT}).Make<ClipByGlobalNorm>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
