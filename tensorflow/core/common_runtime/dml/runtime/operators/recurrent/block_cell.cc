// Steps of fused recurrent cells, between their products.
#include <cstdint>
#include <iterator>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/recurrent/recurrent_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kMaxTensors = 16;

// The launch of the program whose parameters are Parameters. `buffers` has room
// for those of any program.
template <typename Parameters>
Status LaunchStep(OperatorContext& context, const char* program, uint32_t type,
                  Span<const uint32_t> specialization,
                  const BufferArgument (&buffers)[kMaxTensors],
                  const BlockCellAttributes& attributes) {
  static_assert(Parameters::kBuffers <= kMaxTensors);
  return LaunchProgram(
      context, ShaderName(program, type), specialization,
      LinearGrid(context, CeilDivide(attributes.count, kGroupSize)),
      Span<const BufferArgument>(buffers, Parameters::kBuffers),
      Parameters{attributes});
}

// A step's tensor, in the order of dml_block_step.
struct Part {
  const char* name;
  int rank;       // 1: [gates * units], 2: [rows, gates * units]
  int64_t gates;  // how many numbers of each unit it holds
  bool written;
  uint32_t flag;  // used if this one is set; 0: always
};

constexpr Part Vector(const char* name, int64_t gates, uint32_t flag = 0) {
  return {name, 1, gates, false, flag};
}
constexpr Part Read(const char* name, int64_t gates = 1, uint32_t flag = 0) {
  return {name, 2, gates, false, flag};
}
constexpr Part Written(const char* name, int64_t gates = 1, uint32_t flag = 0) {
  return {name, 2, gates, true, flag};
}

constexpr Part kLstm[] = {Read("gates", 4),
                          Vector("bias", 4),
                          Read("cs_prev"),
                          Vector("wci", 1, DML_BLOCK_PEEPHOLE),
                          Vector("wcf", 1, DML_BLOCK_PEEPHOLE),
                          Vector("wco", 1, DML_BLOCK_PEEPHOLE),
                          Written("i"),
                          Written("cs"),
                          Written("f"),
                          Written("o"),
                          Written("ci"),
                          Written("co"),
                          Written("h")};
constexpr Part kLstmGradient[] = {
    Read("cs_prev"),
    Vector("wci", 1, DML_BLOCK_PEEPHOLE),
    Vector("wcf", 1, DML_BLOCK_PEEPHOLE),
    Vector("wco", 1, DML_BLOCK_PEEPHOLE),
    Read("i"),
    Read("cs"),
    Read("f"),
    Read("o"),
    Read("ci"),
    Read("co"),
    Read("cs_grad"),
    Read("cs_grad_later", 1, DML_BLOCK_LATER),
    Read("h_grad"),
    Written("gates_grad", 4),
    Written("cs_prev_grad"),
    Written("peephole_terms", 3, DML_BLOCK_PEEPHOLE)};
constexpr Part kGruGates[] = {Read("gates", 2), Vector("bias", 2),
                              Read("h_prev"),   Written("r"),
                              Written("u"),     Written("h_prev*r")};
constexpr Part kGruOutputs[] = {Read("product"), Vector("bias", 1),
                                Read("h_prev"),  Read("u"),
                                Written("c"),    Written("h")};
constexpr Part kGruOutputGradient[] = {
    Read("h_prev"), Read("u"),         Read("c"),
    Read("h_grad"), Written("c_grad"), Written("gates_grad", 2)};
constexpr Part kGruResetGradient[] = {Read("h_prev"),
                                      Read("r"),
                                      Read("u"),
                                      Read("h_grad"),
                                      Read("(h_prev*r)_grad"),
                                      Written("gates_grad", 2),
                                      Written("h_prev_grad")};

struct Step {
  const char* program;
  const Part* parts;
  uint32_t count;
  uint32_t flags;  // that it knows
  decltype(&LaunchStep<GruBlockParameters>) launch;
};

template <typename Parameters, size_t kCount>
constexpr Step MakeStep(const char* program, const Part (&parts)[kCount],
                        uint32_t flags) {
  static_assert(kCount <= Parameters::kBuffers);
  return {program, parts, kCount, flags, LaunchStep<Parameters>};
}

// By dml_block_step.
constexpr Step kSteps[] = {
    MakeStep<LstmBlockParameters>("lstm_block", kLstm,
                                  DML_BLOCK_PEEPHOLE | DML_BLOCK_IFCO),
    MakeStep<LstmBlockGradientParameters>(
        "lstm_block_gradient", kLstmGradient,
        DML_BLOCK_PEEPHOLE | DML_BLOCK_IFCO | DML_BLOCK_LATER),
    MakeStep<GruBlockParameters>("gru_block", kGruGates, 0),
    MakeStep<GruBlockParameters>("gru_block", kGruOutputs, 0),
    MakeStep<GruBlockParameters>("gru_block", kGruOutputGradient, 0),
    MakeStep<GruBlockParameters>("gru_block", kGruResetGradient, 0),
};

