"""The runner on small test files of our own, in a checkout-like folder.

The device is faked by default: a package tensorflow_directml that has the real
upstream/ and launch counters that a test file drives itself (launch("MatMul")). So
most of this needs no TensorFlow; test_tensorflow.py does.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tensorflow/python/dml"
# The runner, and what the wheel's TensorFlow imports of the package.
REAL = (
    "upstream", "gpu_compat.py", "environment.py", "signals.py", "wheel_source.py",
    "cuda_kernels.py", "cuda_kernels.json",
)
FAKE = """
import collections, os

__version__ = "0"
Adapter = collections.namedtuple("Adapter", "name driver")
_counts = collections.Counter()
_copies = [0]

def adapters():
    visible = os.environ.get("DML_VISIBLE_DEVICES") != "-1"
    return [Adapter("Fake", "1.0")] if visible else []

def adapter_problem():
    return "" if adapters() else "hidden"

def launches_by_tag(device=0):
    return dict(_counts)

def statistics(device=0):
    return {"launches": sum(_counts.values()), "device_copies": _copies[0]}

def copy():
    if adapters():
        _copies[0] += 1

def launch(tag, count=1):
    if adapters():
        _counts[tag] += count
"""
FOLDER = "tensorflow/python/kernel_tests"


class Runner:
    """Runs the command in a folder with a checkout, src/, and results, out/."""

    def __init__(self, folder):
        self.folder = folder
        self.source = folder / "src"
        (self.source / FOLDER).mkdir(parents=True)
        self.out = folder / "out"
        package = self.package = folder / "packages/tensorflow_directml"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(FAKE)
        for name in REAL:
            (package / name).symlink_to(PACKAGE / name)

    def let_cuda_have(self, **kernels):
        """Beside those of TensorFlow, of which DML lacks none that a test could want."""
        table = self.package / "cuda_kernels.json"
        ops = json.loads(table.read_text())["ops"]
        table.unlink()
        table.write_text(json.dumps({"ops": dict(ops, **kernels)}))

    def add(self, name, text):
        """A test file; `text` needs no imports and no call of main."""
        path = self.source / FOLDER / f"{name}_test.py"
        head = "import os, signal, sys, time, unittest\nimport tensorflow_directml as dml\n"
        tail = "\nif __name__ == '__main__':\n    unittest.main()\n"
        path.write_text(head + textwrap.dedent(text) + tail)
        return path

    def start(self, *arguments, fake=True):
        command = [sys.executable, "-m", "tensorflow_directml.upstream"]
        command += ["--source", str(self.source), "--out", str(self.out), *map(str, arguments)]
        environment = {**os.environ, "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1"}
        environment.pop("DML_VISIBLE_DEVICES", None)
        if fake:
            environment["PYTHONPATH"] = str(self.folder / "packages")
        return subprocess.Popen(
            command,
            env=environment,
            cwd=str(self.folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            # A shell's background jobs, such as this test run, may ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *arguments, status=None, fake=True):
        """Returns standard output and error; `status` is what is expected."""
        process = self.start(*arguments, fake=fake)
        output, errors = process.communicate(timeout=120)
        assert status is None or process.returncode == status, output + errors
        return output + errors

    def report(self):
        """Rows of report.json, by Class.method; all of it under the key None."""
        report = json.loads((self.out / "report.json").read_text())
        rows = {row["test"]: row for row in report["tests"]}
        rows[None] = report
        return rows

    def states(self):
        """(baseline, dml) by Class.method."""
        return {test: (row["baseline"], row["dml"]) for test, row in self.report().items() if test}


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)
