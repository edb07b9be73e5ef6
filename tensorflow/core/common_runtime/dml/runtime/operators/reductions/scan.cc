// Scans along an axis: see scan.comp for the launches.
#include <algorithm>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reductions/reductions_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

enum class Step : uint32_t {
  kParts = ScanParameters::kParts,
  kTotals = ScanParameters::kTotals,
  kShort = ScanParameters::kShort
};

// Elements that an invocation walks alone however few invocations there are,
// and those where it reads beside its neighbours and there are many.
constexpr uint32_t kShortAxis = 16;
constexpr uint32_t kShortAxisOfMany = 256;

Status CheckScan(dml_scan_op op, const dml_tensor* input, uint32_t axis,
                 const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckWideTensor(input, "scan: input"));
  DML_RETURN_IF_ERROR(CheckWideTensor(output, "scan: output"));
  if (op < DML_SCAN_SUM || op > DML_SCAN_LOG_SUM_EXP) {
    return InvalidArgument("scan: there is no operation ",
                           static_cast<int>(op));
  }
  if (axis >= input->rank) {
    return InvalidArgument("scan: input ", Describe(*input), " has no axis ",
                           axis);
  }
  if (input->type != output->type || !SameSizes(*input, *output)) {
    return InvalidArgument("scan: the input ", Describe(*input),
                           " and the output ", Describe(*output),
                           " differ in type or sizes");
  }
  if (op == DML_SCAN_LOG_SUM_EXP && !IsFloat(input->type)) {
    return Unimplemented("scan: LOG_SUM_EXP takes floats, not ",
                         Describe(*input));
  }
  if (!IsFloat(input->type) && !IsInteger(input->type) &&
      !IsComplex(input->type)) {
    return Unimplemented("scan: takes numbers, not ", Describe(*input));
  }
  return Status::Ok();
}

// The same elements, from the last to the first along `axis`.
dml_tensor Reverse(const dml_tensor& tensor, uint32_t axis) {
  dml_tensor reversed = tensor;
  reversed.data +=
      static_cast<uint64_t>((tensor.sizes[axis] - 1) * tensor.strides[axis] *
                            int64_t{TypeBytes(tensor.type)});
  reversed.strides[axis] = -tensor.strides[axis];
  return reversed;
}

// y = the scan of x along `axis`; `shape` says in how many parts, and `carries`
// holds what comes before each of them, unless it is null.
class Scanner {
 public:
  Scanner(dml_scan_op op, const dml_tensor& x, const dml_tensor& y,
          uint32_t axis)
      : op_(op), x_(x), y_(y) {
    const dml_tensor kept_x = SelectDimensions(x, ~(1u << axis));
    const dml_tensor kept_y = SelectDimensions(y, ~(1u << axis));
    const Coalesced kept = Coalesce({&kept_x, &kept_y});
    outputs_ = ElementCount(kept_x);
    kept_stride_ = outputs_ == 1 ? 0 : kept.strides[0][kept.rank - 1];
    constants_.x_offset = DataOffset(x);
    constants_.y_offset = DataOffset(y);
    constants_.outputs = static_cast<uint32_t>(outputs_);
    constants_.count = static_cast<uint32_t>(x.sizes[axis]);
    constants_.x_stride = static_cast<int32_t>(x.strides[axis]);
    constants_.y_stride = static_cast<int32_t>(y.strides[axis]);
    constants_.kept_rank = kept.rank;
    constants_.kept = IndexOf(kept.sizes, kept.rank);
    std::copy_n(kept.strides[0], DML_MAX_RANK, constants_.kept_x_strides);
    std::copy_n(kept.strides[1], DML_MAX_RANK, constants_.kept_y_strides);
  }

  uint64_t outputs() const { return outputs_; }

  ReductionShape Shape(const OperatorContext& context, bool may_split) const {
    return ShapeReduction(context, outputs_, constants_.count,
                          ChooseNeighbours(constants_.x_stride, kept_stride_),
                          may_split);
  }

