// FFT, IFFT, RFFT, IRFFT and their 2D and 3D forms: one operator call for each
// of the last dimensions. BatchFFT, BatchIFFT and so on are names that graphs
// of old versions have.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/kernels/dml/zeros.h"

namespace tensorflow {
namespace dml {
namespace {

// The transform of `x` along dimension `dim`, in `y`; they may be the same.
Status Transform(KernelContext* c, bool inverse, const Tensor& x, int dim,
                 const Tensor& y) {
  Dims sizes = {1, x.dim_size(dim), 1};
  for (int d = 0; d < x.dims(); ++d) {
    if (d != dim) sizes[d < dim ? 0 : 2] *= x.dim_size(d);
  }
  const dml_tensor input = Describe(x, sizes), output = Describe(y, sizes);
  DML_RETURN_IF_FAILED(dml_fft(c->device(), inverse, &input, &output));
  return OkStatus();
}

// The first elements of `x` in every dimension, as many as `like` has.
View First(const Tensor& x, const TensorShape& like) {
  View view = MakeView(x);
  for (int d = 0; d < x.dims(); ++d) {
    view = Slice(view, d, 0, like.dim_size(d));
  }
  return view;
}

View RealParts(const Tensor& x, DataType part) {
  View view = MakeView(x);
  view.dtype = part;
  for (int64& stride : view.strides) stride *= 2;
  return view;
}

Status CheckRank(const Tensor& x, int rank) {
  if (x.dims() >= rank) return OkStatus();
  return errors::InvalidArgument("Input must have rank of at least ", rank,
                                 " but got: ", x.shape().DebugString());
}

// Complex to complex.
class Fft {
 public:
  Fft(OpKernelConstruction*, int rank, bool inverse)
      : rank_(rank), inverse_(inverse) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    TF_RETURN_IF_ERROR(CheckRank(x, rank_));
    Tensor* y;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, x.shape(), &y));
    if (x.NumElements() == 0) return OkStatus();
    const Tensor* from = &x;
    for (int i = 1; i <= rank_; ++i) {
      TF_RETURN_IF_ERROR(Transform(c, inverse_, *from, x.dims() - i, *y));
      from = y;
    }
    return OkStatus();
  }

 private:
  const int rank_;
  const bool inverse_;
};

// Between real lines of fft_length and their spectra, of which only the first
// half (fft_length / 2 + 1) is kept in the last dimension. The input is cut to
// size. Inputs: x, fft_length (host).
class RealFft {
 public:
  RealFft(OpKernelConstruction*, int rank, bool inverse)
      : rank_(rank), inverse_(inverse) {}

  Status Compute(KernelContext* c) {
    const Tensor& x = c->Input(0);
    TensorShape lines, spectra;
    TF_RETURN_IF_ERROR(FindShapes(c, &lines, &spectra));
    Tensor* y;
    TF_RETURN_IF_ERROR(c->Output(0, inverse_ ? lines : spectra, &y));
    if (y->NumElements() == 0) return OkStatus();
    // An empty input counts as zeros, whose transform is zeros.
    if (x.NumElements() == 0) return FillZero(c, *y);
    return inverse_ ? ToReal(c, x, lines, spectra, *y)
                    : FromReal(c, x, lines, *y);
  }

