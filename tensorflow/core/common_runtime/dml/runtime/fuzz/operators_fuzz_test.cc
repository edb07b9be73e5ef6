// Every operator of the C API, with any tensors and attributes, on the null
// device: each call ends with a dml_code, and the device goes on.
//
// An input is the calls of a step: the operator's number, its arguments, and so
// on to the end.
#include <cstdint>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/operators/benchmark.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/arguments.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/fuzz_test.h"
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/input.h"

namespace dml {
namespace fuzz {
namespace {

struct Call {
  const char* name;
  dml_code (*run)(dml_device* device, Arguments& in);
};

constexpr Call kCalls[] = {
#include "tensorflow/core/common_runtime/dml/runtime/fuzz/operator_calls.inc"
};
constexpr size_t kCallCount = sizeof(kCalls) / sizeof(kCalls[0]);

constexpr uint64_t kBytes = uint64_t{4} << 20;
constexpr int kMostCalls = 4;  // an input

struct Device {
  Device() {
    Expect(Prepare(), "no environment");
    Expect(dml_device_open(0, &device) == DML_OK, "no device");
    Expect(dml_pool_open(device, nullptr, &pool) == DML_OK, "no pool");
    Expect(dml_allocate(pool, kBytes, &memory) == DML_OK, "no memory");
  }
  dml_device* device = nullptr;
  dml_pool* pool = nullptr;
  uint64_t memory = 0;
};

}  // namespace
}  // namespace fuzz
}  // namespace dml

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using dml::fuzz::Expect;
  // Open until the process ends, as TensorFlow's are.
  static const auto* const opened = new dml::fuzz::Device;
  dml::fuzz::Input input(data, size);
  for (int i = 0; i < dml::fuzz::kMostCalls && !input.empty(); ++i) {
    const dml::fuzz::Call& call =
        dml::fuzz::kCalls[input.Byte() % dml::fuzz::kCallCount];
    dml::fuzz::Arguments arguments(&input, opened->memory, dml::fuzz::kBytes);
    const dml_code code = call.run(opened->device, arguments);
    Expect(code >= DML_OK && code <= DML_FAILED_PRECONDITION, call.name);
    // Nothing that a caller says is this library's fault.
    Expect(code != DML_INTERNAL, call.name, dml_error_message());
    Expect(code == DML_OK || dml_error_message()[0] != '\0', call.name);
  }
  Expect(dml_device_sync(opened->device) == DML_OK,
         "the device has failed:", dml_error_message());
  return 0;
}
