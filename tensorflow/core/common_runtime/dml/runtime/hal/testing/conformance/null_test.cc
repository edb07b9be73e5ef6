#include "tensorflow/core/common_runtime/dml/runtime/hal/drivers.h"
#include "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/conformance.h"

namespace dml {
namespace hal {
namespace testing {

const Backend kBackend = {EnumerateNull, /*computes=*/false};

}  // namespace testing
}  // namespace hal
}  // namespace dml
