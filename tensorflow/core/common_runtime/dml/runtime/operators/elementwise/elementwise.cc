// Element-wise operations: which op takes what, and which program runs it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/elementwise_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/launch_memo.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/pieces.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// The forms of elementwise.glsl.
enum class Form {
  kUnary,
  kBinary,
  kTernary,
  kCompare,
  kClassify,
  kChoose,
  kPart,
  kCompose,
  kCount,
  kSpecialUnary,
  kSpecialBinary,
  kSpecialTernary
};

// Of programs of their own, since they are so large.
bool IsSpecial(Form form) { return form >= Form::kSpecialUnary; }

struct FormInfo {
  const char* program;
  const char* strided_program;
  uint32_t input_count;
};

const FormInfo& InfoOf(Form form) {
  static constexpr FormInfo kInfo[] = {
      {"unary", "unary_strided", 1},
      {"binary", "binary_strided", 2},
      {"ternary", "ternary_strided", 3},
      {"compare", "compare_strided", 2},
      {"classify", "classify_strided", 1},
      {"choose", "choose_strided", 3},
      {"part", "part_strided", 1},
      {"compose", "compose_strided", 2},
      {"count", "count_strided", 1},
      {"special_unary", "special_unary_strided", 1},
      {"special_binary", "special_binary_strided", 2},
      {"special_ternary", "special_ternary_strided", 3},
  };
  return kInfo[static_cast<int>(form)];
}

// Sets of types.
enum : uint32_t {
  kFloats = 1u << DML_FLOAT32 | 1u << DML_FLOAT16 | 1u << DML_FLOAT64,
  kLongFloats = 1u << DML_FLOAT32 | 1u << DML_FLOAT64,
  kUnsigned =
      1u << DML_UINT8 | 1u << DML_UINT16 | 1u << DML_UINT32 | 1u << DML_UINT64,
  kSigned =
      1u << DML_INT8 | 1u << DML_INT16 | 1u << DML_INT32 | 1u << DML_INT64,
  kIntegers = kSigned | kUnsigned,
  kNumbers = kFloats | kIntegers,
  kBool = 1u << DML_BOOL,
  kComplex64 = 1u << DML_COMPLEX64,
  kComplex = kComplex64 | 1u << DML_COMPLEX128,
  kNone = 0,
};

struct OpInfo {
  Form form = Form::kUnary;
  uint32_t types = kNone;  // of all inputs, but the condition of a selection
  bool has_parameter = false;
};

OpInfo RealInfoOf(dml_elementwise_op op) {
  switch (op) {
    case DML_ABS:
    case DML_NEGATE:
    case DML_SIGN:
    case DML_SQUARE:
    case DML_RECIPROCAL:
    case DML_RELU:
    case DML_RELU6:
      return {Form::kUnary, kNumbers};
    case DML_LEAKY_RELU:
      return {Form::kUnary, kFloats, true};
    case DML_LOGICAL_NOT:
      return {Form::kUnary, kBool};
    case DML_BITWISE_NOT:
      return {Form::kUnary, kIntegers};
    case DML_IS_NAN:
    case DML_IS_INF:
    case DML_IS_FINITE:
      return {Form::kClassify, kFloats};
    case DML_ADD:
    case DML_SUBTRACT:
    case DML_MULTIPLY:
    case DML_DIVIDE:
    case DML_FLOOR_DIVIDE:
    case DML_DIVIDE_NO_NAN:
    case DML_FLOOR_MOD:
    case DML_TRUNCATE_MOD:
    case DML_MAXIMUM:
    case DML_MINIMUM:
    case DML_POW:
    case DML_SQUARED_DIFFERENCE:
    case DML_MULTIPLY_NO_NAN:
    case DML_XDIVY:
    case DML_RELU_GRADIENT:
    case DML_RELU6_GRADIENT:
      return {Form::kBinary, kNumbers};
    case DML_LEAKY_RELU_GRADIENT:
      return {Form::kBinary, kFloats, true};
    case DML_NEXT_AFTER:
      return {Form::kBinary, kLongFloats};
    case DML_BITWISE_AND:
    case DML_BITWISE_OR:
    case DML_BITWISE_XOR:
      return {Form::kBinary, kIntegers | kBool};
    case DML_SHIFT_LEFT:
    case DML_SHIFT_RIGHT:
      return {Form::kBinary, kIntegers};
    case DML_LOGICAL_AND:
    case DML_LOGICAL_OR:
      return {Form::kBinary, kBool};
    case DML_EQUAL:
    case DML_NOT_EQUAL:
    case DML_LESS:
    case DML_LESS_EQUAL:
    case DML_GREATER:
    case DML_GREATER_EQUAL:
      return {Form::kCompare, kNumbers | kBool};
    case DML_APPROXIMATE_EQUAL:
      return {Form::kCompare, kNumbers, true};
    case DML_SELECT:
      return {Form::kChoose, kNumbers | kBool | kComplex};
    case DML_CLIP_BY_VALUE:
      return {Form::kTernary, kNumbers};
    case DML_MULTIPLY_ADD:
    case DML_INTERPOLATE:
      return {Form::kTernary, kFloats};
    case DML_POPULATION_COUNT:
      return {Form::kCount, kIntegers};
    case DML_BESSEL_I0E:
    case DML_BESSEL_I1E:
      return {Form::kSpecialUnary, kFloats};
    case DML_IGAMMA:
    case DML_IGAMMAC:
    case DML_IGAMMA_GRADIENT_A:
    case DML_GAMMA_SAMPLE_GRADIENT:
    case DML_POLYGAMMA:
    case DML_ZETA:
      return {Form::kSpecialBinary, kLongFloats};
    case DML_BETAINC:
      return {Form::kSpecialTernary, kLongFloats};
    case DML_QUANTIZE_DEQUANTIZE:
      return {Form::kSpecialTernary, kLongFloats, true};
    default:
      break;
  }
  if (op >= DML_SQRT && op <= DML_SOFTSIGN) return {Form::kUnary, kFloats};
  if (op == DML_ATAN2 || op == DML_XLOGY ||
      (op >= DML_ELU_GRADIENT && op <= DML_RECIPROCAL_GRADIENT)) {
    return {Form::kBinary, kFloats};
  }
  return {};
}

