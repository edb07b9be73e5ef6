// DynamicPartition: rows by the partition that each of them names.
#include <algorithm>
#include <vector>

#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/util/util.h"

namespace tensorflow {
namespace dml {
namespace {

// Inputs: data, partitions. All rows go to one tensor, by partition, of which
// the outputs are slices.
class DynamicPartition {
 public:
  explicit DynamicPartition(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("num_partitions", &partitions_));
  }

  // readings.value: where each partition ends; kept: the rows' numbers in
  // order.
  Status Measure(KernelContext* c, Readings* readings) {
    const Tensor& data = c->Input(0);
    const Tensor& partitions = c->Input(1);
    if (!TensorShapeUtils::StartsWith(data.shape(), partitions.shape())) {
      return errors::InvalidArgument(
          "data.shape must start with partitions.shape, got data.shape = ",
          data.shape().DebugString(),
          ", partitions.shape = ", partitions.shape().DebugString());
    }
    const int64 count = partitions.NumElements();
    readings->value = Tensor(DT_INT32, TensorShape({0}));
    if (count == 0) return OkStatus();
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({count}), &readings->kept));
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({partitions_}), &readings->value));
    const dml_tensor x = Describe(partitions, {count});
    const dml_tensor ends = Describe(readings->value);
    const dml_tensor order = Describe(readings->kept);
    DML_RETURN_IF_FAILED(dml_partition(c->device(), &x, &ends, &order));
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value,
                const Readings& readings) {
    const Tensor& data = c->Input(0);
    const Tensor& partitions = c->Input(1);
    const int64 count = partitions.NumElements();
    TensorShape shape({count});
    for (int d = partitions.dims(); d < data.dims(); ++d) {
      shape.AddDim(data.dim_size(d));
    }
    Tensor sorted;
    TF_RETURN_IF_ERROR(c->Temporary(data.dtype(), shape, &sorted));
    if (count > 0) {
      if (!AreEnds(value, count)) return ExplainOutOfRange(c);
      if (data.NumElements() > 0) {
        const int64 inner = data.NumElements() / count;
        const dml_tensor x = Describe(data, {1, count, inner});
        const dml_tensor i = Describe(readings.kept);
        const dml_tensor y = Describe(sorted, {1, count, inner});
        DML_RETURN_IF_FAILED(dml_gather(c->device(), &x, &i, &y));
      }
    }
    int64 start = 0;
    for (int64 p = 0; p < partitions_; ++p) {
      const int64 end = count > 0 ? value.flat<int32>()(p) : 0;
      c->SetOutput(p, sorted.Slice(start, end));
      start = end;
    }
    return OkStatus();
  }

 private:
  // Whether every row has a partition that exists.
  static bool AreEnds(const Tensor& value, int64 count) {
    const auto ends = value.flat<int32>();
    return ends(ends.size() - 1) == count && ends(0) >= 0 &&
           std::is_sorted(ends.data(), ends.data() + ends.size());
  }

  // Which row has a partition that does not exist. Waits for the device: the
  // step has failed.
  Status ExplainOutOfRange(KernelContext* c) const {
    const Tensor& partitions = c->Input(1);
    std::vector<int32> values(partitions.NumElements());
    DML_RETURN_IF_FAILED(dml_copy_to_host(c->device(), values.data(),
                                          Address(partitions),
                                          values.size() * sizeof(int32)));
    const auto wrong =
        std::find_if(values.begin(), values.end(),
                     [this](int32 p) { return p < 0 || p >= partitions_; });
    if (wrong == values.end()) {
      return errors::InvalidArgument("partitions changed during the op");
    }
    return errors::InvalidArgument(
        "partitions",
        SliceDebugString(partitions.shape(), wrong - values.begin()), " = ",
        *wrong, " is not in [0, ", partitions_, ")");
  }

  int64 partitions_ = 0;
};

// int32 runs on the host: see host_twins.cc.
const Kernels kKernels({
    Row("DynamicPartition")
        .Types("T", kAllDeviceTypes)
        .MakeKernel<ReadBackKernel<DynamicPartition>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