bool IsUsed(const Part& part, uint32_t flags) {
  return part.flag == 0 || (flags & part.flag) != 0;
}

// `like` is [rows, units].
Status CheckPart(const Part& part, const dml_tensor* tensor,
                 const dml_tensor& like) {
  if (tensor == nullptr) {
    return InvalidArgument("block cell: ", part.name, " is null");
  }
  DML_RETURN_IF_ERROR(CheckTensor(tensor, part.name));
  const int64_t columns = part.gates * like.sizes[1];
  const bool fits =
      tensor->type == like.type &&
      (part.rank == 1
           ? tensor->rank == 1 && tensor->sizes[0] == columns
           : tensor->rank == 2 && tensor->sizes[0] == like.sizes[0] &&
                 tensor->sizes[1] == columns);
  if (!fits) {
    return InvalidArgument("block cell: ", part.name, " is ", Describe(*tensor),
                           ", but of rank ", part.rank, " with ", columns,
                           " columns for ", part.gates, " of each element of ",
                           Describe(like), " it must be");
  }
  if (!IsContiguous(*tensor)) {
    return InvalidArgument("block cell: ", part.name, ", ", Describe(*tensor),
                           ", must be contiguous");
  }
  return Status::Ok();
}

// Every invocation reads what it needs of [rows, units] before it writes there.
Status CheckOverlap(const Step& step, uint32_t flags,
                    const dml_tensor* const* tensors) {
  for (uint32_t i = 0; i < step.count; ++i) {
    if (!step.parts[i].written || !IsUsed(step.parts[i], flags)) continue;
    for (uint32_t j = 0; j < i; ++j) {
      if (!IsUsed(step.parts[j], flags)) continue;
      const bool may_be_same =
          !step.parts[j].written && step.parts[i].gates == 1;
      DML_RETURN_IF_ERROR(
          may_be_same ? CheckAliasing("block cell", *tensors[j], *tensors[i])
                      : CheckDisjoint("block cell", *tensors[j], *tensors[i]));
    }
  }
  return Status::Ok();
}

}  // namespace

Status BlockCell(OperatorContext& context, dml_block_step number,
                 uint32_t flags, const dml_tensor* const* tensors,
                 uint32_t tensor_count, double forget_bias, double cell_clip) {
  if (static_cast<uint32_t>(number) >= std::size(kSteps)) {
    return InvalidArgument("block cell: there is no step ",
                           static_cast<int>(number));
  }
  const Step& step = kSteps[number];
  if (tensor_count != step.count) {
    return InvalidArgument("block cell: step ", static_cast<int>(number),
                           " of ", step.program, " takes ", step.count,
                           " tensors, not ", tensor_count);
  }
  if ((flags & ~step.flags) != 0) {
    return InvalidArgument("block cell: ", step.program, " has no flags ",
                           flags & ~step.flags);
  }
  // Where the third is a vector, the first is [rows, units].
  const dml_tensor* const like = tensors[step.parts[2].rank == 2 ? 2 : 0];
  if (like == nullptr) return InvalidArgument("block cell: a tensor is null");
  DML_RETURN_IF_ERROR(CheckTensor(like, "block cell"));
  if (like->rank != 2) {
    return InvalidArgument("block cell: takes matrices [rows, units], not ",
                           Describe(*like));
  }
  if (like->type != DML_FLOAT32 && like->type != DML_FLOAT16) {
    return Unimplemented("block cell: takes float32 and float16, not ",
                         Describe(*like));
  }
  for (uint32_t i = 0; i < step.count; ++i) {
    if (!IsUsed(step.parts[i], flags)) continue;
    DML_RETURN_IF_ERROR(CheckPart(step.parts[i], tensors[i], *like));
  }
  if (IsEmpty(*like)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckOverlap(step, flags, tensors));

  const BlockCellAttributes attributes = {
      static_cast<uint32_t>(ElementCount(*like)),
      static_cast<uint32_t>(like->sizes[1]), static_cast<float>(forget_bias),
      static_cast<float>(cell_clip)};
  BufferArgument buffers[kMaxTensors];
  // Where a tensor is not used another stands in: an address must be one.
  for (BufferArgument& buffer : buffers)
    buffer = Argument(*like, Access::kRead);
  for (uint32_t i = 0; i < step.count; ++i) {
    const Part& part = step.parts[i];
    if (!IsUsed(part, flags)) continue;
    buffers[i] =
        Argument(*tensors[i], part.written ? Access::kWrite : Access::kRead);
  }
  return step.launch(context, step.program, like->type,
                     {kGroupSize, flags, static_cast<uint32_t>(number)},
                     buffers, attributes);
}

}  // namespace dml