// Of which complex types elementwise_complex.glsl knows an operation that real
// numbers have, too.
uint32_t ComplexTypesOf(dml_elementwise_op op) {
  switch (op) {
    case DML_NEGATE:
    case DML_SIGN:
    case DML_SQUARE:
    case DML_RECIPROCAL:
    case DML_SQRT:
    case DML_RSQRT:
    case DML_ADD:
    case DML_SUBTRACT:
    case DML_MULTIPLY:
    case DML_DIVIDE:
    case DML_DIVIDE_NO_NAN:
    case DML_SQUARED_DIFFERENCE:
    case DML_MULTIPLY_NO_NAN:
    case DML_XDIVY:
    case DML_XLOGY:
    case DML_EXP:
    case DML_SIGMOID_GRADIENT:
    case DML_TANH_GRADIENT:
    case DML_SQRT_GRADIENT:
    case DML_RSQRT_GRADIENT:
    case DML_RECIPROCAL_GRADIENT:
    case DML_EQUAL:
    case DML_NOT_EQUAL:
      return kComplex;
    case DML_SIGMOID:
    case DML_POW:
      return kComplex64;
    default:
      return (op >= DML_SQRT && op <= DML_TAN) ||
                     (op >= DML_SINH && op <= DML_ATANH)
                 ? kComplex64
                 : kNone;
  }
}

OpInfo MakeInfoOf(dml_elementwise_op op) {
  switch (op) {
    case DML_CONJUGATE:
      return {Form::kUnary, kComplex};
    case DML_COMPLEX_ABS:
    case DML_ANGLE:
      return {Form::kPart, kComplex};
    case DML_COMPOSE_COMPLEX:
      return {Form::kCompose, kLongFloats};
    default:
      break;
  }
  OpInfo info = RealInfoOf(op);
  info.types |= ComplexTypesOf(op);
  return info;
}

// By the operation's number; of one that doesn't exist, without types.
const OpInfo& InfoOf(dml_elementwise_op op) {
  constexpr uint32_t kOps = 256;  // above all numbers
  static const auto* const table = [] {
    auto* made = new std::array<OpInfo, kOps + 1>;  // lives with the process
    for (uint32_t i = 0; i < kOps; ++i) {
      (*made)[i] = MakeInfoOf(static_cast<dml_elementwise_op>(i));
    }
    return made;
  }();
  return (*table)[std::min<uint32_t>(static_cast<uint32_t>(op), kOps)];
}

uint32_t OutputType(Form form, uint32_t type) {
  switch (form) {
    case Form::kCompare:
    case Form::kClassify:
      return DML_BOOL;
    case Form::kCount:
      return DML_UINT8;
    case Form::kPart:
      return PartType(type);
    case Form::kCompose:
      return type == DML_FLOAT64 ? DML_COMPLEX128 : DML_COMPLEX64;
    default:
      return type;
  }
}

constexpr uint32_t kMaxInputs = 3;
const char* const kInputNames[kMaxInputs] = {
    "elementwise: input 0", "elementwise: input 1", "elementwise: input 2"};

