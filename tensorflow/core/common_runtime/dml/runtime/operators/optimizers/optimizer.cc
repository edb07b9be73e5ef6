// Optimizer steps: what each takes, and its launch. See optimizer.comp
// and optimizer_rows.comp.
#include <cstdint>
#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/optimizers/optimizers_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/row_walk.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

enum class Flag { kNone, kNesterov, kUpdateSlots };

// The order of tensors as in dml_optimizer's comments.
struct OptimizerInfo {
  const char* program;
  uint32_t tensors;
  uint32_t written;   // the first tensors: the variable and its slots
  uint32_t gradient;  // its place; all others are rank 0
  Flag flag;
  uint32_t int64_scalar;  // the place of the one tensor that is int64, or 0
  const char* rows_program = nullptr;  // if it can step rows
  bool float64 = true;
};

constexpr bool kNoFloat64 = false;
constexpr OptimizerInfo kOptimizers[] = {
    {"sgd", 3, 1, 2, Flag::kNone, 0},
    {"momentum", 5, 2, 3, Flag::kNesterov, 0, "momentum_rows"},
    {"adagrad", 4, 2, 3, Flag::kUpdateSlots, 0, "adagrad_rows"},
    {"adam", 10, 3, 9, Flag::kNesterov, 0},
    {"rmsprop", 8, 3, 7, Flag::kNone, 0, "rmsprop_rows"},
    {"centered_rmsprop", 9, 4, 8, Flag::kNone, 0, "centered_rmsprop_rows"},
    {"adadelta", 7, 3, 6, Flag::kNone, 0, "adadelta_rows"},
    {"adagrad_v2", 5, 2, 4, Flag::kUpdateSlots, 0, "adagrad_v2_rows"},
    {"ftrl", 8, 3, 3, Flag::kNone, 0, "ftrl_rows", kNoFloat64},
    {"ftrl_v2", 9, 3, 3, Flag::kNone, 0, "ftrl_v2_rows", kNoFloat64},
    {"proximal_sgd", 5, 1, 4, Flag::kNone, 0, "proximal_sgd_rows"},
    {"proximal_adagrad", 6, 2, 5, Flag::kNone, 0, "proximal_adagrad_rows"},
    {"adamax", 9, 3, 8, Flag::kNone, 0},
    {"add_sign", 7, 2, 6, Flag::kNone, 0},
    {"power_sign", 7, 2, 6, Flag::kNone, 0, nullptr, kNoFloat64},
    {"adagrad_da", 8, 3, 3, Flag::kNone, 7, "adagrad_da_rows"},
    {"keras_momentum", 5, 2, 3, Flag::kNesterov, 0, "keras_momentum_rows"},
    {"amsgrad", 11, 4, 10, Flag::kNone, 0},
};
constexpr uint32_t kMaxTensors = 11;

// `indices` is null for a step of the whole variable.
Status CheckTensors(const OptimizerInfo& info, const dml_tensor* const* tensors,
                    const dml_tensor* indices) {
  DML_RETURN_IF_ERROR(CheckWideTensor(tensors[0], "optimizer: variable"));
  const dml_tensor& variable = *tensors[0];
  if (!IsFloat(variable.type) ||
      (variable.type == DML_FLOAT64 && !info.float64)) {
    return InvalidArgument("optimizer: the variable of ", info.program,
                           " must be float16", info.float64 ? ", " : " or ",
                           "float32", info.float64 ? " or float64" : "",
                           ", and is ", Describe(variable));
  }
  dml_tensor gradient = variable;
  if (indices != nullptr) {
    DML_RETURN_IF_ERROR(CheckTensor(indices, "optimizer: indices"));
    if (variable.rank != 2 || indices->rank != 1 || !IsContiguous(*indices) ||
        (indices->type != DML_INT32 && indices->type != DML_INT64)) {
      return InvalidArgument("optimizer: indices ", Describe(*indices),
                             " must be a contiguous vector of int32 or int64, "
                             "and the variable a matrix, not ",
                             Describe(variable));
    }
    gradient.sizes[0] = indices->sizes[0];
  }
  for (uint32_t i = 0; i < info.tensors; ++i) {
    DML_RETURN_IF_ERROR(CheckWideTensor(tensors[i], "optimizer: tensor"));
    const dml_tensor& tensor = *tensors[i];
    const bool full = i < info.written || i == info.gradient;
    const bool fits =
        full ? SameSizes(tensor, i == info.gradient ? gradient : variable)
             : tensor.rank == 0;
    const bool is_int64 = i > 0 && i == info.int64_scalar;
    const uint32_t type = is_int64 ? uint32_t{DML_INT64} : variable.type;
    if (tensor.type != type || !fits) {
      return InvalidArgument("optimizer: tensor ", i, " of ", info.program,
                             " is ", Describe(tensor), ", but must be ",
                             i == info.gradient
                                 ? "like the variable (or its rows) "
                             : full     ? "like the variable "
                             : is_int64 ? "an int64 scalar, with variable "
                                        : "a scalar of ",
                             Describe(variable));
    }
    if (!IsContiguous(tensor)) {
      return InvalidArgument("optimizer: tensor ", i, " of ", info.program,
                             ", ", Describe(tensor), ", must be contiguous");
    }
  }
  return Status::Ok();
}

