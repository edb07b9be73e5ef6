#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

#include <algorithm>
#include <limits>

namespace dml {
namespace {

struct TypeTraits {
  const char* suffix;
  const char* name;
  uint32_t bytes;
};

// By dml_data_type.
constexpr TypeTraits kTypes[] = {
    {"f32", "float32", 4},   {"f16", "float16", 2},
    {"f64", "float64", 8},   {"i8", "int8", 1},
    {"i16", "int16", 2},     {"i32", "int32", 4},
    {"i64", "int64", 8},     {"u8", "uint8", 1},
    {"u16", "uint16", 2},    {"u32", "uint32", 4},
    {"u64", "uint64", 8},    {"bool", "bool", 1},
    {"c64", "complex64", 8}, {"c128", "complex128", 16},
    {"u128", "bits128", 16},
};
constexpr uint32_t kTypeCount = kBits128;  // of arguments
constexpr TypeTraits kUnknownType = {"unknown", "unknown type", 1};

const TypeTraits& Traits(uint32_t type) {
  return type < std::size(kTypes) ? kTypes[type] : kUnknownType;
}

// The offsets, in elements, of the lowest and highest element from data.
struct Extent {
  int64_t low = 0;
  int64_t high = 0;
};
// What no memory holds, and no product of a size and a stride here exceeds.
constexpr int64_t kMaxWideElements = int64_t{1} << 48;

// A right tensor of known type, of one dimension with two elements or more,
// without gaps.
bool IsPlain(const dml_tensor& tensor, int64_t limit) {
  return tensor.rank == 1 && tensor.strides[0] == 1 && tensor.sizes[0] > 1 &&
         tensor.sizes[0] <= limit && tensor.data != 0 &&
         (tensor.data & (Traits(tensor.type).bytes - 1)) == 0;
}

Extent ExtentOf(const dml_tensor& tensor) {
  Extent extent;
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    const int64_t last = (tensor.sizes[d] - 1) * tensor.strides[d];
    (last < 0 ? extent.low : extent.high) += last;
  }
  return extent;
}

}  // namespace

uint32_t TypeBytes(uint32_t type) { return Traits(type).bytes; }
const char* TypeSuffix(uint32_t type) { return Traits(type).suffix; }
bool IsFloat(uint32_t type) { return type <= DML_FLOAT64; }
bool IsInteger(uint32_t type) { return type >= DML_INT8 && type <= DML_UINT64; }
bool IsComplex(uint32_t type) {
  return type == DML_COMPLEX64 || type == DML_COMPLEX128;
}

uint32_t PartType(uint32_t type) {
  return type == DML_COMPLEX128 ? DML_FLOAT64 : DML_FLOAT32;
}

dml_tensor RealParts(const dml_tensor& tensor) {
  dml_tensor parts = tensor;
  parts.type = PartType(tensor.type);
  for (int64_t& stride : parts.strides) stride *= 2;
  return parts;
}

dml_tensor ImaginaryParts(const dml_tensor& tensor) {
  dml_tensor parts = RealParts(tensor);
  parts.data += TypeBytes(parts.type);
  return parts;
}

bool HasPartsSideBySide(const dml_tensor& tensor) {
  const uint32_t last = tensor.rank - 1;
  return tensor.sizes[last] == 1 || tensor.strides[last] == 1;
}

dml_tensor PartsSideBySide(const dml_tensor& tensor) {
  dml_tensor parts = RealParts(tensor);
  parts.sizes[tensor.rank - 1] *= 2;
  parts.strides[tensor.rank - 1] = 1;
  return parts;
}

int64_t ElementCount(const dml_tensor& tensor) {
  int64_t count = 1;
  bool fits = true;
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    if (tensor.sizes[d] == 0) return 0;  // the others may be huge
    fits &= !__builtin_mul_overflow(count, tensor.sizes[d], &count);
  }
  return fits ? count : std::numeric_limits<int64_t>::max();
}

