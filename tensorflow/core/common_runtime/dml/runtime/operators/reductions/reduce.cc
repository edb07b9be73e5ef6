#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reductions/reductions_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

// What the program does for an operator: a fold, and something at the end.
struct Plan {
  uint32_t fold;
  bool divide = false;  // by `elements`
  bool root = false;
  uint32_t elements = 0;  // 0: as many as the input has for an output
  float scale = 1;        // in the end

  // The fold of what folds gave.
  uint32_t fold_of_parts() const {
    return fold == DML_REDUCE_SUM_SQUARE ? uint32_t{DML_REDUCE_SUM} : fold;
  }
};

Plan PlanOf(dml_reduce_op op) {
  switch (op) {
    case DML_REDUCE_MEAN:
      return {DML_REDUCE_SUM, true, false};
    case DML_REDUCE_ALL:
      return {DML_REDUCE_MIN};
    case DML_REDUCE_ANY:
      return {DML_REDUCE_MAX};
    case DML_REDUCE_L2:
      return {DML_REDUCE_SUM_SQUARE, false, true};
    default:
      return {static_cast<uint32_t>(op)};
  }
}

Status CheckReduce(dml_reduce_op op, const dml_tensor* input,
                   const dml_tensor* output, double scale) {
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "reduce: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "reduce: output"));
  if (input->type != output->type) {
    return InvalidArgument("reduce: input is ", Describe(*input),
                           " but output is ", Describe(*output),
                           "; the types must be equal");
  }
  bool sizes_fit = input->rank == output->rank;
  for (uint32_t d = 0; sizes_fit && d < input->rank; ++d) {
    sizes_fit = output->sizes[d] == input->sizes[d] || output->sizes[d] == 1;
  }
  if (!sizes_fit) {
    return InvalidArgument("reduce: output ", Describe(*output),
                           " must have the sizes of input ", Describe(*input),
                           ", or 1 in the reduced dimensions");
  }
  const bool is_bool = input->type == DML_BOOL;
  switch (op) {
    case DML_REDUCE_ALL:
    case DML_REDUCE_ANY:
      if (!is_bool) {
        return InvalidArgument("reduce: all and any take bool, not ",
                               Describe(*input));
      }
      break;
    case DML_REDUCE_SUM_SQUARE:
    case DML_REDUCE_L2:
      if (!IsFloat(input->type) && !IsComplex(input->type)) {
        return InvalidArgument(
            "reduce: sums of squares take floating point and complex, not ",
            Describe(*input));
      }
      break;
    case DML_REDUCE_SUM:
    case DML_REDUCE_MEAN:
    case DML_REDUCE_PRODUCT:
    case DML_REDUCE_MAX:
    case DML_REDUCE_MIN:
      if (is_bool) {
        return InvalidArgument("reduce: bool takes all and any only");
      }
      if (IsComplex(input->type) &&
          (op == DML_REDUCE_MAX || op == DML_REDUCE_MIN)) {
        return InvalidArgument("reduce: ", Describe(*input),
                               " has no order, so no maximum or minimum");
      }
      break;
    default:
      return InvalidArgument("reduce: no operation has number ",
                             static_cast<int>(op));
  }
  if (scale != 1.0 && !IsFloat(input->type)) {
    return InvalidArgument("reduce: scale must be 1 for ", Describe(*input));
  }
  return Status::Ok();
}

// The type in which the parts of a split reduction wait for the second pass.
uint32_t PartialType(uint32_t type) {
  return type == DML_FLOAT16 ? uint32_t{DML_FLOAT32} : type;
}

// Integers shorter than 32 bits wrap between the passes, which a mean must not.
bool MaySplit(const Plan& plan, uint32_t type) {
  return !plan.divide || IsFloat(type) || TypeBytes(type) >= 4;
}

// A launch, which `constants` and `buffers` must outlive.
Status PreparePass(OperatorContext& context, uint32_t fold, uint32_t x_type,
                   uint32_t y_type, const BufferArgument (&buffers)[2],
                   const ReducedWalk& walk, ReduceParameters* constants,
                   Launch* launch) {
  constants->count = walk.count;
  constants->splits = walk.shape.splits;
  constants->chunk = walk.shape.chunk;
  constants->lanes = walk.shape.lanes;
  constants->lane_stride = walk.shape.lane_stride;
  constants->reduced = walk.reduced;
  std::copy_n(walk.strides[0], DML_MAX_RANK, constants->reduced_strides);
  return PrepareLaunch(
      context, ShaderName("reduce", x_type, y_type),
      {kGroupSize, fold, walk.access, walk.rank},
      LinearGrid(context, walk.shape.groups), buffers, ReduceParameters::kBlock,
      {reinterpret_cast<const uint8_t*>(constants), sizeof(*constants)},
      launch);
}

