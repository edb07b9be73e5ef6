#include "tensorflow/core/common_runtime/dml/runtime/operators/tile_table.h"

#include <algorithm>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"

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

constexpr Row kDiscrete[] = {
    {{16, 128, 16, 4, 8, 4, 0}, 0, 0, 16, kAny, 0},
    {{128, 16, 16, 8, 4, 4, 0}, 0, 0, kAny, 16, 0},
    {{128, 128, 8, 8, 8, 4, 0}, 65, 65, kAny, kAny, 128},
    {{64, 64, 16, 4, 4, 4, 0}, 0, 0, kAny, kAny, 0},
    {{32, 32, 8, 4, 4, 4, 0}, 0, 0, kAny, kAny, 0},
};

constexpr Row kIntegrated[] = {
    {{16, 128, 16, 4, 8, 4, 0}, 0, 0, 16, kAny, 0},
    {{128, 16, 16, 8, 4, 4, 0}, 0, 0, kAny, 16, 0},
    {{64, 64, 16, 8, 4, 4, 0}, 0, 0, kAny, kAny, 0},
    {{32, 32, 8, 4, 4, 4, 0}, 0, 0, kAny, kAny, 0},
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

struct Rows {
  const Row* begin;
  const Row* end;
};
template <size_t N>
Rows All(const Row (&rows)[N]) {
  return {rows, rows + N};
}

Rows RowsFor(const hal::AdapterInfo& adapter, uint32_t type) {
  if (type == DML_FLOAT64) return All(kDouble);
  if (adapter.type == hal::AdapterType::kSoftware) return All(kSoftware);
  return adapter.type == hal::AdapterType::kDiscrete ? All(kDiscrete)
                                                     : All(kIntegrated);
}

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

bool IsPowerOfTwo(uint32_t v) { return v != 0 && (v & (v - 1)) == 0; }

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
  if (tile.thread_m > tile.m || tile.thread_n > tile.n ||
      tile.thread_m * tile.thread_n > kMaxElements) {
    return "an invocation's part is too large";
  }
  if (tile.load_width != 1 && tile.load_width != 4) {
    return "loads are of 1 or 4 elements";
  }
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

bool FitsAdapter(const hal::AdapterInfo& adapter, uint32_t type,
                 const TileConfig& tile) {
  if (tile.lanes != 0) {
    // Only there is a group of the subgroup's size known to be one subgroup.
    return adapter.type == hal::AdapterType::kSoftware &&
           tile.lanes == adapter.subgroup_size;
  }
  return tile.threads() <= adapter.max_group_invocations &&
         tile.threads() <= adapter.max_group_size[0] &&
         tile.SharedBytes(ComputeBytes(type)) <= adapter.max_shared_bytes;
}

// A part that is less deep costs more than it gains.
int64_t MinPartDepth(const hal::AdapterInfo& adapter, const TileConfig& tile) {
  const bool software = adapter.type == hal::AdapterType::kSoftware;
  return std::max<int64_t>(software ? 512 : 128, tile.k);
}

}  // namespace

uint32_t TileConfig::SharedBytes(uint32_t compute_bytes) const {
  const uint32_t slices = 2 * k * ((m + 4) + (n + 4)) * compute_bytes;
  const uint32_t tables = m * 16 + 2 * k * 20;
  return slices + tables;
}

bool TileConfig::operator==(const TileConfig& other) const {
  return m == other.m && n == other.n && k == other.k &&
         thread_m == other.thread_m && thread_n == other.thread_n &&
         load_width == other.load_width && lanes == other.lanes;
}

Status CheckTile(const hal::AdapterInfo& adapter, uint32_t type,
                 const TileConfig& tile) {
  const char* problem = ProblemOf(tile);
  if (problem == nullptr && !FitsAdapter(adapter, type, tile)) {
    problem = "it exceeds the adapter's limits";
  }
  if (problem == nullptr) return Status::Ok();
  return InvalidArgument("tile ", tile.m, " x ", tile.n, " x ", tile.k, " of ",
                         tile.thread_m, " x ", tile.thread_n, ", loads of ",
                         tile.load_width, ", lanes ", tile.lanes, ": ",
                         problem);
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
  const auto add_rows = [&](const Rows& rows) {
    for (const Row* row = rows.begin; row != rows.end; ++row) add(row->tile);
  };
  const bool software = adapter.type == hal::AdapterType::kSoftware;
  add_rows(RowsFor(adapter, type));
  if (software || every) {
    for (const TileConfig& tile : kMoreForSoftware) add(tile);
  }
  if (!software || every) {
    for (const TileConfig& tile : kMoreForGpus) add(tile);
  }
  if (every) {
    for (const Rows& rows :
         {All(kDiscrete), All(kIntegrated), All(kSoftware), All(kDouble)}) {
      add_rows(rows);
    }
  }
  return found;
}

TileConfig TableTile(const hal::AdapterInfo& adapter, uint32_t type, int64_t m,
                     int64_t n) {
  const Rows rows = RowsFor(adapter, type);
  for (const Row* row = rows.begin; row != rows.end; ++row) {
    const TileConfig& tile = row->tile;
    if (m >= row->min_m && n >= row->min_n && m <= row->max_m &&
        n <= row->max_n &&
        CeilDiv(m, tile.m) * CeilDiv(n, tile.n) >= row->min_tiles &&
        FitsAdapter(adapter, type, tile)) {
      return tile;
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
  const int64_t least = software ? CeilDiv(k, kMaxSoftwareDepth) : 1;
  return static_cast<uint32_t>(std::max({parts, least, int64_t{1}}));
}

}  // namespace dml
