// What a graph pass of TF makes of ParallelConcat: one op that allocates, and
// one for each row that writes it in place. They must share a device: a copy of
// the rows to another would not wait for all of them.
#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

class Start {
 public:
  explicit Start(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("shape", &shape_));
  }

  Status Compute(KernelContext* c) {
    Tensor* output;
    return c->Output(0, shape_, &output);
  }

 private:
  TensorShape shape_;
};

// Inputs: all rows, and row `loc` with a first dimension of 1.
class Update {
 public:
  explicit Update(OpKernelConstruction* c) {
    OP_REQUIRES_OK(c, c->GetAttr("loc", &row_));
  }

  Status Compute(KernelContext* c) {
    const Tensor& rows = c->Input(0);
    const Tensor& row = c->Input(1);
    TensorShape one = rows.shape();
    if (one.dims() == 0 || one.dim_size(0) == 0) {
      return errors::InvalidArgument("value has no rows: ", one.DebugString());
    }
    one.set_dim(0, 1);
    if (row.shape() != one) {
      return errors::InvalidArgument("update is ", row.shape().DebugString(),
                                     ", a row of value ", one.DebugString());
    }
    const int64 count = rows.dim_size(0);
    const int64 begin = (row_ % count + count) % count;
    TF_RETURN_IF_ERROR(c->CopyTensor(row, rows.Slice(begin, begin + 1)));
    c->SetOutput(0, rows);
    return OkStatus();
  }

 private:
  int row_;
};

// The graph pass leaves none of these.
class Whole {
 public:
  explicit Whole(OpKernelConstruction* c) {
    c->CtxFailure(errors::Internal(
        "Found instance of parallel_stack which could not be properly "
        "replaced."));
  }

  Status Compute(KernelContext*) { return OkStatus(); }
};

// Types of which Identity keeps tensors in host memory: the graph pass puts one
// behind the result.
const TypeList kHost = {DT_INT32, DT_BOOL};
TypeList OnDevice() {
  TypeList types;
  for (DataType type : kPassedTypes) {
    if (type != DT_BOOL && type != DT_VARIANT) types.push_back(type);
  }
  return types;
}

const Kernels kKernels({
    Row("ParallelConcat").Types("T", kFloatsAndDouble).Make<Whole>(),
    Row("_ParallelConcatStart").Types("dtype", OnDevice()).Make<Start>(),
    Row("_ParallelConcatUpdate").Types("T", OnDevice()).Make<Update>(),
    Row("_ParallelConcatStart").Types("dtype", kHost).HostTwin(),
    Row("_ParallelConcatUpdate").Types("T", kHost).HostTwin(),
});

}  // namespace
}  // namespace dml
}  // namespace tensorflow