// The launches of a reduction of `input`, which may be one with what makes
// that.
Status Enqueue(OperatorContext& context, const Plan& plan,
               const dml_tensor& input, const dml_tensor& output,
               const ReducedWalk& walk, Launch* first, const Launch* second) {
  ElementTail tail;
  if (context.parts == 0 && !IsEmpty(input) && input.type == output.type &&
      TailOfReduction(plan.fold, walk, input, &tail)) {
    tail.second = second;
    first->tail = &tail;
    return EnqueueLaunch(context, *first);
  }
  DML_RETURN_IF_ERROR(EnqueueLaunch(context, *first));
  return second == nullptr ? Status::Ok() : EnqueueLaunch(context, *second);
}

// Of tensors that programs take whole. `output` has the input's type, or one
// of them is PartialType() of the other.
Status LaunchWhole(OperatorContext& context, const Plan& plan,
                   const dml_tensor& input, const dml_tensor& output) {
  uint32_t reduced_mask = 0;
  for (uint32_t d = 0; d < input.rank; ++d) {
    if (output.sizes[d] == 1) reduced_mask |= 1u << d;
  }
  const dml_tensor kept_x = SelectDimensions(input, ~reduced_mask);
  const dml_tensor kept_y = SelectDimensions(output, ~reduced_mask);
  const Coalesced kept = Coalesce({&kept_x, &kept_y});
  const uint64_t outputs = ElementCount(output);
  const ReducedWalk walk = WalkReduced(context, {&input}, reduced_mask, kept,
                                       MaySplit(plan, input.type));

  ReduceParameters constants = {};
  constants.x_offset = DataOffset(input);
  constants.y_offset = DataOffset(output);
  constants.outputs = static_cast<uint32_t>(outputs);
  constants.elements =
      plan.elements != 0 ? plan.elements : walk.count * walk.elements;
  constants.divide = plan.divide;
  constants.root = plan.root;
  constants.scale = plan.scale;
  constants.kept_rank = kept.rank;
  constants.kept = IndexOf(kept.sizes, kept.rank);
  std::copy_n(kept.strides[0], DML_MAX_RANK, constants.kept_x_strides);
  std::copy_n(kept.strides[1], DML_MAX_RANK, constants.kept_y_strides);

  const BufferArgument y = Argument(output, Access::kWrite);
  // Nothing reads an empty input, which may have no memory.
  BufferArgument x = IsEmpty(input) ? y : Argument(input, Access::kRead);
  x.access = Access::kRead;
  const uint32_t splits = walk.shape.splits;
  Launch first;
  if (splits == 1) {
    const BufferArgument buffers[] = {x, y};
    DML_RETURN_IF_ERROR(PreparePass(context, plan.fold, input.type, output.type,
                                    buffers, walk, &constants, &first));
    return Enqueue(context, plan, input, output, walk, &first, nullptr);
  }

  const uint32_t partial_type = PartialType(input.type);
  Scratch scratch(context);
  DML_RETURN_IF_ERROR(
      scratch.Allocate(outputs * splits * TypeBytes(partial_type)));
  const BufferArgument buffers[] = {x, scratch.Argument(Access::kWrite)};
  DML_RETURN_IF_ERROR(PreparePass(context, plan.fold, input.type, partial_type,
                                  buffers, walk, &constants, &first));

  // The second pass folds [splits, outputs] over splits.
  const dml_tensor partials =
      MakeTensor(scratch.address(), partial_type,
                 {int64_t{splits}, static_cast<int64_t>(outputs)});
  Coalesced kept_partials = kept;
  int32_t stride = 1;
  for (uint32_t d = kept.rank; d-- > 0;) {
    kept_partials.strides[0][d] = stride;
    stride *= static_cast<int32_t>(kept.sizes[d]);
  }
  ReduceParameters constants_of_parts = constants;
  constants_of_parts.x_offset = 0;
  std::copy_n(kept_partials.strides[0], DML_MAX_RANK,
              constants_of_parts.kept_x_strides);
  const BufferArgument buffers_of_parts[] = {scratch.Argument(Access::kRead),
                                             y};
  Launch second;
  DML_RETURN_IF_ERROR(
      PreparePass(context, plan.fold_of_parts(), partial_type, output.type,
                  buffers_of_parts,
                  WalkReduced(context, {&partials}, 1u << 0, kept_partials,
                              /*may_split=*/false),
                  &constants_of_parts, &second));
  return Enqueue(context, plan, input, output, walk, &first, &second);
}

