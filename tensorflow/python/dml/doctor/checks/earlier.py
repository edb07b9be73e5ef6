"""What an earlier check found that explains a later finding, whose cure it then is."""

from typing import Callable, Iterable

from ..findings import Finding, Status
from ..system import System


def cure(
    system: System,
    *checks: Callable[[System], Iterable[Finding]],
    least: Status = Status.FAILURE,
) -> str:
    """Names the worst finding of these checks, the first of several; empty if none is as bad."""
    found = [finding for check in checks for finding in check(system)]
    for status in (Status.FAILURE, Status.WARNING):
        for finding in found:
            if finding.status is status and status >= least:
                return "That of %s, above." % finding.check
    return ""
