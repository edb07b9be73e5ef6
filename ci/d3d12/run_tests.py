"""Runs tests on Direct3D 12: vkd3d on a release of Mesa's software driver.

    run_tests.py [--smoke] [--mesa MESA] [ARGUMENTS OF PYTEST]

Paths among the arguments are of the current folder; without one, the HAL's conformance
suite, and all of tests/d3d12 and tests/runtime, or, with --smoke, what takes few minutes of
these.

MESA is "system" or a release as in ci/mesa/run_tests.py. Mesa 22.3, Debian 12's, computes
wrong values where DXC and vkd3d leave a value of a loop to what follows it, and not all
invocations left the loop at once; so it is no release of the machine's by default.
"""

import argparse
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
CONFORMANCE = ROOT / "bazel-bin" / (
    "tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance/d3d12_test")
# A discrete one also has a queue that copies.
ADAPTERS_OF_CONFORMANCE = ("adapter software", "adapter discrete")
TESTS = [ROOT / "tests/d3d12", ROOT / "tests/runtime"]
# A few programs of most families, and what Direct3D does otherwise than Vulkan.
SMOKE = [ROOT / "tests/d3d12", *(ROOT / "tests/runtime" / name for name in (
    "convolution", "copies", "elementwise/test_cast.py", "indexing/test_indexing.py",
    "linear_algebra", "normalization", "pooling", "products/test_gemm.py", "random", "sorting",
    "test_memory.py", "test_programs.py"))]
# Prints which API the tests would get.
ADAPTERS = f"""
import importlib, sys
sys.path.insert(0, {str(ROOT / "tests/runtime")!r})
import conftest
dml = importlib.import_module("tensorflow_directml.runtime")
dml.load()
print([(a.name, a.api) for a in dml.adapters()] or dml.adapter_problem())
"""


def prepare_mesa(release):
    """(Python to run, the conformance suite to run, variables) on that release of Mesa."""
    if release == "system":
        return sys.executable, CONFORMANCE, {}
    usr, variables = mesa.fetch(release)
    folder = prepare.BUILD / release
    suite = folder / "bin" / CONFORMANCE.name
    mesa.write_script(suite, usr, CONFORMANCE)
    return mesa.interpreter(usr, folder), suite, variables


def run_conformance(suite, environment):
    for adapters in ADAPTERS_OF_CONFORMANCE:
        print(f"d3d12: the conformance suite on \"{adapters}\"", flush=True)
        said = subprocess.run([suite, "--gtest_brief=1"], check=False,
                              env={**environment, "D3D12_ADAPTERS": adapters})
        if said.returncode:
            sys.exit("d3d12: hal/d3d12 is not as hal.h says")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--mesa", choices=["system", *mesa.RELEASES], default="25.0")
    args, arguments = parser.parse_known_args(arguments)
    try:
        folder = prepare.prepare()
        python, suite, variables = prepare_mesa(args.mesa)
    except prepare.packages.Unavailable as problem:
        sys.exit(f"d3d12: {problem}")
    environment = {**os.environ, **variables, "TF_DIRECTML_RUNTIME_LIBRARY": str(LIBRARY),
                   "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1", "TF_DIRECTML_BACKEND": "d3d12",
                   "LD_LIBRARY_PATH": os.pathsep.join(
                       filter(None, [str(folder), os.environ.get("LD_LIBRARY_PATH")]))}
    said = subprocess.run([python, "-c", ADAPTERS], env=environment, capture_output=True,
                          text=True, check=False)
    found = said.stdout.strip()
    if said.returncode or "Direct3D 12" not in found:
        sys.exit("d3d12: no adapter of Direct3D 12, but "
                 f"{found or said.stderr.strip()[-2000:]}")
    print(f"d3d12: {found}", flush=True)
    if not mesa.has_path(arguments):
        run_conformance(suite, environment)
    mesa.run_pytest(python, environment, arguments, SMOKE if args.smoke else TESTS)


if __name__ == "__main__":
    main(sys.argv[1:])