bool IsContiguous(const dml_tensor& tensor) {
  if (IsEmpty(tensor)) return true;
  int64_t expected = 1;
  for (uint32_t d = tensor.rank; d-- > 0;) {
    if (tensor.sizes[d] == 1) continue;
    if (tensor.strides[d] != expected) return false;
    if (__builtin_mul_overflow(expected, tensor.sizes[d], &expected)) {
      return false;  // of more elements than there may be
    }
  }
  return true;
}

bool SameSizes(const dml_tensor& a, const dml_tensor& b) {
  return a.rank == b.rank && std::equal(a.sizes, a.sizes + a.rank, b.sizes);
}

std::string Describe(const dml_tensor& tensor) {
  std::string text = std::string(Traits(tensor.type).name) + " [";
  const uint32_t rank = std::min<uint32_t>(tensor.rank, DML_MAX_RANK);
  for (uint32_t d = 0; d < rank; ++d) {
    if (d > 0) text += ", ";
    text += std::to_string(tensor.sizes[d]);
  }
  return text + "]";
}

dml_tensor MakeTensor(uint64_t data, uint32_t type, Span<const int64_t> sizes) {
  dml_tensor tensor = {};
  tensor.data = data;
  tensor.type = type;
  tensor.rank = static_cast<uint32_t>(sizes.size());
  int64_t stride = 1;
  for (size_t d = sizes.size(); d-- > 0;) {
    tensor.sizes[d] = sizes[d];
    tensor.strides[d] = stride;
    stride *= sizes[d];
  }
  return tensor;
}

dml_tensor Reshape(const dml_tensor& tensor, Span<const int64_t> sizes) {
  return MakeTensor(tensor.data, tensor.type, sizes);
}

namespace {

// `limit`: of elements, and of those from the lowest to the highest.
Status Check(const dml_tensor* tensor, const char* name, int64_t limit,
             TensorFacts* facts) {
  if (tensor == nullptr) return InvalidArgument(name, " is null");
  if (tensor->type >= kTypeCount) {
    return InvalidArgument(name, " has unknown data type ", tensor->type);
  }
  if (tensor->rank > DML_MAX_RANK) {
    return Unimplemented(name, " has rank ", tensor->rank, "; at most ",
                         DML_MAX_RANK, " dimensions are supported");
  }
  // As most are: spares the walk over dimensions.
  if (IsPlain(*tensor, limit)) {
    if (facts != nullptr) {
      const int64_t count = tensor->sizes[0];
      *facts = {count, tensor->data, count * uint64_t{TypeBytes(tensor->type)},
                count, true,         false};
    }
    return Status::Ok();
  }
  // Products and sums that overflow are too large, too.
  bool empty = false, too_large = false, contiguous = true, repeated = true;
  int64_t count = 1;
  Extent extent;
  for (uint32_t d = tensor->rank; d-- > 0;) {
    const int64_t size = tensor->sizes[d];
    const int64_t stride = tensor->strides[d];
    if (size == 1) continue;
    if (size < 0) {
      return InvalidArgument(name, ": ", Describe(*tensor),
                             " has a negative size");
    }
    empty |= size == 0;
    too_large |= size > limit || stride > limit || stride < -limit;
    if (empty || too_large) continue;  // there may still be a negative size
    contiguous &= stride == count;
    repeated &= stride == 0;
    int64_t last;
    if (__builtin_mul_overflow(size - 1, stride, &last) ||
        __builtin_mul_overflow(count, size, &count) || last > limit ||
        last < -limit) {
      too_large = true;
      continue;
    }
    (last < 0 ? extent.low : extent.high) += last;
    too_large = count > limit || extent.high - extent.low > limit;
  }
  if (empty) {
    if (facts != nullptr) *facts = {0, tensor->data, 0, 0, true, repeated};
    return Status::Ok();
  }
  if (too_large) return TooManyElements(name, *tensor);
  if (tensor->data == 0) {
    return InvalidArgument(name, ": ", Describe(*tensor), " has no address");
  }
  const TypeTraits& traits = kTypes[tensor->type];
  if ((tensor->data & (traits.bytes - 1)) != 0) {
    return InvalidArgument(name, ": address ", tensor->data,
                           " is not aligned to its ", traits.name, " elements");
  }
  if (facts != nullptr) {
    const int64_t span = extent.high - extent.low + 1;
    *facts = {count,
              tensor->data + extent.low * int64_t{traits.bytes},
              span * uint64_t{traits.bytes},
              span,
              contiguous,
              repeated};
  }
  return Status::Ok();
}

}  // namespace

