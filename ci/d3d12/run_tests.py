"""Runs tests on Direct3D 12: vkd3d on the machine's Vulkan driver.

    run_tests.py [ARGUMENTS OF PYTEST]

Paths among the arguments are of the current folder; without one, all of tests/d3d12 and
tests/runtime.
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "mesa"))
import prepare  # noqa: E402
import run_tests as mesa  # noqa: E402

LIBRARY = ROOT / "bazel-bin/tensorflow/libdml_runtime_vkd3d.so"
TESTS = [ROOT / "tests/d3d12", ROOT / "tests/runtime"]
# Prints which API the tests would get.
ADAPTERS = f"""
import importlib, sys
sys.path.insert(0, {str(ROOT / "tests/runtime")!r})
import conftest
dml = importlib.import_module("tensorflow_directml.runtime")
dml.load()
print([(a.name, a.api) for a in dml.adapters()] or dml.adapter_problem())
"""


def main(arguments):
    try:
        folder = prepare.prepare()
    except (prepare.packages.Unavailable, subprocess.SubprocessError) as problem:
        sys.exit(f"d3d12: {problem}")
    environment = {**os.environ, "TF_DIRECTML_RUNTIME_LIBRARY": str(LIBRARY),
                   "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1", "TF_DIRECTML_BACKEND": "d3d12",
                   "LD_LIBRARY_PATH": os.pathsep.join(
                       filter(None, [str(folder), os.environ.get("LD_LIBRARY_PATH")]))}
    said = subprocess.run([sys.executable, "-c", ADAPTERS], env=environment,
                          capture_output=True, text=True, check=False)
    found = said.stdout.strip()
    if said.returncode or "Direct3D 12" not in found:
        sys.exit("d3d12: no adapter of Direct3D 12, but "
                 f"{found or said.stderr.strip()[-2000:]}")
    print(f"d3d12: {found}", flush=True)
    mesa.run_pytest(sys.executable, environment, arguments, TESTS)


if __name__ == "__main__":
    main(sys.argv[1:])
