"""The files of the wheel: the runtime, the device for TensorFlow, the line in TensorFlow."""

import os
from typing import Iterable, List

from ... import __version__, build_info, wheel_source
from ..findings import Finding, Status
from ..system import System

RUNTIME = "libdml_runtime.so"
PLUGIN = os.path.join("tensorflow-plugins", "libtensorflow_dml.so")
HOOK = os.path.join("tensorflow_core", "__init__.py")
REINSTALL = wheel_source.replace()


def _problems(packages: str, package: str) -> Iterable[str]:
    if not os.path.exists(os.path.join(package, RUNTIME)):
        yield "%s is missing in %s" % (RUNTIME, package)
    if not os.path.exists(os.path.join(packages, PLUGIN)):
        yield "%s is missing in %s: TensorFlow knows no DML device" % (PLUGIN, packages)
    try:
        with open(os.path.join(packages, HOOK), encoding="utf-8") as file:
            if "tensorflow_directml" not in file.read():
                yield "%s is that of another TensorFlow" % HOOK
    except OSError:
        yield "%s is missing in %s" % (HOOK, packages)


def check(system: System) -> Iterable[Finding]:
    text = "tensorflow-directml %s" % __version__
    commit = build_info.stored(system.package).get("commit", "")
    if commit:
        text += ", built from commit %s" % commit[:12]
    if os.path.basename(system.package) != "tensorflow_directml":
        yield Finding(Status.NOTE, "installation", text + ", from a checkout: no wheel's files")
        return
    found: List[str] = list(_problems(os.path.dirname(system.package), system.package))
    if found:
        yield Finding(
            Status.FAILURE, "installation", text + ", but not all of it is there",
            tuple(found), REINSTALL,
        )
    else:
        yield Finding(Status.OK, "installation", text)
