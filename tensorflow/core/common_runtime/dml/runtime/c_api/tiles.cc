// Tile configurations, as C functions.
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/device.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_benchmark.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/thread_state.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_chooser.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_file.h"

namespace dml {
namespace {

TileConfig TileOf(const dml_tile_choice& c) {
  return {
      c.m,        c.n,          c.k,     c.thread_m,
      c.thread_n, c.load_width, c.lanes, {c.matrix_m, c.matrix_n, c.matrix_k},
      c.packed};
}

dml_tile_choice MakeChoice(const TileKey& key, const TileConfig& tile) {
  return {static_cast<uint32_t>(key.family),
          key.type,
          key.m_class,
          key.n_class,
          tile.m,
          tile.n,
          tile.k,
          tile.thread_m,
          tile.thread_n,
          tile.load_width,
          tile.lanes,
          tile.matrix.m,
          tile.matrix.n,
          tile.matrix.k,
          tile.packed};
}

Status Store(dml_device* device, Span<const dml_tile_choice> given) {
  if (given.data() == nullptr && !given.empty()) {
    return InvalidArgument("tiles: choices is null");
  }
  const hal::AdapterInfo& adapter = device->hal->info();
  std::vector<TileChoice> choices;
  for (const dml_tile_choice& one : given) {
    const TileChoice choice = {{static_cast<TileFamily>(one.family), one.type,
                                one.m_class, one.n_class},
                               TileOf(one)};
    if (!choice.key.valid()) {
      return InvalidArgument("tiles: there is no family ", one.family,
                             ", type ", one.type, ", classes ", one.m_class,
                             " and ", one.n_class);
    }
    DML_RETURN_IF_ERROR(CheckTile(adapter, one.type, choice.tile));
    choices.push_back(choice);
  }
  DML_RETURN_IF_ERROR(StoreTileChoices(adapter, choices));
  if (GetEnvironment().tuning) {
    device->tiles->SetStored(LoadTileChoices(adapter));
  }
  return Status::Ok();
}

}  // namespace
}  // namespace dml

uint32_t dml_tiles_candidates(dml_device* device, uint32_t type, uint32_t every,
                              dml_tile_choice* choices, uint32_t capacity) {
  DML_RETURN_IF_FORKED(0);
  const std::vector<dml::TileConfig> tiles =
      dml::TileCandidates(device->hal->info(), type, every != 0);
  if (choices == nullptr) capacity = 0;
  for (uint32_t i = 0; i < tiles.size() && i < capacity; ++i) {
    const dml::TileKey key = {dml::TileFamily::kGemm, type, 0, 0};
    choices[i] = dml::MakeChoice(key, tiles[i]);
  }
  return static_cast<uint32_t>(tiles.size());
}

dml_code dml_tiles_override(dml_device* device, const dml_tile_choice* choice) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  if (choice == nullptr) return dml::Report(device->tiles->Override(nullptr));
  const dml::TileConfig tile = dml::TileOf(*choice);
  return dml::Report(device->tiles->Override(&tile));
}

dml_code dml_tiles_last(dml_device* device, dml_tile_choice* choice) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  if (choice == nullptr) {
    return dml::Report(dml::InvalidArgument("tiles: choice is null"));
  }
  dml::TileChoice last;
  if (!device->tiles->Last(&last)) {
    return dml::Report(
        dml::Error(dml::Code::kNotFound, "no product has been enqueued"));
  }
  *choice = dml::MakeChoice(last.key, last.tile);
  return DML_OK;
}

dml_code dml_tiles_store(dml_device* device, const dml_tile_choice* choices,
                         uint32_t count) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return dml::Report(dml::Store(device, {choices, count}));
}

dml_code dml_tiles_matrices(dml_device* device, uint32_t* state) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  if (state == nullptr) {
    return dml::Report(dml::InvalidArgument("tiles: state is null"));
  }
  *state = dml::TrialTiles(device->hal->info()).empty() ? DML_MATRICES_NONE
           : device->tiles->MatricesWork(/*wait=*/true) ? DML_MATRICES_RIGHT
                                                        : DML_MATRICES_WRONG;
  return DML_OK;
}
