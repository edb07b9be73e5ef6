// TileChooser: which tile configuration a matrix product of a device takes.
// Stored choices, measured on the adapter by `tensorflow-directml bench
// --tune`, come before the table of tile_table.h.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_CHOOSER_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_CHOOSER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/matrix_trial.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_table.h"

namespace dml {

// Values equal those of dml_tile_family in c_api/dml_benchmark.h. The last
// three equal ConvolutionDirection, plus one.
enum class TileFamily : uint32_t {
  kGemm = 0,
  kConvolution = 1,
  kConvolutionBackwardData = 2,
  kConvolutionBackwardFilter = 3,
};

// The problems that share a choice. Sizes count by class, so that there are few
// programs and a batch a little larger takes the same one.
struct TileKey {
  static constexpr uint32_t kFamilies = 4, kTypes = 3, kClasses = 6;

  TileFamily family;
  uint32_t type;  // dml_data_type, a float
  uint32_t m_class, n_class;

  // 0 up to 16, 1 up to 64, and so on by four; the last takes the rest.
  static uint32_t ClassOf(int64_t size);
  bool valid() const;
  uint32_t index() const;  // below kFamilies * kTypes * kClasses^2
};

struct TileChoice {
  TileKey key;
  TileConfig tile;
};

// Whether programs that NeedsTrial() give right results on the adapter; may
// take long with `wait`, else kPending comes back while that is not known.
using CheckMatrices = std::function<MatrixVerdict(bool wait)>;

// Thread-safe; Choose() waits for nothing, and takes no lock once it knows
// whether what needs a trial works.
class TileChooser {
 public:
  // `adapter` outlives it. `check` is called by products that would take a tile
  // that NeedsTrial(), until it knows. Unless it says yes, none does, stored
  // choices included; only Override() does not ask.
  TileChooser(const hal::AdapterInfo& adapter, CheckMatrices check);
  ~TileChooser();

  TileConfig Choose(TileFamily family, uint32_t type, int64_t m, int64_t n);

  // Stored choices from now on; later ones of a key hold. All have been
  // checked with CheckTile().
  void SetStored(const std::vector<TileChoice>& choices);

  // For measuring and tests: what every product takes that can, from now on;
  // null ends that. What Choose() returned last; false when it never did.
  Status Override(const TileConfig* tile);
  bool Last(TileChoice* choice) const;
  // What the check says; without `wait`, false while it does not know.
  bool MatricesWork(bool wait);

 private:
  struct Stored;

  template <typename T>
  const T* Keep(std::vector<std::unique_ptr<const T>>* kept, T value);

  const hal::AdapterInfo& adapter_;
  const CheckMatrices check_;
  std::atomic<MatrixVerdict> matrices_{MatrixVerdict::kPending};
  std::atomic<const Stored*> stored_{nullptr};
  std::atomic<const TileConfig*> override_{nullptr};
  std::atomic<uint64_t> last_{0};

  // What readers may still look at: kept until the end. Guarded by mutex_.
  std::mutex mutex_;
  std::vector<std::unique_ptr<const Stored>> all_stored_;
  std::vector<std::unique_ptr<const TileConfig>> all_overrides_;
};

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_CHOOSER_H_
