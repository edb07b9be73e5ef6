#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/chain_programs.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/context.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/elementwise_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reductions/reductions_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/tensor.h"

namespace dml {
namespace {

constexpr uint32_t kElementsPerInvocation = 4;

// The number of a type in a word; kTypes: chains have none of these.
uint8_t ChainType(uint32_t type) {
  switch (type) {
    case DML_FLOAT32:
      return kChainFloat32;
    case DML_FLOAT16:
      return kChainFloat16;
    case DML_BOOL:
      return kChainBool;
    default:
      return ElementStep::kTypes;
  }
}

// What else is too large for chain.comp to have: DML_COMMON_OPERATIONS leaves
// the same out of the GLSL.
bool IsLeftOut(dml_elementwise_op op) {
  switch (op) {
    case DML_SIN:
    case DML_COS:
    case DML_TAN:
    case DML_ASIN:
    case DML_ACOS:
    case DML_ATAN:
    case DML_SINH:
    case DML_COSH:
    case DML_ASINH:
    case DML_ACOSH:
    case DML_ATANH:
    case DML_ERFC:
    case DML_LGAMMA:
    case DML_DIGAMMA:
    case DML_FLOOR_DIVIDE:
    case DML_FLOOR_MOD:
    case DML_TRUNCATE_MOD:
    case DML_ATAN2:
    case DML_NEXT_AFTER:
      return true;
    default:
      return false;
  }
}

bool IsLogic(dml_elementwise_op op) {
  return op == DML_LOGICAL_NOT || op == DML_LOGICAL_AND || op == DML_LOGICAL_OR;
}

// Which elements of the input, whose strides are 0 where it is broadcast,
// belong to those of the output. False where that is no spread.
bool SpreadOf(const dml_tensor& input, const dml_tensor& output,
              ElementStep::Spread* spread) {
  using Spread = ElementStep::Spread;
  int64_t inner = 1, middle = 1, outer = 1;  // elements
  for (uint32_t d = output.rank; d-- > 0;) {
    const int64_t size = output.sizes[d];
    if (size == 1) continue;
    const int64_t stride = input.strides[d];
    if (stride == 0) {
      (middle == 1 ? inner : outer) *= size;
    } else if (stride == middle && outer == 1) {
      middle *= size;
    } else {
      return false;
    }
  }
  spread->divisor = static_cast<uint32_t>(inner);
  spread->modulus = static_cast<uint32_t>(middle);
  constexpr int64_t kVector = kElementsPerInvocation;
  if (inner == 1 && outer == 1) {
    *spread = {Spread::kEach, 1, 1};
    return IsVectorAligned(input);
  }
  if (middle == 1) {
    *spread = {Spread::kOne, 1, 1};
    return true;
  }
  if (inner == 1) {
    spread->kind = Spread::kRow;
    return middle % kVector == 0 && IsVectorAligned(input);
  }
  spread->kind = Spread::kColumn;
  return inner % kVector == 0;
}

// All but the operation.
bool FillStep(Span<const dml_tensor* const> inputs, const dml_tensor& output,
              ElementStep* step) {
  step->input_count = static_cast<uint8_t>(inputs.size());
  step->count = static_cast<uint32_t>(ElementCount(output));
  step->output_type = ChainType(output.type);
  if (step->output_type == ElementStep::kTypes || !IsContiguous(output) ||
      !IsVectorAligned(output)) {
    return false;
  }
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    step->input_types[i] = ChainType(inputs[i]->type);
    if (step->input_types[i] == ElementStep::kTypes ||
        !SpreadOf(*inputs[i], output, &step->spreads[i])) {
      return false;
    }
  }
  return true;
}

// Places in the key of a tail; chain_reduce.comp reads them.
constexpr uint32_t kAccessShift = 12;
constexpr uint32_t kRankShift = 16;
constexpr uint32_t kTypeShift = chain_word::kOutputShift;

ShaderName ShaderOf(Span<const uint64_t> words) {
  const uint64_t last = words[words.size() - 1];
  if (!chain_word::IsTail(last)) {
    return ShaderName("chain", DML_FLOAT32, DML_FLOAT16);
  }
  return (last >> kTypeShift & 3) == kChainFloat32
             ? ShaderName("chain_reduce", DML_FLOAT32, DML_FLOAT16)
             : ShaderName("chain_reduce", DML_FLOAT16, DML_FLOAT32);
}

// The group's size, what the inputs are of, and the steps; that of a tail has
// the last place.
std::vector<uint32_t> SpecializationOf(Span<const uint64_t> words) {
  std::vector<uint32_t> values(2 + ElementChain::kMaxSteps, 0);
  values[0] = kGroupSize;
  for (size_t k = 0; k < words.size(); ++k) {
    if (chain_word::IsTail(words[k])) {
      values.back() = static_cast<uint32_t>(words[k]);
      break;
    }
    values[2 + k] = static_cast<uint32_t>(words[k]);
    for (uint32_t i = 0; i < ElementStep::kMaxInputs; ++i) {
      const uint32_t which = chain_word::Which(words[k], i);
      if (which < chain_word::kFirstInput) continue;
      values[1] |= chain_word::Kind(words[k], i)
                   << chain_word::kBits * (which - chain_word::kFirstInput);
    }
  }
  return values;
}

// What chain.comp and chain_reduce.comp have in common.
template <typename Parameters>
void FillSteps(const ElementChain& chain, Parameters* parameters) {
  parameters->stored = chain.live;
  for (uint32_t k = 0; k < chain.step_count; ++k) {
    parameters->parameters[k] = chain.values[k].parameter;
  }
  std::copy_n(chain.seed, ElementStep::kSeedWords, parameters->seed);
  for (uint32_t i = 0; i < chain.input_count; ++i) {
    parameters->divisors[i] = chain.inputs[i].spread.divisor;
    parameters->moduli[i] = chain.inputs[i].spread.modulus;
  }
}

// The end of chain_reduce.comp's parameters is those of reduce.comp.
static_assert(sizeof(ChainReduceParameters) -
                      offsetof(ChainReduceParameters, x_offset) ==
                  sizeof(ReduceParameters) &&
              offsetof(ReduceParameters, x_offset) == 0);
static_assert(sizeof(ChainReduceParameters) <= Launch::kMaxConstantBytes);

template <typename Parameters>
Span<const uint8_t> BytesOf(const Parameters& parameters,
                            std::vector<uint8_t>* bytes) {
  const auto* from = reinterpret_cast<const uint8_t*>(&parameters);
  bytes->assign(from, from + sizeof(parameters));
  return *bytes;
}

}  // namespace

