// CudnnRNN in its three versions: recurrent networks of several layers. A layer
// multiplies its whole input at once; dml_recurrent_layer() takes its steps.
#include "tensorflow/core/kernels/dml/random_generator.h"
#include "tensorflow/core/kernels/dml/recurrent/cudnn_rnn_pass.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/zeros.h"
#include "tensorflow/core/util/guarded_philox_random.h"

namespace tensorflow {
namespace dml {
namespace {

class Forward : public Pass {
 public:
  using Pass::Pass;

  // `masks` for dropout; null for none.
  Status Run(GuardedPhiloxRandom* masks, const Tensor& output,
             const Tensor& output_h, const Tensor* output_c) {
    Tensor input;
    TF_RETURN_IF_ERROR(TimeMajor(c_->Input(0), &input));
    for (int64 layer = 0; layer < n_.layers(); ++layer) {
      const bool last = layer + 1 == n_.layers();
      for (int64 d = 0; d < n_.model.directions; ++d) {
        TF_RETURN_IF_ERROR(MultiplyInput(input, layer, d));
        TF_RETURN_IF_ERROR(Walk(layer, d, last ? &output : nullptr));
        TF_RETURN_IF_ERROR(End(layer, d, output_h, output_c));
      }
      if (!last && masks != nullptr) {
        TF_RETURN_IF_ERROR(DropOut(layer, masks));
      }
    }
    return OkStatus();
  }

 private:
  Status MultiplyInput(const Tensor& input, int64 layer, int64 d) {
    if (n_.rows() == 0) return OkStatus();
    const dml_tensor x = LayerInput(input, layer);
    const dml_tensor gates = AllGates(reserve_, at_.Gates(layer, d));
    const dml_tensor bias =
        RepeatedRow(*n_.params, n_.parameters.OffsetOfBiases(layer, d),
                    n_.rows(), n_.columns());
    if (!SkipsInput(layer)) {
      return MultiplyMatrices(c_, x,
                              Transposed(InputWeights(*n_.params, layer, d)),
                              gates, 0.0, &bias);
    }
    const int64 g = n_.model.gates();
    const dml_tensor x_by_gate = ByGate(x, g, n_.units());
    const dml_tensor bias_by_gate = ByGate(bias, g, n_.units());
    const dml_tensor gates_by_gate = ByGate(gates, g, n_.units());
    const dml_tensor* const inputs[] = {&x_by_gate, &bias_by_gate};
    DML_RETURN_IF_FAILED(dml_elementwise(c_->device(), DML_ADD, inputs, 2,
                                         &gates_by_gate, nullptr));
    return OkStatus();
  }

  // `output`: the op's; null where the layer's own goes into the reserve.
  Status Walk(int64 layer, int64 d, const Tensor* output) {
    const int64 hidden = at_.Hidden(layer, d), cells = at_.Cells(layer, d);
    const int64 first = d == 0 ? 0 : n_.steps;
    TF_RETURN_IF_ERROR(CopyMatrix(c_, n_.State(c_->Input(1), layer, d),
                                  StateAt(hidden, first)));
    if (n_.model.lstm()) {
      TF_RETURN_IF_ERROR(CopyMatrix(c_, n_.State(c_->Input(2), layer, d),
                                    StateAt(cells, first)));
    }
    const dml_tensor gates = StepsOfGates(reserve_, at_.Gates(layer, d));
    const dml_tensor recurrent =
        StepsOfGates(reserve_, at_.Recurrent(layer, d));
    const dml_tensor weights = HiddenWeights(*n_.params, layer, d);
    const dml_tensor bias = Vector(
        *n_.params, n_.parameters.OffsetOfBiases(layer, d) + n_.columns(),
        n_.columns());
    const dml_tensor states = States(hidden), cell_states = States(cells);
    const dml_tensor y = output != nullptr ? n_.Steps(*output, n_.time_major, d)
                                           : StepsOfLayer(layer, d);
    dml_tensor described;
    DML_RETURN_IF_FAILED(dml_recurrent_layer(
        c_->device(), n_.model.cell, d, &gates,
        n_.model.gru() ? &recurrent : nullptr, &weights, &bias, &states,
        n_.model.lstm() ? &cell_states : nullptr, Lengths(&described), &y));
    return OkStatus();
  }

  // A direction's part of what a layer gives to the next.
  dml_tensor StepsOfLayer(int64 layer, int64 d) const {
    const int64 width = n_.model.directions * n_.units();
    return Steps(reserve_, at_.Output(layer) + d * n_.units(), n_.steps,
                 n_.batch, n_.units(), {n_.batch * width, width});
  }

  Status End(int64 layer, int64 d, const Tensor& output_h,
             const Tensor* output_c) {
    const int64 slot = d == 0 ? n_.steps : 0;
    TF_RETURN_IF_ERROR(CopyMatrix(c_, StateAt(at_.Hidden(layer, d), slot),
                                  n_.State(output_h, layer, d)));
    if (output_c == nullptr) return OkStatus();
    return CopyMatrix(c_, StateAt(at_.Cells(layer, d), slot),
                      n_.State(*output_c, layer, d));
  }

