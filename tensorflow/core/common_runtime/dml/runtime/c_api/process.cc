#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"

namespace dml {

const Status& ForkedStatus() {
  // Made where it is needed, since nothing of the parent's may be locked.
  static const Status& status = *new Status(
      Code::kFailedPrecondition,
      "this process was forked from one that had opened its GPU, and a GPU "
      "driver does not survive a fork. Start processes by multiprocessing's "
      "method 'spawn' (multiprocessing.set_start_method(\"spawn\")), or fork "
      "before the first session, eager operation or "
      "tf.test.is_gpu_available(), which open it, and open it in the forked "
      "process");
  return status;
}

}  // namespace dml

dml_code dml_process_status(void) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return DML_OK;
}
