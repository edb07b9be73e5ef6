#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_table.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/base/math.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/products_parameters.h"

namespace dml {
namespace {

// Rows are tried in order; the first that the problem and the adapter's limits
// allow is taken. The last takes everything.
struct Row {
  TileConfig tile;
  int64_t min_m, min_n;  // of the problem
  int64_t max_m, max_n;
  int64_t min_tiles;  // a large tile must leave enough groups to fill the GPU
};

constexpr int64_t kAny = INT64_MAX;

// By vendor, from what their compilers make of the tiles (docs/compilers): the
// largest part of an invocation that stays in registers, since a multiply-add
// takes the fewer reads of shared memory, the larger it is. Narrow tiles are
// the same everywhere.
constexpr TileConfig kLow = {16, 128, 16, 2, 4, 4, 0};
constexpr TileConfig kNarrow = {128, 16, 16, 4, 2, 4, 0};
constexpr TileConfig kSmall = {32, 32, 8, 4, 4, 4, 0};

// 8 x 16 is half of what an invocation has; shared memory limits all others.
constexpr Row kAmd[] = {
    {kLow, 0, 0, 16, kAny, 0},
    {kNarrow, 0, 0, kAny, 16, 0},
    {{128, 128, 8, 8, 16, 4, 0}, 65, 65, kAny, kAny, 128},
    {{64, 64, 16, 8, 4, 4, 0}, 0, 0, kAny, kAny, 0},
    {kSmall, 0, 0, kAny, kAny, 0},
};

// Pairs of float16 take the place of float32: twice the depth in the same
// shared memory, and what a part reads of it halves.
constexpr TileConfig Packed(TileConfig tile) {
  tile.k *= 2;
  tile.packed = 1;
  return tile;
}
constexpr Row kAmdPacked[] = {
    {Packed(kLow), 0, 0, 16, kAny, 0},
    {Packed(kNarrow), 0, 0, kAny, 16, 0},
    {Packed({128, 128, 8, 8, 16, 4, 0}), 65, 65, kAny, kAny, 128},
    {Packed({64, 64, 16, 8, 4, 4, 0}), 0, 0, kAny, kAny, 0},
    {Packed(kSmall), 0, 0, kAny, kAny, 0},
};

constexpr Row kDiscrete[] = {
    {kLow, 0, 0, 16, kAny, 0},
    {kNarrow, 0, 0, kAny, 16, 0},
    {{128, 128, 8, 8, 8, 4, 0}, 65, 65, kAny, kAny, 128},
    {{64, 64, 16, 4, 4, 4, 0}, 0, 0, kAny, kAny, 0},
    {kSmall, 0, 0, kAny, kAny, 0},
};

// Intel's compiler spills a part of 8 x 8, and 8 x 4 with convolution's
// addresses.
constexpr Row kSmallParts[] = {
    {kLow, 0, 0, 16, kAny, 0},
    {kNarrow, 0, 0, kAny, 16, 0},
    {{64, 64, 16, 4, 4, 4, 0}, 0, 0, kAny, kAny, 0},
    {kSmall, 0, 0, kAny, kAny, 0},
};

// One configuration for each subgroup size, since compiling takes long.
constexpr Row kSoftware[] = {
    {{32, 32, 8, 32, 4, 1, 8}, 0, 0, kAny, kAny, 0},
    {{32, 64, 16, 32, 4, 1, 16}, 0, 0, kAny, kAny, 0},
    {{32, 32, 4, 32, 8, 1, 4}, 0, 0, kAny, kAny, 0},
    {{32, 32, 8, 4, 4, 1, 0}, 0, 0, kAny, kAny, 0},
};

// Twice the registers and shared memory an element, and seldom fast anyway.
constexpr Row kDouble[] = {
    {{64, 64, 8, 4, 4, 1, 0}, 0, 0, kAny, kAny, 0},
    {{32, 32, 8, 4, 4, 1, 0}, 0, 0, kAny, kAny, 0},
};

// With cooperative matrices, which want float16: lanes and shape come from the
// adapter. What is narrower waits for memory, however it multiplies.
constexpr Row kMatrix[] = {
    {{128, 128, 16, 64, 64, 4}, 65, 65, kAny, kAny, 128},
    {{128, 128, 16, 32, 64, 4}, 65, 65, kAny, kAny, 128},
    {{64, 64, 32, 32, 32, 4}, 17, 17, kAny, kAny, 0},
};
// What HoldsSums() leaves: 16 x 16 are for Xe2, 8 x 16 for Alchemist.
constexpr Row kMatrixIntel[] = {
    {{128, 64, 16, 16, 16, 4}, 65, 33, kAny, kAny, 128},
    {{128, 64, 16, 8, 16, 4}, 65, 33, kAny, kAny, 128},
    {{64, 64, 16, 16, 16, 4}, 17, 17, kAny, kAny, 0},
    {{64, 64, 16, 8, 16, 4}, 17, 17, kAny, kAny, 0},
};
constexpr TileConfig kMoreMatrixIntel[] = {
    {32, 64, 16, 16, 16, 4}, {64, 32, 16, 16, 16, 4}, {32, 64, 16, 8, 16, 4},
    {64, 32, 16, 8, 16, 4},  {32, 32, 16, 8, 16, 4},
};
constexpr TileConfig kMoreMatrix[] = {
    {128, 128, 16, 32, 64, 4}, {128, 64, 16, 64, 32, 4},
    {64, 128, 16, 32, 64, 4},  {64, 64, 16, 32, 32, 4},
    {32, 64, 32, 16, 32, 4},   {64, 32, 32, 32, 16, 4},
    {32, 32, 32, 16, 16, 4},   {16, 64, 32, 16, 16, 4},
};
// A software driver compiles for minutes what is larger, and is never fast.
constexpr Row kMatrixSoftware[] = {
    {{16, 16, 8, 8, 8, 4}, 0, 0, kAny, kAny, 0},
    {{16, 32, 16, 8, 16, 4}, 0, 0, kAny, kAny, 0},
};

// Beside the table's, what tuning tries.
constexpr TileConfig kMoreForGpus[] = {
    {128, 128, 16, 8, 8, 4, 0}, {128, 64, 16, 8, 8, 4, 0},
    {64, 128, 16, 8, 8, 4, 0},  {128, 64, 8, 8, 4, 4, 0},
    {64, 64, 16, 8, 8, 4, 0},   {64, 64, 16, 8, 4, 4, 0},
    {64, 64, 8, 4, 4, 4, 0},    {32, 64, 16, 4, 4, 4, 0},
    {64, 32, 16, 4, 4, 4, 0},   {32, 32, 16, 4, 2, 4, 0},
};
constexpr TileConfig kMoreForSoftware[] = {
    {16, 32, 8, 16, 4, 1, 8},
    {16, 64, 8, 16, 8, 1, 8},
    {32, 64, 8, 32, 8, 1, 8},
    {8, 64, 8, 8, 8, 1, 8},
};

// Neighbouring rows of one of the tables above.
struct RowRange {
  const Row* begin;
  const Row* end;
};
template <size_t N>
RowRange All(const Row (&rows)[N]) {
  return {rows, rows + N};
}

// Elsewhere packed tiles are right too, but each use of a factor converts it.
bool MultipliesPairs(const hal::AdapterInfo& adapter) {
  return adapter.float16_products != hal::Float16Products::kConverted;
}

RowRange RowsFor(const hal::AdapterInfo& adapter, uint32_t type, bool tried) {
  if (type == DML_FLOAT64) return All(kDouble);
  if (adapter.type == hal::AdapterType::kSoftware) return All(kSoftware);
  if (adapter.vendor_id == hal::kVendorAmd) {
    return type == DML_FLOAT16 && MultipliesPairs(adapter) &&
                   (tried || !NeedsTrial(adapter, kAmdPacked[0].tile))
               ? All(kAmdPacked)
               : All(kAmd);
  }
  return adapter.type != hal::AdapterType::kDiscrete ||
                 adapter.vendor_id == hal::kVendorIntel
             ? All(kSmallParts)
             : All(kDiscrete);
}

RowRange MatrixRowsFor(const hal::AdapterInfo& adapter) {
  if (adapter.type == hal::AdapterType::kSoftware) return All(kMatrixSoftware);
  return adapter.vendor_id == hal::kVendorIntel ? All(kMatrixIntel)
                                                : All(kMatrix);
}

bool IsPowerOfTwo(uint32_t v) { return v != 0 && (v & (v - 1)) == 0; }

// The same for a cooperative one, whose own sizes are powers of two.
const char* MatrixProblemOf(const TileConfig& tile) {
  // Rows of 8 elements are 16 bytes, as loads of matrices want them aligned.
  constexpr uint32_t kLeast = 8;
  for (uint32_t v : {tile.matrix.m, tile.matrix.n, tile.matrix.k}) {
    if (!IsPowerOfTwo(v) || v < kLeast) {
      return "there is no program for such matrices";
    }
  }
  if (tile.thread_m % tile.matrix.m != 0 ||
      tile.thread_n % tile.matrix.n != 0 || tile.k % tile.matrix.k != 0) {
    return "a subgroup's part is not made of whole matrices";
  }
  return std::min(tile.m, tile.n) * tile.k % (2 * tile.threads()) == 0
             ? nullptr
             : "a slice has no two elements for every invocation";
}

// Why the programs cannot be built with it; null when they can.
const char* ProblemOf(const TileConfig& tile) {
  constexpr uint32_t kMaxExtent = 512, kMaxDepth = 64;
  // More would not fit into registers, or compile in reasonable time.
  constexpr uint32_t kMaxElements = 512;
  for (uint32_t v : {tile.m, tile.n, tile.k, tile.thread_m, tile.thread_n}) {
    if (!IsPowerOfTwo(v)) return "sizes must be powers of two";
  }
  if (tile.m > kMaxExtent || tile.n > kMaxExtent || tile.k > kMaxDepth) {
    return "the tile is too large";
  }
  const uint32_t sharers = tile.cooperative() ? tile.lanes : 1;
  if (tile.thread_m > tile.m || tile.thread_n > tile.n ||
      tile.thread_m * tile.thread_n > kMaxElements * sharers) {
    return "an invocation's part is too large";
  }
  if (tile.load_width != 1 && tile.load_width != 4) {
    return "loads are of 1 or 4 elements";
  }
  if (tile.packed > 1) return "packed is 0 or 1";
  if (tile.packed != 0) {
    if (tile.cooperative() || tile.lanes != 0) {
      return "these sizes have no packed form";
    }
    return std::min(tile.m, tile.n) * tile.k % (2 * tile.threads()) == 0
               ? nullptr
               : "a slice has no two elements for every invocation";
  }
  if (tile.cooperative()) return MatrixProblemOf(tile);
  if (tile.lanes == 0) {
    return std::min(tile.m, tile.n) * tile.k % tile.threads() == 0
               ? nullptr
               : "a slice has no element for every invocation";
  }
  const bool consistent = tile.lanes == tile.threads() &&
                          tile.lanes == tile.k && tile.thread_m == tile.m &&
                          tile.m % tile.lanes == 0 && tile.thread_n % 4 == 0 &&
                          tile.load_width == 1;
  return consistent ? nullptr
                    : "these sizes have no form without shared memory";
}

uint32_t ComputeBytes(uint32_t type) { return type == DML_FLOAT64 ? 8 : 4; }

bool Same(const hal::MatrixShape& a, const hal::MatrixShape& b) {
  return a.m == b.m && a.n == b.n && a.k == b.k;
}

// Whether a subgroup's sums leave operands and addresses, convolution's too, in
// registers. An invocation has 512 bytes of registers on Intel, whose compiler
// keeps the sums after each step of a slice beside those before; 1024
// elsewhere, of which NVIDIA's compilers leave half to sums, while AMD's GPUs
// want to hold eight subgroups a SIMD.
bool HoldsSums(const hal::AdapterInfo& adapter, const TileConfig& tile) {
  const uint32_t sums = tile.thread_m * tile.thread_n * 4 / tile.lanes;
  if (adapter.vendor_id == hal::kVendorIntel) {
    return sums * (1 + tile.k / tile.matrix.k) <= 128;
  }
  return sums <= (adapter.vendor_id == hal::kVendorNvidia ? 512 : 256);
}

bool FitsAdapter(const hal::AdapterInfo& adapter, uint32_t type,
                 const TileConfig& tile) {
  if (tile.cooperative()) {
    const auto& shapes = adapter.matrix_shapes;
    const auto is_it = [&tile](const hal::MatrixShape& shape) {
      return Same(shape, tile.matrix);
    };
    if (type != DML_FLOAT16 || tile.lanes != adapter.matrix_subgroup_size ||
        std::none_of(shapes.begin(), shapes.end(), is_it)) {
      return false;
    }
    // A software driver's registers are the host's memory.
    if (adapter.type != hal::AdapterType::kSoftware &&
        !HoldsSums(adapter, tile)) {
      return false;
    }
  } else if (tile.packed != 0) {
    if (type != DML_FLOAT16 || !adapter.float16_arithmetic) return false;
  } else if (tile.lanes != 0) {
    // Only there is a group of the subgroup's size known to be one subgroup.
    return adapter.type == hal::AdapterType::kSoftware &&
           tile.lanes == adapter.subgroup_size;
  }
  return tile.threads() <= adapter.max_group_invocations &&
         tile.threads() <= adapter.max_group_size[0] &&
         tile.SharedBytes(ComputeBytes(type)) <= adapter.max_shared_bytes;
}

// `tile` with the adapter's part of it.
TileConfig ForMatrices(const hal::AdapterInfo& adapter,
                       const hal::MatrixShape& shape, TileConfig tile) {
  tile.lanes = adapter.matrix_subgroup_size;
  tile.matrix = shape;
  return tile;
}

// The usual 16 x 16 x 16 where it is offered, else the largest.
hal::MatrixShape BestShape(const hal::AdapterInfo& adapter) {
  hal::MatrixShape best;
  for (const hal::MatrixShape& shape : adapter.matrix_shapes) {
    if (Same(shape, {16, 16, 16})) return shape;
    if (shape.m * shape.n * shape.k > best.m * best.n * best.k) best = shape;
  }
  return best;
}

bool Takes(const hal::AdapterInfo& adapter, const Row& row, int64_t m,
           int64_t n) {
  const TileConfig& tile = row.tile;
  // A GPU that shares its memory with the host has fewer cores to fill.
  const int64_t min_tiles = adapter.type == hal::AdapterType::kDiscrete
                                ? row.min_tiles
                                : row.min_tiles / 8;
  return m >= row.min_m && n >= row.min_n && m <= row.max_m && n <= row.max_n &&
         static_cast<int64_t>(CeilDivide(m, tile.m) * CeilDivide(n, tile.n)) >=
             min_tiles;
}

// A part that is less deep costs more than it gains.
int64_t MinPartDepth(const hal::AdapterInfo& adapter, const TileConfig& tile) {
  const bool software = adapter.type == hal::AdapterType::kSoftware;
  return std::max<int64_t>(software ? 512 : 128, tile.k);
}

}  // namespace

uint32_t TileConfig::SharedBytes(uint32_t compute_bytes) const {
  const uint32_t tables = m * 16 + 2 * kDepthsPrepared * 20;
  if (cooperative()) {
    const uint32_t slices = 2 * (m + n) * (k + 8) * 2;
    const uint32_t subgroups = (m / thread_m) * (n / thread_n);
    return slices + tables + m * 4 + subgroups * matrix.m * matrix.n * 4;
  }
  const uint32_t element = packed != 0 ? 2 : compute_bytes;
  const uint32_t slices = 2 * k * ((m + 4) + (n + 4)) * element;
  return slices + tables;
}

bool TileConfig::operator==(const TileConfig& other) const {
  return m == other.m && n == other.n && k == other.k &&
         thread_m == other.thread_m && thread_n == other.thread_n &&
         load_width == other.load_width && lanes == other.lanes &&
         Same(matrix, other.matrix) && packed == other.packed;
}

Status CheckTile(const hal::AdapterInfo& adapter, uint32_t type,
                 const TileConfig& tile) {
  const char* problem = ProblemOf(tile);
  if (problem == nullptr && !FitsAdapter(adapter, type, tile)) {
    problem = "it exceeds the adapter's limits";
  }
  if (problem == nullptr) return Status::Ok();
  return InvalidArgument(
      "tile ", tile.m, " x ", tile.n, " x ", tile.k, " of ", tile.thread_m,
      " x ", tile.thread_n, ", loads of ", tile.load_width, ", lanes ",
      tile.lanes, ", matrices ", tile.matrix.m, " x ", tile.matrix.n, " x ",
      tile.matrix.k, tile.packed != 0 ? ", packed" : "", ": ", problem);
}

std::vector<TileConfig> TileCandidates(const hal::AdapterInfo& adapter,
                                       uint32_t type, bool every) {
  std::vector<TileConfig> found;
  const auto add = [&](const TileConfig& tile) {
    if (ProblemOf(tile) == nullptr && FitsAdapter(adapter, type, tile) &&
        std::find(found.begin(), found.end(), tile) == found.end()) {
      found.push_back(tile);
    }
  };
  const auto add_rows = [&](const RowRange& rows) {
    for (const Row* row = rows.begin; row != rows.end; ++row) add(row->tile);
  };
  const bool software = adapter.type == hal::AdapterType::kSoftware;
  for (bool tried : {true, false}) add_rows(RowsFor(adapter, type, tried));
  for (const hal::MatrixShape& shape : adapter.matrix_shapes) {
    const RowRange rows = MatrixRowsFor(adapter);
    for (const Row* row = rows.begin; row != rows.end; ++row) {
      add(ForMatrices(adapter, shape, row->tile));
    }
    if (software) continue;
    const auto add_shaped = [&](const TileConfig& tile) {
      add(ForMatrices(adapter, shape, tile));
    };
    if (adapter.vendor_id == hal::kVendorIntel) {
      for (const TileConfig& tile : kMoreMatrixIntel) add_shaped(tile);
    } else {
      for (const TileConfig& tile : kMoreMatrix) add_shaped(tile);
    }
  }
  if (software || every) {
    for (const TileConfig& tile : kMoreForSoftware) add(tile);
  }
  if (!software || every) {
    const uint32_t most = adapter.vendor_id == hal::kVendorIntel ? 16 : 128;
    for (const TileConfig& tile : kMoreForGpus) {
      if (tile.thread_m * tile.thread_n > most) continue;
      add(tile);
      if (MultipliesPairs(adapter)) add(Packed(tile));
    }
  }
  if (every) {
    for (const RowRange& rows : {All(kAmd), All(kDiscrete), All(kSmallParts),
                                 All(kSoftware), All(kDouble)}) {
      add_rows(rows);
    }
  }
  return found;
}

bool NeedsTrial(const hal::AdapterInfo& adapter, const TileConfig& tile) {
  return tile.cooperative() ||
         (tile.packed != 0 &&
          adapter.float16_products == hal::Float16Products::kDot);
}

std::vector<TileConfig> TrialTiles(const hal::AdapterInfo& adapter) {
  std::vector<TileConfig> found;
  const auto add = [&](const TileConfig& tile) {
    if (ProblemOf(tile) == nullptr && FitsAdapter(adapter, DML_FLOAT16, tile)) {
      found.push_back(tile);
    }
  };
  if (!adapter.matrix_shapes.empty()) {
    const RowRange rows = MatrixRowsFor(adapter);
    for (const Row* row = rows.begin; row != rows.end; ++row) {
      add(ForMatrices(adapter, BestShape(adapter), row->tile));
    }
  }
  const RowRange rows = RowsFor(adapter, DML_FLOAT16, /*tried=*/true);
  for (const Row* row = rows.begin; row != rows.end; ++row) {
    if (NeedsTrial(adapter, row->tile)) add(row->tile);
  }
  return found;
}

TileConfig TableTile(const hal::AdapterInfo& adapter, uint32_t type, int64_t m,
                     int64_t n, bool tried) {
  // A software driver has no units for matrices, whatever it offers.
  if (tried && type == DML_FLOAT16 && !adapter.matrix_shapes.empty() &&
      adapter.type != hal::AdapterType::kSoftware) {
    const hal::MatrixShape shape = BestShape(adapter);
    const RowRange rows = MatrixRowsFor(adapter);
    for (const Row* row = rows.begin; row != rows.end; ++row) {
      const TileConfig tile = ForMatrices(adapter, shape, row->tile);
      if (Takes(adapter, *row, m, n) && ProblemOf(tile) == nullptr &&
          FitsAdapter(adapter, type, tile)) {
        return tile;
      }
    }
  }
  const RowRange rows = RowsFor(adapter, type, tried);
  for (const Row* row = rows.begin; row != rows.end; ++row) {
    if (Takes(adapter, *row, m, n) && FitsAdapter(adapter, type, row->tile)) {
      return row->tile;
    }
  }
  return (rows.end - 1)->tile;
}

bool MaySplit(const hal::AdapterInfo& adapter, const TileConfig& tile,
              int64_t k) {
  return k >= 2 * MinPartDepth(adapter, tile);
}

uint32_t ChooseParts(const hal::AdapterInfo& adapter, const TileConfig& tile,
                     int64_t tiles, int64_t k, int64_t elements) {
  const bool software = adapter.type == hal::AdapterType::kSoftware;
  // About two groups for each core of a large GPU; a software driver has as
  // many cores as the host, and a second pass costs it more.
  const int64_t wanted_groups = software ? 8 : 256;
  const int64_t min_depth = MinPartDepth(adapter, tile);
  // Partial sums must stay a small cost, and within 32-bit offsets.
  constexpr int64_t kMaxElements = int64_t{1} << 24;
  const int64_t parts =
      std::min({wanted_groups / std::max<int64_t>(tiles, 1), k / min_depth,
                kMaxElements / std::max<int64_t>(elements, 1)});
  // Mesa's software driver ends a shader's loops, without a word, when they
  // have made 65535 iterations together.
  constexpr int64_t kMaxSoftwareDepth = 1 << 14;
  const int64_t least = software ? CeilDivide(k, kMaxSoftwareDepth) : 1;
  return static_cast<uint32_t>(std::max({parts, least, int64_t{1}}));
}

}  // namespace dml
