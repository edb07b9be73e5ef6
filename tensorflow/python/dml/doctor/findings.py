"""What checks find."""

import enum
from typing import Any, Dict, Iterable, NamedTuple, Tuple


class Status(enum.IntEnum):
    """From good to bad."""

    OK = 0
    NOTE = 1  # neither good nor bad, but worth knowing
    WARNING = 2  # something works less well than it could
    FAILURE = 3  # TensorFlow or a device does not work


class Finding(NamedTuple):
    """One thing that a check found. A FAILURE has a cure."""

    status: Status
    check: str  # which part of the system it is about, in a word or two
    summary: str  # one sentence
    details: Tuple[str, ...] = ()  # lines
    cure: str = ""  # what to do

    def as_json(self) -> Dict[str, Any]:
        return {
            "status": self.status.name.lower(),
            "check": self.check,
            "summary": self.summary,
            "details": list(self.details),
            "cure": self.cure,
        }


def worst(findings: Iterable[Finding]) -> Status:
    return max((finding.status for finding in findings), default=Status.OK)