 private:
  Status FindShapes(KernelContext* c, TensorShape* lines,
                    TensorShape* spectra) const {
    const Tensor& x = c->Input(0);
    TF_RETURN_IF_ERROR(CheckRank(x, rank_));
    Dims lengths;
    const TensorShape& given = c->Input(1).shape();
    if (!TensorShapeUtils::IsVector(given) || given.dim_size(0) != rank_) {
      return errors::InvalidArgument("fft_length must have shape [", rank_,
                                     "]");
    }
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &lengths));
    *lines = *spectra = x.shape();
    for (int i = 0; i < rank_; ++i) {
      const int d = x.dims() - rank_ + i;
      const int64 length = lengths[i];
      if (length < 0) {
        return errors::InvalidArgument("fft_length must not be negative, but ",
                                       i, " is ", length);
      }
      const bool last = i == rank_ - 1;
      const int64 half = length == 0 ? 0 : length / 2 + 1;
      const int64 least = inverse_ && last ? length / 2 + 1 : length;
      if (x.dim_size(d) != 0 && x.dim_size(d) < least) {
        return errors::InvalidArgument("Input dimension ", d,
                                       " must have length of at least ", least,
                                       " but got: ", x.dim_size(d));
      }
      lines->set_dim(d, length);
      spectra->set_dim(d, last ? half : length);
    }
    return OkStatus();
  }

  // All dimensions but the last.
  Status TransformOuter(KernelContext* c, const Tensor& x) const {
    for (int i = 2; i <= rank_; ++i) {
      TF_RETURN_IF_ERROR(Transform(c, inverse_, x, x.dims() - i, x));
    }
    return OkStatus();
  }

  Status FromReal(KernelContext* c, const Tensor& x, const TensorShape& lines,
                  const Tensor& y) const {
    Tensor whole;
    TF_RETURN_IF_ERROR(c->Temporary(y.dtype(), lines, &whole));
    TF_RETURN_IF_ERROR(FillZero(c, whole));
    TF_RETURN_IF_ERROR(
        CopyView(c, First(x, lines), RealParts(whole, x.dtype())));
    TF_RETURN_IF_ERROR(
        Transform(c, /*inverse=*/false, whole, x.dims() - 1, whole));
    TF_RETURN_IF_ERROR(CopyView(c, First(whole, y.shape()), MakeView(y)));
    return TransformOuter(c, y);
  }

  Status ToReal(KernelContext* c, const Tensor& x, const TensorShape& lines,
                const TensorShape& spectra, const Tensor& y) const {
    Tensor half, whole;
    TF_RETURN_IF_ERROR(c->Temporary(x.dtype(), spectra, &half));
    TF_RETURN_IF_ERROR(CopyView(c, First(x, spectra), MakeView(half)));
    TF_RETURN_IF_ERROR(TransformOuter(c, half));
    TF_RETURN_IF_ERROR(c->Temporary(x.dtype(), lines, &whole));
    TF_RETURN_IF_ERROR(CopyView(c, MakeView(half), First(whole, spectra)));
    // The other half is the first one's mirror image, conjugated.
    const int last = x.dims() - 1;
    const int64 kept = spectra.dim_size(last);
    const int64 rest = lines.dim_size(last) - kept;
    if (rest > 0) {
      const View from = Slice(MakeView(half), last, rest, rest, -1);
      const View to = Slice(MakeView(whole), last, kept, rest);
      dml_tensor source, target;
      TF_RETURN_IF_ERROR(ToDmlTensors({&from, &to}, {&source, &target}));
      const dml_tensor* const inputs[] = {&source};
      DML_RETURN_IF_FAILED(dml_elementwise(c->device(), DML_CONJUGATE, inputs,
                                           1, &target,
                                           /*parameters=*/nullptr));
    }
    TF_RETURN_IF_ERROR(Transform(c, /*inverse=*/true, whole, last, whole));
    return CopyView(c, RealParts(whole, y.dtype()), MakeView(y));
  }

  const int rank_;
  const bool inverse_;
};

std::vector<Row> Rows() {
  const char* const dimensions[] = {"", "2D", "3D"};
  std::vector<Row> rows;
  for (int rank = 1; rank <= 3; ++rank) {
    const auto name = [&](const char* stem) {
      return strings::StrCat(stem, dimensions[rank - 1]);
    };
    for (const bool inverse : {false, true}) {
      rows.push_back(Row(name(inverse ? "IFFT" : "FFT").c_str())
                         .Types("Tcomplex", kComplex)
                         .Make<Fft>(rank, inverse));
      rows.push_back(Row(name(inverse ? "BatchIFFT" : "BatchFFT").c_str())
                         .Make<Fft>(rank, inverse));
      rows.push_back(Row(name(inverse ? "IRFFT" : "RFFT").c_str())
                         .Host({"fft_length"})
                         .Make<RealFft>(rank, inverse));
    }
  }
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
