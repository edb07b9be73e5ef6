// Tensors of more elements than programs index, taken a piece at a time.
//
// Programs index with 32 bits, from addresses of 64. So an operator whose
// elements, or rows, do not depend on each other launches the same programs on
// parts of its tensors, each of them within OperatorContext::max_elements:
//   CheckWideTensor() instead of CheckTensor(), then
//   ForEachPiece(context, "scan", {&input, &output}, ~(1u << axis),
//                [&](const dml_tensor* const* pieces) { ... });
// Tensors that fit are one piece, which costs little more than the check.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PIECES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PIECES_H_

#include <cstdint>
#include <functional>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {

constexpr uint32_t kAllDimensions = ~0u;
// Pieces of more elements have a multiple of so many along the dimension that
// was cut: they begin where vectors may, and at a whole block of whatever
// programs make at once.
constexpr int64_t kPieceAlignment = 64;

// Whether programs take the tensor whole: one that CheckWideTensor() has seen.
inline bool FitsPrograms(const OperatorContext& context,
                         const TensorFacts& facts) {
  return facts.count <= context.max_elements &&
         facts.span <= context.max_elements;
}
bool FitsPrograms(const OperatorContext& context, const dml_tensor& tensor);
// Whether they could, were OperatorContext::max_elements not less: what cannot
// be cut is taken whole then.
bool CouldFitPrograms(const dml_tensor& tensor);

constexpr size_t kMaxPieceTensors = 8;

// What ForEachPiece() does with tensors of which one does not fit.
using RunPiece = std::function<Status(const dml_tensor* const* pieces)>;
Status CutIntoPieces(const OperatorContext& context, const char* name,
                     Span<const dml_tensor* const> tensors, uint32_t dimensions,
                     const RunPiece& run);

// Calls run(pieces), as many and in the order of `tensors`, until all of the
// tensors was in a piece, and every piece fits. Only the dimensions in the mask
// are cut: there all tensors have the same sizes. kUnimplemented, with the text
// of TooManyElements(), when that does not suffice and they could not fit; some
// pieces may have run.
template <typename Run>
Status ForEachPiece(const OperatorContext& context, const char* name,
                    Span<const dml_tensor* const> tensors, uint32_t dimensions,
                    const Run& run) {
  bool fit = true;
  for (const dml_tensor* tensor : tensors) {
    fit = fit && FitsPrograms(context, *tensor);
  }
  return fit ? run(tensors.data())
             : CutIntoPieces(context, name, tensors, dimensions, run);
}

// A way to cut tensors along one dimension.
struct Cut {
  int dimension = -1;  // -1: there is none
  int64_t size = 0;    // of a piece there, but of the last one
  int64_t pieces = 0;
};
// The best of the dimensions in the mask: where tensors reach farthest.
Cut ChooseCut(const OperatorContext& context,
              Span<const dml_tensor* const> tensors, uint32_t dimensions);
// The part of the tensor in piece `piece`.
dml_tensor PieceOf(const dml_tensor& tensor, const Cut& cut, int64_t piece);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PIECES_H_
