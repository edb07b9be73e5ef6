// The tensors of a recurrent layer's step, or of all its steps.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_RECURRENT_PARTS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_RECURRENT_PARTS_H_

#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/recurrent.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

// Sizes of up to three dimensions.
struct PartSizes {
  uint32_t rank;
  int64_t sizes[3];
};

// One tensor, in the order of the program's parameters.
struct RecurrentPart {
  const char* name;
  const dml_tensor* tensor;
  PartSizes sizes;
  Access access;
  bool used;                // otherwise it may be null and is not looked at
  bool contiguous = false;  // it must be
};

int64_t GateCount(dml_cell cell);
Status CheckCell(const char* name, dml_cell cell);
// Of the type of parts[0], whose tensor CheckTensor() has seen, and as said.
// Written parts overlap no other part. `lengths` may be null.
Status CheckParts(const char* name, Span<const RecurrentPart> parts,
                  const dml_tensor* lengths, int64_t batch);

// What a program is given of parts and lengths: buffers, the lengths' last, and
// in its constants the parts' offsets and where the lengths are. Where a tensor
// is not used, parts[0] stands in: an address must be one.
template <int kParts, typename Lengths>
void BindParts(const RecurrentPart (&parts)[kParts], const dml_tensor* lengths,
               BufferArgument (&buffers)[kParts + 1],
               int32_t (&offsets)[kParts], Lengths* said) {
  const BufferArgument unused = Argument(*parts[0].tensor, Access::kRead);
  for (int i = 0; i < kParts; ++i) {
    buffers[i] = unused;
    if (!parts[i].used) continue;
    buffers[i] = Argument(*parts[i].tensor, parts[i].access);
    offsets[i] = DataOffset(*parts[i].tensor);
  }
  buffers[kParts] = unused;
  if (lengths == nullptr) return;
  buffers[kParts] = Argument(*lengths, Access::kRead);
  said->has_lengths = 1;
  said->length_stride = static_cast<int32_t>(lengths->strides[0]);
  said->length_offset = DataOffset(*lengths);
}

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_RECURRENT_PARTS_H_
