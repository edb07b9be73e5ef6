"""Extracts what the build needs of a base wheel, if it is the right one.

    extract_base.py WHEEL OUT_DIR VERSION

VERSION is 1.15 or a minor version of 2.x. The plugin relies on the binary layout of
TensorFlow: of one build of 1.15, and of one minor version of 2.x. Any other is refused here;
the library checks the same again when it is loaded.
"""

import pathlib
import re
import sys
import zipfile

GIT_VERSION = b"v1.15.4-39-g3db52be"


def extract(wheel, out, folder, library, check):
    """The headers, and the library if `check`, a function of its bytes, has no complaint."""
    headers = f"{folder}/include/"
    with zipfile.ZipFile(wheel) as archive:
        names = {}
        for info in archive.infolist():
            path = info.filename
            start = path.find(f"{folder}/")
            if start >= 0:
                names[path[start:]] = info
        if f"{folder}/{library}" not in names:
            sys.exit(f"{wheel} has no {folder}/{library}: it is not a TensorFlow wheel of this "
                     "version for Linux.")
        data = archive.read(names[f"{folder}/{library}"])
        check(data)
        (out / library).write_bytes(data)
        for path, info in names.items():
            if path.startswith(headers) and not info.is_dir():
                target = out / "include" / path[len(headers) :]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(info))


def extract_v1(wheel, out):
    def check(library):
        if GIT_VERSION not in library:
            sys.exit(
                f"{wheel} is not the expected build of TensorFlow "
                f"({GIT_VERSION.decode()}): use the wheel of "
                "tensorflow==1.15.5 from PyPI, as ./configure.py does."
            )

    extract(wheel, out, "tensorflow_core", "libtensorflow_framework.so.1", check)


def extract_v2(wheel, out, version):
    name = pathlib.Path(wheel).name
    found = re.match(r"tensorflow(?:_cpu)?-(\d+\.\d+)\.", name)
    if not found or found.group(1) != version:
        sys.exit(f"{name} is not a wheel of tensorflow or tensorflow-cpu {version}.")
    extract(wheel, out, "tensorflow", "libtensorflow_framework.so.2", lambda _: None)


def main():
    wheel, out, version = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    if version == "1.15":
        extract_v1(wheel, out)
    else:
        extract_v2(wheel, out, version)


if __name__ == "__main__":
    main()