// Invocations read scalars and slots while others write: what is written must
// overlap nothing else.
Status CheckOverlap(const OptimizerInfo& info, const BufferArgument* buffers,
                    uint32_t count) {
  for (uint32_t i = 0; i < info.written; ++i) {
    for (uint32_t j = i + 1; j < count; ++j) {
      const BufferArgument& a = buffers[i];
      const BufferArgument& b = buffers[j];
      if (a.address < b.address + b.bytes && b.address < a.address + a.bytes) {
        return InvalidArgument("optimizer: tensors ", i, " and ", j, " of ",
                               info.program,
                               " overlap; each needs memory of its own");
      }
    }
  }
  return Status::Ok();
}

Status Find(dml_optimizer optimizer, const dml_tensor* const* tensors,
            uint32_t tensor_count, const OptimizerInfo** info) {
  if (static_cast<uint32_t>(optimizer) >= std::size(kOptimizers)) {
    return InvalidArgument("optimizer: there is no optimizer ",
                           static_cast<int>(optimizer));
  }
  *info = &kOptimizers[optimizer];
  if (tensor_count != (*info)->tensors || tensors == nullptr) {
    return InvalidArgument("optimizer: ", (*info)->program, " takes ",
                           (*info)->tensors, " tensors, not ", tensor_count);
  }
  return Status::Ok();
}

// What the programs' specialization constant FLAG means.
uint32_t ChooseFlag(const OptimizerInfo& info, int32_t use_nesterov,
                    int32_t update_slots) {
  switch (info.flag) {
    case Flag::kNesterov:
      return use_nesterov != 0;
    case Flag::kUpdateSlots:
      return update_slots != 0;
    case Flag::kNone:
      break;
  }
  return 0;
}

// The tensors as arguments, and room for one more.
struct Buffers {
  Buffers(const OptimizerInfo& info, const dml_tensor* const* tensors) {
    for (uint32_t i = 0; i < info.tensors; ++i) {
      at[i] = Argument(*tensors[i],
                       i < info.written ? Access::kReadWrite : Access::kRead);
    }
  }
  BufferArgument at[kMaxTensors + 1];
};

}  // namespace

