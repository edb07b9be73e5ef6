#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_chooser.h"

#include <array>
#include <utility>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"

namespace dml {
namespace {

constexpr uint32_t kKeys = TileKey::kFamilies * TileKey::kTypes *
                           TileKey::kClasses * TileKey::kClasses;

uint32_t Log2(uint32_t power_of_two) {
  uint32_t log = 0;
  while (power_of_two >>= 1) ++log;
  return log;
}

// A choice in one word, never 0, so that remembering the last takes no lock.
uint64_t Pack(const TileChoice& choice) {
  uint64_t word = 1;
  const auto add = [&word](uint32_t value, uint32_t bits) {
    word = word << bits | value;
  };
  add(choice.key.index(), 10);
  const TileConfig& tile = choice.tile;
  for (uint32_t v : {tile.m, tile.n, tile.k, tile.thread_m, tile.thread_n}) {
    add(Log2(v), 4);
  }
  add(tile.load_width == 4, 1);
  for (uint32_t v : {tile.lanes, tile.matrix.m, tile.matrix.n, tile.matrix.k}) {
    add(v != 0 ? Log2(v) + 1 : 0, 4);
  }
  add(tile.packed, 1);
  return word;
}

TileChoice Unpack(uint64_t word) {
  const auto take = [&word](uint32_t bits) {
    const uint32_t value = word & ((uint64_t{1} << bits) - 1);
    word >>= bits;
    return value;
  };
  TileChoice choice;
  TileConfig& tile = choice.tile;
  tile.packed = take(1);
  for (uint32_t* v :
       {&tile.matrix.k, &tile.matrix.n, &tile.matrix.m, &tile.lanes}) {
    const uint32_t log = take(4);
    *v = log != 0 ? 1u << (log - 1) : 0;
  }
  tile.load_width = take(1) != 0 ? 4 : 1;
  for (uint32_t* v :
       {&tile.thread_n, &tile.thread_m, &tile.k, &tile.n, &tile.m}) {
    *v = 1u << take(4);
  }
  uint32_t index = take(10);
  const auto digit = [&index](uint32_t base) {
    const uint32_t value = index % base;
    index /= base;
    return value;
  };
  choice.key.n_class = digit(TileKey::kClasses);
  choice.key.m_class = digit(TileKey::kClasses);
  choice.key.type = digit(TileKey::kTypes);
  choice.key.family = static_cast<TileFamily>(index);
  return choice;
}
static_assert(kKeys <= 1024, "ten bits");

}  // namespace

uint32_t TileKey::ClassOf(int64_t size) {
  uint32_t found = 0;
  for (int64_t limit = 16; size > limit && found + 1 < kClasses; limit *= 4) {
    ++found;
  }
  return found;
}

bool TileKey::valid() const {
  return static_cast<uint32_t>(family) < kFamilies && type < kTypes &&
         m_class < kClasses && n_class < kClasses;
}

uint32_t TileKey::index() const {
  return ((static_cast<uint32_t>(family) * kTypes + type) * kClasses +
          m_class) *
             kClasses +
         n_class;
}

// A tile with m 0 is none.
struct TileChooser::Stored {
  std::array<TileConfig, kKeys> tiles;
};

TileChooser::TileChooser(const hal::AdapterInfo& adapter, CheckMatrices check)
    : adapter_(adapter), check_(std::move(check)) {}
TileChooser::~TileChooser() = default;

template <typename T>
const T* TileChooser::Keep(std::vector<std::unique_ptr<const T>>* kept,
                           T value) {
  kept->push_back(std::make_unique<const T>(std::move(value)));
  return kept->back().get();
}

TileConfig TileChooser::Choose(TileFamily family, uint32_t type, int64_t m,
                               int64_t n) {
  TileChoice choice;
  choice.key = {family, type, TileKey::ClassOf(m), TileKey::ClassOf(n)};
  const TileConfig* forced = override_.load(std::memory_order_acquire);
  const Stored* stored = stored_.load(std::memory_order_acquire);
  const TileConfig* tuned =
      stored != nullptr ? &stored->tiles[choice.key.index()] : nullptr;
  if (forced != nullptr && CheckTile(adapter_, type, *forced).ok()) {
    choice.tile = *forced;
  } else {
    const bool stored_one = tuned != nullptr && tuned->m != 0;
    choice.tile =
        stored_one ? *tuned : TableTile(adapter_, type, m, n, /*tried=*/true);
    if (NeedsTrial(adapter_, choice.tile) && !MatricesWork(/*wait=*/false)) {
      choice.tile = TableTile(adapter_, type, m, n, /*tried=*/false);
    }
  }
  last_.store(Pack(choice), std::memory_order_relaxed);
  return choice.tile;
}

void TileChooser::SetStored(const std::vector<TileChoice>& choices) {
  Stored stored = {};
  for (TileConfig& tile : stored.tiles) tile.m = 0;
  for (const TileChoice& choice : choices) {
    stored.tiles[choice.key.index()] = choice.tile;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  stored_.store(Keep(&all_stored_, stored), std::memory_order_release);
}

Status TileChooser::Override(const TileConfig* tile) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (tile == nullptr) {
    override_.store(nullptr, std::memory_order_release);
    return Status::Ok();
  }
  // The type that asks the least.
  const bool halves = tile->cooperative() || tile->packed != 0;
  DML_RETURN_IF_ERROR(
      CheckTile(adapter_, halves ? DML_FLOAT16 : DML_FLOAT32, *tile));
  override_.store(Keep(&all_overrides_, *tile), std::memory_order_release);
  return Status::Ok();
}

bool TileChooser::MatricesWork(bool wait) {
  MatrixVerdict verdict = matrices_.load(std::memory_order_acquire);
  if (verdict == MatrixVerdict::kPending) {
    verdict = check_(wait);
    matrices_.store(verdict, std::memory_order_release);
  }
  return verdict == MatrixVerdict::kRight;
}

bool TileChooser::Last(TileChoice* choice) const {
  const uint64_t word = last_.load(std::memory_order_relaxed);
  if (word == 0) return false;
  *choice = Unpack(word);
  return true;
}

}  // namespace dml
