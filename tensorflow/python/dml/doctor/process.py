"""Runs modules of children/ in processes of their own: what they found, or how they ended."""

import json
import os
import re
import subprocess
import sys
import tempfile
from typing import Any, Mapping, NamedTuple, Sequence

from .. import signals

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The package under examination is the one that this file is of, whatever is installed beside.
_START = """
import importlib, importlib.util, os, sys
package, module, result = sys.argv[1:4]
spec = importlib.util.spec_from_file_location(
    "tensorflow_directml", os.path.join(package, "__init__.py"),
    submodule_search_locations=[package])
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
import json
found = importlib.import_module(
    "tensorflow_directml.doctor.children." + module).main(*sys.argv[4:])
with open(result, "w") as file:
    json.dump(found, file)
    file.flush()
# What drivers do when a process ends is not asked here.
sys.stderr.flush()
os._exit(0)
"""


# The line of a traceback that names it. TensorFlow's own error quotes the traceback of its cause,
# whose line it is then.
_EXCEPTION = re.compile(r"^[\w.]*(?:Error|Exception|Exit): (?!Traceback).+$", re.MULTILINE)


class Outcome(NamedTuple):
    """`value` is what the module's main() returned; where that failed, `problem` says how."""

    value: Any = None
    problem: str = ""
    errors: str = ""  # what it wrote to stderr
    crashed: bool = False  # ended by a signal, or hung


def _how_it_ended(status: int, errors: str) -> str:
    if status < 0:
        return "the process crashed (%s)" % signals.name_of(status)
    said = _EXCEPTION.findall(errors)
    return said[-1].strip() if said else "the process ended with status %d" % status


def run(
    module: str, arguments: Sequence[str], variables: Mapping[str, str], timeout: float
) -> Outcome:
    """`timeout` in seconds: longer is a hang, and the process is ended."""
    with tempfile.TemporaryDirectory(prefix="tensorflow-directml-") as folder:
        result = os.path.join(folder, "result.json")
        command = [sys.executable, "-c", _START, _PACKAGE, module, result, *arguments]
        with open(os.path.join(folder, "errors"), "w+b") as log:
            process = subprocess.Popen(
                command, env=dict(variables), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=log,
            )
            hung = False
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                hung = True
            finally:
                # After Ctrl-C, too.
                if process.poll() is None:
                    process.kill()
                    process.wait()
            log.seek(0)
            errors = log.read().decode("utf-8", "replace")
        if hung:
            return Outcome(None, "no answer within %.0f s" % timeout, errors, True)
        if process.returncode != 0:
            problem = _how_it_ended(process.returncode, errors)
            return Outcome(None, problem, errors, process.returncode < 0)
        with open(result) as file:
            return Outcome(json.load(file), "", errors)
