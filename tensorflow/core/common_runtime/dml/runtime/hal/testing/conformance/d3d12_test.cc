#include <cstdlib>

#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {
namespace {

// As tests/d3d12/stand_in/stand_in.h says.
void Lose(bool now) {
  setenv("FAULT_RESULT", "0x887a0006", 1);  // DXGI_ERROR_DEVICE_HUNG
  setenv("FAULT_CALL", now ? "ExecuteCommandLists" : "", 1);
}

}  // namespace

const Backend kBackend = {EnumerateD3d12, /*computes=*/true, Lose};

}  // namespace testing
}  // namespace hal
}  // namespace dml
