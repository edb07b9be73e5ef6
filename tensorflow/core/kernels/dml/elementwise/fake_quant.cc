// Fake quantization: floats rounded to the few values that num_bits can tell
// apart in a range, of which zero is one; for one range, or one a channel.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// Numbers that the host computes from each range; they are the rows of a tensor
// on the device.
enum Parameter { kLow, kHigh, kScale, kInverse, kHalf, kZero, kParameters };

// Where the ranges come from, and what is quantized.
enum class Ranges { kAttributes, kInputs, kChannels };

class FakeQuant {
 public:
  FakeQuant(OpKernelConstruction* c, Ranges ranges, float empty_end)
      : ranges_(ranges), empty_end_(empty_end) {
    OP_REQUIRES_OK(c, Init(c));
  }

 protected:
  // The elements are [outer, channels]; 1 channel unless there are ranges for
  // each.
  struct Quantization {
    TensorShape shape;
    Tensor parameters;  // [kParameters, channels]

    Tensor operator[](Parameter p) const { return parameters.Slice(p, p + 1); }
  };

  // min and max are inputs `first` and the next one.
  Status Prepare(KernelContext* c, const TensorShape& shape, int first,
                 Quantization* q) const {
    int64 channels = 1;
    if (ranges_ == Ranges::kChannels) {
      if (shape.dims() < 1) {
        return errors::InvalidArgument("inputs must have at least 1 dimension");
      }
      channels = shape.dim_size(shape.dims() - 1);
    }
    q->shape = TensorShape(
        {channels == 0 ? 0 : shape.num_elements() / channels, channels});
    std::vector<float> values(kParameters * channels);
    for (int64 i = 0; i < channels; ++i) {
      float low = low_, high = high_;
      if (ranges_ != Ranges::kAttributes) {
        TF_RETURN_IF_ERROR(ReadRange(c, first, channels, i, &low, &high));
      }
      if (low == 0 && high == 0) {
        Empty(channels, &values[i]);
      } else {
        Nudge(low, high, channels, &values[i]);
      }
    }
    TF_RETURN_IF_ERROR(c->Temporary(
        DT_FLOAT, TensorShape({kParameters, channels}), &q->parameters));
    if (values.empty()) return OkStatus();
    DML_RETURN_IF_FAILED(dml_copy_from_host(c->device(), Address(q->parameters),
                                            values.data(),
                                            values.size() * sizeof(float)));
    return OkStatus();
  }

  Ranges ranges() const { return ranges_; }

 private:
  Status Init(OpKernelConstruction* c) {
    if (ranges_ == Ranges::kAttributes) {
      TF_RETURN_IF_ERROR(c->GetAttr("min", &low_));
      TF_RETURN_IF_ERROR(c->GetAttr("max", &high_));
      if (!(low_ < high_)) {
        return errors::InvalidArgument(
            "min has to be smaller than max, was: ", low_, " >= ", high_);
      }
    }
    int bits;
    bool narrow;
    TF_RETURN_IF_ERROR(c->GetAttr("num_bits", &bits));
    TF_RETURN_IF_ERROR(c->GetAttr("narrow_range", &narrow));
    if (bits < 2 || bits > 16) {
      return errors::InvalidArgument(
          "num_bits must be between 2 and 16, inclusive");
    }
    first_step_ = narrow ? 1 : 0;
    last_step_ = (1 << bits) - 1;
    return OkStatus();
  }

  Status ReadRange(KernelContext* c, int first, int64 channels, int64 i,
                   float* low, float* high) const {
    const char* const names[] = {"min", "max"};
    float* const values[] = {low, high};
    for (int k = 0; k < 2; ++k) {
      const Tensor& range = c->Input(first + k);
      if (ranges_ == Ranges::kChannels &&
          (range.dims() != 1 || range.dim_size(0) != channels)) {
        return errors::InvalidArgument(
            names[k], " has incorrect size, expected ", channels, " was ",
            range.shape().DebugString());
      }
      if (range.NumElements() < 1) {
        return errors::InvalidArgument(names[k], " must have an element");
      }
      *values[k] = range.flat<float>()(i);
    }
    return OkStatus();
  }

  // An empty range makes all values zero, and passes all gradients.
  void Empty(int64 channels, float* column) const {
    const float end = empty_end_;
    column[kLow * channels] = -end;
    column[kHigh * channels] = end;
    column[kHalf * channels] = 0.5f;
  }

  // Moves the range so that zero is a step.
  void Nudge(float low, float high, int64 channels, float* column) const {
    const float scale = (high - low) / (last_step_ - first_step_);
    const float zero = first_step_ - low / scale;
    const float step =
        std::round(std::min(std::max(zero, first_step_), last_step_));
    column[kLow * channels] = (first_step_ - step) * scale;
    column[kHigh * channels] = (last_step_ - step) * scale;
    column[kScale * channels] = scale;
    column[kInverse * channels] = 1 / scale;
    column[kHalf * channels] = 0.5f;
  }

  const Ranges ranges_;
  const float empty_end_;
  float low_ = 0, high_ = 0;
  float first_step_ = 0, last_step_ = 0;
};

