// Where: the coordinates of elements that are not zero; and DynamicPartition,
// which finds the rows of each partition likewise.
#include <algorithm>
#include <numeric>
#include <vector>

#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"
#include "tensorflow/core/kernels/dml/views.h"
#include "tensorflow/core/util/util.h"

namespace tensorflow {
namespace dml {
namespace {

int64 BlocksOf(int64 elements) {
  return (elements + DML_NONZERO_BLOCK - 1) / DML_NONZERO_BLOCK;
}

// readings.value: how many; kept: where the blocks end.
class Where {
 public:
  explicit Where(OpKernelConstruction*) {}

  Status Measure(KernelContext* c, Readings* readings) {
    const Tensor& input = c->Input(0);
    if (input.dims() < 1 || input.dims() > DML_MAX_RANK) {
      return errors::InvalidArgument("WhereOp : Unhandled input dimensions: ",
                                     input.dims());
    }
    readings->value = Tensor(DT_INT32, TensorShape({0}));
    if (input.NumElements() == 0) return OkStatus();
    const int64 blocks = BlocksOf(input.NumElements());
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({blocks}), &readings->kept));
    const dml_tensor x = Describe(input), ends = Describe(readings->kept);
    DML_RETURN_IF_FAILED(dml_nonzero_count(c->device(), &x, &ends));
    readings->value = readings->kept.Slice(blocks - 1, blocks);
    return OkStatus();
  }

  Status Finish(KernelContext* c, const Tensor& value,
                const Readings& readings) {
    const Tensor& input = c->Input(0);
    const int64 count = value.NumElements() == 0 ? 0 : value.flat<int32>()(0);
    Tensor* output;
    TF_RETURN_IF_ERROR(
        c->Output(0, TensorShape({count, input.dims()}), &output));
    if (count == 0) return OkStatus();
    const dml_tensor x = Describe(input), ends = Describe(readings.kept);
    const dml_tensor y = Describe(*output);
    DML_RETURN_IF_FAILED(dml_nonzero(c->device(), &x, &ends, &y));
    return OkStatus();
  }
};

// Inputs: data, partitions.
class DynamicPartition {
 public:
  explicit DynamicPartition(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("num_partitions", &partitions_));
  }

  // readings.value: how many rows each partition has; kept: for each, where
  // the blocks end.
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
    const int64 blocks = BlocksOf(count);
    TF_RETURN_IF_ERROR(c->Temporary(
        DT_INT32, TensorShape({partitions_, blocks}), &readings->kept));
    Tensor members;
    TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, TensorShape({count}), &members));
    const dml_tensor mask = Describe(members);
    for (int64 p = 0; p < partitions_; ++p) {
      TF_RETURN_IF_ERROR(FindMembers(c, p, members));
      const dml_tensor ends = EndsOf(readings->kept, p);
      DML_RETURN_IF_FAILED(dml_nonzero_count(c->device(), &mask, &ends));
    }
    TF_RETURN_IF_ERROR(
        c->Temporary(DT_INT32, TensorShape({partitions_}), &readings->value));
    return CopyView(c, Slice(MakeView(readings->kept), 1, blocks - 1, 1),
                    MakeView(readings->value, {partitions_, 1}));
  }

  Status Finish(KernelContext* c, const Tensor& value,
                const Readings& readings) {
    const Tensor& data = c->Input(0);
    const Tensor& partitions = c->Input(1);
    const int64 count = partitions.NumElements();
    Tensor members;
    if (count > 0) {
      const auto rows = value.flat<int32>();
      if (std::accumulate(rows.data(), rows.data() + rows.size(), int64{0}) <
          count) {
        return ExplainOutOfRange(c);
      }
      TF_RETURN_IF_ERROR(c->Temporary(DT_BOOL, TensorShape({count}), &members));
    }
    for (int64 p = 0; p < partitions_; ++p) {
      const int64 rows = count == 0 ? 0 : value.flat<int32>()(p);
      TensorShape shape({rows});
      for (int d = partitions.dims(); d < data.dims(); ++d) {
        shape.AddDim(data.dim_size(d));
      }
      Tensor* output;
      TF_RETURN_IF_ERROR(c->Output(p, shape, &output));
      if (output->NumElements() == 0) continue;
      Tensor found;
      TF_RETURN_IF_ERROR(
          c->Temporary(DT_INT64, TensorShape({rows, 1}), &found));
      TF_RETURN_IF_ERROR(FindMembers(c, p, members));
      const dml_tensor mask = Describe(members),
                       ends = EndsOf(readings.kept, p);
      const dml_tensor where = Describe(found);
      DML_RETURN_IF_FAILED(dml_nonzero(c->device(), &mask, &ends, &where));
      const int64 inner = data.NumElements() / count;
      const dml_tensor x = Describe(data, {1, count, inner});
      const dml_tensor i = Describe(found, {rows});
      const dml_tensor y = Describe(*output, {1, rows, inner});
      DML_RETURN_IF_FAILED(dml_gather(c->device(), &x, &i, &y));
    }
    return OkStatus();
  }

 private:
  // members[i] = partitions[i] == p
  static Status FindMembers(KernelContext* c, int64 p, const Tensor& members) {
    Tensor number;
    TF_RETURN_IF_ERROR(c->Temporary(DT_INT32, TensorShape(), &number));
    const dml_tensor filled = Describe(number);
    const int32 value = static_cast<int32>(p);
    DML_RETURN_IF_FAILED(dml_fill(c->device(), &filled, &value));
    const Tensor partitions = Reshaped(c->Input(1), members.shape());
    return c->Elementwise(DML_EQUAL, {&partitions, &number}, members);
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

  static dml_tensor EndsOf(const Tensor& kept, int64 p) {
    dml_tensor ends = Describe(kept, {kept.dim_size(1)});
    ends.data += p * kept.dim_size(1) * sizeof(int32);
    return ends;
  }

  int64 partitions_ = 0;
};

// int32 runs on the host: see host_twins.cc.
const TypeList kWhereTypes = {DT_FLOAT, DT_DOUBLE, DT_INT8,      DT_UINT8,
                              DT_INT64, DT_BOOL,   DT_COMPLEX64, DT_COMPLEX128};

const Kernels kKernels({
    Row("Where").Types("T", kWhereTypes).MakeKernel<ReadBackKernel<Where>>(),
    Row("DynamicPartition")
        .Types("T", kAllDeviceTypes)
        .MakeKernel<ReadBackKernel<DynamicPartition>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
