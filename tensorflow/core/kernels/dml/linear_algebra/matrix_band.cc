// Bands and diagonals of matrices: MatrixBandPart, MatrixDiag, MatrixDiagPart,
// MatrixSetDiag in all their versions, Diag and DiagPart.
#include <algorithm>

#include "tensorflow/core/common_runtime/dma_helper.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

// Diagonal d holds the elements with column - row = d.
struct Band {
  int64 lower = 0;
  int64 upper = 0;
  int64 count() const { return upper - lower + 1; }
};

// Input `k`: one diagonal, or the lowest and the highest.
Status ReadBand(KernelContext* c, int k, Band* band) {
  const Tensor& input = c->Input(k);
  if (input.dims() > 1) {
    return errors::InvalidArgument(
        "diag_index must be a scalar or vector, received shape: ",
        input.shape().DebugString());
  }
  Dims values;
  TF_RETURN_IF_ERROR(c->HostIntegers(k, &values));
  if (values.empty() || values.size() > 2) {
    return errors::InvalidArgument(
        "diag_index must have only one or two elements, received ",
        values.size(), " elements.");
  }
  band->lower = values.front();
  band->upper = values.back();
  if (band->lower <= band->upper) return OkStatus();
  return errors::InvalidArgument(
      "lower_diag_index must not be larger than upper_diag_index: ",
      band->lower, " > ", band->upper);
}

// A tensor's last two dimensions, and all others as one.
struct Matrices {
  explicit Matrices(const TensorShape& shape)
      : rows(shape.dim_size(shape.dims() - 2)),
        columns(shape.dim_size(shape.dims() - 1)) {
    for (int d = 0; d < shape.dims() - 2; ++d) batch *= shape.dim_size(d);
  }
  Dims sizes() const { return {batch, rows, columns}; }
  int64 LongestDiagonal(const Band& band) const {
    return std::min(rows + std::min<int64>(band.upper, 0),
                    columns - std::max<int64>(band.lower, 0));
  }

  int64 batch = 1;
  int64 rows;
  int64 columns;
};

Status CheckMatrix(const TensorShape& shape) {
  if (TensorShapeUtils::IsMatrixOrHigher(shape)) return OkStatus();
  return errors::InvalidArgument(
      "input must be at least 2-dim, received shape: ", shape.DebugString());
}

Status CheckInside(const Matrices& m, const Band& band) {
  const auto check = [&](const char* name, int64 diagonal) {
    if ((-m.rows < diagonal && diagonal < m.columns) || diagonal == 0) {
      return OkStatus();
    }
    return errors::InvalidArgument(
        name, "_diag_index is out of bound: ", diagonal,
        ". It must be between ", -m.rows, " and ", m.columns);
  };
  TF_RETURN_IF_ERROR(check("lower", band.lower));
  return check("upper", band.upper);
}

// Fills `tensor` with host input `input`, or zeros if there is none.
Status FillPadding(KernelContext* c, int input, const Tensor& tensor) {
  const uint64 zero[2] = {};  // of any type
  const void* value = zero;
  if (input >= 0) {
    if (c->Input(input).NumElements() == 0) {
      return errors::InvalidArgument("padding_value must be a scalar");
    }
    value = DMAHelper::base(&c->Input(input));
  }
  const dml_tensor filled = Describe(tensor);
  DML_RETURN_IF_FAILED(dml_fill(c->device(), &filled, value));
  return OkStatus();
}

// The same of one element on the device, to be repeated.
Status ReadPadding(KernelContext* c, DataType dtype, int input,
                   Tensor* padding) {
  TF_RETURN_IF_ERROR(c->Temporary(dtype, TensorShape({}), padding));
  return FillPadding(c, input, *padding);
}

Status Enqueue(KernelContext* c, dml_band_mode mode, const dml_tensor& x,
               const dml_tensor& z, const Band& band, const dml_tensor& y) {
  DML_RETURN_IF_FAILED(
      dml_matrix_band(c->device(), mode, &x, &z, band.lower, band.upper, &y));
  return OkStatus();
}

// Where diagonals that are shorter than the longest stand in their rows: at the
// left up to version 2, what the attribute `align` says in version 3.
class Alignment {
 public:
  explicit Alignment(OpKernelConstruction* c) {
    if (!c->HasAttr("align")) return;
    string align;  // of what is above the main diagonal, and of what is below
    OP_REQUIRES_OK(c, c->GetAttr("align", &align));
    left_above_ = align == "LEFT_LEFT" || align == "LEFT_RIGHT";
    left_below_ = align == "LEFT_LEFT" || align == "RIGHT_LEFT";
  }

