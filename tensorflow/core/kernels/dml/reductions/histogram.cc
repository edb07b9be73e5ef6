// HistogramFixedWidth: how many values fall into each of equal parts of a
// range.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

// Where each bin but the first begins.
template <typename T>
Status MakeLevels(const Tensor& range, int64 bins, Tensor* levels) {
  const T low = range.flat<T>()(0), high = range.flat<T>()(1);
  if (!(low < high)) {
    return errors::InvalidArgument(
        "value_range should satisfy value_range[0] < value_range[1], but got "
        "'[",
        static_cast<double>(low), ", ", static_cast<double>(high), "]'");
  }
  const double start = static_cast<double>(low);
  const double step =
      (static_cast<double>(high) - start) / static_cast<double>(bins);
  *levels = Tensor(DataTypeToEnum<T>::value, TensorShape({bins - 1}));
  auto values = levels->flat<T>();
  for (int64 i = 1; i < bins; ++i) {
    values(i - 1) = static_cast<T>(start + step * static_cast<double>(i));
  }
  return OkStatus();
}

// Inputs: values, their range (host) and how many bins it has (host). Values
// outside of the range fall into the first and the last bin.
class HistogramFixedWidth {
 public:
  explicit HistogramFixedWidth(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& values = c->Input(0);
    const Tensor& range = c->Input(1);
    if (range.dims() != 1 || range.NumElements() != 2) {
      return errors::InvalidArgument(
          "value_range should be a vector of 2 elements.");
    }
    if (c->Input(2).dims() != 0) {
      return errors::InvalidArgument("nbins should be a scalar.");
    }
    int64 bins;
    TF_RETURN_IF_ERROR(c->HostInteger(2, &bins));
    if (bins <= 0) {
      return errors::InvalidArgument(
          "nbins should be a positive number, but got '", bins, "'");
    }
    Tensor levels;
    TF_RETURN_IF_ERROR(range.dtype() == DT_DOUBLE
                           ? MakeLevels<double>(range, bins, &levels)
                           : MakeLevels<float>(range, bins, &levels));
    Tensor* counts;
    TF_RETURN_IF_ERROR(c->Output(0, TensorShape({bins}), &counts));

    const int64 count = values.NumElements();
    Tensor sorted, bin_of;
    TF_RETURN_IF_ERROR(c->Temporary(levels.dtype(), levels.shape(), &sorted));
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, TensorShape({count}), &bin_of));
    if (bins > 1) {
      DML_RETURN_IF_FAILED(dml_copy_from_host(c->device(), Address(sorted),
                                              levels.tensor_data().data(),
                                              levels.TotalBytes()));
    }
    const dml_tensor x = Describe(sorted, {1, bins - 1}),
                     v = Describe(values, {1, count}),
                     found = Describe(bin_of, {1, count});
    DML_RETURN_IF_FAILED(
        dml_search_sorted(c->device(), /*upper=*/1, &x, &v, &found));
    const dml_tensor numbers = Describe(bin_of), y = Describe(*counts);
    DML_RETURN_IF_FAILED(dml_count_values(c->device(), &numbers, &y));
    return OkStatus();
  }
};

const Kernels kKernels({
    Row("HistogramFixedWidth")
        .Types("T", {DT_FLOAT, DT_DOUBLE})
        .Types("dtype", {DT_INT32})
        .Host({"value_range", "nbins"})
        .Make<HistogramFixedWidth>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
