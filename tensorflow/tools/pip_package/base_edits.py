"""The one file of TensorFlow that the wheel changes: import tensorflow ends in our code.

    base_edits.py FILE      appends the hook to an installed tensorflow_core/__init__.py

Everything else is adapted from there, in memory: tensorflow/python/dml/gpu_compat.py.
"""

import hashlib
import pathlib
import sys

EDITED = "tensorflow_core/__init__.py"
SHA256 = "8c192d7289d2c9edac7c2051d7089402fe0ae3e6b1a3c32ce95176e7d1b2200e"
HOOK = b"""
# Added by tensorflow-directml.
__import__("tensorflow_directml.gpu_compat").gpu_compat.apply()
"""


def edit(data):
    """The content that we ship for the base's file with this content."""
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit(f"{EDITED} is not that of the expected build of TensorFlow")
    return data + HOOK


def main(path):
    data = path.read_bytes()
    if not data.endswith(HOOK):
        path.write_bytes(edit(data))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
