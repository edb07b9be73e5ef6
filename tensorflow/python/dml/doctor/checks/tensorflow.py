"""Whether TensorFlow imports, is the build that the wheel extends, and has the devices."""

from typing import Iterable

from ..findings import Finding, Status
from ..process import Outcome
from ..system import System
from . import adapters, earlier, installation, libraries, packages, python
from .installation import REINSTALL

# As in the glue's base_check.cc, which refuses others.
BUILD = "v1.15.4-39-g3db52be"


def imported(system: System) -> Outcome:
    """What children/tensorflow_import.py found out. Drivers that crash are left alone."""
    if system.child("adapters").crashed:
        return system.child("tensorflow_import")
    return system.child("tensorflow_import", "devices")


def check(system: System) -> Iterable[Finding]:
    if not system.linux:
        return
    found = imported(system)
    if found.problem:
        lines = [line for line in found.errors.splitlines() if line.strip()]
        cure = earlier.cure(
            system, python.check, installation.check, packages.check, libraries.check
        ) or REINSTALL
        if found.crashed and cure is REINSTALL:
            cure = "Unset LD_LIBRARY_PATH and LD_PRELOAD and try again; then: " + REINSTALL
        yield Finding(
            Status.FAILURE, "TensorFlow", "it cannot be imported: " + found.problem,
            tuple(lines[-4:-1]) if found.crashed else (), cure,
        )
        return
    value = found.value
    text = "%s, build %s" % (value["version"], value["build"])
    if value["build"] != BUILD:
        yield Finding(
            Status.FAILURE, "TensorFlow", "%s in %s is not build %s, which tensorflow-directml "
            "extends" % (text, value["file"], BUILD), cure=REINSTALL,
        )
        return
    expected = len(adapters.visible(system))
    if len(value["devices"]) < expected:
        lines = [line for line in found.errors.splitlines() if "DML" in line]
        yield Finding(
            Status.FAILURE, "TensorFlow", "%s has %d of %d devices" % (
                text, len(value["devices"]), expected),
            tuple(lines[-4:]),
            "Close programs that use the GPU, and update its driver.",
        )
        return
    yield Finding(
        Status.OK, "TensorFlow",
        "%s; %s" % (
            text,
            "its devices were not asked for" if system.child("adapters").crashed
            else ", ".join(value["devices"]) or "no DML device",
        ),
    )
