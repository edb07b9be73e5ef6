// The largest elements of rows: see select_k.comp for few of them, top_k.comp
// for the launches of many, and sort_elements.comp where they are more yet.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/radix_sort.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/reduction_shape.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/sorting/sorting_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

constexpr uint32_t kTile = TopKParameters::kTile;  // elements a group sorts

enum class Step : uint32_t {
  kSort = TopKParameters::kSort,
  kMerge = TopKParameters::kMerge
};

// Offset and strides of a matrix.
void Locate(const dml_tensor& matrix, int32_t* offset, int32_t* row,
            int32_t* column) {
  *offset = DataOffset(matrix);
  *row = static_cast<int32_t>(matrix.strides[0]);
  *column = static_cast<int32_t>(matrix.strides[1]);
}

Status CheckTopK(const dml_tensor* input, const dml_tensor* values,
                 const dml_tensor* indices) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "top_k: input"));
  DML_RETURN_IF_ERROR(CheckTensor(values, "top_k: values"));
  DML_RETURN_IF_ERROR(CheckTensor(indices, "top_k: indices"));
  if (input->rank != 2 || values->rank != 2 || values->type != input->type ||
      values->sizes[0] != input->sizes[0] || !SameSizes(*values, *indices) ||
      indices->type != DML_INT32) {
    return InvalidArgument(
        "top_k: takes input [rows, n], values [rows, k] of its type and int32 "
        "indices [rows, k], not ",
        Describe(*input), ", ", Describe(*values), " and ", Describe(*indices));
  }
  if (values->sizes[1] > input->sizes[1]) {
    return InvalidArgument("top_k: there are no ", values->sizes[1],
                           " elements in a row of ", Describe(*input));
  }
  if (!IsFloat(input->type) && !IsInteger(input->type)) {
    return Unimplemented("top_k: takes numbers, not ", Describe(*input));
  }
  return Status::Ok();
}

Status CheckInTopK(const dml_tensor* predictions, const dml_tensor* targets,
                   const dml_tensor* k, const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckTensor(predictions, "in_top_k: predictions"));
  DML_RETURN_IF_ERROR(CheckTensor(targets, "in_top_k: targets"));
  DML_RETURN_IF_ERROR(CheckTensor(k, "in_top_k: k"));
  DML_RETURN_IF_ERROR(CheckTensor(output, "in_top_k: output"));
  const bool indices =
      (targets->type == DML_INT32 || targets->type == DML_INT64) &&
      k->type == targets->type;
  if (predictions->rank != 2 || predictions->type != DML_FLOAT32 ||
      targets->rank != 1 || targets->sizes[0] != predictions->sizes[0] ||
      k->rank != 0 || !indices || output->type != DML_BOOL ||
      !SameSizes(*output, *targets)) {
    return InvalidArgument(
        "in_top_k: takes float32 predictions [rows, classes], targets [rows] "
        "and k [] of int32 or of int64, and a bool output [rows], not ",
        Describe(*predictions), ", ", Describe(*targets), ", ", Describe(*k),
        " and ", Describe(*output));
  }
  return Status::Ok();
}

// The lengths of lists that select_k.comp is specialized for.
constexpr uint32_t kListLengths[] = {1, 8, SelectKParameters::kLongestList};

// Few of each row: without sorting the others.
Status SelectK(OperatorContext& context, const dml_tensor& input,
               const dml_tensor& values, const dml_tensor& indices) {
  const uint64_t rows = input.sizes[0];
  const uint64_t n = input.sizes[1];
  const uint64_t k = values.sizes[1];
  uint32_t list = kListLengths[0];
  for (const uint32_t length : kListLengths) {
    list = length;
    if (length >= k) break;
  }
  // A lane has several times as many elements as its list, for in the end the
  // lanes' lists are one.
  const auto share_out = [&](uint64_t count, bool may_split) {
    ReductionShape shape = ShapeReduction(
        context, rows, CeilDivide(count, list),
        ChooseNeighbours(input.strides[1], rows == 1 ? 0 : input.strides[0]),
        may_split);
    shape.chunk *= list;
    return shape;
  };
  const ReductionShape shape = share_out(n, /*may_split=*/true);
  SelectKParameters constants = {};
  constants.rows = static_cast<uint32_t>(rows);
  constants.n = static_cast<uint32_t>(n);
  constants.k = static_cast<uint32_t>(k);
  constants.splits = shape.splits;
  constants.chunk = shape.chunk;
  constants.lanes = shape.lanes;
  constants.lane_stride = shape.lane_stride;
  Locate(input, &constants.x_offset, &constants.x_row, &constants.x_column);
  Locate(values, &constants.values_offset, &constants.values_row,
         &constants.values_column);
  Locate(indices, &constants.indices_offset, &constants.indices_row,
         &constants.indices_column);

  // Buffers that a launch leaves alone are the input.
  const BufferArgument x = Argument(input, Access::kRead);
  const auto launch = [&](uint64_t groups, const BufferArgument& candidates,
                          const BufferArgument& found, bool final) {
    return LaunchProgram(
        context, ShaderName("select_k", input.type), {kGroupSize, list},
        LinearGrid(context, groups),
        {x, candidates, found, final ? Argument(values, Access::kWrite) : x,
         final ? Argument(indices, Access::kWrite) : x},
        constants);
  };
  if (shape.splits == 1) return launch(shape.groups, x, x, true);

  const uint64_t candidates = shape.splits * k;
  Scratch found(context);
  DML_RETURN_IF_ERROR(found.Allocate(rows * candidates * sizeof(uint32_t)));
  DML_RETURN_IF_ERROR(
      launch(shape.groups, x, found.Argument(Access::kWrite), false));
  const ReductionShape second = share_out(candidates, /*may_split=*/false);
  constants.n = static_cast<uint32_t>(candidates);
  constants.has_candidates = 1;
  constants.splits = 1;
  constants.chunk = static_cast<uint32_t>(candidates);
  constants.lanes = second.lanes;
  constants.lane_stride = second.lane_stride;
  return launch(second.groups, found.Argument(Access::kRead), x, true);
}

