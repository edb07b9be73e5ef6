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

TileConfig ChooseTile(const hal::AdapterInfo& adapter, uint32_t type, int64_t m,
                      int64_t n) {
  const Rows rows = RowsFor(adapter, type);
  const uint32_t compute_bytes = type == DML_FLOAT64 ? 8 : 4;
  for (const Row* row = rows.begin; row != rows.end; ++row) {
    const TileConfig& tile = row->tile;
    if (m < row->min_m || n < row->min_n || m > row->max_m || n > row->max_n ||
        CeilDiv(m, tile.m) * CeilDiv(n, tile.n) < row->min_tiles ||
        tile.threads() > adapter.max_group_invocations ||
        (tile.lanes != 0 && tile.lanes != adapter.subgroup_size) ||
        tile.SharedBytes(compute_bytes) > adapter.max_shared_bytes) {
      continue;
    }
    return tile;
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
