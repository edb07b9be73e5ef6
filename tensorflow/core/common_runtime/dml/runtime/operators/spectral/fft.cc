// Discrete Fourier transforms of any length.
//
// Lines of at most Room() elements, whose length has only small prime factors,
// are one launch (fft.comp). A longer length n = n1 n2 goes as a matrix
// [n1, n2]: transforms of its columns, times roots of unity, then transforms of
// its rows (Gentleman and Sande, 1966). A length with a large prime factor goes
// as a convolution of a power of two (fft_chirp.comp).
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/spectral/spectral_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// What a pass of fft.comp takes at most: it does as many products an element.
constexpr int64_t kMaxRadix = 61;
// unit_root.glsl takes roots of up to 2^29, which is twice the length.
constexpr int64_t kMaxLength = int64_t{1} << 28;

// Elements of a group's lines.
int64_t Room(uint32_t type) {
  return FftParameters::kRoomBytes / TypeBytes(type);
}

enum class ChirpStep : uint32_t {
  kSpread = FftChirpParameters::kSpread,
  kFilter = FftChirpParameters::kFilter,
  kCollect = FftChirpParameters::kCollect
};

bool HasSmallFactors(int64_t n) {
  for (int64_t factor = 2; factor <= kMaxRadix; ++factor) {
    while (n % factor == 0) n /= factor;
  }
  return n == 1;
}

// The divisor of n next to its root, not above `most`; `most` >= kMaxRadix.
int64_t ChooseColumns(int64_t n, int64_t most) {
  int64_t best = 1;
  for (int64_t d = 1; d <= most; ++d) {
    if (n % d != 0) continue;
    best = d;
    if (d * d >= n) break;
  }
  return best;
}

// The passes for length n, few and of few products each.
void ChooseRadices(int64_t n, FftParameters* constants) {
  const auto take = [&](int64_t radix) {
    while (n % radix == 0) {
      constants->radices[constants->pass_count / 4] |=
          static_cast<uint32_t>(radix) << (constants->pass_count % 4 * 8);
      ++constants->pass_count;
      n /= radix;
    }
  };
  take(8);
  take(4);
  for (int64_t radix = 2; radix <= kMaxRadix; ++radix) take(radix);
}

// [a, n, c] as [a, b, c, axis]: element (b, axis) of a line is its element
// b * b_stride + axis * axis_stride.
dml_tensor SplitAxis(const dml_tensor& t, int64_t b, int64_t b_stride,
                     int64_t axis, int64_t axis_stride) {
  dml_tensor split = t;
  split.rank = 4;
  const int64_t sizes[] = {t.sizes[0], b, t.sizes[2], axis};
  const int64_t strides[] = {t.strides[0], b_stride * t.strides[1],
                             t.strides[2], axis_stride * t.strides[1]};
  std::copy_n(sizes, 4, split.sizes);
  std::copy_n(strides, 4, split.strides);
  return split;
}

class Transform {
 public:
  Transform(OperatorContext& context, bool inverse, uint32_t type)
      : context_(context), inverse_(inverse), type_(type) {}

  // y = the transform of x along dimension 1 of [outer, n, inner], divided by
  // `divisor`. They are one tensor or do not overlap.
  Status Run(const dml_tensor& x, const dml_tensor& y, uint32_t divisor) {
    const int64_t n = x.sizes[1];
    if (!HasSmallFactors(n)) return RunAnyLength(x, y, divisor);
    if (n <= Room(type_)) {
      return RunLines(SplitAxis(x, 1, 0, n, 1), SplitAxis(y, 1, 0, n, 1),
                      /*twiddle_order=*/0, divisor);
    }
    return RunMatrix(x, y, divisor);
  }

 private:
  // Of [a, b, c, axis], along the last, of at most Room().
  Status RunLines(const dml_tensor& x, const dml_tensor& y,
                  int64_t twiddle_order, uint32_t divisor) {
    FftParameters constants = {};
    const int64_t n = x.sizes[3];
    const int64_t lines = x.sizes[0] * x.sizes[1] * x.sizes[2];
    constants.n = static_cast<uint32_t>(n);
    constants.lines = static_cast<uint32_t>(lines);
    constants.group_lines = static_cast<uint32_t>(
        std::min<int64_t>(lines, std::max<int64_t>(1, Room(type_) / n)));
    constants.groups =
        static_cast<uint32_t>(CeilDivide(lines, constants.group_lines));
    constants.b_size = static_cast<uint32_t>(x.sizes[1]);
    constants.c_size = static_cast<uint32_t>(x.sizes[2]);
    for (int d = 0; d < 4; ++d) {
      constants.x_strides[d] = static_cast<int32_t>(x.strides[d]);
      constants.y_strides[d] = static_cast<int32_t>(y.strides[d]);
    }
    constants.x_offset = DataOffset(x);
    constants.y_offset = DataOffset(y);
    ChooseRadices(n, &constants);
    constants.twiddle_order = static_cast<uint32_t>(twiddle_order);
    constants.divisor = divisor;
    return LaunchProgram(
        context_, ShaderName("fft", type_), {kGroupSize, inverse_ ? 1u : 0u},
        LinearGrid(context_, constants.groups),
        {Argument(x, Access::kRead), Argument(y, Access::kWrite)}, constants);
  }

