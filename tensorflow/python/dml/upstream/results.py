"""What is known of a test after it ran."""

from typing import Any, Dict, NamedTuple

PASSED = "passed"
# Passed, but the device had no part in it: no proof of anything on DML.
NO_LAUNCHES = "no_launches"
FAILED = "failed"
SKIPPED = "skipped"
CRASHED = "crashed"
TIMED_OUT = "timed_out"
STATES = (PASSED, NO_LAUNCHES, FAILED, CRASHED, TIMED_OUT, SKIPPED)

# Stand in for a test where a file fails outside of its tests.
IMPORT = "(import)"
EXIT = "(exit)"


class Result(NamedTuple):
    """One test on one device."""

    file: str  # relative to the checkout
    test: str  # Class.method, or IMPORT, EXIT
    state: str
    seconds: float = 0.0
    launches: Dict[str, int] = {}  # noqa: RUF012  by op type; nobody changes it
    cpu_ops: Dict[str, int] = {}  # noqa: RUF012  ran on the CPU for want of a DML kernel
    dml_kernels: int = 0  # kernels created on the device, host ones included
    details: str = ""  # the traceback, or why it was skipped
    log: str = ""  # the process's output; empty for a pass

    def as_json(self) -> Dict[str, Any]:
        return {key: value for key, value in self._asdict().items() if value not in ({}, "")}


def from_json(values: Dict[str, Any]) -> Result:
    return Result(**{key: values[key] for key in Result._fields if key in values})