Status ApplyOptimizer(OperatorContext& context, dml_optimizer optimizer,
                      const dml_tensor* const* tensors, uint32_t tensor_count,
                      int32_t use_nesterov, int32_t update_slots) {
  const OptimizerInfo* info = nullptr;
  DML_RETURN_IF_ERROR(Find(optimizer, tensors, tensor_count, &info));
  DML_RETURN_IF_ERROR(CheckTensors(*info, tensors, nullptr));
  if (IsEmpty(*tensors[0])) return Status::Ok();
  Buffers buffers(*info, tensors);
  DML_RETURN_IF_ERROR(CheckOverlap(*info, buffers.at, info->tensors));
  const auto launch = [&](int64_t count) {
    const OptimizerParameters constants = {static_cast<uint32_t>(count)};
    return LaunchProgram(
        context, ShaderName(info->program, tensors[0]->type),
        {kGroupSize, ChooseFlag(*info, use_nesterov, update_slots)},
        LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
        {buffers.at, info->tensors}, constants);
  };
  const int64_t count = ElementCount(*tensors[0]);
  if (FitsPrograms(context, *tensors[0])) return launch(count);
  // By pieces of the variable, its slots and the gradient, seen as vectors.
  dml_tensor full[kMaxPieceTensors];
  const dml_tensor* pointers[kMaxPieceTensors];
  uint32_t places[kMaxPieceTensors];
  uint32_t full_count = 0;
  for (uint32_t i = 0; i < info->tensors; ++i) {
    if (i >= info->written && i != info->gradient) continue;
    full[full_count] = Reshape(*tensors[i], {count});
    pointers[full_count] = &full[full_count];
    places[full_count++] = i;
  }
  return ForEachPiece(context, "optimizer", {pointers, full_count},
                      kAllDimensions, [&](const dml_tensor* const* pieces) {
                        for (uint32_t i = 0; i < full_count; ++i) {
                          BufferArgument& buffer = buffers.at[places[i]];
                          buffer = Argument(*pieces[i], buffer.access);
                        }
                        return launch(pieces[0]->sizes[0]);
                      });
}

Status ApplyOptimizerToRows(OperatorContext& context, dml_optimizer optimizer,
                            const dml_tensor* const* tensors,
                            uint32_t tensor_count, const dml_tensor* indices,
                            int32_t use_nesterov, int32_t update_slots) {
  const OptimizerInfo* info = nullptr;
  DML_RETURN_IF_ERROR(Find(optimizer, tensors, tensor_count, &info));
  if (info->rows_program == nullptr) {
    return InvalidArgument("optimizer: ", info->program,
                           " has no step of rows");
  }
  DML_RETURN_IF_ERROR(CheckTensors(*info, tensors, indices));
  const dml_tensor& variable = *tensors[0];
  if (IsEmpty(variable) || IsEmpty(*indices)) return Status::Ok();
  Buffers buffers(*info, tensors);
  const uint32_t buffer_count = info->tensors + 1;
  buffers.at[info->tensors] = Argument(*indices, Access::kRead);
  DML_RETURN_IF_ERROR(CheckOverlap(*info, buffers.at, buffer_count));
  if (variable.sizes[0] > kMaxWalkedRows) {
    return TooManyElements("optimizer: variable", variable);
  }
  const dml_tensor& gradient = *tensors[info->gradient];
  const int64_t per_launch = UpdatesPerLaunch(context, gradient);
  int64_t first_row = 0;
  return ForEachPiece(
      context, "optimizer: variable", {tensors, info->written}, 1u << 0,
      [&](const dml_tensor* const* pieces) {
        for (uint32_t i = 0; i < info->written; ++i) {
          buffers.at[i] = Argument(*pieces[i], Access::kReadWrite);
        }
        const int64_t rows = pieces[0]->sizes[0];
        DML_RETURN_IF_ERROR(LaunchUpdates(
            indices->sizes[0], per_launch, [&](int64_t first, int64_t count) {
              buffers.at[info->gradient] =
                  Argument(SliceRows(gradient, first, count), Access::kRead);
              buffers.at[info->tensors] =
                  Argument(SliceRows(*indices, first, count), Access::kRead);
              const OptimizerRowsParameters constants = {
                  WalkRows(context.adapter, count, rows, variable.sizes[1],
                           first_row),
                  TypeBytes(indices->type) / 4};
              return LaunchProgram(
                  context, ShaderName(info->rows_program, variable.type),
                  {kGroupSize, ChooseFlag(*info, use_nesterov, update_slots)},
                  LinearGrid(context, constants.walk.groups),
                  {buffers.at, buffer_count}, constants);
            }));
        first_row += rows;
        return Status::Ok();
      });
}

}  // namespace dml
