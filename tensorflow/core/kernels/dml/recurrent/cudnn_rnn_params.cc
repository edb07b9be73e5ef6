// The parameters of CudnnRNN: CudnnRNNParamsSize, CudnnRNNParamsToCanonical and
// CudnnRNNCanonicalToParams, with their second versions.
#include "tensorflow/core/kernels/dml/recurrent/cudnn_rnn.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {

Status ReadRnnModel(OpKernelConstruction* c, RnnModel* model) {
  string mode, direction;
  TF_RETURN_IF_ERROR(c->GetAttr("rnn_mode", &mode));
  TF_RETURN_IF_ERROR(c->GetAttr("direction", &direction));
  TF_RETURN_IF_ERROR(c->GetAttr("input_mode", &model->input_mode));
  TF_RETURN_IF_ERROR(c->GetAttr("dropout", &model->dropout));
  TF_RETURN_IF_ERROR(c->GetAttr("seed", &model->seed));
  TF_RETURN_IF_ERROR(c->GetAttr("seed2", &model->seed2));
  model->cell = mode == "lstm"       ? DML_CELL_LSTM
                : mode == "gru"      ? DML_CELL_GRU
                : mode == "rnn_tanh" ? DML_CELL_TANH
                                     : DML_CELL_RELU;
  model->directions = direction == "bidirectional" ? 2 : 1;
  if (!(model->dropout >= 0 && model->dropout <= 1)) {
    return errors::InvalidArgument("dropout must be between 0 and 1, not ",
                                   model->dropout);
  }
  int64 projection = 0;
  if (c->HasAttr("num_proj")) {
    TF_RETURN_IF_ERROR(c->GetAttr("num_proj", &projection));
  }
  if (projection != 0) {
    return errors::Unimplemented(
        "The DML device has no LSTM with projections (num_proj = ", projection,
        "); use tf.nn.rnn_cell.LSTMCell");
  }
  return OkStatus();
}

Status RnnParameters::Make(const RnnModel& model, int64 layers, int64 units,
                           int64 input_size, RnnParameters* parameters) {
  if (layers < 1 || units < 1 || input_size < 1) {
    return errors::InvalidArgument(
        "A recurrent network needs layers, units and inputs, but has ", layers,
        " layers of ", units, " units for inputs of ", input_size);
  }
  const bool same = input_size == units;
  if (model.input_mode == "skip_input" && !same) {
    return errors::InvalidArgument(
        "input_mode skip_input needs inputs as wide as the units, but there "
        "are ",
        input_size, " for ", units, " units");
  }
  parameters->layers_ = layers;
  parameters->units_ = units;
  parameters->input_size_ = input_size;
  parameters->gates_ = model.gates();
  parameters->directions_ = model.directions;
  parameters->skips_input_ = same && model.input_mode != "linear_input";
  return OkStatus();
}

int64 RnnParameters::InputWidth(int64 layer) const {
  return layer == 0 ? input_size_ : directions_ * units_;
}

int64 RnnParameters::MatrixWidth(int64 layer) const {
  return layer == 0 && skips_input_ ? 0 : InputWidth(layer);
}

int64 RnnParameters::OffsetOfInputWeights(int64 layer, int64 direction) const {
  const int64 rows = gates_ * units_;
  int64 offset = 0;
  for (int64 l = 0; l < layer; ++l) {
    offset += directions_ * rows * (MatrixWidth(l) + units_);
  }
  if (layer == layers_) return offset;
  return offset + direction * rows * (MatrixWidth(layer) + units_);
}

int64 RnnParameters::OffsetOfHiddenWeights(int64 layer, int64 direction) const {
  return OffsetOfInputWeights(layer, direction) +
         gates_ * units_ * MatrixWidth(layer);
}

int64 RnnParameters::OffsetOfBiases(int64 layer, int64 direction) const {
  return OffsetOfInputWeights(layers_, 0) +
         (layer * directions_ + direction) * 2 * gates_ * units_;
}

namespace {

// From the first three inputs: num_layers, num_units and input_size, in host
// memory.
Status ReadParameters(KernelContext* c, const RnnModel& model,
                      RnnParameters* parameters) {
  int64 sizes[3];
  for (int i = 0; i < 3; ++i) {
    TF_RETURN_IF_ERROR(c->HostInteger(i, &sizes[i]));
  }
  return RnnParameters::Make(model, sizes[0], sizes[1], sizes[2], parameters);
}

class ParamsSize {
 public:
  explicit ParamsSize(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, ReadRnnModel(c, &model_));
  }

  Status Compute(KernelContext* c) {
    RnnParameters parameters;
    TF_RETURN_IF_ERROR(ReadParameters(c, model_, &parameters));
    if (parameters.size() > kint32max) {
      return errors::InvalidArgument("The network has ", parameters.size(),
                                     " parameters, more than an int32 holds");
    }
    Tensor* size;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({1}), &size));
    size->flat<int32>()(0) = static_cast<int32>(parameters.size());
    return OkStatus();
  }

 private:
  RnnModel model_;
};

