// Pad, PadV2, MirrorPad and MirrorPadGrad.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/mirror_pad_mode.h"

namespace tensorflow {
namespace dml {
namespace {

struct EdgePadding {
  int64 before;
  int64 after;
};
using Paddings = gtl::InlinedVector<EdgePadding, 8>;

// Input 1, one row a dimension of `rank`.
Status ReadPaddings(KernelContext* c, int rank, Paddings* paddings) {
  const Tensor& tensor = c->Input(1);
  if (!TensorShapeUtils::IsMatrix(tensor.shape()) || tensor.dim_size(1) != 2) {
    return errors::InvalidArgument("paddings must be a matrix with 2 columns: ",
                                   tensor.shape().DebugString());
  }
  if (tensor.dim_size(0) != rank) {
    return errors::InvalidArgument(
        "The first dimension of paddings must be the rank of inputs",
        tensor.shape().DebugString(), " ", c->Input(0).shape().DebugString());
  }
  for (int d = 0; d < rank; ++d) {
    const bool narrow = tensor.dtype() == DT_INT32;
    const EdgePadding padding = {
        narrow ? tensor.matrix<int32>()(d, 0) : tensor.matrix<int64>()(d, 0),
        narrow ? tensor.matrix<int32>()(d, 1) : tensor.matrix<int64>()(d, 1)};
    if (padding.before < 0 || padding.after < 0) {
      return errors::InvalidArgument("Paddings must be non-negative: ",
                                     padding.before, " ", padding.after);
    }
    paddings->push_back(padding);
  }
  return OkStatus();
}

bool Nothing(const EdgePadding& padding) {
  return padding.before == 0 && padding.after == 0;
}

// Enqueues the padding of `input` to `output`, with dimensions merged.
Status EnqueuePad(KernelContext* c, dml_pad_mode mode, const Tensor& input,
                  const Paddings& paddings, const void* value,
                  const Tensor& output) {
  if (output.NumElements() == 0) return OkStatus();
  Dims from, to;
  gtl::InlinedVector<int64_t, 8> before;
  bool last_is_padded = false;
  for (int d = 0; d < input.dims(); ++d) {
    const int64 size = input.dim_size(d);
    const bool padded = !Nothing(paddings[d]);
    // A dimension without padding is part of the elements of the one before
    // it, unless mirroring would then turn these over too.
    if (!padded && !from.empty() &&
        (mode == DML_PAD_CONSTANT || !last_is_padded)) {
      from.back() *= size;
      to.back() *= size;
      before.back() *= size;
      continue;
    }
    from.push_back(size);
    to.push_back(output.dim_size(d));
    before.push_back(paddings[d].before);
    last_is_padded = padded;
  }
  if (from.size() > DML_MAX_RANK) {
    return errors::Unimplemented(
        "The DML device pads tensors of up to ", DML_MAX_RANK,
        " dimensions after merging, but ", input.shape().DebugString(),
        " needs ", from.size());
  }
  const dml_tensor x = Describe(input, from);
  const dml_tensor y = Describe(output, to);
  DML_RETURN_IF_FAILED(
      dml_pad(c->device(), mode, &x, before.data(), value, &y));
  return OkStatus();
}

TensorShape Padded(const TensorShape& shape, const Paddings& paddings) {
  TensorShape result;
  for (int d = 0; d < shape.dims(); ++d) {
    result.AddDim(paddings[d].before + shape.dim_size(d) + paddings[d].after);
  }
  return result;
}

class Pad {
 public:
  explicit Pad(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    Paddings paddings;
    TF_RETURN_IF_ERROR(ReadPaddings(c, input.dims(), &paddings));
    const void* value = nullptr;
    if (c->num_inputs() == 3) {
      const Tensor& constant = c->Input(2);
      if (!TensorShapeUtils::IsScalar(constant.shape())) {
        return errors::InvalidArgument(
            "constant_values must be a scalar. Found: ",
            constant.shape().DebugString());
      }
      value = constant.tensor_data().data();
    }
    const TensorShape shape = Padded(input.shape(), paddings);
    if (shape == input.shape()) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return EnqueuePad(c, DML_PAD_CONSTANT, input, paddings, value, *output);
  }
};

Status ReadMode(OpKernelConstruction* c, dml_pad_mode* mode) {
  MirrorPadMode value;
  TF_RETURN_IF_ERROR(c->GetAttr("mode", &value));
  *mode = value == MirrorPadMode::REFLECT ? DML_PAD_REFLECT : DML_PAD_SYMMETRIC;
  return OkStatus();
}

Status CheckMirror(dml_pad_mode mode, const EdgePadding& padding, int64 size) {
  const int64 most = mode == DML_PAD_REFLECT ? size - 1 : size;
  if (Nothing(padding) || (padding.before <= most && padding.after <= most)) {
    return OkStatus();
  }
  return mode == DML_PAD_REFLECT
             ? errors::InvalidArgument(
                   "paddings must be less than the dimension size: ",
                   padding.before, ", ", padding.after, " not less than ", size)
             : errors::InvalidArgument(
                   "paddings must be no greater than the dimension size: ",
                   padding.before, ", ", padding.after, " greater than ", size);
}

class MirrorPad {
 public:
  explicit MirrorPad(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, ReadMode(c, &mode_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    Paddings paddings;
    TF_RETURN_IF_ERROR(ReadPaddings(c, input.dims(), &paddings));
    for (int d = 0; d < input.dims(); ++d) {
      TF_RETURN_IF_ERROR(CheckMirror(mode_, paddings[d], input.dim_size(d)));
    }
    const TensorShape shape = Padded(input.shape(), paddings);
    if (shape == input.shape()) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    return EnqueuePad(c, mode_, input, paddings, nullptr, *output);
  }

 private:
  dml_pad_mode mode_;
};

// The gradient folds each pad back over the elements that it mirrors, one
// dimension after the other.
class MirrorPadGradient {
 public:
  explicit MirrorPadGradient(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, ReadMode(c, &mode_));
  }

