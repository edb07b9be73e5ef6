// Scatter updates of resource variables in types that scatter programs lack.
//
// TensorFlow 2.x has handles of such variables on any device (variable_ops.cc),
// and what updates a variable must run where its handle is: on the CPU, on a
// copy.
#include <vector>

#include "tensorflow/core/kernels/dml/registry.h"

namespace tensorflow {
namespace dml {
namespace {

const TypeList kLacking = {DT_BFLOAT16, DT_INT8,   DT_INT16, DT_UINT8,
                           DT_UINT16,   DT_UINT32, DT_UINT64};

std::vector<Row> Rows() {
  std::vector<Row> rows;
  if (!kHasDefaultVariableKernels) return rows;
  for (const char* op :
       {"ResourceScatterAdd", "ResourceScatterSub", "ResourceScatterMul",
        "ResourceScatterDiv", "ResourceScatterMin", "ResourceScatterMax"}) {
    rows.push_back(Row(op)
                       .Types("dtype", kLacking)
                       .Types("Tindices", kIndices)
                       .UpdatesOnHost());
  }
  for (const char* op : {"ResourceScatterNdAdd", "ResourceScatterNdSub",
                         "ResourceScatterNdMin", "ResourceScatterNdMax"}) {
    rows.push_back(Row(op)
                       .Types("T", kLacking)
                       .Types("Tindices", kIndices)
                       .UpdatesOnHost());
  }
  return rows;
}

const Kernels kKernels(Rows());

}  // namespace
}  // namespace dml
}  // namespace tensorflow