// Whether a radix sort of all elements is faster than sorted blocks and merges,
// by how many words either takes from where nothing else is near.
bool RadixSortPays(const hal::AdapterInfo& adapter, uint64_t rows, uint64_t n,
                   uint64_t k, uint32_t passes) {
  // A pass reads keys twice, and writes them and their positions; and it has
  // launches of its own, which take as long as this many words on a GPU.
  constexpr double kWordsOfPass = 4;
  constexpr double kLaunchesOnAGpu = 1 << 18;
  double merged = 0;
  double keep = std::min<double>(k, kTile);
  for (uint64_t lists = CeilDivide(n, uint64_t{kTile}); lists > 1;
       lists = (lists + 1) / 2) {
    merged += lists * keep * std::ilogb(keep);  // log2() wants glibc 2.29
    keep = std::min<double>(k, 2 * keep);
  }
  const bool software = adapter.type == hal::AdapterType::kSoftware;
  return rows * merged >
         passes * (rows * n * kWordsOfPass + (software ? 0 : kLaunchesOnAGpu));
}

// Which bits of keys (sort_elements.comp) tell elements of a type apart.
struct KeyBits {
  uint32_t first, end;  // of a word
  bool two_words;
  uint32_t passes() const {
    return (end - first) / RadixSort::kBitsOfPass * (two_words ? 2 : 1);
  }
};

KeyBits KeyBitsOf(uint32_t type) {
  // float16 is compared as float32, whose last bits it does not use.
  if (type == DML_FLOAT16) return {8, 32, false};
  const uint32_t bytes = TypeBytes(type);
  return {0, std::min(bytes, 4u) * 8, bytes == 8};
}

// All of each row, in order. kOutOfMemory: nothing was launched.
Status SortElements(OperatorContext& context, const KeyBits& bits,
                    const dml_tensor& input, const dml_tensor& values,
                    const dml_tensor& indices) {
  const uint64_t rows = input.sizes[0];
  SortElementsParameters constants = {};
  constants.n = static_cast<uint32_t>(input.sizes[1]);
  constants.k = static_cast<uint32_t>(values.sizes[1]);
  Locate(input, &constants.x_offset, &constants.x_row, &constants.x_column);
  Locate(values, &constants.values_offset, &constants.values_row,
         &constants.values_column);
  Locate(indices, &constants.indices_offset, &constants.indices_row,
         &constants.indices_column);
  RadixSort sort(context, rows, constants.n);
  DML_RETURN_IF_ERROR(sort.Allocate());

  // Buffers that a launch leaves alone are the input.
  const BufferArgument x = Argument(input, Access::kRead);
  const auto launch = [&](uint32_t step, bool high, uint64_t count) {
    const bool write = step == SortElementsParameters::kWrite;
    constants.count = static_cast<uint32_t>(count);
    return LaunchProgram(context, ShaderName("sort_elements", input.type),
                         {kGroupSize, step, high ? 1u : 0u},
                         LinearGrid(context, CeilDivide(count, kGroupSize)),
                         {x, write || high ? sort.positions() : x,
                          write ? x : sort.keys(Access::kWrite),
                          write ? Argument(values, Access::kWrite) : x,
                          write ? Argument(indices, Access::kWrite) : x},
                         constants);
  };
  for (const bool high : {false, true}) {
    if (high && !bits.two_words) break;
    DML_RETURN_IF_ERROR(
        launch(SortElementsParameters::kKeys, high, rows * constants.n));
    DML_RETURN_IF_ERROR(sort.Sort(bits.first, bits.end));
  }
  return launch(SortElementsParameters::kWrite, false, rows * constants.k);
}

}  // namespace

