// The adapters that this process sees.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_ADAPTERS_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_ADAPTERS_H_

#include <memory>
#include <string>
#include <vector>

#include "tensorflow/core/common_runtime/dml/runtime/base/environment.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/hal.h"

namespace dml {

// An adapter that is there and not in the list.
struct LeftOut {
  std::string name, driver, api;
  std::string cause;   // see dml_adapter_left_out()
  std::string reason;  // a sentence's part, after the adapter's name
};

struct AdapterList {
  std::vector<std::unique_ptr<hal::Adapter>> adapters;
  // Of each, the other drivers of the same GPU, which it was preferred to.
  std::vector<std::vector<hal::AdapterInfo>> others;
  std::vector<LeftOut> left_out;
  std::string problem;  // see dml_adapter_problem()
  bool usable = false;  // there are some, though perhaps none is visible
};

// Sorts what a backend found and applies the environment's choice. `status` is
// the enumeration's; `hint` says how to get an adapter of that backend.
AdapterList SelectAdapters(std::vector<std::unique_ptr<hal::Adapter>> found,
                           const Status& status, const char* hint,
                           const Environment& environment);

// The process's list, made when first asked for. Never destroyed: threads may
// still use it while the process exits.
AdapterList& Adapters();

}  // namespace dml

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_RUNTIME_C_API_ADAPTERS_H_
