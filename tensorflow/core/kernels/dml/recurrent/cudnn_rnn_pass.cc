#include "tensorflow/core/kernels/dml/recurrent/cudnn_rnn_pass.h"

#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {

Status ReadNetwork(KernelContext* c, const RnnModel& model, bool time_major,
                   bool lengths, Network* network) {
  const Tensor& input = c->Input(0);
  const Tensor& hidden = c->Input(1);
  if (input.dims() != 3) {
    return errors::InvalidArgument("RNN input must be a 3-D vector, not ",
                                   input.shape().DebugString());
  }
  if (hidden.dims() != 3) {
    return errors::InvalidArgument("RNN input_h must be a 3-D vector, not ",
                                   hidden.shape().DebugString());
  }
  network->model = model;
  network->dtype = input.dtype();
  network->time_major = time_major;
  network->steps = input.dim_size(time_major ? 0 : 1);
  network->batch = input.dim_size(time_major ? 1 : 0);
  network->input_size = input.dim_size(2);
  TF_RETURN_IF_ERROR(RnnParameters::Make(
      model, hidden.dim_size(time_major ? 0 : 1) / model.directions,
      hidden.dim_size(2), network->input_size, &network->parameters));
  if (hidden.shape() != network->StateShape()) {
    return errors::InvalidArgument(
        "Invalid input_h shape: ", hidden.shape().DebugString(), " ",
        network->StateShape().DebugString());
  }
  if (model.lstm() && c->Input(2).shape() != hidden.shape()) {
    return errors::InvalidArgument(
        "input_h and input_c must have the same shape w/o projection: ",
        hidden.shape().DebugString(), " ", c->Input(2).shape().DebugString());
  }
  network->params = &c->Input(3);
  if (network->params->NumElements() != network->parameters.size()) {
    return errors::InvalidArgument(
        "The network has ", network->parameters.size(),
        " parameters, but params is ", network->params->shape().DebugString());
  }
  if (lengths) {
    network->lengths = &c->Input(4);
    if (network->lengths->shape() != TensorShape({network->batch})) {
      return errors::InvalidArgument("sequence_lengths must be [",
                                     network->batch, "], not ",
                                     network->lengths->shape().DebugString());
    }
  }
  return OkStatus();
}

Status Pass::TimeMajor(const Tensor& input, Tensor* time_major) const {
  *time_major = input;
  if (n_.time_major || input.NumElements() == 0) return OkStatus();
  TF_RETURN_IF_ERROR(c_->Temporary(
      n_.dtype, TensorShape({n_.steps, n_.batch, n_.input_size}), time_major));
  return CopyView(c_, Permute(MakeView(input), {1, 0, 2}),
                  MakeView(*time_major));
}

}  // namespace dml
}  // namespace tensorflow
