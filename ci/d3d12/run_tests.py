"""Runs tests on Direct3D 12: vkd3d on a release of Mesa's software driver.

    run_tests.py [--smoke] [--mesa MESA] [ARGUMENTS OF PYTEST]
    run_tests.py --wheel [--mesa MESA] [ARGUMENTS OF PYTEST]
    run_tests.py --demo [--mesa MESA] [ARGUMENTS OF demo/train_digits.py]
    run_tests.py --bench [--mesa MESA] [ARGUMENTS OF benchmarks/backends.py]

The first are the runtime's. Paths among the arguments are of the current folder; without
one, the HAL's conformance suite, and all of tests/d3d12 and tests/runtime, or, with --smoke,
what takes few minutes of these. The second are those of TensorFlow with the wheel of
build/venv, whose runtime gives way to one for vkd3d; without a path, tests/device,
tests/kernels and tests/training. What is excepted stands in tests/d3d12/exceptions.toml.

MESA is "system" or a release as in ci/mesa/run_tests.py. Mesa 22.3, Debian 12's, computes
wrong values where DXC and vkd3d leave a value of a loop to what follows it, and not all
invocations left the loop at once; so it is no release of the machine's by default.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import tomllib

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
WHEEL_TESTS = [ROOT / "tests" / layer for layer in ("device", "kernels", "training")]
WHEEL_PYTHON = ROOT / "build/venv/bin/python"
DEMO = ROOT / "demo/train_digits.py"
BENCH = ROOT / "benchmarks/backends.py"
# Programs of some families, and what Direct3D does otherwise than Vulkan.
SMOKE = [ROOT / "tests/d3d12", *(ROOT / "tests/runtime" / name for name in (
    "copies", "elementwise/test_cast.py", "products/test_gemm.py", "random", "sorting",
    "test_memory.py", "test_programs.py"))]
# The exit status where the packages that it takes cannot be had: nothing was tested.
UNAVAILABLE = 77
# In 100 tests; of all, and of a smoke test.
MOST_EXCEPTIONS = 2
EXCEPTIONS = ROOT / "tests/d3d12/exceptions.toml"
PLUGINS = HERE / "plugins"
# Prints which API the tests would get.
ADAPTERS = """
import sys
if not {wheel}:
    sys.path.insert(0, {tests!r})
    import conftest
from tensorflow_directml import runtime as dml
print([(a.name, a.api) for a in dml.adapters()] or dml.adapter_problem())
"""


def runtime_of_wheel():
    """A folder where the wheel's libraries find what takes the place of its runtime."""
    folder = prepare.BUILD / "wheel"
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in (("libdml_runtime.so", LIBRARY.name), ("libdxcompiler.so",) * 2):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(LIBRARY.with_name(file))
    return folder


def prepare_run(release, wheel):
    """(Python to run, its environment) on that release of Mesa."""
    folders = [prepare.prepare()]
    library, python = LIBRARY, sys.executable
    if wheel:
        folders.insert(0, runtime_of_wheel())
        library, python = folders[0] / "libdml_runtime.so", WHEEL_PYTHON
    variables = {}
    if release != "system":
        usr, variables = mesa.fetch(release)
        python = mesa.interpreter(usr, prepare.BUILD / f"{release}{'-wheel' if wheel else ''}",
                                  python)
    before = {name: filter(None, [os.environ.get(name)])
              for name in ("LD_LIBRARY_PATH", "PYTHONPATH")}
    return python, {
        **os.environ, **variables,
        "TF_DIRECTML_RUNTIME_LIBRARY": str(library),
        "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1",
        "TF_DIRECTML_BACKEND": "d3d12",
        # It says what it lacks in the midst of what tests read.
        "VKD3D_DEBUG": os.environ.get("VKD3D_DEBUG", "none"),
        "LD_LIBRARY_PATH": os.pathsep.join([*map(str, folders), *before["LD_LIBRARY_PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(PLUGINS), *before["PYTHONPATH"]])}


def conformance_suite(release):
    """The program, or a script that starts it on that release of Mesa, which is there."""
    if release == "system":
        return CONFORMANCE
    suite = prepare.BUILD / release / "bin" / CONFORMANCE.name
    mesa.write_script(suite, mesa.fetch(release)[0], CONFORMANCE)
    return suite


def run_conformance(suite, environment):
    for adapters in ADAPTERS_OF_CONFORMANCE:
        print(f"d3d12: the conformance suite on \"{adapters}\"", flush=True)
        said = subprocess.run([suite, "--gtest_brief=1"], check=False,
                              env={**environment, "D3D12_ADAPTERS": adapters})
        if said.returncode:
            sys.exit("d3d12: hal/d3d12 is not as hal.h says")


def exceptions():
    """The path of the list as the plugin reads it."""
    path = prepare.BUILD / "exceptions.json"
    path.write_text(json.dumps(tomllib.loads(EXCEPTIONS.read_text())))
    return path


def check_adapter(python, environment, wheel):
    """Ends the program unless the tests would run on Direct3D 12."""
    said = subprocess.run([python, "-c", ADAPTERS.format(
        wheel=wheel, tests=str(ROOT / "tests/runtime"))], env=environment,
                          capture_output=True, text=True, check=False)
    found = said.stdout.strip()
    if said.returncode or "Direct3D 12" not in found:
        sys.exit("d3d12: no adapter of Direct3D 12, but "
                 f"{found or said.stderr.strip()[-2000:]}")
    print(f"d3d12: {found}", flush=True)


def become(python, environment, *command):
    os.execve(python, [str(python), *map(str, command)], environment)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    what = parser.add_mutually_exclusive_group()
    for option in ("--smoke", "--wheel", "--demo", "--bench"):
        what.add_argument(option, action="store_true")
    parser.add_argument("--mesa", choices=["system", *mesa.RELEASES], default="25.0")
    args, arguments = parser.parse_known_args(arguments)
    wheel = args.wheel or args.demo
    try:
        python, environment = prepare_run(args.mesa, wheel)
    except prepare.packages.Unavailable as problem:
        print(f"d3d12: {problem}", file=sys.stderr)
        sys.exit(UNAVAILABLE)
    check_adapter(python, environment, wheel)
    if args.demo:
        become(python, environment, DEMO, "--out", prepare.BUILD / "demo", *arguments)
    if args.bench:
        become(python, environment, BENCH, *arguments)
    arguments = ["-p", "d3d12_exceptions", f"--exceptions={exceptions()}", *arguments]
    if not mesa.has_path(arguments):
        if not wheel:
            run_conformance(conformance_suite(args.mesa), environment)
        arguments = [f"--most-exceptions={MOST_EXCEPTIONS}", *arguments]
    mesa.run_pytest(python, environment, arguments,
                    WHEEL_TESTS if wheel else SMOKE if args.smoke else TESTS)


if __name__ == "__main__":
    main(sys.argv[1:])
