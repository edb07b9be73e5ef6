// What the kernels of the CudnnRNN ops share: the model that attributes and
// shapes describe, and where its parameters lie in the one vector that holds
// them all. The ops bear the name of NVIDIA's library, whose layout and
// equations they stand for (cudnnRNNForward in the cuDNN API reference); here
// they run on any adapter.
#ifndef TENSORFLOW_CORE_KERNELS_DML_RECURRENT_CUDNN_RNN_H_
#define TENSORFLOW_CORE_KERNELS_DML_RECURRENT_CUDNN_RNN_H_

#include <string>

#include "tensorflow/core/kernels/dml/kernel.h"

namespace tensorflow {
namespace dml {

// From attributes.
struct RnnModel {
  dml_cell cell = DML_CELL_LSTM;
  int64 directions = 1;
  string input_mode;
  float dropout = 0;  // of what one layer gives to the next, in training
  int64 seed = 0, seed2 = 0;

  bool lstm() const { return cell == DML_CELL_LSTM; }
  bool gru() const { return cell == DML_CELL_GRU; }
  // The matrices that an input, or a hidden state, is multiplied with.
  int64 gates() const { return lstm() ? 4 : (gru() ? 3 : 1); }
};

// Unimplemented for LSTM with projections (num_proj).
Status ReadRnnModel(OpKernelConstruction* c, RnnModel* model);

// The vector of parameters: all weights, then all biases. Within each, layers
// follow one another, and within a layer its directions. A direction has the
// matrices of the input, [units, width] for each gate, then those of the hidden
// state, [units, units]; and as many biases [units], in the same order.
class RnnParameters {
 public:
  RnnParameters() = default;
  // InvalidArgument for sizes that no network has, or that do not go with the
  // model's input_mode.
  static Status Make(const RnnModel& model, int64 layers, int64 units,
                     int64 input_size, RnnParameters* parameters);

  int64 layers() const { return layers_; }
  int64 units() const { return units_; }
  // The first layer's input goes into every gate as it is, without weights.
  bool skips_input() const { return skips_input_; }
  // The width of what a layer takes, and that of its matrices, which is 0 where
  // the input is skipped.
  int64 InputWidth(int64 layer) const;
  int64 MatrixWidth(int64 layer) const;

  // In elements.
  int64 size() const { return OffsetOfBiases(layers_, 0); }
  int64 OffsetOfInputWeights(int64 layer, int64 direction) const;
  int64 OffsetOfHiddenWeights(int64 layer, int64 direction) const;
  // Those of the input; those of the hidden state follow.
  int64 OffsetOfBiases(int64 layer, int64 direction) const;

 private:
  int64 layers_ = 0, units_ = 0, input_size_ = 0;
  int64 gates_ = 1, directions_ = 1;
  bool skips_input_ = false;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_KERNELS_DML_RECURRENT_CUDNN_RNN_H_