  // Whether one invocation for each scan, without shared memory, is faster.
  bool IsShort(const OperatorContext& context) const {
    if (constants_.count <= kShortAxis) return true;
    return constants_.count <= kShortAxisOfMany &&
           ChooseNeighbours(constants_.x_stride, kept_stride_) ==
               Neighbours::kKept &&
           outputs_ >= BusyGroups(context.adapter) * kGroupSize / 4;
  }

  Status RunShort(OperatorContext& context, bool exclusive) {
    ReductionShape shape;
    shape.groups = CeilDivide(outputs_, kGroupSize);
    return Run(context, Step::kShort, exclusive, shape, nullptr);
  }

  Status Run(OperatorContext& context, Step step, bool exclusive,
             const ReductionShape& shape, const BufferArgument* carries) {
    constants_.has_carries = carries != nullptr;
    constants_.splits = shape.splits;
    constants_.chunk = shape.chunk;
    constants_.lanes = shape.lanes;
    constants_.lane_stride = shape.lane_stride;
    const BufferArgument x = Argument(x_, Access::kRead);
    // Buffers that a step leaves alone are the input.
    return LaunchProgram(
        context,
        ShaderName(op_ == DML_SCAN_LOG_SUM_EXP ? "scan_log_sum_exp" : "scan",
                   x_.type),
        {kGroupSize, static_cast<uint32_t>(op_), static_cast<uint32_t>(step),
         exclusive ? 1u : 0u},
        LinearGrid(context, shape.groups),
        {x, carries != nullptr ? *carries : x,
         step == Step::kTotals ? x : Argument(y_, Access::kWrite)},
        constants_);
  }

 private:
  const dml_scan_op op_;
  const dml_tensor& x_;
  const dml_tensor& y_;
  uint64_t outputs_ = 0;
  int64_t kept_stride_ = 0;
  ScanParameters constants_ = {};
};

// Of tensors that programs take whole.
Status LaunchWhole(OperatorContext& context, dml_scan_op op,
                   const dml_tensor& input, uint32_t axis, bool exclusive,
                   bool reverse, const dml_tensor& output) {
  const dml_tensor x = reverse ? Reverse(input, axis) : input;
  const dml_tensor y = reverse ? Reverse(output, axis) : output;
  Scanner scanner(op, x, y, axis);
  if (scanner.IsShort(context)) return scanner.RunShort(context, exclusive);
  const ReductionShape shape = scanner.Shape(context, /*may_split=*/true);
  if (shape.splits == 1) {
    return scanner.Run(context, Step::kParts, exclusive, shape, nullptr);
  }

  const uint32_t type = x.type == DML_FLOAT16 ? uint32_t{DML_FLOAT32} : x.type;
  Scratch scratch(context);
  DML_RETURN_IF_ERROR(
      scratch.Allocate(scanner.outputs() * shape.splits * TypeBytes(type)));
  const BufferArgument written = scratch.Argument(Access::kWrite);
  DML_RETURN_IF_ERROR(
      scanner.Run(context, Step::kTotals, false, shape, &written));
  const dml_tensor totals = MakeTensor(
      scratch.address(), type,
      {int64_t{shape.splits}, static_cast<int64_t>(scanner.outputs())});
  Scanner carries(op, totals, totals, 0);
  DML_RETURN_IF_ERROR(carries.Run(context, Step::kParts, /*exclusive=*/true,
                                  carries.Shape(context, /*may_split=*/false),
                                  nullptr));
  const BufferArgument read = scratch.Argument(Access::kRead);
  return scanner.Run(context, Step::kParts, exclusive, shape, &read);
}

}  // namespace

Status Scan(OperatorContext& context, dml_scan_op op, const dml_tensor* input,
            uint32_t axis, int32_t exclusive, int32_t reverse,
            const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckScan(op, input, axis, output));
  if (IsEmpty(*output)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckAliasing("scan", *input, *output));
  if (input->sizes[axis] == 1 && exclusive == 0) {
    return input->data == output->data ? Status::Ok()
                                       : CopyTensor(context, input, output);
  }
  return ForEachPiece(context, "scan", {input, output}, ~(1u << axis),
                      [&](const dml_tensor* const* pieces) {
                        return LaunchWhole(context, op, *pieces[0], axis,
                                           exclusive != 0, reverse != 0,
                                           *pieces[1]);
                      });
}

}  // namespace dml