class Quantize : FakeQuant {
 public:
  Quantize(OpKernelConstruction* c, Ranges ranges)
      : FakeQuant(c, ranges, /*empty_end=*/0) {}

  Status Compute(KernelContext* c) {
    Quantization q;
    TF_RETURN_IF_ERROR(Prepare(c, c->Input(0).shape(), 1, &q));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, c->Input(0).shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    const Tensor x = Reshaped(c->Input(0), q.shape);
    const Tensor y = Reshaped(*output, q.shape);
    const Tensor low = q[kLow], high = q[kHigh], half = q[kHalf];
    const Tensor scale = q[kScale], inverse = q[kInverse];
    // floor((clip(x) - low) / scale + 0.5) * scale + low, each step rounded.
    TF_RETURN_IF_ERROR(c->Elementwise(DML_CLIP_BY_VALUE, {&x, &low, &high}, y));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SUBTRACT, {&y, &low}, y));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_MULTIPLY, {&y, &inverse}, y));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_ADD, {&y, &half}, y));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_FLOOR, {&y}, y));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_MULTIPLY, {&y, &scale}, y));
    return c->Elementwise(DML_ADD, {&y, &low}, y);
  }
};

// Inputs: gradients, inputs, and the ranges. Gradients pass inside of a range;
// those beyond an end belong to that end.
class QuantizeGradient : FakeQuant {
 public:
  QuantizeGradient(OpKernelConstruction* c, Ranges ranges)
      : FakeQuant(c, ranges, std::numeric_limits<float>::infinity()) {}

  Status Compute(KernelContext* c) {
    const TensorShape& shape = c->Input(1).shape();
    if (c->Input(0).shape() != shape) {
      return errors::InvalidArgument(
          "gradient and input must be the same size");
    }
    Quantization q;
    TF_RETURN_IF_ERROR(Prepare(c, shape, 2, &q));
    const Tensor dy = Reshaped(c->Input(0), q.shape);
    const Tensor x = Reshaped(c->Input(1), q.shape);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    const Tensor zero = q[kZero];
    if (output->NumElements() > 0) {
      const Tensor low = q[kLow], high = q[kHigh];
      Tensor inside, below;
      TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, q.shape, &inside));
      TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, q.shape, &below));
      TF_RETURN_IF_ERROR(c->Elementwise(DML_GREATER_EQUAL, {&x, &low}, inside));
      TF_RETURN_IF_ERROR(c->Elementwise(DML_LESS_EQUAL, {&x, &high}, below));
      TF_RETURN_IF_ERROR(
          c->Elementwise(DML_LOGICAL_AND, {&inside, &below}, inside));
      TF_RETURN_IF_ERROR(c->Elementwise(DML_SELECT, {&inside, &dy, &zero},
                                        Reshaped(*output, q.shape)));
    }
    if (ranges() == Ranges::kAttributes) return OkStatus();
    const Tensor low = q[kLow], high = q[kHigh];
    TF_RETURN_IF_ERROR(SumBeyond(c, 1, DML_LESS, x, low, dy, q));
    return SumBeyond(c, 2, DML_GREATER, x, high, dy, q);
  }

 private:
  // Output `index`: the sums of dy where `beyond`(x, end).
  Status SumBeyond(KernelContext* c, int index, dml_elementwise_op beyond,
                   const Tensor& x, const Tensor& end, const Tensor& dy,
                   const Quantization& q) const {
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(index, c->Input(1 + index).shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    if (x.NumElements() == 0) return FillZero(c, *output);
    Tensor mask, masked;
    TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, q.shape, &mask));
    TF_RETURN_IF_ERROR(c->Temporary(DT_FLOAT, q.shape, &masked));
    const Tensor zero = q[kZero];
    TF_RETURN_IF_ERROR(c->Elementwise(beyond, {&x, &end}, mask));
    TF_RETURN_IF_ERROR(c->Elementwise(DML_SELECT, {&mask, &dy, &zero}, masked));
    const dml_tensor from = Describe(masked);
    const dml_tensor to = Describe(*output, {1, q.shape.dim_size(1)});
    DML_RETURN_IF_FAILED(
        dml_reduce(c->device(), DML_REDUCE_SUM, &from, &to, 1.0));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("FakeQuantWithMinMaxArgs").Make<Quantize>(Ranges::kAttributes),
    Row("FakeQuantWithMinMaxArgsGradient")
        .Make<QuantizeGradient>(Ranges::kAttributes),
    Row("FakeQuantWithMinMaxVars")
        .Host({"min", "max"})
        .Make<Quantize>(Ranges::kInputs),
    Row("FakeQuantWithMinMaxVarsGradient")
        .Host({"min", "max"})
        .Make<QuantizeGradient>(Ranges::kInputs),
    Row("FakeQuantWithMinMaxVarsPerChannel")
        .Host({"min", "max"})
        .Make<Quantize>(Ranges::kChannels),
    Row("FakeQuantWithMinMaxVarsPerChannelGradient")
        .Host({"min", "max"})
        .Make<QuantizeGradient>(Ranges::kChannels),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
