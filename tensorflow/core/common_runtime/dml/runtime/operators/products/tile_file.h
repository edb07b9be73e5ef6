// The file of stored tile choices: one for each adapter, driver and version of
// the programs, so that a choice holds for what was measured.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_FILE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_FILE_H_

#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/span.h"
#include "tensorflow/core/common_runtime/dml/runtime/base/status.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_chooser.h"

namespace dml {

// What is stored for the adapter and can run on it; nothing when there is no
// file. A driver's settings, such as its subgroup size, may rule a choice out
// in one process and not in the next: it stays stored. A file that is damaged
// is ignored with a line on stderr.
std::vector<TileChoice> LoadTileChoices(const hal::AdapterInfo& adapter);

// Adds to what is stored, replacing choices of the same keys. Processes that
// store at the same time do not lose each other's.
Status StoreTileChoices(const hal::AdapterInfo& adapter,
                        Span<const TileChoice> choices);

// The path of a file in the cache folder that holds for the adapter, its driver
// and the programs of matrix products: "<what>-....bin". Empty without a
// folder.
std::string AdapterFilePath(const char* what, const hal::AdapterInfo& adapter);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_OPERATORS_PRODUCTS_TILE_FILE_H_
