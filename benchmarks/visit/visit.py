#!/usr/bin/env python3
"""Measures this machine's GPU: conformance, ceilings, and the bench against PyTorch.

    python3 visit.py [--out DIR] [--quick] [--minutes 8]

Runs from the folder that pack.py made; needs Python 3, NumPy, SciPy, mpmath, pytest,
hypothesis and, to compare, PyTorch; for the picture matplotlib. It installs and changes nothing. In
DIR it leaves bench.json, bench.txt and bench.png, conformance included, and the log.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
# Where containers get a vendor's manifests, which the loader does not look at.
MANIFESTS = ("/usr/local/nvidia/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d")
CLI = "import sys; from tensorflow_directml import cli; sys.exit(cli.main())"
MATRICES = """
from tensorflow_directml import runtime
device = runtime.open(0)
shapes = {tuple(tile["matrix_" + name] for name in "mnk")
          for tile in device.tile_candidates("float16")} - {(0, 0, 0)}
print("offered:", sorted(shapes), "-", device.matrices().name)
"""
# The share of the time that the conformance tests may take.
CONFORMANCE = 0.4


def environment(out):
    """Variables that make the folder's package and, where needed, loader be found."""
    values = dict(os.environ, PYTHONPATH=str(HERE), PYTHONDONTWRITEBYTECODE="1")
    values.pop("TF_DIRECTML_RUNTIME_LIBRARY", None)
    values["TF_DIRECTML_COMMIT"] = (HERE / "COMMIT").read_text()
    values["TF_DIRECTML_CACHE_DIR"] = str(out / "cache")
    libraries = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, text=True).stdout
    if "libvulkan.so.1 " not in libraries:
        print("No Vulkan loader here: taking the folder's.")
        values["TF_DIRECTML_VULKAN_LOADER"] = str(HERE / "loader/libvulkan.so.1")
        paths = [path for path in (values.get("LD_LIBRARY_PATH"), str(HERE / "loader")) if path]
        values["LD_LIBRARY_PATH"] = ":".join(paths)
    if not adapters(values):
        found = [str(p) for folder in MANIFESTS for p in pathlib.Path(folder).glob("*.json")]
        if found and adapters(dict(values, VK_DRIVER_FILES=":".join(found))):
            print("The driver is one that the loader does not look for:", *found)
            values["VK_DRIVER_FILES"] = ":".join(found)
    return values


def adapters(variables):
    """Whether there is one."""
    command = [sys.executable, "-c", CLI, "devices"]
    quiet = subprocess.DEVNULL
    return subprocess.run(command, env=variables, stdout=quiet, stderr=quiet).returncode == 0


def run(name, command, variables, log, seconds):
    """Exit status; None when the time was up. All output goes to `log` too."""
    print(f"\n=== {name}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command], env=variables, cwd=HERE, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            output, _ = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
    log.write(f"=== {name}\n{output}\n")
    log.flush()
    print(output[-6000:])
    taken = time.monotonic() - start
    print(f"({taken:.0f} s, exit status {process.returncode})", flush=True)
    return process.returncode


def conformance(report):
    """Totals and names of failures, from JUnit's file."""
    if not report.exists():
        return {"finished": False}
    suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
    failed = [
        f"{case.get('classname')}::{case.get('name')}" for case in suite.iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]
    totals = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
    return {"finished": True, **totals, "seconds": float(suite.get("time")), "failed": failed}


def conformance_text(result):
    if not result["finished"]:
        return "conformance: not finished in its time"
    text = "conformance: {tests} tests, {failures} failures, {errors} errors, {skipped} skipped, " \
        "{seconds:.0f} s".format(**result)
    return "\n  failed: ".join([text, *result["failed"]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("visit-results"))
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--types", default="float32,float16")
    parser.add_argument("--quick", action="store_true", help="small shapes, a few tests")
    arguments = parser.parse_args()
    end = time.monotonic() + 60 * arguments.minutes
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if arguments.quick:
        os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
    variables = environment(out)
    with open(out / "visit.log", "w") as log:
        run("Adapter", ["-c", CLI, "info"], variables, log, 60)
        if not adapters(variables):
            return 1
        run("Cooperative matrices", ["-c", MATRICES], variables, log, 120)
        report = out / "conformance.xml"
        tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}",
                 "--continue-on-collection-errors"]
        # First what no driver that tests usually run on can show.
        tests += ["tests/runtime/products/test_matrices.py", "tests/runtime"]
        tests += ["-k", "test_gemm or test_matrices or test_stream"] if arguments.quick else []
        run("Conformance", tests, variables, log, CONFORMANCE * 60 * arguments.minutes)
        result = conformance(report)

        limit = end - time.monotonic() - 30  # a row may take long; then the picture
        bench = ["-c", CLI, "bench", "--types", arguments.types, f"--time-limit={limit:.0f}",
                 "--out", str(out)]
        bench += ["--quick"] if arguments.quick else []
        if importlib.util.find_spec("torch"):
            bench += ["--vs", "torch"]
        else:
            print("No PyTorch here: nothing to compare with.")
        status = run("Bench", bench, variables, log, end - time.monotonic())

    if not (out / "bench.json").exists():
        return 1
    results = json.loads((out / "bench.json").read_text())
    results["conformance"] = result
    (out / "bench.json").write_text(json.dumps(results, indent=1))
    table = (out / "bench.txt").read_text()
    (out / "bench.txt").write_text(conformance_text(result) + "\n\n" + table)
    print("\n" + conformance_text(result))
    print(f"Results: {out}/bench.json, bench.txt, bench.png; {out}/visit.log")
    return int(status != 0 or not result["finished"] or bool(result["failed"]))


if __name__ == "__main__":
    sys.exit(main())
