// QuantizeAndDequantize, versions 1 to 3: what is lost by integers of few bits.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// The ends of the numbers that must fit, where they are given.
struct Range {
  double low, high;
};

Status CheckRange(const Range& range) {
  if (range.low <= range.high) return OkStatus();
  return errors::InvalidArgument("Invalid range: input_min ", range.low,
                                 " > input_max ", range.high);
}

class Quantizing {
 protected:
  explicit Quantizing(OpKernelConstruction* c) { OP_REQUIRES_OK(c, Init(c)); }

  Status CheckBits(int64 bits) const {
    const bool has_sign = (flags_ & DML_QUANTIZE_SIGNED) != 0;
    if (bits > 0 && bits < (has_sign ? 62 : 63)) return OkStatus();
    return errors::InvalidArgument("num_bits is out of range: ", bits,
                                   " with signed_input_ ", has_sign);
  }

  // Input 0 to output 0; by its own extremes if there is no range.
  Status Quantize(KernelContext* c, int64 bits, const Range* range) const {
    const Tensor& x = c->Input(0);
    Tensor* y;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
    if (y->NumElements() == 0) return OkStatus();
    Tensor low, high;
    TF_RETURN_IF_ERROR(c->Temporary(x.dtype(), TensorShape({}), &low));
    TF_RETURN_IF_ERROR(c->Temporary(x.dtype(), TensorShape({}), &high));
    double mode = static_cast<double>(bits + flags_);
    if (range != nullptr) {
      mode += DML_QUANTIZE_CLAMP;
      TF_RETURN_IF_ERROR(Fill(c, low, range->low));
      TF_RETURN_IF_ERROR(Fill(c, high, range->high));
    } else {
      const dml_tensor all = Describe(x, {x.NumElements()});
      const dml_tensor least = Describe(low, {1});
      const dml_tensor most = Describe(high, {1});
      DML_RETURN_IF_FAILED(
          dml_reduce(c->device(), DML_REDUCE_MIN, &all, &least, 1.0));
      DML_RETURN_IF_FAILED(
          dml_reduce(c->device(), DML_REDUCE_MAX, &all, &most, 1.0));
    }
    return c->Elementwise(DML_QUANTIZE_DEQUANTIZE, {&x, &low, &high}, *y,
                          &mode);
  }

  bool range_given_ = false;

 private:
  Status Init(OpKernelConstruction* c) {
    bool has_sign = false, narrow = false;
    TF_RETURN_IF_ERROR(c->GetAttr("signed_input", &has_sign));
    TF_RETURN_IF_ERROR(c->GetAttr("range_given", &range_given_));
    if (c->HasAttr("narrow_range")) {
      TF_RETURN_IF_ERROR(c->GetAttr("narrow_range", &narrow));
    }
    string round_mode = "HALF_TO_EVEN";
    if (c->HasAttr("round_mode")) {
      TF_RETURN_IF_ERROR(c->GetAttr("round_mode", &round_mode));
    }
    if (round_mode != "HALF_UP" && round_mode != "HALF_TO_EVEN") {
      return errors::InvalidArgument(
          "Round mode string must be 'HALF_UP' or 'HALF_TO_EVEN', is '",
          round_mode, "'");
    }
    if (has_sign) flags_ |= DML_QUANTIZE_SIGNED;
    if (has_sign && narrow) flags_ |= DML_QUANTIZE_NARROW;
    if (round_mode == "HALF_UP") flags_ |= DML_QUANTIZE_HALF_UP;
    return OkStatus();
  }

  static Status Fill(KernelContext* c, const Tensor& tensor, double value) {
    const dml_tensor output = Describe(tensor);
    const float short_value = static_cast<float>(value);
    const void* from = &value;
    if (tensor.dtype() == DT_FLOAT) from = &short_value;
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &output, from));
    return OkStatus();
  }

  int64 flags_ = 0;
};

// Everything is an attribute.
class QuantizeByAttributes : Quantizing {
 public:
  explicit QuantizeByAttributes(OpKernelConstruction* c) : Quantizing(c) {
    OP_REQUIRES_OK(c, Init(c));
  }

  Status Compute(KernelContext* c) {
    return Quantize(c, bits_, range_given_ ? &range_ : nullptr);
  }

 private:
  Status Init(OpKernelConstruction* c) {
    float low = 0, high = 0;
    TF_RETURN_IF_ERROR(c->GetAttr("num_bits", &bits_));
    TF_RETURN_IF_ERROR(CheckBits(bits_));
    TF_RETURN_IF_ERROR(c->GetAttr("input_min", &low));
    TF_RETURN_IF_ERROR(c->GetAttr("input_max", &high));
    range_ = {low, high};
    return range_given_ ? CheckRange(range_) : OkStatus();
  }

  int bits_ = 0;
  Range range_ = {};
};

// Inputs: the numbers, the ends of the range, which matter if it is given, and
// in version 3 the number of bits; all but the first in host memory.
class QuantizeByInputs : Quantizing {
 public:
  explicit QuantizeByInputs(OpKernelConstruction* c) : Quantizing(c) {
    if (!c->HasAttr("num_bits")) return;
    OP_REQUIRES_OK(c, c->GetAttr("num_bits", &bits_));
    OP_REQUIRES_OK(c, CheckBits(bits_));
  }

  Status Compute(KernelContext* c) {
    int64 bits = bits_;
    if (c->num_inputs() > 3) {
      TF_RETURN_IF_ERROR(c->HostInteger(3, &bits));
      TF_RETURN_IF_ERROR(CheckBits(bits));
    }
    if (!range_given_) return Quantize(c, bits, nullptr);
    Range range;
    TF_RETURN_IF_ERROR(ReadScalar(c->Input(1), "input_min", &range.low));
    TF_RETURN_IF_ERROR(ReadScalar(c->Input(2), "input_max", &range.high));
    TF_RETURN_IF_ERROR(CheckRange(range));
    return Quantize(c, bits, &range);
  }

 private:
  static Status ReadScalar(const Tensor& tensor, const char* name,
                           double* value) {
    if (tensor.NumElements() != 1) {
      return errors::InvalidArgument(name, " must be a scalar, not of shape ",
                                     tensor.shape().DebugString());
    }
    *value = tensor.dtype() == DT_FLOAT ? tensor.flat<float>()(0)
                                        : tensor.flat<double>()(0);
    return OkStatus();
  }

  int bits_ = 0;
};

const TypeList kTypes = {DT_FLOAT, DT_DOUBLE};

const Kernels kKernels({
    Row("QuantizeAndDequantize")
        .Types("T", kTypes)
        .Make<QuantizeByAttributes>(),
    Row("QuantizeAndDequantizeV2")
        .Types("T", kTypes)
        .Host({"input_min", "input_max"})
        .Make<QuantizeByInputs>(),
    Row("QuantizeAndDequantizeV3")
        .Types("T", kTypes)
        .Host({"input_min", "input_max", "num_bits"})
        .Make<QuantizeByInputs>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