  Status Compute(KernelContext* c) {
    const int rank = c->Input(0).dims();
    Paddings paddings;
    TF_RETURN_IF_ERROR(ReadPaddings(c, rank, &paddings));
    TensorShape shape = c->Input(0).shape();
    int last = -1;
    for (int d = 0; d < rank; ++d) {
      if (Nothing(paddings[d])) continue;
      const int64 size =
          shape.dim_size(d) - paddings[d].before - paddings[d].after;
      if (size < 0) {
        return errors::InvalidArgument("paddings are wider than dimension ", d,
                                       " of ", shape.DebugString());
      }
      TF_RETURN_IF_ERROR(CheckMirror(mode_, paddings[d], size));
      last = d;
    }
    if (last < 0) {
      c->SetOutput(0, c->Input(0));
      return OkStatus();
    }
    Tensor gradient = c->Input(0);
    for (int d = 0; d <= last; ++d) {
      if (Nothing(paddings[d])) continue;
      shape.set_dim(d,
                    shape.dim_size(d) - paddings[d].before - paddings[d].after);
      Tensor folded;
      if (d < last) {
        TF_RETURN_IF_ERROR(c->Temporary(gradient.dtype(), shape, &folded));
      } else {
        Tensor* output;
        TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
        folded = *output;
      }
      TF_RETURN_IF_ERROR(Fold(c, d, paddings[d], gradient, folded));
      gradient = folded;
    }
    return OkStatus();
  }

 private:
  Status Fold(KernelContext* c, int d, const EdgePadding& padding,
              const Tensor& padded, const Tensor& folded) {
    if (folded.NumElements() == 0) return OkStatus();
    const View from = MakeView(padded), to = MakeView(folded);
    const int64 size = to.sizes[d];
    const int64 edge = mode_ == DML_PAD_REFLECT ? 1 : 0;
    TF_RETURN_IF_ERROR(CopyView(c, Slice(from, d, padding.before, size), to));
    // Outward from the edges, the pads mirror elements going inward.
    TF_RETURN_IF_ERROR(
        Add(c, Slice(from, d, padding.before - 1, padding.before, -1),
            Slice(to, d, edge, padding.before)));
    return Add(c, Slice(from, d, padding.before + size, padding.after),
               Slice(to, d, size - 1 - edge, padding.after, -1));
  }

  // sum += value
  static Status Add(KernelContext* c, const View& value, const View& sum) {
    if (sum.NumElements() == 0) return OkStatus();
    dml_tensor x, y;
    TF_RETURN_IF_ERROR(ToDmlTensors({&value, &sum}, {&x, &y}));
    const dml_tensor* const inputs[] = {&y, &x};
    DML_RETURN_IF_FAILED(
        dml_elementwise(c->device(), DML_ADD, inputs, 2, &y, nullptr));
    return OkStatus();
  }

  dml_pad_mode mode_;
};

// All whose sums the device makes, but int32.
const TypeList kFoldable = {DT_FLOAT,  DT_HALF,  DT_DOUBLE, DT_INT8,
                            DT_INT16,  DT_INT64, DT_UINT8,  DT_UINT16,
                            DT_UINT32, DT_UINT64};

const Kernels kKernels({
    Row("Pad")
        .Types("T", kDeviceTypes)
        .Types("Tpaddings", kIndices)
        .Host({"paddings"})
        .Make<Pad>(),
    Row("PadV2")
        .Types("T", kDeviceTypes)
        .Types("Tpaddings", kIndices)
        .Host({"paddings", "constant_values"})
        .Make<Pad>(),
    Row("MirrorPad")
        .Types("T", kDeviceTypes)
        .Types("Tpaddings", kIndices)
        .Host({"paddings"})
        .Make<MirrorPad>(),
    Row("MirrorPadGrad")
        .Types("T", kFoldable)
        .Types("Tpaddings", kIndices)
        .Host({"paddings"})
        .Make<MirrorPadGradient>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