  // Whether all rows begin with their diagonals, as one of the longest does.
  bool AllLeft(const Band& band) const {
    return band.count() == 1 ||
           ((left_above_ || band.upper < 0) && (left_below_ || band.lower > 0));
  }

  // The part of a row of `packed`, m.batch by band.count() by the length of the
  // longest, that holds `diagonal`, one of the band.
  dml_tensor RowOf(const Tensor& packed, const Matrices& m, const Band& band,
                   const Band& diagonal) const {
    const int64 longest = m.LongestDiagonal(band);
    const int64 length = m.LongestDiagonal(diagonal);
    dml_tensor row = Describe(packed, {m.batch, band.count(), longest});
    int64 first = (band.upper - diagonal.upper) * longest;
    if (!(diagonal.upper < 0 ? left_below_ : left_above_)) {
      first += longest - length;
    }
    row.data += first * DataTypeSize(packed.dtype());
    row.sizes[1] = 1;
    row.sizes[2] = length;
    return row;
  }

 private:
  bool left_above_ = true;
  bool left_below_ = true;
};

// The matrices `y` with the diagonals of `packed`, and z elsewhere.
Status Unpack(KernelContext* c, const Alignment& alignment,
              const Tensor& packed, const Band& band, const Matrices& m,
              dml_tensor z, const dml_tensor& y) {
  if (alignment.AllLeft(band)) {
    const Dims sizes = {m.batch, band.count(), m.LongestDiagonal(band)};
    return Enqueue(c, DML_BAND_UNPACK, Describe(packed, sizes), z, band, y);
  }
  for (int64 d = band.lower; d <= band.upper; ++d) {
    const Band diagonal = {d, d};
    TF_RETURN_IF_ERROR(Enqueue(c, DML_BAND_UNPACK,
                               alignment.RowOf(packed, m, band, diagonal), z,
                               diagonal, y));
    z = y;
  }
  return OkStatus();
}

// Inputs: matrices, num_lower and num_upper (host); negative keeps all.
class MatrixBandPart {
 public:
  explicit MatrixBandPart(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    TF_RETURN_IF_ERROR(CheckMatrix(input.shape()));
    const Matrices m(input.shape());
    int64 below, above;
    TF_RETURN_IF_ERROR(ReadCount(c, 1, m.rows, "rows", &below));
    TF_RETURN_IF_ERROR(ReadCount(c, 2, m.columns, "columns", &above));
    if (input.NumElements() == 0 || (below == m.rows && above == m.columns)) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
    Tensor padding;
    TF_RETURN_IF_ERROR(ReadPadding(c, input.dtype(), -1, &padding));
    return Enqueue(c, DML_BAND_KEEP, Describe(input, m.sizes()),
                   DescribeBroadcast(padding, m.sizes()), {-below, above},
                   Describe(*output, m.sizes()));
  }

 private:
  static Status ReadCount(KernelContext* c, int input, int64 limit,
                          const char* what, int64* count) {
    const char* const name = input == 1 ? "num_lower" : "num_upper";
    if (!TensorShapeUtils::IsScalar(c->Input(input).shape())) {
      return errors::InvalidArgument(name, " must be scalar, got shape ",
                                     c->Input(input).shape().DebugString());
    }
    TF_RETURN_IF_ERROR(c->HostInteger(input, count));
    if (*count > limit) {
      return errors::InvalidArgument(
          name, " must be negative or less or equal to number of ", what, " (",
          limit, ") got: ", *count);
    }
    if (*count < 0) *count = limit;
    return OkStatus();
  }
};

// Inputs: diagonals; since version 2 also k, num_rows, num_cols and
// padding_value (all host).
class MatrixDiag {
 public:
  explicit MatrixDiag(OpKernelConstruction* c) : alignment_(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& diagonal = c->Input(0);
    const int rank = diagonal.dims();
    const bool version2 = c->num_inputs() > 1;
    Band band;
    int64 rows = -1;
    int64 columns = -1;
    if (version2) {
      TF_RETURN_IF_ERROR(ReadBand(c, 1, &band));
      TF_RETURN_IF_ERROR(c->HostInteger(2, &rows));
      TF_RETURN_IF_ERROR(c->HostInteger(3, &columns));
    }
    if (!TensorShapeUtils::IsVectorOrHigher(diagonal.shape())) {
      return errors::InvalidArgument(
          "diagonal must be at least 1-dim, received shape: ",
          diagonal.shape().DebugString());
    }
    if (band.count() > 1 &&
        (rank < 2 || diagonal.dim_size(rank - 2) != band.count())) {
      return errors::InvalidArgument(
          "The number of diagonals provided in the input does not match the "
          "lower_diag_index and upper_diag_index range.");
    }
    const int64 length = diagonal.dim_size(rank - 1);
    TF_RETURN_IF_ERROR(ChooseSizes(length, band, &rows, &columns));
    TensorShape shape = diagonal.shape();
    shape.RemoveLastDims(band.count() > 1 ? 2 : 1);
    shape.AddDim(rows);
    shape.AddDim(columns);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    Tensor padding;
    TF_RETURN_IF_ERROR(
        ReadPadding(c, diagonal.dtype(), version2 ? 4 : -1, &padding));
    const Matrices m(shape);
    return Unpack(c, alignment_, diagonal, band, m,
                  DescribeBroadcast(padding, m.sizes()),
                  Describe(*output, m.sizes()));
  }

