#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

#include <algorithm>

namespace dml {
namespace {

bool Overlap(const dml_tensor& x, const dml_tensor& y) {
  const BufferArgument a = Argument(x, Access::kRead);
  const BufferArgument b = Argument(y, Access::kRead);
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}

Status OverlapError(const char* name, const dml_tensor& input,
                    const dml_tensor& output) {
  return InvalidArgument(name, ": the output ", Describe(output),
                         " overlaps the input ", Describe(input),
                         "; give it memory of its own");
}

}  // namespace

FastDivisor DivideBy(uint32_t d) {
  // The smallest shift with 2^shift >= d; then multiplier = 2^(32 + shift) / d
  // rounded up, less 2^32 (Granlund and Montgomery, 1994).
  uint32_t shift = 0;
  while ((uint64_t{1} << shift) < d) ++shift;
  return {static_cast<uint32_t>((((uint64_t{1} << shift) - d) << 32) / d + 1),
          shift};
}

StridedIndex IndexOf(const uint32_t* sizes, uint32_t rank) {
  StridedIndex index = {};
  for (uint32_t d = 0; d < rank; ++d) {
    const FastDivisor divisor = DivideBy(std::max(sizes[d], 1u));
    index.sizes[d] = sizes[d];
    index.multipliers[d] = divisor.multiplier;
    index.shifts[d] = divisor.shift;
  }
  return index;
}

InnerIndex InnerIndexOf(const dml_tensor& tensor) {
  InnerIndex index = {};
  for (int d = 0; d < 2; ++d) {
    const uint32_t size = static_cast<uint32_t>(tensor.sizes[d + 1]);
    const FastDivisor divisor = DivideBy(size);
    index.sizes[d] = size;
    index.multipliers[d] = divisor.multiplier;
    index.shifts[d] = divisor.shift;
  }
  return index;
}

void CopyStrides(const dml_tensor& tensor, int32_t* strides) {
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    strides[d] = static_cast<int32_t>(tensor.strides[d]);
  }
}

StridedWalk WalkTogether(Span<const dml_tensor* const> tensors) {
  const Coalesced coalesced = Coalesce(tensors);
  StridedWalk walk;
  walk.rank = coalesced.rank <= 4 ? coalesced.rank : DML_MAX_RANK;
  const uint32_t pad = walk.rank - coalesced.rank;
  uint32_t sizes[DML_MAX_RANK];
  for (uint32_t d = 0; d < walk.rank; ++d) {
    sizes[d] = d < pad ? 1 : coalesced.sizes[d - pad];
  }
  walk.index = IndexOf(sizes, walk.rank);
  for (size_t t = 0; t < tensors.size(); ++t) {
    walk.offsets[t] = DataOffset(*tensors[t]);
    for (uint32_t d = pad; d < walk.rank; ++d) {
      walk.strides[t][d] = coalesced.strides[t][d - pad];
    }
  }
  return walk;
}

bool IsVectorAligned(const dml_tensor& tensor) {
  if (tensor.data % 16 == 0) return true;  // as nearly all begin
  const uint64_t bytes = 4 * TypeBytes(tensor.type);
  return (tensor.data & ((bytes < 16 ? bytes : 16) - 1)) == 0;
}

uint32_t PackSize(uint32_t type) { return TypeBytes(type) == 2 ? 8 : 4; }

bool StartsPacks(const dml_tensor& tensor) {
  if (IsComplex(tensor.type) || tensor.type == kBits128) return false;
  const uint32_t pack = PackSize(tensor.type);
  const uint32_t bytes = std::min(16u, pack * TypeBytes(tensor.type));
  return tensor.data % bytes == 0 && DataOffset(tensor) % int32_t(pack) == 0;
}

Status CheckAliasing(const char* name, const dml_tensor& input,
                     const dml_tensor& output) {
  TensorFacts input_facts, output_facts;
  DML_RETURN_IF_ERROR(CheckTensor(&input, name, &input_facts));
  DML_RETURN_IF_ERROR(CheckTensor(&output, name, &output_facts));
  return CheckAliasing(name, input, input_facts, output, output_facts);
}

Status CheckAliasing(const char* name, const dml_tensor& input,
                     const TensorFacts& input_facts, const dml_tensor& output,
                     const TensorFacts& output_facts) {
  if (input_facts.begin >= output_facts.begin + output_facts.bytes ||
      output_facts.begin >= input_facts.begin + input_facts.bytes) {
    return Status::Ok();
  }
  // Views with gaps may lie between each other, as even and odd elements do.
  if (!input_facts.contiguous || !output_facts.contiguous) return Status::Ok();
  // Without gaps, the same sizes have the same strides.
  const bool same = input.data == output.data &&
                    TypeBytes(input.type) == TypeBytes(output.type) &&
                    SameSizes(input, output);
  return same ? Status::Ok() : OverlapError(name, input, output);
}

Status CheckDisjoint(const char* name, const dml_tensor& input,
                     const dml_tensor& output) {
  return Overlap(input, output) ? OverlapError(name, input, output)
                                : Status::Ok();
}

uint32_t BitsOf(uint32_t bytes) {
  switch (bytes) {
    case 1:
      return DML_UINT8;
    case 2:
      return DML_UINT16;
    case 4:
      return DML_UINT32;
    case 8:
      return DML_UINT64;
    default:
      return kBits128;
  }
}

uint32_t BitsType(uint32_t type) { return BitsOf(TypeBytes(type)); }

uint32_t WidestBytes(Span<const dml_tensor* const> tensors) {
  const uint32_t bytes = TypeBytes(tensors[0]->type);
  for (uint32_t wide = 8; wide > bytes; wide /= 2) {
    const int64_t factor = wide / bytes;
    bool fits = true;
    for (const dml_tensor* tensor : tensors) {
      const uint32_t last = tensor->rank - 1;
      fits = fits && tensor->rank > 0 && tensor->data % wide == 0 &&
             tensor->sizes[last] % factor == 0 && tensor->strides[last] == 1;
      for (uint32_t d = 0; fits && d < last; ++d) {
        fits = tensor->sizes[d] == 1 || tensor->strides[d] % factor == 0;
      }
    }
    if (fits) return wide;
  }
  return bytes;
}

dml_tensor Widen(const dml_tensor& tensor, uint32_t bytes) {
  dml_tensor wide = tensor;
  const int64_t factor = bytes / TypeBytes(tensor.type);
  wide.type = BitsOf(bytes);
  if (factor == 1) return wide;
  wide.sizes[wide.rank - 1] /= factor;
  for (uint32_t d = 0; d + 1 < wide.rank; ++d) {
    wide.strides[d] = wide.sizes[d] == 1 ? 0 : wide.strides[d] / factor;
  }
  return wide;
}

}  // namespace dml
