// Where: the coordinates of elements that are not zero.
#include "tensorflow/core/kernels/dml/read_back.h"
#include "tensorflow/core/kernels/dml/registry.h"

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

// int32 runs on the host: see host_twins.cc.
const TypeList kWhereTypes = {DT_FLOAT, DT_DOUBLE, DT_INT8,      DT_UINT8,
                              DT_INT64, DT_BOOL,   DT_COMPLEX64, DT_COMPLEX128};

const Kernels kKernels({
    Row("Where").Types("T", kWhereTypes).MakeKernel<ReadBackKernel<Where>>(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
