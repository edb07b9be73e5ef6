// Roll: each rolled axis falls into two pieces, which change places.
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: the tensor, shifts and their axes (host); shifts of one axis add up.
class Roll {
 public:
  explicit Roll(OpKernelConstruction*) {}

  Status Compute(KernelContext* c) {
    const Tensor& input = c->Input(0);
    Dims shifts;
    TF_RETURN_IF_ERROR(ReadShifts(c, &shifts));
    Tensor* output;
    TF_RETURN_IF_ERROR(c->Output(0, input.shape(), &output));
    if (output->NumElements() == 0) return OkStatus();
    return Copy(c, shifts, 0, MakeView(input), MakeView(*output));
  }

 private:
  static Status ReadShifts(KernelContext* c, Dims* result) {
    const Tensor& input = c->Input(0);
    if (!TensorShapeUtils::IsVectorOrHigher(input.shape())) {
      return errors::InvalidArgument("input must be 1-D or higher");
    }
    const char* const names[] = {"", "shift", "axis"};
    for (int i = 1; i <= 2; ++i) {
      if (c->Input(i).dims() > 1) {
        return errors::InvalidArgument(
            names[i], " must be a scalar or a 1-D vector. Found: ",
            c->Input(i).shape().DebugString());
      }
    }
    if (c->Input(1).shape() != c->Input(2).shape()) {
      return errors::InvalidArgument("shift and axis must have the same size");
    }
    Dims shifts, axes;
    TF_RETURN_IF_ERROR(c->HostIntegers(1, &shifts));
    TF_RETURN_IF_ERROR(c->HostIntegers(2, &axes));
    const int64 rank = input.dims();
    result->assign(rank, 0);
    for (size_t i = 0; i < axes.size(); ++i) {
      const int64 axis = axes[i] < 0 ? axes[i] + rank : axes[i];
      if (axis < 0 || axis >= rank) {
        return errors::InvalidArgument("axis ", axis, " is out of range");
      }
      const int64 size = std::max<int64>(input.dim_size(axis), 1);
      const int64 sum = (*result)[axis] + shifts[i] % size;
      (*result)[axis] = (sum % size + size) % size;
    }
    return OkStatus();
  }

  // From axis `d` on.
  static Status Copy(KernelContext* c, const Dims& shifts, int d,
                     const View& from, const View& to) {
    while (d < from.rank() && shifts[d] == 0) ++d;
    if (d == from.rank()) return CopyView(c, from, to);
    const int64 shift = shifts[d];
    const int64 rest = from.sizes[d] - shift;
    TF_RETURN_IF_ERROR(Copy(c, shifts, d + 1, Slice(from, d, 0, rest),
                            Slice(to, d, shift, rest)));
    return Copy(c, shifts, d + 1, Slice(from, d, rest, shift),
                Slice(to, d, 0, shift));
  }
};

const Kernels kKernels({
    Row("Roll")
        .Types("T", kAllDeviceTypes)
        .Types("Tshift", kIndices)
        .Types("Taxis", kIndices)
        .Host({"shift", "axis"})
        .Make<Roll>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