// `facts` are those of the inputs, then of the output.
Status CheckArguments(dml_elementwise_op op, const OpInfo& info,
                      const dml_tensor* const* inputs, uint32_t input_count,
                      const dml_tensor* output, const double* parameters,
                      TensorFacts* facts) {
  if (info.types == kNone) {
    return InvalidArgument("elementwise: there is no operation ",
                           static_cast<int>(op));
  }
  const uint32_t expected = InfoOf(info.form).input_count;
  if (input_count != expected) {
    return InvalidArgument("elementwise: operation ", static_cast<int>(op),
                           " takes ", expected, " inputs, not ", input_count);
  }
  if (info.has_parameter && parameters == nullptr) {
    return InvalidArgument("elementwise: operation ", static_cast<int>(op),
                           " takes one parameter, and `parameters` is null");
  }
  const TensorFacts& result = facts[input_count];
  DML_RETURN_IF_ERROR(
      CheckWideTensor(output, "elementwise: output", &facts[input_count]));
  for (uint32_t i = 0; i < input_count; ++i) {
    DML_RETURN_IF_ERROR(CheckWideTensor(inputs[i], kInputNames[i], &facts[i]));
    if (!SameSizes(*inputs[i], *output)) {
      return InvalidArgument(kInputNames[i], " ", Describe(*inputs[i]),
                             " has other sizes than the output ",
                             Describe(*output),
                             "; broadcast it by strides of 0");
    }
  }
  const uint32_t first = info.form == Form::kChoose ? 1 : 0;
  const uint32_t type = inputs[first]->type;
  if (first == 1 && inputs[0]->type != DML_BOOL) {
    return InvalidArgument("elementwise: the condition must be bool, and is ",
                           Describe(*inputs[0]));
  }
  for (uint32_t i = first + 1; i < input_count; ++i) {
    if (inputs[i]->type != type) {
      return InvalidArgument(
          "elementwise: inputs must be of one type, and are ",
          Describe(*inputs[first]), " and ", Describe(*inputs[i]));
    }
  }
  if ((info.types >> type & 1) == 0) {
    return InvalidArgument("elementwise: operation ", static_cast<int>(op),
                           " does not take ", Describe(*inputs[first]));
  }
  if (output->type != OutputType(info.form, type)) {
    return InvalidArgument("elementwise: operation ", static_cast<int>(op),
                           " of ", Describe(*inputs[first]), " does not give ",
                           Describe(*output));
  }
  for (uint32_t i = 0; i < input_count; ++i) {
    DML_RETURN_IF_ERROR(
        CheckAliasing("elementwise", *inputs[i], facts[i], *output, result));
  }
  return Status::Ok();
}

// T of the program.
uint32_t ProgramType(Form form, const dml_tensor& input,
                     const dml_tensor& output) {
  switch (form) {
    case Form::kChoose:
      return BitsType(output.type);
    case Form::kCompose:
      return output.type;
    default:
      return input.type;
  }
}

// Whether programs may take 4 elements at a time along the last dimension; if
// so, bit t of `scalars` is set where tensor t repeats one element there.
bool TakesVectors(const StridedWalk& walk,
                  Span<const dml_tensor* const> tensors, uint32_t* scalars) {
  const uint32_t last = walk.rank - 1;
  *scalars = 0;
  bool takes = walk.index.sizes[last] % 4 == 0;
  for (uint32_t t = 0; takes && t < tensors.size(); ++t) {
    const int32_t* strides = walk.strides[t];
    if (strides[last] == 0 && t + 1 < tensors.size()) {
      *scalars |= 1u << t;
      continue;
    }
    takes = strides[last] == 1 && walk.offsets[t] % 4 == 0 &&
            IsVectorAligned(*tensors[t]) &&
            std::all_of(strides, strides + last,
                        [](int32_t stride) { return stride % 4 == 0; });
  }
  return takes;
}