 private:
  const Alignment alignment_;

  // Square if neither size is given, else the smallest that is not.
  static Status ChooseSizes(int64 length, const Band& band, int64* rows,
                            int64* columns) {
    const int64 least_rows = length - std::min<int64>(band.upper, 0);
    const int64 least_columns = length + std::max<int64>(band.lower, 0);
    if (*rows != -1 && *rows < least_rows) {
      return errors::InvalidArgument("The number of rows is too small.");
    }
    if (*columns != -1 && *columns < least_columns) {
      return errors::InvalidArgument("The number of columns is too small.");
    }
    if (*rows == -1 && *columns == -1) {
      *rows = *columns = std::max(least_rows, least_columns);
    }
    if (*rows == -1) *rows = least_rows;
    if (*columns == -1) *columns = least_columns;
    if (*rows == least_rows || *columns == least_columns) return OkStatus();
    return errors::InvalidArgument(
        "The number of rows or columns is not consistent with the specified "
        "d_lower, d_upper, and diagonal.");
  }
};

// Inputs: matrices; since version 2 also k and padding_value (host).
class MatrixDiagPart {
 public:
  explicit MatrixDiagPart(OpKernelConstruction* c) : alignment_(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const bool version2 = c->num_inputs() > 1;
    Band band;
    if (version2) TF_RETURN_IF_ERROR(ReadBand(c, 1, &band));
    TF_RETURN_IF_ERROR(CheckMatrix(input.shape()));
    const Matrices m(input.shape());
    TF_RETURN_IF_ERROR(CheckInside(m, band));
    const int64 length = m.LongestDiagonal(band);
    TensorShape shape = input.shape();
    shape.RemoveLastDims(2);
    if (band.count() > 1) shape.AddDim(band.count());
    shape.AddDim(length);
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    const dml_tensor x = Describe(input, m.sizes());
    if (!alignment_.AllLeft(band)) {
      TF_RETURN_IF_ERROR(FillPadding(c, 2, *output));
      for (int64 d = band.lower; d <= band.upper; ++d) {
        const Band diagonal = {d, d};
        const dml_tensor y = alignment_.RowOf(*output, m, band, diagonal);
        // All of it is filled, and no padding is read: `y` stands in for it.
        TF_RETURN_IF_ERROR(Enqueue(c, DML_BAND_PACK, x, y, diagonal, y));
      }
      return OkStatus();
    }
    Tensor padding;
    TF_RETURN_IF_ERROR(
        ReadPadding(c, input.dtype(), version2 ? 2 : -1, &padding));
    const Dims packed = {m.batch, band.count(), length};
    return Enqueue(c, DML_BAND_PACK, x, DescribeBroadcast(padding, packed),
                   band, Describe(*output, packed));
  }

 private:
  const Alignment alignment_;
};

// Inputs: matrices, diagonals; since version 2 also k (host).
class MatrixSetDiag {
 public:
  explicit MatrixSetDiag(OpKernelConstruction* c) : alignment_(c) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const Tensor& diagonal = c->Input(1);
    Band band;
    if (c->num_inputs() > 2) TF_RETURN_IF_ERROR(ReadBand(c, 2, &band));
    TF_RETURN_IF_ERROR(CheckMatrix(input.shape()));
    if (!TensorShapeUtils::IsVectorOrHigher(diagonal.shape())) {
      return errors::InvalidArgument(
          "diagonal must be at least 1-dim, received shape: ",
          diagonal.shape().DebugString());
    }
    const Matrices m(input.shape());
    TF_RETURN_IF_ERROR(CheckInside(m, band));
    const int64 length = m.LongestDiagonal(band);
    TensorShape expected = input.shape();
    expected.RemoveLastDims(2);
    if (band.count() > 1) expected.AddDim(band.count());
    expected.AddDim(length);
    if (diagonal.shape() != expected) {
      return errors::InvalidArgument(
          "Either first dimensions of diagonal don't match input.shape[:-2], "
          "or diagonal.shape[:-1] is not equal to the longests diagonal in "
          "range [lower_diag_index:upper_diag_index].\nInput shape: ",
          input.shape().DebugString(),
          "\nDiagonal shape: ", diagonal.shape().DebugString(),
          "\nExpected diagonal shape: ", expected.DebugString());
    }
    if (input.NumElements() == 0) {
      c->SetOutput(0, input);
      return OkStatus();
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->OutputOrForward({0}, 0, input.shape(), &output));
    return Unpack(c, alignment_, diagonal, band, m, Describe(input, m.sizes()),
                  Describe(*output, m.sizes()));
  }

 private:
  const Alignment alignment_;
};

