#!/usr/bin/env python3
"""Makes a folder that measures a machine which has a GPU and PyTorch, but no internet.

    benchmarks/visit/pack.py [--library FILE] [--out build/visit]

The folder holds the runtime, the Python package, the conformance tests and what a
GPU driver may miss of the Vulkan loader. Copy it to the machine and run there

    python3 visit/visit.py --out RESULTS
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "tensorflow/python/dml"
GENERATE = ROOT / "tensorflow/core/common_runtime/dml/runtime/c_api/generate_api.py"
# Vulkan's loader, and what vendors' drivers link beside it.
PACKAGES = [
    "libvulkan1", "libegl1", "libglvnd0", "libgl1", "libglx0", "libopengl0", "libgles2",
    "libx11-6", "libxext6", "libxcb1", "libxau6", "libxdmcp6", "libbsd0", "libmd0",
]


def copy_package(target, library):
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns(
        "__pycache__", "BUILD", "api.py"))
    generate = [sys.executable, "-B", GENERATE, "python", "--out", target / "api.py"]
    subprocess.run(generate, check=True)
    shutil.copy2(library, target / "libdml_runtime.so")
    shutil.copy2(library.with_name("dml_check_matrices"), target)


def copy_loader(target):
    """Unpacks Debian's packages; without apt, copies this machine's loader."""
    target.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            print("apt-get cannot download here: taking this machine's loader", file=sys.stderr)
            listing = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True)
            for line in listing.stdout.splitlines():
                if "libvulkan.so.1 " in line:
                    shutil.copy(line.split("=> ")[1], target)
                    return
            sys.exit("There is no Vulkan loader here: install libvulkan1.")
        for package in pathlib.Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        for library in pathlib.Path(folder).glob("usr/lib/*/*.so.*"):
            shutil.copy(library, target / library.name)


def copy_tests(target):
    """The runtime's tests and what they need of the folder above, compiled."""
    tests = ROOT / "tests"
    # Faults are made in loaders that are compiled from other sources, and need no GPU.
    shutil.copytree(tests / "runtime", target / "runtime",
                    ignore=shutil.ignore_patterns("__pycache__", "test_fault_sweep.py"))
    for name in ("conftest.py", "loader.h"):
        shutil.copy(tests / name, target)
    library = target / "faulty_loader.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library,
                    tests / "faulty_loader.c", "-ldl"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=pathlib.Path,
                        default=ROOT / "bazel-bin/tensorflow/libdml_runtime.so")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/visit")
    arguments = parser.parse_args()
    if not arguments.library.exists():
        sys.exit(f"There is no {arguments.library}: build it, or name it by --library.")
    out = arguments.out
    if out.exists() and not (out / "visit.py").exists() and any(out.iterdir()):
        sys.exit(f"{out} is not a folder that this made: remove it, or choose another.")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    copy_package(out / "tensorflow_directml", arguments.library)
    copy_loader(out / "loader")
    copy_tests(out / "tests")
    shutil.copy(HERE / "visit.py", out)
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=40"],
                            capture_output=True, text=True).stdout.strip()
    (out / "COMMIT").write_text(commit)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {size / 2**20:.1f} MiB, commit {commit}")


if __name__ == "__main__":
    main()
