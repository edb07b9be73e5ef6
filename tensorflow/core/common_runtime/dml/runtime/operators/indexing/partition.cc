// The numbers of elements by their values: see partition.comp for the launches.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/indexing/indexing_parameters.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/strided.h"

namespace dml {
namespace {

// A block has at least so many elements, and at most so many that none of its
// invocations makes too many iterations.
constexpr uint64_t kLeastBlock = 2048, kMostBlock = uint64_t{1} << 18;
// Counts that a launch reads: each block's group reads those of all.
constexpr uint64_t kMostReads = uint64_t{1} << 28;

Status CheckNumbers(const dml_tensor* tensor, const char* name, int64_t count) {
  DML_RETURN_IF_ERROR(CheckTensor(tensor, name));
  if (tensor->type == DML_INT32 && tensor->rank == 1 && IsContiguous(*tensor) &&
      (count < 0 || tensor->sizes[0] == count)) {
    return Status::Ok();
  }
  return InvalidArgument(name, " must be a contiguous int32 [",
                         count < 0 ? "values" : std::to_string(count),
                         "], not ", Describe(*tensor));
}

uint64_t BlockOf(uint64_t count, uint64_t values) {
  const auto most_blocks = static_cast<uint64_t>(
      std::sqrt(static_cast<double>(kMostReads / values)));
  const uint64_t block = CeilDivide(count, std::max<uint64_t>(most_blocks, 1));
  return std::min(
      RoundUp(std::min(std::max(block, kLeastBlock), kMostBlock), kGroupSize),
      RoundUp(count, kGroupSize));
}

// Iterations of an invocation in a launch, so that none runs into a driver's
// time limit or, on Mesa's software driver, into its limit of 65535.
constexpr uint64_t kIterationsPerLaunch = 50000;

// How many values a launch takes.
uint32_t ValuesPerLaunch(const PartitionParameters& constants) {
  const uint64_t of_tile = kGroupSize / 8, tiles = constants.block / kGroupSize;
  const uint64_t of_chunk = of_tile * tiles + 4 * uint64_t{constants.blocks};
  const uint64_t chunks =
      std::max<uint64_t>(1, kIterationsPerLaunch / of_chunk);
  return static_cast<uint32_t>(std::min<uint64_t>(
      constants.values, chunks * PartitionParameters::kChunk));
}

// What a launch does, in the scheduler's unit.
uint64_t EstimateOf(const PartitionParameters& constants, uint32_t step) {
  const uint64_t reads = constants.count;
  if (step == PartitionParameters::kCount) return reads;
  return reads * kGroupSize + uint64_t{constants.blocks} * constants.blocks *
                                  (constants.end_value - constants.first_value);
}

}  // namespace

Status Partition(OperatorContext& context, const dml_tensor* input,
                 const dml_tensor* ends, const dml_tensor* order) {
  DML_RETURN_IF_ERROR(CheckTensor(input, "partition: input"));
  if (input->type != DML_INT32 || input->rank != 1) {
    return InvalidArgument("partition: input must be int32 [count], not ",
                           Describe(*input));
  }
  DML_RETURN_IF_ERROR(CheckNumbers(ends, "partition: ends", -1));
  DML_RETURN_IF_ERROR(CheckNumbers(order, "partition: order", input->sizes[0]));
  DML_RETURN_IF_ERROR(CheckDisjoint("partition", *input, *ends));
  DML_RETURN_IF_ERROR(CheckDisjoint("partition", *input, *order));
  DML_RETURN_IF_ERROR(CheckDisjoint("partition", *ends, *order));
  if (IsEmpty(*ends)) return Status::Ok();
  if (IsEmpty(*input)) {
    const int32_t zero = 0;
    return Fill(context, ends, &zero);
  }

  PartitionParameters constants = {};
  constants.count = static_cast<uint32_t>(input->sizes[0]);
  constants.values = static_cast<uint32_t>(ends->sizes[0]);
  constants.block =
      static_cast<uint32_t>(BlockOf(constants.count, constants.values));
  constants.blocks =
      static_cast<uint32_t>(CeilDivide(constants.count, constants.block));
  constants.x_offset = DataOffset(*input);
  CopyStrides(*input, &constants.x_stride);
  Scratch counts(context);
  DML_RETURN_IF_ERROR(counts.Allocate(uint64_t{constants.blocks} *
                                      constants.values * sizeof(uint32_t)));
  const BufferArgument x = Argument(*input, Access::kRead);
  const auto launch = [&](uint32_t step, const BufferArgument& of_counts,
                          const BufferArgument& to_ends,
                          const BufferArgument& to_order) {
    return LaunchProgram(
        context, ShaderName("partition"), {kGroupSize, step},
        LinearGrid(context, constants.blocks, EstimateOf(constants, step)),
        {x, of_counts, to_ends, to_order}, constants);
  };
  const uint32_t per_launch = ValuesPerLaunch(constants);
  const auto each = [&](auto step) {
    for (uint64_t first = 0; first < constants.values; first += per_launch) {
      constants.first_value = static_cast<uint32_t>(first);
      constants.end_value = static_cast<uint32_t>(
          std::min<uint64_t>(first + per_launch, constants.values));
      DML_RETURN_IF_ERROR(step());
    }
    return Status::Ok();
  };
  // What the first step leaves alone is the input.
  DML_RETURN_IF_ERROR(each([&] {
    return launch(PartitionParameters::kCount, counts.Argument(Access::kWrite),
                  x, x);
  }));
  return each([&] {
    return launch(PartitionParameters::kOrder, counts.Argument(Access::kRead),
                  Argument(*ends, Access::kReadWrite),
                  Argument(*order, Access::kReadWrite));
  });
}

}  // namespace dml