Status ReduceWide(OperatorContext& context, Plan plan, const dml_tensor& input,
                  const dml_tensor& output);

// The parts of a dimension that is reduced, each into a part of scratch memory,
// then those.
Status ReduceInParts(OperatorContext& context, const Plan& plan, const Cut& cut,
                     const dml_tensor& input, const dml_tensor& output) {
  dml_tensor partials = output;
  partials.sizes[cut.dimension] = cut.pieces;
  const uint32_t type = PartialType(input.type);
  Scratch scratch(context);
  DML_RETURN_IF_ERROR(
      scratch.Allocate(ElementCount(partials) * TypeBytes(type)));
  partials =
      MakeTensor(scratch.address(), type, {partials.sizes, partials.rank});
  const Cut one_each = {cut.dimension, 1, cut.pieces};
  for (int64_t piece = 0; piece < cut.pieces; ++piece) {
    DML_RETURN_IF_ERROR(ReduceWide(context, {plan.fold},
                                   PieceOf(input, cut, piece),
                                   PieceOf(partials, one_each, piece)));
  }
  Plan last = plan;
  last.fold = plan.fold_of_parts();
  return ReduceWide(context, last, partials, output);
}

// A count that the program divides by, and what remains for the scale: counts
// beyond 32 bits are halved.
void CountElements(const dml_tensor& input, const dml_tensor& output,
                   Plan* plan) {
  int64_t elements = ElementCount(input) / ElementCount(output);
  for (; elements > UINT32_MAX; elements = (elements + 1) / 2) plan->scale /= 2;
  plan->elements = static_cast<uint32_t>(elements);
}

// Where a reduction is cut: where tensors reach farthest, unless parts of one
// position each would give as many results as there are elements.
Cut CutReduction(const OperatorContext& context, const dml_tensor& input,
                 const dml_tensor& output) {
  const dml_tensor* const tensors[] = {&input, &output};
  const Cut cut = ChooseCut(context, tensors, kAllDimensions);
  if (cut.size > 1 || cut.dimension < 0) return cut;
  uint32_t kept = 0;
  for (uint32_t d = 0; d < output.rank; ++d) {
    if (output.sizes[d] > 1) kept |= 1u << d;
  }
  const Cut other = ChooseCut(context, tensors, kept);
  return other.pieces > 1 ? other : cut;
}

// Of tensors of any size.
Status ReduceWide(OperatorContext& context, Plan plan, const dml_tensor& input,
                  const dml_tensor& output) {
  if (FitsPrograms(context, input) && FitsPrograms(context, output)) {
    return LaunchWhole(context, plan, input, output);
  }
  const Cut cut = CutReduction(context, input, output);
  const bool reduced = cut.pieces > 1 && output.sizes[cut.dimension] == 1;
  const bool wraps = reduced && !MaySplit(plan, input.type);
  if (cut.pieces < 2 || wraps) {
    return CouldFitPrograms(input) && CouldFitPrograms(output)
               ? LaunchWhole(context, plan, input, output)
               : TooManyElements("reduce", input);
  }
  if (plan.divide && plan.elements == 0) CountElements(input, output, &plan);
  if (reduced) return ReduceInParts(context, plan, cut, input, output);
  for (int64_t piece = 0; piece < cut.pieces; ++piece) {
    DML_RETURN_IF_ERROR(ReduceWide(context, plan, PieceOf(input, cut, piece),
                                   PieceOf(output, cut, piece)));
  }
  return Status::Ok();
}

}  // namespace

Status Reduce(OperatorContext& context, dml_reduce_op op,
              const dml_tensor* input, const dml_tensor* output, double scale) {
  DML_RETURN_IF_ERROR(CheckReduce(op, input, output, scale));
  if (IsEmpty(*output)) return Status::Ok();

  Plan plan = PlanOf(op);
  plan.scale = static_cast<float>(scale);
  return ReduceWide(context, plan, *input, *output);
}

}  // namespace dml
