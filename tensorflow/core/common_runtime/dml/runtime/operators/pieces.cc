#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"

#include <algorithm>
#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"

namespace dml {
namespace {

// From the lowest to the highest element, of a tensor that has some.
int64_t SpanOf(const dml_tensor& tensor) {
  int64_t span = 1;
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    span += (tensor.sizes[d] - 1) * std::llabs(tensor.strides[d]);
  }
  return span;
}

bool Fits(int64_t limit, const dml_tensor& tensor) {
  const int64_t count = ElementCount(tensor);
  return count == 0 || (count <= limit && SpanOf(tensor) <= limit);
}

// Positions along `dimension` that fit. Where other dimensions alone reach over
// half of what fits, half of all positions: cutting the others serves better.
int64_t PieceSize(int64_t limit, const dml_tensor& tensor, int dimension) {
  const int64_t size = tensor.sizes[dimension];
  const int64_t stride = std::llabs(tensor.strides[dimension]);
  int64_t most = std::max<int64_t>(limit / (ElementCount(tensor) / size), 1);
  if (stride == 0) return most;
  const int64_t others = SpanOf(tensor) - (size - 1) * stride;
  const int64_t fit = others > limit ? 0 : (limit - others) / stride + 1;
  return std::min(most,
                  others > limit / 2 ? std::max(fit, (size + 1) / 2) : fit);
}

}  // namespace

bool FitsPrograms(const OperatorContext& context, const dml_tensor& tensor) {
  return Fits(context.max_elements, tensor);
}

bool CouldFitPrograms(const dml_tensor& tensor) {
  return Fits(kMaxElements, tensor);
}

Cut ChooseCut(const OperatorContext& context,
              Span<const dml_tensor* const> tensors, uint32_t dimensions) {
  Cut cut;
  int64_t farthest = -1;
  const dml_tensor& first = *tensors[0];
  for (uint32_t d = 0; d < first.rank; ++d) {
    if ((dimensions >> d & 1) == 0 || first.sizes[d] < 2) continue;
    int64_t reach = 0;
    for (const dml_tensor* tensor : tensors) {
      if (tensor->sizes[d] < 2) continue;
      reach = std::max(
          reach, (tensor->sizes[d] - 1) *
                     static_cast<int64_t>(std::llabs(tensor->strides[d])));
    }
    if (reach > farthest) {
      farthest = reach;
      cut.dimension = static_cast<int>(d);
    }
  }
  if (cut.dimension < 0) return cut;
  cut.size = first.sizes[cut.dimension];
  const int64_t all = cut.size;
  for (const dml_tensor* tensor : tensors) {
    if (tensor->sizes[cut.dimension] < all) continue;  // is not cut
    cut.size = std::min(
        cut.size, PieceSize(context.max_elements, *tensor, cut.dimension));
  }
  if (cut.size > kPieceAlignment) cut.size -= cut.size % kPieceAlignment;
  cut.pieces = static_cast<int64_t>(CeilDivide(all, cut.size));
  return cut;
}

dml_tensor PieceOf(const dml_tensor& tensor, const Cut& cut, int64_t piece) {
  dml_tensor part = tensor;
  const int d = cut.dimension;
  const int64_t first = piece * cut.size;
  part.data += first * tensor.strides[d] * int64_t{TypeBytes(tensor.type)};
  part.sizes[d] = std::min(cut.size, tensor.sizes[d] - first);
  return part;
}

Status CutIntoPieces(const OperatorContext& context, const char* name,
                     Span<const dml_tensor* const> tensors, uint32_t dimensions,
                     const RunPiece& run) {
  const Cut cut = ChooseCut(context, tensors, dimensions);
  if (cut.pieces < 2) {
    for (const dml_tensor* tensor : tensors) {
      if (!CouldFitPrograms(*tensor)) return TooManyElements(name, *tensor);
    }
    return run(tensors.data());
  }
  dml_tensor parts[kMaxPieceTensors];
  const dml_tensor* pointers[kMaxPieceTensors];
  for (int64_t piece = 0; piece < cut.pieces; ++piece) {
    for (size_t t = 0; t < tensors.size(); ++t) {
      parts[t] = PieceOf(*tensors[t], cut, piece);
      pointers[t] = &parts[t];
    }
    DML_RETURN_IF_ERROR(ForEachPiece(context, name, {pointers, tensors.size()},
                                     dimensions, run));
  }
  return Status::Ok();
}

}  // namespace dml
