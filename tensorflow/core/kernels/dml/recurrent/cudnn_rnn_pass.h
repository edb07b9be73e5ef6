// What the forward and the backward pass of CudnnRNN share: the network of one
// call, and where everything lies.
#ifndef TENSORFLOW_CORE_KERNELS_DML_RECURRENT_CUDNN_RNN_PASS_H_
#define TENSORFLOW_CORE_KERNELS_DML_RECURRENT_CUDNN_RNN_PASS_H_

#include "tensorflow/core/kernels/dml/recurrent/cudnn_rnn.h"
#include "tensorflow/core/kernels/dml/recurrent/matrices.h"

namespace tensorflow {
namespace dml {

// The network and the sizes of one call.
struct Network {
  RnnModel model;
  RnnParameters parameters;
  DataType dtype;
  bool time_major = true;
  int64 steps = 0, batch = 0, input_size = 0;
  const Tensor* params = nullptr;
  const Tensor* lengths = nullptr;  // on the device; may be null

  int64 layers() const { return parameters.layers(); }
  int64 units() const { return parameters.units(); }
  int64 columns() const { return model.gates() * units(); }
  int64 rows() const { return steps * batch; }

  // Where sequences [.., .., width] and states [layers * directions, ..] have
  // steps and the batch, the other way round if not time_major.
  TensorShape SequenceShape(int64 width) const {
    return time_major ? TensorShape({steps, batch, width})
                      : TensorShape({batch, steps, width});
  }
  TensorShape StateShape() const {
    const int64 states = layers() * model.directions;
    return time_major ? TensorShape({states, batch, units()})
                      : TensorShape({batch, states, units()});
  }
  // A direction's part of a sequence of outputs, [steps, batch, units].
  dml_tensor Steps(const Tensor& outputs, bool outputs_time_major,
                   int64 direction) const {
    const int64 width = model.directions * units();
    return dml::Steps(outputs, direction * units(), steps, batch, units(),
                      {width * (outputs_time_major ? batch : 1),
                       width * (outputs_time_major ? 1 : steps)});
  }
  dml_tensor State(const Tensor& states, int64 layer, int64 direction) const {
    const int64 slot = layer * model.directions + direction;
    if (time_major) {
      return Matrix(states, slot * batch * units(), batch, units());
    }
    return Matrix(states, slot * units(), batch, units(),
                  layers() * model.directions * units());
  }
};

// Reads inputs 0 to 3 (input, input_h, input_c, params) and, if `lengths`,
// input 4. InvalidArgument where they don't go together.
Status ReadNetwork(KernelContext* c, const RnnModel& model, bool time_major,
                   bool lengths, Network* network);

// What the gradient needs of the forward pass, as offsets into one vector. For
// each layer and direction: the activated gates of each step; for GRU, what the
// hidden state gave to them; the hidden states and, for LSTM, the cell states,
// one more than steps, in the order of time. For each layer but the last: its
// output, and what dropout multiplied it with.
class Reserve {
 public:
  explicit Reserve(const Network& network) : network_(network) {
    const int64 gates = network.rows() * network.columns();
    const int64 states = (network.steps + 1) * network.batch * network.units();
    recurrent_ = gates;
    hidden_ = recurrent_ + (network.model.gru() ? gates : 0);
    cells_ = hidden_ + states;
    direction_ = cells_ + (network.model.lstm() ? states : 0);
    output_ = network.model.directions * direction_;
    mask_ = output_ + OutputElements();
    layer_ = mask_ + (network.model.dropout > 0 ? OutputElements() : 0);
  }

  int64 size() const { return network_.layers() * layer_ - (layer_ - output_); }
  int64 OutputElements() const {
    return network_.rows() * network_.model.directions * network_.units();
  }
  int64 Gates(int64 layer, int64 direction) const {
    return layer * layer_ + direction * direction_;
  }
  int64 Recurrent(int64 layer, int64 direction) const {
    return Gates(layer, direction) + recurrent_;
  }
  int64 Hidden(int64 layer, int64 direction) const {
    return Gates(layer, direction) + hidden_;
  }
  int64 Cells(int64 layer, int64 direction) const {
    return Gates(layer, direction) + cells_;
  }
  int64 Output(int64 layer) const { return layer * layer_ + output_; }
  int64 Mask(int64 layer) const { return layer * layer_ + mask_; }

 private:
  const Network& network_;
  int64 recurrent_, hidden_, cells_, direction_, output_, mask_, layer_;
};

// What both passes do: walk layers, directions and steps.
class Pass {
 public:
  Pass(KernelContext* c, const Network& network, const Tensor& reserve)
      : c_(c), n_(network), at_(network), reserve_(reserve) {}

 protected:
  int64 Offset(int64 step, int64 columns) const {
    return step * n_.batch * columns;
  }
  // A direction's gates, a matrix for each step or one of all.
  dml_tensor StepsOfGates(const Tensor& tensor, int64 offset) const {
    return Steps(tensor, offset, n_.steps, n_.batch, n_.columns(),
                 {n_.batch * n_.columns(), n_.columns()});
  }
  dml_tensor AllGates(const Tensor& tensor, int64 offset) const {
    return Matrix(tensor, offset, n_.rows(), n_.columns());
  }
  // States, of which there is one more than steps: all, and one.
  dml_tensor States(int64 offset) const {
    return Steps(reserve_, offset, n_.steps + 1, n_.batch, n_.units(),
                 {n_.batch * n_.units(), n_.units()});
  }
  dml_tensor StateAt(int64 offset, int64 slot) const {
    return Matrix(reserve_, offset + Offset(slot, n_.units()), n_.batch,
                  n_.units());
  }
  dml_tensor InputWeights(const Tensor& params, int64 layer, int64 d) const {
    return Matrix(params, n_.parameters.OffsetOfInputWeights(layer, d),
                  n_.columns(), n_.parameters.MatrixWidth(layer));
  }
  dml_tensor HiddenWeights(const Tensor& params, int64 layer, int64 d) const {
    return Matrix(params, n_.parameters.OffsetOfHiddenWeights(layer, d),
                  n_.columns(), n_.units());
  }
  bool SkipsInput(int64 layer) const {
    return layer == 0 && n_.parameters.skips_input();
  }
  // What a layer takes, a row for each step and sequence.
  dml_tensor LayerInput(const Tensor& input, int64 layer) const {
    if (layer == 0) return Matrix(input, 0, n_.rows(), n_.input_size);
    return Matrix(reserve_, at_.Output(layer - 1), n_.rows(),
                  n_.parameters.InputWidth(layer));
  }
  // `input` itself, or a copy with time first.
  Status TimeMajor(const Tensor& input, Tensor* time_major) const;
  const dml_tensor* Lengths(dml_tensor* described) const {
    if (n_.lengths == nullptr) return nullptr;
    *described = Describe(*n_.lengths);
    return described;
  }

  KernelContext* const c_;
  const Network& n_;
  const Reserve at_;
  const Tensor& reserve_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_RECURRENT_CUDNN_RNN_PASS_H_
