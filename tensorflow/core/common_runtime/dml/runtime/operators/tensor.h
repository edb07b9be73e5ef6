// Helpers on dml_tensor: checks, extents, coalescing. Pure functions.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_TENSOR_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_TENSOR_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_tensor.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"

namespace dml {

uint32_t TypeBytes(uint32_t type);
// "f32", "f16", "f64", "i8", ..., "u64", "bool", "c64", "c128": as in shader
// variants' names.
const char* TypeSuffix(uint32_t type);
bool IsFloat(uint32_t type);
bool IsInteger(uint32_t type);  // bool is not
bool IsComplex(uint32_t type);

// 16 bytes, for programs that only move bits: never the type of an argument.
constexpr uint32_t kBits128 = DML_COMPLEX128 + 1;

// The type of a complex type's parts.
uint32_t PartType(uint32_t type);
// A complex tensor's real parts, as a tensor of their type, or its imaginary
// parts. The same memory.
dml_tensor RealParts(const dml_tensor& tensor);
dml_tensor ImaginaryParts(const dml_tensor& tensor);
// Whether elements of the last dimension are neighbours in memory; then their
// parts are too, twice as many. Rank 1 and up.
bool HasPartsSideBySide(const dml_tensor& tensor);
dml_tensor PartsSideBySide(const dml_tensor& tensor);

// Of a tensor that was not checked, too: the largest number where there are
// more.
int64_t ElementCount(const dml_tensor& tensor);
inline bool IsEmpty(const dml_tensor& tensor) {
  return ElementCount(tensor) == 0;
}
// Row-major without gaps (dimensions of size 1 may have any stride).
bool IsContiguous(const dml_tensor& tensor);
bool SameSizes(const dml_tensor& a, const dml_tensor& b);
// "float32 [2, 3]", for messages.
std::string Describe(const dml_tensor& tensor);

// A row-major tensor.
dml_tensor MakeTensor(uint64_t data, uint32_t type, Span<const int64_t> sizes);
// The same memory seen as another rank-N row-major tensor of as many elements;
// `tensor` must be contiguous.
dml_tensor Reshape(const dml_tensor& tensor, Span<const int64_t> sizes);

// What operators ask of a tensor, found in one pass over its dimensions.
struct TensorFacts {
  int64_t count = 0;        // of elements
  uint64_t begin = 0;       // the address of the lowest element
  uint64_t bytes = 0;       // from there to the end of the highest one
  int64_t span = 0;         // the same in elements
  bool contiguous = false;  // as IsContiguous()
  bool repeated = false;    // all strides are 0 where sizes exceed 1

  BufferArgument Argument(Access access) const {
    return {begin, bytes, access};
  }
};

// What programs can index: their offsets have 32 bits, one for the sign.
constexpr int64_t kMaxElements = INT32_MAX;

// Rank, type, sizes, address and extent are sane, and neither elements nor
// those from the lowest to the highest are more than kMaxElements. `name` is
// for the message: "gemm: a". `facts` may be null, and is written on success
// only.
Status CheckTensor(const dml_tensor* tensor, const char* name,
                   TensorFacts* facts = nullptr);
// The same without a limit but what any memory could hold, for operators that
// take such tensors by pieces: pieces.h.
Status CheckWideTensor(const dml_tensor* tensor, const char* name,
                       TensorFacts* facts = nullptr);
// What CheckTensor() says of tensors with more elements.
Status TooManyElements(const char* name, const dml_tensor& tensor);

// The bytes from the lowest to the highest element; empty tensors give 0.
BufferArgument Argument(const dml_tensor& tensor, Access access);
// The address of the lowest element differs from data with negative strides:
// programs take data, hazards take the extent. Launches pass the extent's
// address, so constants carry this offset, in elements, of data in it.
int32_t DataOffset(const dml_tensor& tensor);

// Merges dimensions that every tensor walks contiguously and drops those of
// size 1, so that programs loop over as few as possible. All have the same
// sizes. Result: rank >= 1 sizes, and per tensor the strides.
struct Coalesced {
  static constexpr int kMaxTensors = 5;
  uint32_t rank = 0;
  uint32_t sizes[DML_MAX_RANK] = {};
  int32_t strides[kMaxTensors][DML_MAX_RANK] = {};
};
Coalesced Coalesce(Span<const dml_tensor* const> tensors);

// A name such as "cast_f32_i64" in a fixed buffer, without allocating.
class ShaderName {
 public:
  explicit ShaderName(std::string_view stem);
  ShaderName(std::string_view stem, uint32_t type);
  // `form`: "", or such as "_matrix".
  ShaderName(std::string_view stem, std::string_view form, uint32_t type);
  ShaderName(std::string_view stem, uint32_t type_a, uint32_t type_b);
  operator std::string_view() const { return {text_, size_}; }  // NOLINT

 private:
  void Append(std::string_view text);
  char text_[64];
  size_t size_ = 0;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_TENSOR_H_
