// Optimizer steps: what each takes, and its launch. See shaders/optimizer.comp.
#include <cstdint>
#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
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
};

constexpr OptimizerInfo kOptimizers[] = {
    {"sgd", 3, 1, 2, Flag::kNone, 0},
    {"momentum", 5, 2, 3, Flag::kNesterov, 0},
    {"adagrad", 4, 2, 3, Flag::kUpdateSlots, 0},
    {"adam", 10, 3, 9, Flag::kNesterov, 0},
    {"rmsprop", 8, 3, 7, Flag::kNone, 0},
    {"centered_rmsprop", 9, 4, 8, Flag::kNone, 0},
    {"adadelta", 7, 3, 6, Flag::kNone, 0},
    {"adagrad_v2", 5, 2, 4, Flag::kUpdateSlots, 0},
    {"ftrl", 8, 3, 3, Flag::kNone, 0},
    {"ftrl_v2", 9, 3, 3, Flag::kNone, 0},
    {"proximal_sgd", 5, 1, 4, Flag::kNone, 0},
    {"proximal_adagrad", 6, 2, 5, Flag::kNone, 0},
    {"adamax", 9, 3, 8, Flag::kNone, 0},
    {"add_sign", 7, 2, 6, Flag::kNone, 0},
    {"power_sign", 7, 2, 6, Flag::kNone, 0},
    {"adagrad_da", 8, 3, 3, Flag::kNone, 7},
};
constexpr uint32_t kMaxTensors = 10;

Status CheckTensors(const OptimizerInfo& info,
                    const dml_tensor* const* tensors) {
  DML_RETURN_IF_ERROR(CheckTensor(tensors[0], "optimizer: variable"));
  const dml_tensor& variable = *tensors[0];
  if (!IsFloat(variable.type)) {
    return InvalidArgument("optimizer: the variable must be float, and is ",
                           Describe(variable));
  }
  for (uint32_t i = 0; i < info.tensors; ++i) {
    DML_RETURN_IF_ERROR(CheckTensor(tensors[i], "optimizer: tensor"));
    const dml_tensor& tensor = *tensors[i];
    const bool full = i < info.written || i == info.gradient;
    const bool fits = full ? SameSizes(tensor, variable) : tensor.rank == 0;
    const bool is_int64 = i > 0 && i == info.int64_scalar;
    const uint32_t type = is_int64 ? uint32_t{DML_INT64} : variable.type;
    if (tensor.type != type || !fits) {
      return InvalidArgument("optimizer: tensor ", i, " of ", info.program,
                             " is ", Describe(tensor), ", but must be ",
                             full       ? "like the variable "
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
Status CheckOverlap(const OptimizerInfo& info, const BufferArgument* buffers) {
  for (uint32_t i = 0; i < info.written; ++i) {
    for (uint32_t j = i + 1; j < info.tensors; ++j) {
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

struct Constants {
  uint32_t count;
};

}  // namespace

Status ApplyOptimizer(OperatorContext& context, dml_optimizer optimizer,
                      const dml_tensor* const* tensors, uint32_t tensor_count,
                      int32_t use_nesterov, int32_t update_slots) {
  if (static_cast<uint32_t>(optimizer) >= std::size(kOptimizers)) {
    return InvalidArgument("optimizer: there is no optimizer ",
                           static_cast<int>(optimizer));
  }
  const OptimizerInfo& info = kOptimizers[optimizer];
  if (tensor_count != info.tensors || tensors == nullptr) {
    return InvalidArgument("optimizer: ", info.program, " takes ", info.tensors,
                           " tensors, not ", tensor_count);
  }
  DML_RETURN_IF_ERROR(CheckTensors(info, tensors));
  if (IsEmpty(*tensors[0])) return Status::Ok();

  BufferArgument buffers[kMaxTensors];
  for (uint32_t i = 0; i < info.tensors; ++i) {
    buffers[i] = Argument(
        *tensors[i], i < info.written ? Access::kReadWrite : Access::kRead);
  }
  DML_RETURN_IF_ERROR(CheckOverlap(info, buffers));
  const bool flag = info.flag == Flag::kNesterov      ? use_nesterov != 0
                    : info.flag == Flag::kUpdateSlots ? update_slots != 0
                                                      : false;
  const Constants constants = {
      static_cast<uint32_t>(ElementCount(*tensors[0]))};
  return LaunchProgram(
      context, ShaderName(info.program, tensors[0]->type),
      {kGroupSize, static_cast<uint32_t>(flag)},
      LinearGrid(context, CeilDivide(constants.count, 4 * kGroupSize)),
      {buffers, info.tensors}, constants);
}

}  // namespace dml
