// Index vectors in a sorted table. See find_vectors.comp.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

Status CheckIntegers(const dml_tensor* tensor, const char* name,
                     uint32_t rank) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->type == DML_INT64 && tensor->rank == rank &&
      IsContiguous(*tensor)) {
    return Status::Ok();
  }
  return InvalidArgument(name, " ", Describe(*tensor),
                         " must be contiguous, int64, of rank ", rank);
}

}  // namespace

Status FindVectors(OperatorContext& context, const dml_tensor* vectors,
                   const dml_tensor* start, const dml_tensor* table,
                   const dml_tensor* found) {
  DML_RETURN_IF_ERROR(CheckIntegers(vectors, "find_vectors: vectors", 2));
  DML_RETURN_IF_ERROR(CheckIntegers(start, "find_vectors: start", 1));
  DML_RETURN_IF_ERROR(CheckIntegers(table, "find_vectors: table", 2));
  DML_RETURN_IF_ERROR(CheckIntegers(found, "find_vectors: found", 1));
  const int64_t depth = vectors->sizes[1];
  if (start->sizes[0] != depth || table->sizes[1] != depth ||
      found->sizes[0] != vectors->sizes[0]) {
    return InvalidArgument("find_vectors: the sizes of ", Describe(*vectors),
                           ", ", Describe(*start), ", ", Describe(*table),
                           " and ", Describe(*found), " do not fit");
  }
  if (IsEmpty(*found)) return Status::Ok();
  const FindVectorsParameters constants = {
      static_cast<uint32_t>(found->sizes[0]), static_cast<uint32_t>(depth),
      static_cast<uint32_t>(table->sizes[0])};
  const auto argument = [&](const dml_tensor& tensor) {
    // Nothing reads an empty tensor, which may have no memory.
    return Argument(IsEmpty(tensor) ? *found : tensor, Access::kRead);
  };
  return LaunchProgram(
      context, ShaderName("find_vectors", DML_INT64), {kGroupSize},
      LinearGrid(context, CeilDivide(constants.count, kGroupSize)),
      {argument(*vectors), argument(*start), argument(*table),
       Argument(*found, Access::kWrite)},
      constants);
}

}  // namespace dml
