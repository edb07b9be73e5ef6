// CudnnRNNBackprop in its three versions: the gradient of CudnnRNN, from what
// it left in reserve_space.
#include "tensorflow/core/kernels/dml/recurrent/cudnn_rnn_pass.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

struct Gradients {
  const Tensor* output = nullptr;  // those that come in
  const Tensor* output_h = nullptr;
  const Tensor* output_c = nullptr;  // LSTM only
  Tensor* input = nullptr;           // those that are wanted
  Tensor* input_h = nullptr;
  Tensor* input_c = nullptr;  // LSTM only
  Tensor* params = nullptr;
};

class Backward : public Pass {
 public:
  Backward(KernelContext* c, const Network& network, const Tensor& reserve,
           const Gradients& gradients)
      : Pass(c, network, reserve), g_(gradients) {}

  Status Run() {
    Tensor input;
    TF_RETURN_IF_ERROR(TimeMajor(c_->Input(0), &input));
    for (Tensor* gates : {&gates_, &recurrent_}) {
      if (gates == &recurrent_ && !n_.model.gru()) continue;
      TF_RETURN_IF_ERROR(c_->Temporary(
          n_.dtype, TensorShape({n_.rows(), n_.columns()}), gates));
    }
    // The gradient of a layer's output, with time first; of the last layer's,
    // the op's input.
    Tensor above;
    for (int64 layer = n_.layers() - 1; layer >= 0; --layer) {
      Tensor below;
      TF_RETURN_IF_ERROR(GradientBelow(layer, &below));
      for (int64 d = 0; d < n_.model.directions; ++d) {
        const bool last = layer + 1 == n_.layers();
        TF_RETURN_IF_ERROR(Walk(layer, d, last ? *g_.output : above,
                                last ? n_.time_major : true));
        TF_RETURN_IF_ERROR(FinishDirection(input, layer, d, below));
      }
      if (layer > 0 && n_.model.dropout > 0) {
        TF_RETURN_IF_ERROR(DropOut(layer - 1, below));
      }
      above = below;
    }
    if (n_.time_major || above.NumElements() == 0) return OkStatus();
    return CopyView(c_, MakeView(above),
                    Permute(MakeView(*g_.input), {1, 0, 2}));
  }

 private:
  // Room for the gradient of what a layer takes.
  Status GradientBelow(int64 layer, Tensor* below) const {
    if (layer == 0 && n_.time_major) {
      *below = *g_.input;
      return OkStatus();
    }
    return c_->Temporary(
        n_.dtype,
        TensorShape({n_.steps, n_.batch, n_.parameters.InputWidth(layer)}),
        below);
  }

  // From the last step of a direction to its first: the gradients of its gates,
  // in gates_ and recurrent_, and of its states.
  Status Walk(int64 layer, int64 d, const Tensor& from, bool from_time_major) {
    const dml_tensor dh = n_.State(*g_.input_h, layer, d);
    TF_RETURN_IF_ERROR(CopyMatrix(c_, n_.State(*g_.output_h, layer, d), dh));
    dml_tensor dc = {};
    if (n_.model.lstm()) {
      dc = n_.State(*g_.input_c, layer, d);
      TF_RETURN_IF_ERROR(CopyMatrix(c_, n_.State(*g_.output_c, layer, d), dc));
    }
    const bool gru = n_.model.gru(), lstm = n_.model.lstm();
    const dml_tensor gates = StepsOfGates(reserve_, at_.Gates(layer, d));
    const dml_tensor recurrent =
        StepsOfGates(reserve_, at_.Recurrent(layer, d));
    const dml_tensor weights = HiddenWeights(*n_.params, layer, d);
    const dml_tensor states = States(at_.Hidden(layer, d));
    const dml_tensor cell_states = States(at_.Cells(layer, d));
    const dml_tensor dy = n_.Steps(from, from_time_major, d);
    const dml_tensor dgates = StepsOfGates(gates_, 0);
    dml_tensor drecurrent = {};
    if (gru) drecurrent = StepsOfGates(recurrent_, 0);
    dml_tensor described;
    DML_RETURN_IF_FAILED(dml_recurrent_layer_gradient(
        c_->device(), n_.model.cell, d, &gates, gru ? &recurrent : nullptr,
        &weights, gru ? &states : nullptr, lstm ? &cell_states : nullptr,
        Lengths(&described), &dy, &dh, lstm ? &dc : nullptr, &dgates,
        gru ? &drecurrent : nullptr));
    return OkStatus();
  }

  // From the gradients of a direction's gates: those of its parameters, and its
  // part of that of the layer's input.
  Status FinishDirection(const Tensor& input, int64 layer, int64 d,
                         const Tensor& below) {
    const dml_tensor dgates = AllGates(gates_, 0);
    const dml_tensor drecurrent =
        n_.model.gru() ? AllGates(recurrent_, 0) : dgates;
    const dml_tensor x = LayerInput(input, layer);
    const dml_tensor before =
        Matrix(reserve_, at_.Hidden(layer, d) + Offset(d, n_.units()),
               n_.rows(), n_.units());
    if (!SkipsInput(layer)) {
      TF_RETURN_IF_ERROR(MultiplyMatrices(
          c_, Transposed(dgates), x, InputWeights(*g_.params, layer, d), 0.0));
    }
    TF_RETURN_IF_ERROR(MultiplyMatrices(c_, Transposed(drecurrent), before,
                                        HiddenWeights(*g_.params, layer, d),
                                        0.0));
    const int64 biases = n_.parameters.OffsetOfBiases(layer, d);
    TF_RETURN_IF_ERROR(SumRows(dgates, biases));
    TF_RETURN_IF_ERROR(SumRows(drecurrent, biases + n_.columns()));
    if (n_.rows() == 0) return OkStatus();
    const dml_tensor dx =
        Matrix(below, 0, n_.rows(), n_.parameters.InputWidth(layer));
    if (!SkipsInput(layer)) {
      return MultiplyMatrices(c_, dgates, InputWeights(*n_.params, layer, d),
                              dx, d == 0 ? 0.0 : 1.0);
    }
    return SumGates(dgates, dx, d != 0);
  }