// Of tensors that programs take whole, `facts` as CheckArguments() found them.
Status LaunchWhole(OperatorContext& context, dml_elementwise_op op,
                   const OpInfo& info, const dml_tensor* const* inputs,
                   uint32_t input_count, const dml_tensor* output,
                   const double* parameters, const TensorFacts* facts) {
  const uint32_t count = static_cast<uint32_t>(facts[input_count].count);

  const float parameter =
      info.has_parameter ? static_cast<float>(parameters[0]) : 0.0f;
  const uint32_t type = ProgramType(info.form, *inputs[0], *output);
  const FormInfo& form = InfoOf(info.form);
  const uint32_t rounds = TypeBytes(type) < 4 ? 4 / TypeBytes(type) : 1;
  const Grid grid =
      LinearGrid(context, CeilDivide(count, uint64_t{4} * rounds * kGroupSize));

  const dml_tensor* tensors[kMaxInputs + 1];
  BufferArgument buffers[kMaxInputs + 1];
  const bool may_take_vectors = !IsComplex(type) && type != kBits128;
  bool flat = facts[input_count].contiguous;
  bool vectors = may_take_vectors && IsVectorAligned(*output);
  uint32_t scalars = 0;
  for (uint32_t i = 0; i < input_count; ++i) {
    tensors[i] = inputs[i];
    buffers[i] = facts[i].Argument(Access::kRead);
    if (count > 1 && facts[i].repeated) {
      scalars |= 1u << i;
    } else {
      flat = flat && facts[i].contiguous;
      vectors = vectors && IsVectorAligned(*inputs[i]);
    }
  }
  tensors[input_count] = output;
  buffers[input_count] = facts[input_count].Argument(Access::kWrite);
  const Span<const BufferArgument> arguments(buffers, input_count + 1);

  ElementStep step;
  const bool may_merge =
      !IsSpecial(info.form) &&
      StepOf(op, {inputs, input_count}, *output, parameter, &step);
  if (flat) {
    const ElementwiseParameters constants = {count, parameter};
    return LaunchProgram(context, ShaderName(form.program, type),
                         {kGroupSize, static_cast<uint32_t>(op),
                          static_cast<uint32_t>(vectors), scalars},
                         grid, arguments, constants,
                         may_merge ? &step : nullptr);
  }
  const StridedWalk walk = WalkTogether({tensors, input_count + 1});
  ElementwiseStridedParameters constants = {
      count, parameter, walk.index, {}, {}};
  constexpr size_t kTensors = std::size(decltype(constants.offsets){});
  static_assert(kTensors <= Coalesced::kMaxTensors);
  std::copy_n(walk.offsets, kTensors, constants.offsets);
  std::copy_n(&walk.strides[0][0], kTensors * DML_MAX_RANK,
              &constants.strides[0][0]);
  vectors = may_take_vectors &&
            TakesVectors(walk, {tensors, input_count + 1}, &scalars);
  return LaunchProgram(
      context, ShaderName(form.strided_program, type),
      {kGroupSize, static_cast<uint32_t>(op), static_cast<uint32_t>(vectors),
       vectors ? scalars : 0, walk.rank},
      grid, arguments, constants, may_merge ? &step : nullptr);
}

}  // namespace

Status Elementwise(OperatorContext& context, dml_elementwise_op op,
                   const dml_tensor* const* inputs, uint32_t input_count,
                   const dml_tensor* output, const double* parameters) {
  if (op == DML_IDENTITY) {
    if (input_count != 1) {
      return InvalidArgument("elementwise: IDENTITY takes 1 input, not ",
                             input_count);
    }
    return CopyTensor(context, inputs[0], output);
  }
  const OpInfo& info = InfoOf(op);
  const dml_tensor* tensors[kMaxInputs + 1];
  const uint32_t known_count = std::min(input_count, kMaxInputs);
  for (uint32_t i = 0; i < known_count; ++i) tensors[i] = inputs[i];
  tensors[known_count] = output;
  using Operator = RepeatableLaunch::Operator;
  const bool has_parameter = info.has_parameter && parameters != nullptr;
  RepeatableLaunch call(
      context,
      {has_parameter ? Operator::kElementwise : Operator::kElementwiseBare,
       static_cast<uint32_t>(op), has_parameter ? parameters[0] : 0},
      {tensors, input_count == known_count ? known_count + 1 : 0});
  if (call.known()) return call.Launch();
  TensorFacts facts[kMaxInputs + 1];
  DML_RETURN_IF_ERROR(
      CheckArguments(op, info, inputs, input_count, output, parameters, facts));
  if (facts[input_count].count == 0) return Status::Ok();
  bool fits = true;
  for (uint32_t i = 0; i <= input_count; ++i) {
    fits = fits && FitsPrograms(context, facts[i]);
  }
  if (fits) {
    return LaunchWhole(context, op, info, inputs, input_count, output,
                       parameters, facts);
  }
  return ForEachPiece(context, "elementwise", {tensors, input_count + 1},
                      kAllDimensions, [&](const dml_tensor* const* pieces) {
                        for (uint32_t i = 0; i <= input_count; ++i) {
                          DML_RETURN_IF_ERROR(CheckTensor(
                              pieces[i], "elementwise: a piece", &facts[i]));
                        }
                        return LaunchWhole(context, op, info, pieces,
                                           input_count, pieces[input_count],
                                           parameters, facts);
                      });
}

}  // namespace dml