Status CheckTensor(const dml_tensor* tensor, const char* name,
                   TensorFacts* facts) {
  return Check(tensor, name, kMaxElements, facts);
}

Status CheckWideTensor(const dml_tensor* tensor, const char* name,
                       TensorFacts* facts) {
  return Check(tensor, name, kMaxWideElements, facts);
}

Status TooManyElements(const char* name, const dml_tensor& tensor) {
  return Unimplemented(name, ": ", Describe(tensor),
                       " spans more than 2^31 - 1 elements, which programs "
                       "cannot index: split it along a dimension, or place "
                       "the operation on the CPU");
}

BufferArgument Argument(const dml_tensor& tensor, Access access) {
  BufferArgument argument;
  argument.address = tensor.data;
  argument.access = access;
  if (IsEmpty(tensor)) return argument;
  const Extent extent = ExtentOf(tensor);
  const int64_t element = TypeBytes(tensor.type);
  argument.address += extent.low * element;
  argument.bytes = (extent.high - extent.low + 1) * element;
  return argument;
}

int32_t DataOffset(const dml_tensor& tensor) {
  return IsEmpty(tensor) ? 0 : static_cast<int32_t>(-ExtentOf(tensor).low);
}

Coalesced Coalesce(Span<const dml_tensor* const> tensors) {
  Coalesced result;
  const dml_tensor& first = *tensors[0];
  // From the innermost dimension outwards, into the arrays in reverse.
  for (uint32_t d = first.rank; d-- > 0;) {
    const int64_t size = first.sizes[d];
    if (size == 1) continue;
    // The dimension outside walks on where the last one ends?
    bool merge = result.rank > 0;
    const uint32_t last = result.rank - 1;
    for (size_t t = 0; merge && t < tensors.size(); ++t) {
      merge = tensors[t]->strides[d] ==
              int64_t{result.strides[t][last]} * result.sizes[last];
    }
    if (merge) {
      result.sizes[last] *= static_cast<uint32_t>(size);
      continue;
    }
    result.sizes[result.rank] = static_cast<uint32_t>(size);
    for (size_t t = 0; t < tensors.size(); ++t) {
      result.strides[t][result.rank] =
          static_cast<int32_t>(tensors[t]->strides[d]);
    }
    ++result.rank;
  }
  if (result.rank == 0) {
    result.rank = 1;
    result.sizes[0] = 1;
    for (size_t t = 0; t < tensors.size(); ++t) result.strides[t][0] = 1;
    return result;
  }
  std::reverse(result.sizes, result.sizes + result.rank);
  for (size_t t = 0; t < tensors.size(); ++t) {
    std::reverse(result.strides[t], result.strides[t] + result.rank);
  }
  return result;
}

ShaderName::ShaderName(std::string_view stem) { Append(stem); }

ShaderName::ShaderName(std::string_view stem, uint32_t type)
    : ShaderName(stem, "", type) {}

ShaderName::ShaderName(std::string_view stem, std::string_view form,
                       uint32_t type) {
  Append(stem);
  Append(form);
  Append("_");
  Append(TypeSuffix(type));
}

ShaderName::ShaderName(std::string_view stem, uint32_t type_a,
                       uint32_t type_b) {
  Append(stem);
  Append("_");
  Append(TypeSuffix(type_a));
  Append("_");
  Append(TypeSuffix(type_b));
}

void ShaderName::Append(std::string_view text) {
  const size_t count = std::min(text.size(), sizeof(text_) - size_);
  std::copy_n(text.data(), count, text_ + size_);
  size_ += count;
}

}  // namespace dml