// A tensor of any rank as the diagonal of one of twice the rank.
class Diag {
 public:
  explicit Diag(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& diagonal = c->Input(0);
    if (diagonal.dims() == 0) {
      return errors::InvalidArgument("Input must be at least rank 1, got 0");
    }
    TensorShape shape = diagonal.shape();
    shape.AppendShape(diagonal.shape());
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    if (output->NumElements() == 0) return OkStatus();
    Tensor padding;
    TF_RETURN_IF_ERROR(ReadPadding(c, diagonal.dtype(), -1, &padding));
    const int64 n = diagonal.NumElements();
    return Enqueue(c, DML_BAND_UNPACK, Describe(diagonal, {1, 1, n}),
                   DescribeBroadcast(padding, {1, n, n}), Band(),
                   Describe(*output, {1, n, n}));
  }
};

class DiagPart {
 public:
  explicit DiagPart(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    const int half = input.dims() / 2;
    if (input.dims() % 2 != 0) {
      return errors::InvalidArgument(
          "The rank of the tensor should be even and positive, got shape ",
          input.shape().DebugString());
    }
    TensorShape shape;
    for (int d = 0; d < half; ++d) {
      if (input.dim_size(d) != input.dim_size(d + half)) {
        return errors::InvalidArgument(
            "Invalid shape ", input.shape().DebugString(), ": dimensions ", d,
            " and ", d + half, " do not match.");
      }
      shape.AddDim(input.dim_size(d));
    }
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, shape, &output));
    const int64 n = output->NumElements();
    if (n == 0) return OkStatus();
    // The main diagonal of a square matrix fills its row of the output, so that
    // no padding is read: `y` stands in for it.
    const dml_tensor y = Describe(*output, {1, 1, n});
    return Enqueue(c, DML_BAND_PACK, Describe(input, {1, n, n}), y, Band(), y);
  }
};

Row MatrixRow(const char* name) { return Row(name).Types("T", kDeviceTypes); }

const Kernels kKernels({
    MatrixRow("MatrixBandPart")
        .Types("Tindex", kIndices)
        .Host({"num_lower", "num_upper"})
        .Make<MatrixBandPart>(),
    MatrixRow("BatchMatrixBandPart")
        .Host({"num_lower", "num_upper"})
        .Make<MatrixBandPart>(),
    MatrixRow("MatrixDiag").Make<MatrixDiag>(),
    MatrixRow("BatchMatrixDiag").Make<MatrixDiag>(),
    MatrixRow("MatrixDiagV2")
        .Host({"k", "num_rows", "num_cols", "padding_value"})
        .Make<MatrixDiag>(),
    MatrixRow("MatrixDiagV3")
        .Host({"k", "num_rows", "num_cols", "padding_value"})
        .Make<MatrixDiag>(),
    MatrixRow("MatrixDiagPart").Make<MatrixDiagPart>(),
    MatrixRow("BatchMatrixDiagPart").Make<MatrixDiagPart>(),
    MatrixRow("MatrixDiagPartV2")
        .Host({"k", "padding_value"})
        .Make<MatrixDiagPart>(),
    MatrixRow("MatrixDiagPartV3")
        .Host({"k", "padding_value"})
        .Make<MatrixDiagPart>(),
    MatrixRow("MatrixSetDiag").Make<MatrixSetDiag>(),
    MatrixRow("BatchMatrixSetDiag").Make<MatrixSetDiag>(),
    MatrixRow("MatrixSetDiagV2").Host({"k"}).Make<MatrixSetDiag>(),
    MatrixRow("MatrixSetDiagV3").Host({"k"}).Make<MatrixSetDiag>(),
    Row("Diag").Types("T", kAllDeviceTypes).Make<Diag>(),
    Row("DiagPart").Types("T", kAllDeviceTypes).Make<DiagPart>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
