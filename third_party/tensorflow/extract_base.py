"""Extracts what the build needs of the base wheel, if it is the right one.

    extract_base.py WHEEL OUT_DIR

The plugin relies on the binary layout of one build of TensorFlow, so any other
is refused here; the library checks the same again when it is loaded.
"""

import pathlib
import sys
import zipfile

GIT_VERSION = b"v1.15.4-39-g3db52be"
LIBRARY = "tensorflow_core/libtensorflow_framework.so.1"
HEADERS = "tensorflow_core/include/"


def extract(wheel, out):
    with zipfile.ZipFile(wheel) as archive:
        names = {}
        for info in archive.infolist():
            path = info.filename
            start = path.find("tensorflow_core/")
            if start >= 0:
                names[path[start:]] = info
        if LIBRARY not in names:
            sys.exit(f"{wheel} has no {LIBRARY}: it is not a TensorFlow 1.15 wheel for Linux.")
        library = archive.read(names[LIBRARY])
        if GIT_VERSION not in library:
            sys.exit(
                f"{wheel} is not the expected build of TensorFlow "
                f"({GIT_VERSION.decode()}): use the wheel of "
                "tensorflow==1.15.5 from PyPI, as ./configure.py does."
            )
        (out / "libtensorflow_framework.so.1").write_bytes(library)
        for path, info in names.items():
            if path.startswith(HEADERS) and not info.is_dir():
                target = out / "include" / path[len(HEADERS) :]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(info))


if __name__ == "__main__":
    extract(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
