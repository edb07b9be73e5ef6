"""Makes the Python of TensorFlow 2.x take DML devices for what it means by a GPU.

That /gpu:N names /device:DML:N is in C++: common_runtime/dml/gpu_names.h.
TF_DIRECTML_GPU_NAMES=0 turns both off.
"""

from ..gpu_compat import adapt_context, adapt_list_local_devices, enabled


def apply() -> None:
    """Called once, while TensorFlow is imported."""
    if not enabled():
        return
    adapt_context()
    adapt_list_local_devices()
