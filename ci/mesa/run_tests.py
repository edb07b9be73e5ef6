"""Runs the runtime's tests on a release of Mesa's software driver; installs nothing.

    run_tests.py MESA [--lanes N] [ARGUMENTS OF PYTEST]

MESA: "system", the driver that the machine has; else a release whose packages
ci/compilers/packages.json pins. --lanes: how many invocations a subgroup has. Paths
among pytest's arguments are of the current folder; without one, all of tests/runtime.

A newer Mesa needs a newer C library. So Python itself is started by the loader of the
release's root (ci/compilers/packages.py), and so is each Python that a test starts, and
the program beside the runtime: what they find in their place is a script that does it.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "compilers"))
import packages  # noqa: E402

TESTS = ROOT / "tests/runtime"
LIBRARY = ROOT / "bazel-bin/tensorflow/libdml_runtime.so"
PROGRAM = LIBRARY.with_name("dml_check_matrices")
LANES = (4, 8, 16)
RELEASES = {name.replace("mesa-", ""): name for name in packages.PINNED["roots"]
            if name.startswith("mesa-")}
# Prints which driver the tests would get.
ADAPTERS = f"""
import importlib, sys
sys.path.insert(0, {str(TESTS)!r})
import conftest
dml = importlib.import_module("tensorflow_directml.runtime")
dml.load()
print([(a.driver, a.subgroup_size) for a in dml.adapters()])
"""
# $0 stays the name of the script, whose folder Python then takes for a virtual environment.
STARTED_BY_LOADER = """\
#!/bin/sh
exec '{loader}' --argv0 "$0" \\
  --library-path '{libraries}'"${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}" '{program}' "$@"
"""


def write_script(path, usr, program):
    """Makes `path` a script that runs `program` on the C library of `usr`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STARTED_BY_LOADER.format(loader=usr / "lib64/ld-linux-x86-64.so.2",
                                             libraries=usr / "lib/x86_64-linux-gnu",
                                             program=program))
    path.chmod(0o755)


def interpreter(usr, folder, python=sys.executable):
    """A virtual environment in `folder` whose Python runs on the C library and drivers of
    `usr`, with the packages of that of `python`; returns its bin/python."""
    script = folder / "bin/python"
    write_script(script, usr.resolve(), python)
    environment = pathlib.Path(python).absolute().parents[1]
    (folder / "pyvenv.cfg").write_text((environment / "pyvenv.cfg").read_text())
    [installed] = environment.glob("lib/python3.*/site-packages")
    link = folder / installed.relative_to(environment)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(installed.resolve())
    return script


def fetch(release):
    """usr/ of the root of `release`, and the variables by which Vulkan finds its driver."""
    name = RELEASES[release]
    build = ROOT / "build/compilers"
    build.mkdir(parents=True, exist_ok=True)
    # Apt is asked for nothing where the root is already there.
    usr = packages.fetch_root(
        name, build, packages.Apt(build / f"apt-{name}", packages.suites_of([name]))).resolve()
    return usr, {
        "VK_DRIVER_FILES": str(usr / "share/vulkan/icd.d/lvp_icd.json"),
        # With AVX-512, LLVM 19 computes wrong bits where two bit masks meet, Round()'s for one.
        "GALLIUM_OVERRIDE_CPU_CAPS": "avx"}


def prepare(release, lanes):
    """(Python to run, its environment)."""
    environment = {**os.environ, "TF_DIRECTML_RUNTIME_LIBRARY": str(LIBRARY),
                   "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1"}
    if lanes:
        environment["LP_NATIVE_VECTOR_WIDTH"] = str(32 * lanes)
    if release == "system":
        return pathlib.Path(sys.executable), environment
    usr, variables = fetch(release)
    environment.update(variables)
    folder = ROOT / "build/mesa" / release
    write_script(folder / "lib" / PROGRAM.name, usr, PROGRAM)
    # A copy: the runtime looks for the program where the file itself lies.
    library = folder / "lib" / LIBRARY.name
    library.unlink(missing_ok=True)
    shutil.copyfile(LIBRARY, library)
    environment["TF_DIRECTML_RUNTIME_LIBRARY"] = str(library)
    return interpreter(usr, folder), environment


def check_adapter(python, environment, release, lanes):
    """Ends the program unless the tests would run on what was asked for."""
    said = subprocess.run([python, "-c", ADAPTERS], env=environment, capture_output=True,
                          text=True, check=False)
    found = said.stdout.strip()
    wanted = "llvmpipe Mesa " + ("" if release == "system" else release)
    if said.returncode or wanted not in found or (lanes and f", {lanes})" not in found):
        sys.exit(f"mesa: wanted \"{wanted}\"{f' of {lanes} lanes' if lanes else ''}, "
                 f"but the adapters are {found or said.stderr.strip()[-2000:]}")
    print(f"mesa: {found}", flush=True)


def is_path(argument):
    """Whether it names a file, a folder or a test."""
    return pathlib.Path(argument.split("::")[0]).exists()


def has_path(arguments):
    return any(map(is_path, arguments))


def pytest_command(python, arguments, default):
    """To run in any folder: paths are absolute; `default` where no argument is one."""
    if not has_path(arguments):
        arguments = [*arguments, *map(str, default)]
    arguments = [str(pathlib.Path(argument).resolve()) if is_path(argument) else argument
                 for argument in arguments]
    return [str(python), "-m", "pytest", "-p", "no:cacheprovider", *arguments]


def run_pytest(python, environment, arguments, default):
    """Becomes pytest, on `default` where no argument is a path."""
    command = pytest_command(python, arguments, default)
    # From build/, so that nothing of the checkout is imported by chance.
    os.chdir(ROOT / "build")
    os.execve(python, command, environment)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("release", choices=["system", *RELEASES])
    parser.add_argument("--lanes", type=int, choices=LANES, default=0)
    args, pytest = parser.parse_known_args(arguments)
    try:
        python, environment = prepare(args.release, args.lanes)
    except packages.Unavailable as problem:
        sys.exit(f"mesa: {problem}")
    check_adapter(python, environment, args.release, args.lanes)
    run_pytest(python, environment, pytest, [TESTS])


if __name__ == "__main__":
    main(sys.argv[1:])