// One matrix, or vector of biases, within the vector of parameters.
struct Piece {
  TensorShape shape;
  int64 offset;
};

// In the ops' order: all weights, then all biases; which is that of the vector,
// so that each piece begins where the last one ends.
std::vector<Piece> Pieces(const RnnModel& model,
                          const RnnParameters& parameters) {
  std::vector<Piece> pieces;
  int64 offset = 0;
  const auto add = [&](const TensorShape& shape) {
    pieces.push_back({shape, offset});
    offset += shape.num_elements();
  };
  const int64 units = parameters.units();
  for (int64 layer = 0; layer < parameters.layers(); ++layer) {
    for (int64 i = 0; i < model.directions; ++i) {
      for (int64 width : {parameters.MatrixWidth(layer), units}) {
        for (int64 gate = 0; gate < model.gates(); ++gate) {
          add(TensorShape({units, width}));
        }
      }
    }
  }
  const int64 weights = pieces.size();
  for (int64 i = 0; i < weights; ++i) add(TensorShape({units}));
  return pieces;
}

Status CheckCount(int64 found, int64 wanted) {
  if (found == wanted) return OkStatus();
  return errors::InvalidArgument("The network has ", wanted / 2,
                                 " matrices and as many biases, not ", found,
                                 " parameters together");
}

View PieceOf(const Tensor& params, const Piece& piece) {
  return Slice(MakeView(params), 0, piece.offset, piece.shape.num_elements());
}

class ParamsToCanonical {
 public:
  explicit ParamsToCanonical(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, ReadRnnModel(c, &model_));
  }

  Status Compute(KernelContext* c) {
    RnnParameters parameters;
    TF_RETURN_IF_ERROR(ReadParameters(c, model_, &parameters));
    const Tensor& params = c->Input(3);
    if (params.shape() != TensorShape({parameters.size()})) {
      return errors::InvalidArgument("params must be [", parameters.size(),
                                     "], not ", params.shape().DebugString());
    }
    const std::vector<Piece> pieces = Pieces(model_, parameters);
    TF_RETURN_IF_ERROR(CheckCount(c->tf()->num_outputs(), pieces.size()));
    for (int i = 0; i < static_cast<int>(pieces.size()); ++i) {
      Tensor* piece;
      TF_RETURN_IF_ERROR(c->Output(i, pieces[i].shape, &piece));
      if (piece->NumElements() == 0) continue;
      TF_RETURN_IF_ERROR(CopyView(c, PieceOf(params, pieces[i]),
                                  MakeView(*piece, {piece->NumElements()})));
    }
    return OkStatus();
  }

 private:
  RnnModel model_;
};

class CanonicalToParams {
 public:
  explicit CanonicalToParams(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, ReadRnnModel(c, &model_));
  }

  Status Compute(KernelContext* c) {
    RnnParameters parameters;
    TF_RETURN_IF_ERROR(ReadParameters(c, model_, &parameters));
    const std::vector<Piece> pieces = Pieces(model_, parameters);
    TF_RETURN_IF_ERROR(CheckCount(c->num_inputs() - 3, pieces.size()));
    Tensor* params;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({parameters.size()}), &params));
    for (int i = 0; i < static_cast<int>(pieces.size()); ++i) {
      const Tensor& piece = c->Input(3 + i);
      if (piece.NumElements() != pieces[i].shape.num_elements()) {
        return errors::InvalidArgument("Parameter ", i, " must be ",
                                       pieces[i].shape.DebugString(), ", not ",
                                       piece.shape().DebugString());
      }
      if (piece.NumElements() == 0) continue;
      TF_RETURN_IF_ERROR(CopyView(c, MakeView(piece, {piece.NumElements()}),
                                  PieceOf(*params, pieces[i])));
    }
    return OkStatus();
  }

 private:
  RnnModel model_;
};

Row Canonical(const char* op) {
  return Row(op)
      .Types("T", kFloatsAndDouble)
      .Host({"num_layers", "num_units", "input_size"});
}

const Kernels kKernels({
    Row("CudnnRNNParamsSize")
        .Types("T", kFloatsAndDouble)
        .Types("S", {DT_INT32})
        .AllHost()
        .Make<ParamsSize>(),
    Canonical("CudnnRNNParamsToCanonical").Make<ParamsToCanonical>(),
    Canonical("CudnnRNNParamsToCanonicalV2").Make<ParamsToCanonical>(),
    Canonical("CudnnRNNCanonicalToParams").Make<CanonicalToParams>(),
    Canonical("CudnnRNNCanonicalToParamsV2").Make<CanonicalToParams>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
