#include "tensorflow/core/kernels/dml/fused_ops.h"

#include <vector>

#include "absl/strings/str_join.h"

namespace tensorflow {
namespace dml {

Status ReadActivation(const string& name, dml_activation* activation) {
  constexpr struct {
    const char* name;
    dml_activation activation;
  } kActivations[] = {{"Identity", DML_ACTIVATION_NONE},
                      {"Relu", DML_ACTIVATION_RELU},
                      {"Relu6", DML_ACTIVATION_RELU6},
                      {"Elu", DML_ACTIVATION_ELU}};
  for (const auto& known : kActivations) {
    if (name != known.name) continue;
    *activation = known.activation;
    return OkStatus();
  }
  return errors::Unimplemented("Fused activation is not implemented: ", name);
}

Status ReadFusedOps(OpKernelConstruction* c, FusedOps* ops) {
  std::vector<string> names;
  int arguments = 0;
  TF_RETURN_IF_ERROR(c->GetAttr("fused_ops", &names));
  TF_RETURN_IF_ERROR(c->GetAttr("num_args", &arguments));
  TF_RETURN_IF_ERROR(c->GetAttr("epsilon", &ops->epsilon));
  const bool known = (names.size() == 1 || names.size() == 2) &&
                     (names[0] == "BiasAdd" || names[0] == "FusedBatchNorm");
  if (!known) {
    return errors::Unimplemented("Fusion is not implemented: [",
                                 absl::StrJoin(names, ","), "]");
  }
  ops->batch_norm = names[0] == "FusedBatchNorm";
  ops->leaky_relu = names.size() == 2 && names[1] == "LeakyRelu";
  if (ops->leaky_relu) {
    TF_RETURN_IF_ERROR(c->GetAttr("leakyrelu_alpha", &ops->leaky_relu_alpha));
  } else if (names.size() == 2) {
    TF_RETURN_IF_ERROR(ReadActivation(names[1], &ops->activation));
  }
  if (arguments == ops->arguments()) return OkStatus();
  return errors::InvalidArgument("Fused ", c->def().op(), " with ", names[0],
                                 " must have ", ops->arguments(),
                                 " extra arguments, not ", arguments);
}

Status AddLeakyRelu(KernelContext* c, const FusedOps& ops,
                    const Tensor& output) {
  if (!ops.leaky_relu || output.NumElements() == 0) return OkStatus();
  const double alpha = ops.leaky_relu_alpha;
  return c->Elementwise(DML_LEAKY_RELU, {&output}, output, &alpha);
}

Status CheckFusedArgument(const string& op, const Tensor& argument,
                          int64 channels) {
  if (argument.shape() == TensorShape({channels})) return OkStatus();
  return errors::InvalidArgument(op, ": what is fused takes vectors of ",
                                 channels, " elements, not ",
                                 argument.shape().DebugString());
}

}  // namespace dml
}  // namespace tensorflow
