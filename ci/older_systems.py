#!/usr/bin/env python3
"""Loads what the wheels hold beside TensorFlow with the C and C++ library of an older Debian.

    ci/older_systems.py [SUITE]        (default: bullseye, glibc 2.31)

Its packages come from the machine's registry of Debian's packages, or from the one in
TF_DIRECTML_DEBIAN_MIRROR, and are unpacked into build/older_systems; nothing is installed.
The runtime opens a device of the null backend, the program that checks matrices starts, and the
plugin finds all symbols that are not TensorFlow's.
"""

import pathlib
import shutil
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "ci/compilers"))
import packages  # noqa: E402

FOLDER = ROOT / "build/older_systems"

PROGRAM = """
import ctypes, os, sys
folder = sys.argv[1]
libc = ctypes.CDLL(None)
libc.gnu_get_libc_version.restype = ctypes.c_char_p
print("glibc", libc.gnu_get_libc_version().decode())
runtime = ctypes.CDLL(folder + "/tensorflow_directml/libdml_runtime.so", os.RTLD_NOW)
device = ctypes.c_void_p()
assert runtime.dml_device_open(0, ctypes.byref(device)) == 0
assert runtime.dml_device_sync(device) == 0
runtime.dml_device_close(device)
print("libdml_runtime.so opens a device")
"""


def system(suite):
    """The folder of the suite's packages, unpacked."""
    folder = FOLDER / suite
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        apt = packages.Apt(folder / "apt", [suite])
        names = ["libc6", "libstdc++6", "python3"]
        apt("apt-get", "install", "-qq", "--yes", "--download-only", "--no-install-recommends",
            *names)
        for package in sorted((folder / "apt/cache/archives").glob("*.deb")):
            packages.run(["dpkg-deb", "--extract", package, folder / "root"])
        (folder / "complete").touch()
    return folder / "root"


def main(suite="bullseye"):
    root = system(suite)
    libraries = f"{root}/lib/x86_64-linux-gnu:{root}/usr/lib/x86_64-linux-gnu"
    loader = next((root / "lib/x86_64-linux-gnu").glob("ld-*.so*"))
    run = [loader, "--library-path", libraries]
    python = next(path for path in (root / "usr/bin").glob("python3.*") if path.name[-1].isdigit())
    environment = {"TF_DIRECTML_BACKEND": "null", "LD_BIND_NOW": "1", "HOME": str(FOLDER),
                   "PYTHONHOME": str(root / "usr"), "PATH": ""}
    for wheel in sorted((ROOT / "dist").glob("*.whl")):
        unpacked = FOLDER / "wheel"
        shutil.rmtree(unpacked, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith(("tensorflow_directml/", "tensorflow-plugins/")) or (
                    name.startswith("tensorflow_core/libtensorflow_framework")):
                    archive.extract(name, unpacked)
        print(wheel.name, flush=True)
        subprocess.run([*run, python, "-S", "-c", PROGRAM, unpacked], env=environment, check=True)
        started = subprocess.run(
            [*run, unpacked / "tensorflow_directml/dml_check_matrices"], env=environment
        )
        if started.returncode != 2:  # it was given nothing to check
            sys.exit(f"dml_check_matrices ended with {started.returncode}")
        print("dml_check_matrices starts")
        # What is missing then is only what TensorFlow's library for Python has.
        linked = subprocess.run(
            [*run, "--list", unpacked / "tensorflow-plugins/libtensorflow_dml.so"],
            env={**environment, "LD_WARN": "1"}, capture_output=True, text=True)
        missing = [line for line in (linked.stdout + linked.stderr).splitlines()
                   if "not found" in line or "version" in line
                   or "undefined" in line and "tensorflow" not in line]
        if linked.returncode or missing:
            sys.exit("\n".join(missing) or linked.stderr)
        print("libtensorflow_dml.so finds what it needs of the system", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except packages.Unavailable as error:
        sys.exit(str(error))
