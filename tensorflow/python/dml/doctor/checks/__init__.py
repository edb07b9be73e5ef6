"""The checks: each is a function of a System that yields Findings, in the order of CHECKS."""

from typing import Callable, Iterable, List

from ..findings import Finding, Status
from ..system import System
from . import (
    adapters,
    cache,
    devices,
    installation,
    libraries,
    machine,
    packages,
    python,
    self_test,
    tensorflow,
    variables,
    vulkan,
)

Check = Callable[[System], Iterable[Finding]]

# What comes first may explain what comes after it.
CHECKS = (
    machine.check,
    python.check,
    installation.check,
    packages.check,
    libraries.check,
    variables.check,
    cache.check,
    devices.check,
    vulkan.check,
    adapters.check,
    tensorflow.check,
    self_test.check,
)


def run(system: System, checks: Iterable[Check] = CHECKS) -> Iterable[Finding]:
    """All findings, as they come. A check that fails itself is one, too."""
    for check in checks:
        try:
            yield from check(system)
        except Exception as error:  # the others must still run
            name = check.__module__.rsplit(".", 1)[-1].replace("_", " ")
            yield Finding(
                Status.WARNING,
                name,
                "this check failed itself: %s: %s" % (type(error).__name__, error),
                cure="Report it, with this output.",
            )


def all_findings(system: System) -> List[Finding]:
    return list(run(system))
