// One GPU that several drivers list is one adapter.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DUPLICATES_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DUPLICATES_H_

#include <memory>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

// Whether both are the same GPU. Two drivers know one another's by the PCI
// address, or the operating system's identifier, or the UUID; of one driver
// UUIDs must be equal too, since parts of a GPU share its address. Software
// adapters are never the same.
bool SameGpu(const hal::AdapterInfo& a, const hal::AdapterInfo& b);

// A GPU by the driver that was chosen, and the others.
struct Gpu {
  std::unique_ptr<hal::Adapter> adapter;
  std::vector<hal::AdapterInfo> others;
};

// Keeps the order, by the first of each GPU. `preferred` names drivers, comma
// separated, the best first: words that a driver's name contains, in any case.
// Others are chosen by hal::DriverMerit, then by the order.
std::vector<Gpu> MergeDrivers(std::vector<std::unique_ptr<hal::Adapter>> found,
                              const std::string& preferred);

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_DUPLICATES_H_
