// dml_device: one adapter's device with everything that belongs to it.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DEVICE_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DEVICE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/address_space.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/pool.h"
#include "tensorflow/core/common_runtime/dml/runtime/memory/pool_group.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/elementwise/chain_programs.h"
#include "tensorflow/core/common_runtime/dml/runtime/operators/products/tile_chooser.h"
#include "tensorflow/core/common_runtime/dml/runtime/scheduler/stream.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_cache.h"
#include "tensorflow/core/common_runtime/dml/runtime/shaders/program_maker.h"

// Members die in reverse order: memory before the stream that releases it, the
// stream before the programs and addresses that its work uses.
struct dml_device {
  uint32_t adapter_index = 0;
  int64_t launch_elements = 0;  // OperatorContext::max_elements
  uint32_t references = 1;      // the registry's lock covers it
  std::unique_ptr<dml::hal::Device> hal;
  const dml::hal::AdapterInfo* adapter = nullptr;  // of `hal`
  std::unique_ptr<dml::AddressSpace> space;
  std::unique_ptr<dml::ProgramCache> programs;
  std::unique_ptr<dml::ProgramMaker> maker;  // asked by the stream
  std::unique_ptr<dml::ElementwisePrograms> chain_programs;
  std::unique_ptr<dml::TileChooser> tiles;
  std::unique_ptr<dml::PoolGroup> memory;  // of all pools, `scratch` too
  std::unique_ptr<dml::Stream> stream;
  std::unique_ptr<dml::Pool> scratch;  // of operators
  std::mutex pools_mutex;
  std::vector<dml::Pool*> pools;  // those open; guarded by pools_mutex

  ~dml_device();
};

namespace dml {

// A device of the adapter, unknown to dml_device_open(). `check`: see
// TileChooser.
Status MakeDevice(uint32_t adapter_index, CheckMatrices check,
                  std::unique_ptr<dml_device>* device);

// A pool of `device` whose heaps wait for its stream when they go.
std::unique_ptr<Pool> MakePool(dml_device* device, const PoolOptions& options);

void AddReference(dml_device* device);
void DropReference(dml_device* device);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DEVICE_H_