  // Multiplies a layer's output by 0, or by 1 / (1 - dropout).
  Status DropOut(int64 layer, GuardedPhiloxRandom* masks) {
    const int64 count = at_.OutputElements();
    if (count == 0) return OkStatus();
    Tensor numbers, kept;
    TF_RETURN_IF_ERROR(c_->Temporary(DT_FLOAT, TensorShape({count}), &numbers));
    TF_RETURN_IF_ERROR(c_->Temporary(DT_BOOL, TensorShape({count}), &kept));
    TF_RETURN_IF_ERROR(DrawRandom(c_, DML_RANDOM_UNIFORM,
                                  masks->ReserveRandomOutputs(count, 256),
                                  numbers));
    Tensor threshold, scale, zero;
    TF_RETURN_IF_ERROR(Scalar(DT_FLOAT, n_.model.dropout, &threshold));
    TF_RETURN_IF_ERROR(
        Scalar(n_.dtype, 1.0 / (1.0 - n_.model.dropout), &scale));
    TF_RETURN_IF_ERROR(Scalar(n_.dtype, 0.0, &zero));
    TF_RETURN_IF_ERROR(
        c_->Elementwise(DML_GREATER_EQUAL, {&numbers, &threshold}, kept));
    const dml_tensor mask = Matrix(reserve_, at_.Mask(layer), 1, count);
    const dml_tensor output = Matrix(reserve_, at_.Output(layer), 1, count);
    const dml_tensor chosen = Matrix(kept, 0, 1, count);
    dml_tensor yes = Matrix(scale, 0, 1, count), no = Matrix(zero, 0, 1, count);
    yes.strides[1] = no.strides[1] = 0;
    const dml_tensor* const choice[] = {&chosen, &yes, &no};
    DML_RETURN_IF_FAILED(
        dml_elementwise(c_->device(), DML_SELECT, choice, 3, &mask, nullptr));
    const dml_tensor* const factors[] = {&output, &mask};
    DML_RETURN_IF_FAILED(dml_elementwise(c_->device(), DML_MULTIPLY, factors, 2,
                                         &output, nullptr));
    return OkStatus();
  }

  Status Scalar(DataType dtype, double value, Tensor* scalar) {
    TF_RETURN_IF_ERROR(c_->Temporary(dtype, TensorShape({}), scalar));
    const dml_tensor described = Describe(*scalar);
    const float as_float = static_cast<float>(value);
    const Eigen::half as_half(as_float);
    const void* const bits =
        dtype == DT_DOUBLE  ? static_cast<const void*>(&value)
        : dtype == DT_FLOAT ? static_cast<const void*>(&as_float)
                            : static_cast<const void*>(&as_half);
    DML_RETURN_IF_FAILED(dml_fill(c_->device(), &described, bits));
    return OkStatus();
  }
};

// Inputs: input, input_h, input_c, params, and in the third version
// sequence_lengths. Outputs: output, output_h, output_c (a scalar but for
// LSTM), reserve_space, and from the second version on host_reserved, which is
// empty.
class CudnnRnn {
 public:
  CudnnRnn(OpKernelConstruction* c, int version) : version_(version) {
    OP_REQUIRES_OK(c, ReadRnnModel(c, &model_));
    OP_REQUIRES_OK(c, c->GetAttr("is_training", &training_));
    if (version_ == 3) {
      OP_REQUIRES_OK(c, c->GetAttr("time_major", &time_major_));
    }
    if (!training_) model_.dropout = 0;
    masks_.Init(model_.seed, model_.seed2);
  }

  Status Compute(KernelContext* c) {
    Network network;
    TF_RETURN_IF_ERROR(
        ReadNetwork(c, model_, time_major_, version_ == 3, &network));
    const TensorShape states = network.StateShape();
    Tensor *output, *output_h, *output_c, *unused;
    TF_RETURN_IF_ERROR(
        c->Output(0, network.SequenceShape(model_.directions * network.units()),
                  &output));
    TF_RETURN_IF_ERROR(c->Output(1, states, &output_h));
    TF_RETURN_IF_ERROR(
        c->Output(2, model_.lstm() ? states : TensorShape({}), &output_c));
    if (!model_.lstm()) TF_RETURN_IF_ERROR(FillZero(c, *output_c));
    if (version_ > 1) {
      TF_RETURN_IF_ERROR(c->Output(4, TensorShape({0}), &unused));
    }
    const TensorShape size({Reserve(network).size()});
    Tensor reserve;
    if (training_) {
      Tensor* kept;
      TF_RETURN_IF_ERROR(c->Output(3, size, &kept));
      reserve = *kept;
    } else {
      TF_RETURN_IF_ERROR(c->Output(3, TensorShape({}), &unused));
      TF_RETURN_IF_ERROR(FillZero(c, *unused));
      TF_RETURN_IF_ERROR(c->Temporary(network.dtype, size, &reserve));
    }
    Forward forward(c, network, reserve);
    return forward.Run(model_.dropout > 0 ? &masks_ : nullptr, *output,
                       *output_h, model_.lstm() ? output_c : nullptr);
  }

 private:
  const int version_;
  RnnModel model_;
  bool training_ = true;
  bool time_major_ = true;
  GuardedPhiloxRandom masks_;
};

const Kernels kKernels({
    Row("CudnnRNN").Types("T", kFloatsAndDouble).Make<CudnnRnn>(1),
    Row("CudnnRNNV2")
        .Types("T", kFloatsAndDouble)
        .Host({"host_reserved"})
        .Make<CudnnRnn>(2),
    // Unlike cuDNN's, these programs read the lengths on the device.
    Row("CudnnRNNV3")
        .Types("T", kFloatsAndDouble)
        .Host({"host_reserved"})
        .Make<CudnnRnn>(3),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