Status TopK(OperatorContext& context, const dml_tensor* input,
            const dml_tensor* values, const dml_tensor* indices) {
  DML_RETURN_IF_ERROR(CheckTopK(input, values, indices));
  if (IsEmpty(*values)) return Status::Ok();
  DML_RETURN_IF_ERROR(CheckDisjoint("top_k", *input, *values));
  DML_RETURN_IF_ERROR(CheckDisjoint("top_k", *input, *indices));
  const uint64_t rows = input->sizes[0];
  const uint64_t n = input->sizes[1];
  const uint64_t k = values->sizes[1];
  if (k <= SelectKParameters::kLongestList) {
    return SelectK(context, *input, *values, *indices);
  }
  const KeyBits bits = KeyBitsOf(input->type);
  if (RadixSortPays(context.adapter, rows, n, k, bits.passes())) {
    const Status status =
        SortElements(context, bits, *input, *values, *indices);
    if (status.code() != Code::kOutOfMemory) return status;
  }
  TopKParameters constants = {};
  constants.rows = static_cast<uint32_t>(rows);
  constants.n = static_cast<uint32_t>(n);
  constants.block = 1;
  while (constants.block < n && constants.block < kTile) constants.block *= 2;
  constants.blocks = static_cast<uint32_t>(CeilDivide(n, constants.block));
  constants.keep =
      static_cast<uint32_t>(std::min<uint64_t>(k, constants.block));
  Locate(*input, &constants.x_offset, &constants.x_row, &constants.x_column);
  Locate(*values, &constants.values_offset, &constants.values_row,
         &constants.values_column);
  Locate(*indices, &constants.indices_offset, &constants.indices_row,
         &constants.indices_column);

  const BufferArgument x = Argument(*input, Access::kRead);
  const BufferArgument to_values = Argument(*values, Access::kWrite);
  const BufferArgument to_indices = Argument(*indices, Access::kWrite);
  // Buffers that a launch leaves alone are the input.
  const auto launch = [&](Step step, bool final, uint64_t groups,
                          const BufferArgument& from,
                          const BufferArgument& to) {
    return LaunchProgram(
        context, ShaderName("top_k", input->type),
        {kGroupSize, static_cast<uint32_t>(step), final ? 1u : 0u},
        LinearGrid(context, groups),
        {x, from, to, final ? to_values : x, final ? to_indices : x},
        constants);
  };
  const uint64_t sorts =
      CeilDivide(rows * constants.blocks, kTile / constants.block);
  if (constants.blocks == 1) return launch(Step::kSort, true, sorts, x, x);

  // Two buffers, each the other's input. Lists at most double in length when
  // their number is halved and rounded up: as if they were a power of two.
  uint64_t lists = constants.blocks;
  uint64_t most = 1;
  while (most < lists) most *= 2;
  const uint64_t bytes = rows * most * constants.keep * sizeof(uint32_t);
  Scratch first(context), second(context);
  DML_RETURN_IF_ERROR(first.Allocate(bytes));
  DML_RETURN_IF_ERROR(
      launch(Step::kSort, false, sorts, x, first.Argument(Access::kWrite)));
  Scratch* from = &first;
  Scratch* to = &second;
  while (lists > 1) {
    constants.lists = static_cast<uint32_t>(lists);
    constants.merged =
        static_cast<uint32_t>(std::min<uint64_t>(k, 2ull * constants.keep));
    const uint64_t groups =
        CeilDivide(rows * lists * constants.keep, kGroupSize);
    lists = (lists + 1) / 2;
    const BufferArgument read = from->Argument(Access::kRead);
    if (lists == 1) return launch(Step::kMerge, true, groups, read, x);
    if (to->bytes() == 0) DML_RETURN_IF_ERROR(to->Allocate(bytes));
    DML_RETURN_IF_ERROR(launch(Step::kMerge, false, groups, read,
                               to->Argument(Access::kWrite)));
    constants.keep = constants.merged;
    std::swap(from, to);
  }
  return Status::Ok();
}

Status InTopK(OperatorContext& context, const dml_tensor* predictions,
              const dml_tensor* targets, const dml_tensor* k,
              const dml_tensor* output) {
  DML_RETURN_IF_ERROR(CheckInTopK(predictions, targets, k, output));
  if (IsEmpty(*output)) return Status::Ok();
  const uint64_t rows = targets->sizes[0];
  const uint64_t classes = predictions->sizes[1];
  const ReductionShape shape = ShapeReduction(
      context, rows, classes,
      ChooseNeighbours(predictions->strides[1], predictions->strides[0]),
      /*may_split=*/false);
  InTopKParameters constants = {};
  constants.rows = static_cast<uint32_t>(rows);
  constants.classes = static_cast<uint32_t>(classes);
  constants.lanes = shape.lanes;
  constants.lane_stride = shape.lane_stride;
  Locate(*predictions, &constants.x_offset, &constants.x_row,
         &constants.x_class);
  constants.targets_offset = DataOffset(*targets);
  constants.targets_stride = static_cast<int32_t>(targets->strides[0]);
  constants.y_offset = DataOffset(*output);
  constants.y_stride = static_cast<int32_t>(output->strides[0]);
  // Nothing reads predictions of no class.
  const BufferArgument x =
      Argument(IsEmpty(*predictions) ? *targets : *predictions, Access::kRead);
  return LaunchProgram(
      context, ShaderName("in_top_k", targets->type), {kGroupSize},
      LinearGrid(context, shape.groups),
      {x, Argument(*targets, Access::kRead), Argument(*k, Access::kRead),
       Argument(*output, Access::kWrite)},
      constants);
}

}  // namespace dml
