#include "tensorflow/core/kernels/dml/casts.h"

namespace tensorflow {
namespace dml {

Status CastToTemporary(KernelContext* c, const Tensor& input, DataType dtype,
                       Tensor* result) {
  Tensor converted;
  TF_RETURN_IF_ERROR(c->Temporary(dtype, input.shape(), &converted));
  TF_RETURN_IF_ERROR(EnqueueCast(c, input, converted));
  *result = converted;
  return OkStatus();
}

namespace {

// Stored bits of the significand of a number or of each part of a complex one;
// 0 for other types. bfloat16 has a program of its own. (From double to
// complex64 TensorFlow's CPU kernel also clears a bit of the exponent.)
int SignificandBits(DataType dtype) {
  switch (dtype) {
    case DT_HALF:
      return 10;
    case DT_FLOAT:
    case DT_COMPLEX64:
      return 23;
    case DT_DOUBLE:
    case DT_COMPLEX128:
      return 52;
    default:
      return 0;
  }
}

// Clears the low bits of all numbers but NaN, which could become infinite: then
// there is nothing to round in a cast to a type that lacks these bits.
Status ClearLowBits(KernelContext* c, const Tensor& input, int bits,
                    Tensor* result) {
  TF_RETURN_IF_ERROR(c->Temporary(input.dtype(), input.shape(), result));
  const bool is_complex = DataTypeIsComplex(input.dtype());
  const bool is_wide = SignificandBits(input.dtype()) == 52;
  const int64 count = input.NumElements() * (is_complex ? 2 : 1);
  Tensor nan, mask;
  TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, TensorShape({count}), &nan));
  TF_RETURN_IF_ERROR(c->Temporary(is_wide ? DT_INT64 : DT_INT32, {}, &mask));
  const int64 kept = -(int64{1} << bits);
  const int32 kept_of_32 = static_cast<int32>(kept);
  const dml_tensor scalar = Describe(mask);
  DML_RETURN_IF_FAILED(
      dml_fill(c->device(), &scalar,
               is_wide ? static_cast<const void*>(&kept) : &kept_of_32));

  const auto view = [&](const Tensor& tensor, uint32_t type) {
    dml_tensor parts = Describe(tensor, {tensor.NumElements()});
    parts.sizes[0] = count;
    parts.type = type;
    return parts;
  };
  const uint32_t number = is_wide ? DML_FLOAT64 : DML_FLOAT32;
  const uint32_t integer = is_wide ? DML_INT64 : DML_INT32;
  const dml_tensor x = view(input, number);
  const dml_tensor y = view(*result, number);
  const dml_tensor x_bits = view(input, integer);
  const dml_tensor y_bits = view(*result, integer);
  const dml_tensor is_nan = Describe(nan);
  const dml_tensor masks = DescribeBroadcast(mask, {count});
  const dml_tensor* const tested[] = {&x};
  const dml_tensor* const masked[] = {&x_bits, &masks};
  const dml_tensor* const chosen[] = {&is_nan, &x, &y};
  DML_RETURN_IF_FAILED(
      dml_elementwise(c->device(), DML_IS_NAN, tested, 1, &is_nan, nullptr));
  DML_RETURN_IF_FAILED(dml_elementwise(c->device(), DML_BITWISE_AND, masked, 2,
                                       &y_bits, nullptr));
  DML_RETURN_IF_FAILED(
      dml_elementwise(c->device(), DML_SELECT, chosen, 3, &y, nullptr));
  return OkStatus();
}

}  // namespace

Status EnqueueCast(KernelContext* c, const Tensor& input, const Tensor& output,
                   bool truncate) {
  const int64 count = input.NumElements();
  if (count == 0) return OkStatus();
  const int input_bits = SignificandBits(input.dtype());
  const int output_bits = SignificandBits(output.dtype());
  if (truncate && output_bits > 0 && input_bits > output_bits) {
    Tensor cut;
    TF_RETURN_IF_ERROR(ClearLowBits(c, input, input_bits - output_bits, &cut));
    return EnqueueCast(c, cut, output);
  }
  const bool from = input.dtype() == DT_BFLOAT16;
  const bool to = output.dtype() == DT_BFLOAT16;
  // Between bfloat16 and others by way of float32, as on the CPU.
  if (from && output.dtype() != DT_FLOAT) {
    Tensor wide;
    TF_RETURN_IF_ERROR(CastToTemporary(c, input, DT_FLOAT, &wide));
    return EnqueueCast(c, wide, output);
  }
  if (to && input.dtype() != DT_FLOAT) {
    Tensor wide;
    TF_RETURN_IF_ERROR(CastToTemporary(c, input, DT_FLOAT, &wide));
    return EnqueueCast(c, wide, output, truncate);
  }
  const dml_tensor x = Describe(input, {count});
  const dml_tensor y = Describe(output, {count});
  if (from || to) {
    DML_RETURN_IF_FAILED(dml_cast_bfloat16(c->device(), &x, truncate, &y));
  } else {
    DML_RETURN_IF_FAILED(dml_cast(c->device(), &x, &y));
  }
  return OkStatus();
}

}  // namespace dml
}  // namespace tensorflow