bool StepOf(dml_elementwise_op op, Span<const dml_tensor* const> inputs,
            const dml_tensor& output, float parameter, ElementStep* step) {
  step->operation = static_cast<uint8_t>(op);
  step->parameter = parameter;
  const bool of_bools = inputs[inputs.size() - 1]->type == DML_BOOL;
  return (op == DML_SELECT || (of_bools ? IsLogic(op) : !IsLeftOut(op))) &&
         FillStep(inputs, output, step);
}

bool StepOfCast(const dml_tensor& input, const dml_tensor& output,
                ElementStep* step) {
  step->operation = kChainCast;
  return FillStep({&input}, output, step);
}

bool StepOfUniform(const uint32_t counter[4], const uint32_t key[2],
                   const dml_tensor& output, ElementStep* step) {
  step->operation = kChainUniform;
  step->has_seed = true;
  std::copy_n(counter, 4, step->seed);
  std::copy_n(key, 2, step->seed + 4);
  return output.type != DML_BOOL && FillStep({}, output, step);
}

bool TailOfReduction(uint32_t fold, const ReducedWalk& walk,
                     const dml_tensor& input, ElementTail* tail) {
  const uint8_t type = ChainType(input.type);
  const bool is_float = type == kChainFloat32 || type == kChainFloat16;
  if (!is_float || fold == DML_REDUCE_SUM_SQUARE ||
      walk.access == kAccessSingle || !IsContiguous(input) ||
      !IsVectorAligned(input)) {
    return false;
  }
  tail->key = fold | walk.access << kAccessShift | walk.rank << kRankShift |
              uint32_t{type} << kTypeShift;
  tail->input_type = type;
  tail->count = static_cast<uint32_t>(ElementCount(input));
  return true;
}

ElementwisePrograms::ElementwisePrograms(const hal::AdapterInfo& adapter,
                                         ProgramCache* programs,
                                         ProgramMaker* maker)
    : adapter_(adapter), programs_(programs), maker_(maker) {}

void ElementwisePrograms::Make(Span<const uint64_t> words,
                               std::function<void(const hal::Program*)> made) {
  maker_->Ask([programs = programs_, shader = ShaderOf(words),
               specialization = SpecializationOf(words),
               made = std::move(made)] {
    const hal::Program* program = nullptr;
    const Status status = programs->Get(shader, specialization, &program);
    // Where a device cannot make it, launches stay as they are.
    made(status.ok() ? program : nullptr);
  });
}

// Behind the making of its grouped form, if that was asked for.
void ElementwisePrograms::Drop(const hal::Program* program) {
  maker_->Ask([programs = programs_, program] { programs->Drop(program); });
}

ChainPrograms::Grid ElementwisePrograms::Describe(const ElementChain& chain) {
  if (chain.closed()) return DescribeTail(chain);
  ChainParameters parameters = {};
  parameters.count = chain.count;
  parameters.steps = chain.step_count;
  FillSteps(chain, &parameters);
  const auto linear = LinearGrid(
      adapter_,
      CeilDivide(chain.count, uint64_t{kElementsPerInvocation} * kGroupSize));
  Grid grid;
  grid.groups[0] = linear.x;
  grid.groups[1] = linear.y;
  grid.groups[2] = linear.z;
  grid.constants = BytesOf(parameters, &constants_);
  return grid;
}

// The grid is the reduction's.
ChainPrograms::Grid ElementwisePrograms::DescribeTail(
    const ElementChain& chain) {
  const KeptLaunch& reduction = chain.tail->launch;
  ChainReduceParameters parameters = {};
  FillSteps(chain, &parameters);
  memcpy(reinterpret_cast<uint8_t*>(&parameters) +
             offsetof(ChainReduceParameters, x_offset),
         reduction.constants, sizeof(ReduceParameters));
  Grid grid;
  std::copy_n(reduction.groups, 3, grid.groups);
  grid.constants = BytesOf(parameters, &constants_);
  return grid;
}

}  // namespace dml
