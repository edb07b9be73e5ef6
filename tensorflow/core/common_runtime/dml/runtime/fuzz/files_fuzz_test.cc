// Files of the cache folder, with any bytes: read without harm, and a store
// into them is read again. The first byte says which; the second whether the
// rest is the whole file or what its checksum holds for.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/os/files.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/fuzz_test.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/input.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_container.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/dxil_hash.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program_store.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_file.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_table.h"

namespace dml {
namespace fuzz {
namespace {

// In the cache folder.
std::string Path() { return CacheFilePath("fuzzed.bin"); }

void Write(const std::string& path, const CacheMagic& magic, Input* input) {
  const bool whole = input->Byte() % 2 == 0;
  const std::string bytes = input->Rest();
  Expect(whole ? os::ReplaceFile(path, {bytes})
               : WriteCacheFile(path, magic, bytes),
         "the file cannot be written");
}

void Tiles(Input* input) {
  hal::AdapterInfo adapter;
  adapter.name = adapter.driver = "fuzzed";
  adapter.subgroup_size = adapter.matrix_subgroup_size = 32;
  adapter.max_group_invocations = 1024;
  std::fill_n(adapter.max_group_size, 3, 1024);
  std::fill_n(adapter.max_grid, 3, 65535);
  adapter.max_shared_bytes = 32 << 10;
  Write(AdapterFilePath("tiles", adapter),
        {'D', 'M', 'L', 'T', 'I', 'L', 'E', '1'}, input);
  for (const TileChoice& choice : LoadTileChoices(adapter)) {
    Expect(choice.key.valid(), "a key that is none");
    Expect(CheckTile(adapter, choice.key.type, choice.tile).ok(),
           "a tile that cannot run");
  }
  const std::vector<TileConfig> tiles =
      TileCandidates(adapter, /*type=*/0, /*every=*/true);
  Expect(!tiles.empty(), "no tile at all");
  const TileChoice choice = {{TileFamily::kGemm, 0, 0, 0}, tiles.front()};
  Expect(StoreTileChoices(adapter, {&choice, 1}).ok(), "cannot be stored");
  Expect(!LoadTileChoices(adapter).empty(), "what was stored is gone");
}

void Matrices(Input* input) {
  Write(Path(), {'D', 'M', 'L', 'M', 'A', 'T', 'R', '2'}, input);
  for (int i = 0; i < 2; ++i) {
    MatrixTrialOptions options;
    options.path = Path();
    options.check = [](const std::atomic<bool>&) {
      return Error(Code::kDeviceLost, "fuzzed");
    };
    options.warn = [](const std::string&) {};
    options.limit_ns = uint64_t{1} << 40;
    options.clock = [] { return uint64_t{0}; };
    MatrixTrial trial(std::move(options));
    Expect(trial.verdict(/*wait=*/true) != MatrixVerdict::kPending,
           "no verdict");
  }
}

void Programs(Input* input) {
  Write(Path(), {'D', 'M', 'L', 'D', 'X', 'P', 'S', '1'}, input);
  hal::d3d12::ProgramKey key{};
  std::string found;
  {
    hal::d3d12::ProgramStore store;
    store.Open(Path());
    store.Remove(key);
    store.Add(key, "fuzzed");
    Expect(store.Find(key, &found) && found == "fuzzed", "not added");
    store.Finish();
  }
  hal::d3d12::ProgramStore again;
  again.Open(Path());
  Expect(again.Find(key, &found) && found == "fuzzed", "not saved");
}

void Container(Input* input) {
  std::string bytes = input->Rest();
  if (!hal::d3d12::CheckContainer(bytes).ok()) return;
  (void)hal::d3d12::HashOf(bytes);
  (void)hal::d3d12::RequiredFeatures(bytes);
  hal::d3d12::SignContainer(&bytes);
  Expect(hal::d3d12::CheckContainer(bytes).ok(), "signing broke it");
}

}  // namespace
}  // namespace fuzz
}  // namespace dml

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool prepared = dml::fuzz::Prepare();
  dml::fuzz::Expect(prepared, "no environment");
  dml::fuzz::Input input(data, size);
  switch (input.Byte() % 4) {
    case 0:
      dml::fuzz::Tiles(&input);
      break;
    case 1:
      dml::fuzz::Matrices(&input);
      break;
    case 2:
      dml::fuzz::Programs(&input);
      break;
    case 3:
      dml::fuzz::Container(&input);
      break;
  }
  return 0;
}
