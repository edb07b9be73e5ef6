#include "tensorflow/core/common_runtime/dml/load_check.h"

#include "tensorflow/core/common_runtime/dml/base_check.h"
#include "tensorflow/core/common_runtime/dml/base_compat.h"
#include "tensorflow/core/common_runtime/dml/base_patches.h"
#include "tensorflow/core/common_runtime/dml/dml_profiler.h"
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/lib/core/errors.h"

namespace tensorflow {
namespace dml {
namespace {

Status CheckRuntime() {
  if (dml_api_version() == DML_RUNTIME_API_VERSION) return OkStatus();
  return errors::FailedPrecondition(
      "libdml_runtime.so has API version ", dml_api_version(),
      ", but libtensorflow_dml.so needs version ", DML_RUNTIME_API_VERSION,
      ". Files of two tensorflow-directml versions are mixed. Run: pip "
      "install --force-reinstall tensorflow_directml-*.whl");
}

Status Load() {
  TF_RETURN_IF_ERROR(CheckBase());
  TF_RETURN_IF_ERROR(CheckRuntime());
  TF_RETURN_IF_ERROR(PatchBase());
  return RegisterProfiler();
}

// TensorFlow processes the op registrations of a library right after loading
// it and raises their first error from `import tensorflow`.
void RaiseOnImport(const Status& status) {
  OpRegistry::Global()->Register(
      [status](OpRegistrationData*) -> Status { return status; });
}

}  // namespace

const Status& LoadStatus() {
  static const Status* const status = [] {
    auto* result = new Status(Load());
    if (!result->ok()) RaiseOnImport(*result);
    return result;
  }();
  return *status;
}

// Also checks where nothing else in the library asks.
static const bool checked = LoadStatus().ok();

}  // namespace dml
}  // namespace tensorflow