  // The sum of the rows, in params' gradient.
  Status SumRows(const dml_tensor& matrix, int64 offset) const {
    const dml_tensor sum = Matrix(*g_.params, offset, 1, n_.columns());
    DML_RETURN_IF_FAILED(
        dml_reduce(c_->device(), DML_REDUCE_SUM, &matrix, &sum, 1.0));
    return OkStatus();
  }

  // What all gates took alike: the sum of their gradients, added to `dx` or in
  // its place.
  Status SumGates(const dml_tensor& dgates, const dml_tensor& dx,
                  bool add) const {
    const int64 gates = n_.model.gates();
    const dml_tensor by_gate = ByGate(dgates, gates, n_.units());
    Tensor room;
    dml_tensor sum = dx;
    if (add) {
      TF_RETURN_IF_ERROR(
          c_->Temporary(n_.dtype, TensorShape({n_.rows(), n_.units()}), &room));
      sum = Matrix(room, 0, n_.rows(), n_.units());
    }
    const dml_tensor sum_by_gate = ByGate(sum, 1, n_.units());
    DML_RETURN_IF_FAILED(
        dml_reduce(c_->device(), DML_REDUCE_SUM, &by_gate, &sum_by_gate, 1.0));
    if (!add) return OkStatus();
    return Combine(DML_ADD, dx, sum);
  }

  Status DropOut(int64 layer, const Tensor& below) const {
    const int64 count = at_.OutputElements();
    if (count == 0) return OkStatus();
    return Combine(DML_MULTIPLY, Matrix(below, 0, 1, count),
                   Matrix(reserve_, at_.Mask(layer), 1, count));
  }

  // x = op(x, y).
  Status Combine(dml_elementwise_op op, const dml_tensor& x,
                 const dml_tensor& y) const {
    const dml_tensor* const inputs[] = {&x, &y};
    DML_RETURN_IF_FAILED(
        dml_elementwise(c_->device(), op, inputs, 2, &x, nullptr));
    return OkStatus();
  }

  const Gradients g_;
  Tensor gates_, recurrent_;  // gradients of one direction's, of all steps
};

// Inputs: those of CudnnRNN, then output, output_h, output_c, their gradients,
// reserve_space, and from the second version on host_reserved. Outputs: the
// gradients of input, input_h, input_c (a scalar but for LSTM) and params.
class CudnnRnnBackprop {
 public:
  CudnnRnnBackprop(OpKernelConstruction* c, int version) : version_(version) {
    OP_REQUIRES_OK(c, ReadRnnModel(c, &model_));
    if (version_ == 3) {
      OP_REQUIRES_OK(c, c->GetAttr("time_major", &time_major_));
    }
  }

  Status Compute(KernelContext* c) {
    Network network;
    TF_RETURN_IF_ERROR(
        ReadNetwork(c, model_, time_major_, version_ == 3, &network));
    const int first = version_ == 3 ? 5 : 4;
    const TensorShape states = network.StateShape();
    const TensorShape outputs =
        network.SequenceShape(model_.directions * network.units());
    const char* const names[] = {
        "output",          "output_h",          "output_c",
        "output_backprop", "output_h_backprop", "output_c_backprop"};
    for (int i = 0; i < 6; ++i) {
      if (i % 3 == 2 && !model_.lstm()) continue;
      const TensorShape& wanted = i % 3 == 0 ? outputs : states;
      if (c->Input(first + i).shape() == wanted) continue;
      return errors::InvalidArgument("Invalid ", names[i], " shape: ",
                                     c->Input(first + i).shape().DebugString(),
                                     " ", wanted.DebugString());
    }
    const Tensor& reserve = c->Input(first + 6);
    const int64 size = Reserve(network).size();
    if (reserve.NumElements() != size) {
      return errors::InvalidArgument(
          "reserve_space has ", reserve.NumElements(), " elements, not ", size,
          ": it must come from the same network, with is_training = True");
    }
    Gradients g;
    g.output = &c->Input(first + 3);
    g.output_h = &c->Input(first + 4);
    g.output_c = &c->Input(first + 5);
    TF_RETURN_IF_ERROR(c->Output(0, c->Input(0).shape(), &g.input));
    TF_RETURN_IF_ERROR(c->Output(1, states, &g.input_h));
    TF_RETURN_IF_ERROR(
        c->Output(2, model_.lstm() ? states : TensorShape({}), &g.input_c));
    if (!model_.lstm()) TF_RETURN_IF_ERROR(FillZero(c, *g.input_c));
    TF_RETURN_IF_ERROR(c->Output(3, c->Input(3).shape(), &g.params));
    return Backward(c, network, reserve, g).Run();
  }

 private:
  const int version_;
  RnnModel model_;
  bool time_major_ = true;
};

const Kernels kKernels({
    Row("CudnnRNNBackprop")
        .Types("T", kFloatsAndDouble)
        .Make<CudnnRnnBackprop>(1),
    Row("CudnnRNNBackpropV2")
        .Types("T", kFloatsAndDouble)
        .Host({"host_reserved"})
        .Make<CudnnRnnBackprop>(2),
    Row("CudnnRNNBackpropV3")
        .Types("T", kFloatsAndDouble)
        .Host({"host_reserved"})
        .Make<CudnnRnnBackprop>(3),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
