#include "tensorflow/core/common_runtime/dml/runtime/c_api/process.h"

#include <atomic>
#include <memory>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_runtime.h"

namespace dml {

void ForbidForks() {
  static std::atomic<os::NoForks*> forbidden{nullptr};
  if (forbidden != nullptr) return;
  auto made = std::make_unique<os::NoForks>();
  os::NoForks* none = nullptr;
  if (forbidden.compare_exchange_strong(none, made.get())) {
    (void)made.release();
  }
}

const Status& ForkedStatus() {
  // Made where it is needed, since nothing of the parent's may be locked.
  static const Status& status = *new Status(
      Code::kFailedPrecondition,
      "this process was forked from one that had listed its GPUs or opened "
      "one, and a GPU driver does not survive a fork. Start processes by "
      "multiprocessing's method 'spawn' "
      "(multiprocessing.set_start_method(\"spawn\")), or fork before the "
      "first session, eager operation, tf.test.is_gpu_available(), "
      "list_physical_devices() or name of a device with GPU, which list or "
      "open it, and open it in the forked process. One that needs no GPU makes "
      "sessions without: tf.ConfigProto(device_count={\"GPU\": 0})");
  return status;
}

}  // namespace dml

dml_code dml_process_status(void) {
  DML_RETURN_IF_FORKED(dml::ReportForked());
  return DML_OK;
}
