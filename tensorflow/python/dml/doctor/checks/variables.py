"""Variables of the environment: misspelled ones, wrong values, and what they hide."""

import re
from typing import Iterable

from ... import environment
from ..findings import Finding, Status
from ..system import System

IGNORED = re.compile(r"^tensorflow-directml: ignoring (\w+)=(.*): (it must be .*)$", re.MULTILINE)
_PAGE = "docs/environment.md lists the variables and what they take."


def check(system: System) -> Iterable[Finding]:
    wrong = False
    for entry in environment.unknown(system.variables):
        wrong = True
        yield Finding(
            Status.WARNING, "variables", str(entry),
            cure="Say %s instead of %s." % (entry.nearest, entry.name) if entry.nearest
            else "Unset it. " + _PAGE,
        )
    # Which values make sense, the runtime knows.
    errors = system.child("adapters").errors
    for name, value, rule in IGNORED.findall(errors):
        wrong = True
        yield Finding(
            Status.WARNING, "variables", "%s=%s is ignored: %s" % (name, value, rule),
            cure="Correct or unset it. " + _PAGE,
        )
    if not wrong:
        used = [name for name, _ in environment.in_force(system.variables)]
        yield Finding(
            Status.OK, "variables",
            "set: " + ", ".join(used) if used else "none is set, so defaults hold",
        )
