// How matrix products are cut into tiles (tile_product.glsl): the one
// table of tile configurations, by class of adapter and shape of problem.
//
// Each distinct configuration is a program to compile, so there are few, and a
// problem keeps its own while only its batch grows or shrinks a little.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_TABLE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_TABLE_H_

#include <cstdint>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

struct TileConfig {
  uint32_t m, n, k;             // of a work group
  uint32_t thread_m, thread_n;  // of an invocation, or a subgroup: `matrix`
  uint32_t load_width = 1;      // elements a load takes at most: 1 or 4
  // The form with LANES of tile_product.glsl: the subgroup size that it needs,
  // equal to threads() and k. 0: the form with shared memory.
  uint32_t lanes = 0;
  // The form of tile_matrix.glsl: the product that a subgroup, of size `lanes`,
  // computes at once. All 0: another form.
  hal::MatrixShape matrix = {};
  // 1: slices in shared memory hold float16 in pairs of neighbouring depths,
  // which are multiplied as they are and summed in float32, for the adapters
  // that do so at no cost (hal::Float16Products). 0: another form.
  uint32_t packed = 0;

  bool cooperative() const { return matrix.m != 0; }
  uint32_t threads() const {
    return (m / thread_m) * (n / thread_n) * (cooperative() ? lanes : 1);
  }
  // Whether slices of `extent` (m or n) can be loaded four elements at a time,
  // along depth (order 0) or along the extent (1). Cooperative and packed forms
  // turn the latter over, in blocks of two depths at least.
  bool LoadsByFour(uint32_t extent, uint32_t order) const {
    const bool pairs = cooperative() || packed != 0;
    const uint32_t depths = pairs && order == 1 ? 2 : 1;
    return load_width == 4 && extent * k % (threads() * 4 * depths) == 0;
  }
  // What convolution, the hungriest program, takes with `compute_bytes` an
  // element.
  uint32_t SharedBytes(uint32_t compute_bytes) const;

  bool operator==(const TileConfig& other) const;
};

// Whether the programs can be built with `tile` and run on the adapter.
Status CheckTile(const hal::AdapterInfo& adapter, uint32_t type,
                 const TileConfig& tile);

// What to measure when tuning: those of the table and more, made for the
// adapter's class, or for `every` class, as far as the adapter can run them.
std::vector<TileConfig> TileCandidates(const hal::AdapterInfo& adapter,
                                       uint32_t type, bool every);

// Whether programs with `tile` depend on parts of the adapter's driver that few
// programs use: cooperative matrices, and dot products of pairs of float16. No
// product takes them before a check (matrix_trial.h).
bool NeedsTrial(const hal::AdapterInfo& adapter, const TileConfig& tile);

// What such a check is made of: those of the table, cooperative ones for the
// shape that suits the adapter best. Empty where the table has none.
std::vector<TileConfig> TrialTiles(const hal::AdapterInfo& adapter);

// The table's, for a product of m x n elements of `type` (a dml_data_type).
// `tried`: it may be one that NeedsTrial().
TileConfig TableTile(const hal::AdapterInfo& adapter, uint32_t type, int64_t m,
                     int64_t n, bool tried);

// Whether a depth of k is ever split, whatever the number of tiles.
bool MaySplit(const hal::AdapterInfo& adapter, const TileConfig& tile,
              int64_t k);

// Into how many parts to split a depth of k when `tiles` groups would not fill
// the adapter; 1 for none. `elements` of partial sums a part must be stored.
uint32_t ChooseParts(const hal::AdapterInfo& adapter, const TileConfig& tile,
                     int64_t tiles, int64_t k, int64_t elements);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_TABLE_H_