  // With element j of x at (j / n2, j % n2), and k of y at (k % n1, k / n1).
  Status RunMatrix(const dml_tensor& x, const dml_tensor& y, uint32_t divisor) {
    const int64_t n = x.sizes[1], outer = x.sizes[0], inner = x.sizes[2];
    const int64_t n1 = ChooseColumns(n, Room(type_)), n2 = n / n1;
    Scratch scratch(context_);
    DML_RETURN_IF_ERROR(
        scratch.Allocate(ElementCount(x) * uint64_t{TypeBytes(type_)}));
    // [outer, n1, n2, inner].
    const dml_tensor middle =
        MakeTensor(scratch.address(), type_, {outer, n, inner});
    DML_RETURN_IF_ERROR(RunLines(SplitAxis(x, n2, 1, n1, n2),
                                 SplitAxis(middle, n2, 1, n1, n2), n, 1));
    if (n2 <= Room(type_)) {
      return RunLines(SplitAxis(middle, n1, n2, n2, 1),
                      SplitAxis(y, n1, 1, n2, n1), 0, divisor);
    }
    const dml_tensor rows =
        MakeTensor(scratch.address(), type_, {outer * n1, n2, inner});
    DML_RETURN_IF_ERROR(Run(rows, rows, divisor));
    const dml_tensor from = SplitAxis(middle, n1, n2, n2, 1);
    const dml_tensor to = SplitAxis(y, n1, 1, n2, n1);
    return CopyTensor(context_, &from, &to);
  }

  Status RunAnyLength(const dml_tensor& x, const dml_tensor& y,
                      uint32_t divisor) {
    const int64_t n = x.sizes[1], outer = x.sizes[0], inner = x.sizes[2];
    int64_t m = 1;
    while (m < 2 * n - 1) m *= 2;
    Scratch signal_scratch(context_), filter_scratch(context_);
    DML_RETURN_IF_ERROR(signal_scratch.Allocate(outer * m * inner *
                                                uint64_t{TypeBytes(type_)}));
    DML_RETURN_IF_ERROR(
        filter_scratch.Allocate(m * uint64_t{TypeBytes(type_)}));
    const dml_tensor signal =
        MakeTensor(signal_scratch.address(), type_, {outer, m, inner});
    dml_tensor filter = MakeTensor(filter_scratch.address(), type_, {1, m, 1});
    DML_RETURN_IF_ERROR(RunChirp(ChirpStep::kSpread, n, x, signal, 1));
    DML_RETURN_IF_ERROR(RunChirp(ChirpStep::kFilter, n, filter, filter, 1));
    Transform forward(context_, false, type_), back(context_, true, type_);
    DML_RETURN_IF_ERROR(forward.Run(signal, signal, 1));
    DML_RETURN_IF_ERROR(forward.Run(filter, filter, 1));
    for (int d : {0, 2}) {
      filter.sizes[d] = signal.sizes[d];
      filter.strides[d] = 0;
    }
    const dml_tensor* const factors[] = {&signal, &filter};
    DML_RETURN_IF_ERROR(Elementwise(context_, DML_MULTIPLY, factors, 2, &signal,
                                    /*parameters=*/nullptr));
    DML_RETURN_IF_ERROR(back.Run(signal, signal, static_cast<uint32_t>(m)));
    dml_tensor first = signal;
    first.sizes[1] = n;
    return RunChirp(ChirpStep::kCollect, n, first, y, divisor);
  }

  Status RunChirp(ChirpStep step, int64_t n, const dml_tensor& x,
                  const dml_tensor& y, uint32_t divisor) {
    FftChirpParameters constants = {};
    constants.count = static_cast<uint32_t>(ElementCount(y));
    constants.sizes[0] = static_cast<uint32_t>(y.sizes[1]);
    constants.sizes[1] = static_cast<uint32_t>(y.sizes[2]);
    constants.n = static_cast<uint32_t>(n);
    for (int d = 0; d < 3; ++d) {
      constants.x_strides[d] = static_cast<int32_t>(x.strides[d]);
      constants.y_strides[d] = static_cast<int32_t>(y.strides[d]);
    }
    constants.x_offset = DataOffset(x);
    constants.y_offset = DataOffset(y);
    constants.divisor = divisor;
    return LaunchProgram(
        context_, ShaderName("fft_chirp", type_),
        {kGroupSize, static_cast<uint32_t>(step), inverse_ ? 1u : 0u},
        LinearGrid(context_, CeilDivide(constants.count, 4 * kGroupSize)),
        {Argument(x, Access::kRead), Argument(y, Access::kWrite)}, constants);
  }

  OperatorContext& context_;
  const bool inverse_;
  const uint32_t type_;
};

}  // namespace

Status Fft(OperatorContext& context, int32_t inverse, const dml_tensor* input,
           const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "fft: input"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "fft: output"));
  if (input->rank != 3 || !SameSizes(*input, *output) ||
      input->type != output->type) {
    return InvalidArgument("fft: input [outer, length, inner] ",
                           Describe(*input), " and output ", Describe(*output),
                           " must be alike");
  }
  if (!IsComplex(input->type)) {
    return InvalidArgument("fft: takes complex numbers, not ",
                           Describe(*input));
  }
  if (IsEmpty(*output)) return Status::Ok();
  const int64_t n = input->sizes[1];
  const int64_t elements = ElementCount(*input);
  if (n > kMaxLength || elements > INT32_MAX) {
    return Unimplemented(
        "fft: lines of more than ", kMaxLength,
        " elements, or more than 2^31 elements together: ", Describe(*input));
  }
  if (!HasSmallFactors(n) && 4 * elements > INT32_MAX) {
    return Unimplemented("fft: ", Describe(*input),
                         " is too large for a "
                         "length with a prime factor above ",
                         kMaxRadix);
  }
  DML_RETURN_IF_ERROR(CheckAliasing("fft", *input, *output));
  Transform transform(context, inverse != 0, input->type);
  return transform.Run(*input, *output,
                       inverse != 0 ? static_cast<uint32_t>(n) : 1);
}

}  // namespace dml
