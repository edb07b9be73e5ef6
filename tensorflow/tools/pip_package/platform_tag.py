"""Which systems the libraries run on, as a wheel's platform tag.

auditwheel decides, from the versions of the symbols that the libraries need, on
a small wheel that holds them as the real one does (the real one has a hundred
megabytes of TensorFlow beside, whose own tag, manylinux2010, is older).
"""

import pathlib
import tempfile
import zipfile

from auditwheel.architecture import Architecture
from auditwheel.libc import Libc
from auditwheel.wheel_abi import analyze_wheel_abi
from wheel_archive import WheelWriter

# What our libraries need of TensorFlow: in the wheel itself, or, beside TensorFlow 2.x, in the
# process that opens them.
FRAMEWORK = "tensorflow_core/libtensorflow_framework.so.1"
LOADED = frozenset({"libtensorflow_framework.so.2"})


def platform_tag(files, base=None):
    """The tag for `files` ({name in the wheel: path}), which come with what the base wheel has,
    or, if that is none, beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "probe-1-cp37-cp37m-linux_x86_64.whl")
        writer = WheelWriter(path, "probe-1.dist-info")
        writer.add(
            "probe-1.dist-info/METADATA", b"Metadata-Version: 2.1\nName: probe\nVersion: 1\n"
        )
        writer.add(
            "probe-1.dist-info/WHEEL",
            b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp37-cp37m-linux_x86_64\n",
        )
        if base is not None:
            with zipfile.ZipFile(base) as wheel:
                writer.add(FRAMEWORK, wheel.read(FRAMEWORK))
        for name, library in files.items():
            writer.add(name, library.read_bytes(), executable=True)
        writer.close()
        found = analyze_wheel_abi(
            Libc.GLIBC,
            Architecture.x86_64,
            path,
            frozenset() if base is not None else LOADED,
            disable_isa_ext_check=False,
            allow_graft=False,
        )
    return found.overall_policy.name
