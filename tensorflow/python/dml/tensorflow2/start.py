"""Called by TensorFlow 2.x while it is imported: adds the device to it.

A failure leaves TensorFlow as it is without us, on the CPU, and says so on stderr: a
package beside it must not break `import tensorflow`.
"""

import os
import sys
from typing import Any

from .libraries import Refused, find

_started = False


def start() -> None:
    """Loads the library for this TensorFlow, and adapts its Python. Raises nothing.

    The second time it does nothing: TensorFlow looks at a folder that is on two lists twice.
    """
    global _started
    if _started:
        return
    _started = True
    try:
        _start()
    except Refused as problem:
        _say(str(problem))
    except Exception as problem:
        _say("%s. %s" % (_in_words(problem), _REPORT))


_REPORT = "Run: tensorflow-directml info, and report what it says"


def _in_words(problem: Exception) -> str:
    return "%s: %s" % (type(problem).__name__, problem)


def _say(problem: str, what: str = "no DML device") -> None:
    sys.stderr.write("tensorflow-directml: %s: %s\n" % (what, problem))
    sys.stderr.flush()


def _start() -> None:
    from tensorflow.python.framework import load_library, versions

    path = find(versions.VERSION)
    _yield_names_to_cuda()
    try:
        load_library.load_library(path)
    except Exception as problem:  # of TensorFlow's own, with the library's words in it
        raise Refused(getattr(problem, "message", None) or str(problem)) from None

    _adapt_python()


def _adapt_python() -> None:
    """The device is there: a part of TensorFlow that is not as expected costs what needs it."""
    from . import gpu_names, xla

    for part, lost in (
        (gpu_names, 'DML devices work, but list_physical_devices("GPU") may not name them'),
        (xla, "DML devices work, but need jit_compile=False, since XLA does not compile for them"),
    ):
        try:
            part.apply()
        except Exception as problem:
            _say("%s. %s" % (_in_words(problem), _REPORT), lost)


def _yield_names_to_cuda() -> None:
    """Where TensorFlow itself has GPUs, they keep their names, and ours is /device:DML:0."""
    from tensorflow.python.platform import build_info

    if "TF_DIRECTML_GPU_NAMES" in os.environ or not has_cuda(build_info.build_info):
        return
    os.environ["TF_DIRECTML_GPU_NAMES"] = "0"
    sys.stderr.write(
        "tensorflow-directml: this TensorFlow drives NVIDIA's GPUs itself, and /gpu:0 means "
        "those; the same through DML is /device:DML:0. TF_DIRECTML_GPU_NAMES=1 gives DML "
        "the names.\n"
    )


def has_cuda(build: Any, dev: str = "/dev") -> bool:
    """Whether a TensorFlow of this build finds an NVIDIA driver that is loaded."""
    return bool(build.get("is_cuda_build")) and os.path.exists(os.path.join(dev, "nvidiactl"))
