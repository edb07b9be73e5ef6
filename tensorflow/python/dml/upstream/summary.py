"""Baseline and device side by side: what the reports show."""

import collections
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from .. import cuda_kernels
from . import known_differences
from .known_differences import Entry
from .results import (
    CRASHED,
    EXIT,
    FAILED,
    IMPORT,
    NO_LAUNCHES,
    PASSED,
    SKIPPED,
    STATES,
    TIMED_OUT,
    Result,
)
from .store import Store
from .worker import placement

# The file was run, but did not define the test there.
ABSENT = "absent"
# Not run yet.
NOT_RUN = "not_run"

# What a row means, worst first.
REGRESSION = "regression"  # passes on the baseline, not on DML
FAILURE = "failure"  # fails on DML only, but there is no pass on the baseline either
NO_PROOF = "no_launches"
KNOWN = "known"
OPEN = "open"
SAME = "same"
VERDICTS = (REGRESSION, FAILURE, NO_PROOF, KNOWN, OPEN, SAME)

_BAD = (FAILED, CRASHED, TIMED_OUT)


# Why a test passed without launches.
QUIET_HOLE = "cuda_kernels_missing"  # what it ran has a kernel for CUDA and none for DML
QUIET_KERNELS = "kernels_missing"  # what it ran has a kernel for neither
QUIET_HOST = "nothing_to_launch"  # placed on DML: host ops, empty tensors, errors
QUIET_NO_OPS = "no_ops"  # it ran no op that is not the CPU's by name or by colocation


class Row(NamedTuple):
    """A test on both devices."""

    file: str
    test: str
    baseline: str  # a state
    dml: str
    verdict: str
    seconds: float
    baseline_seconds: float
    launches: Dict[str, int]
    cpu_ops: Dict[str, int]
    quiet: str  # one of QUIET_*, for a pass without launches
    details: str
    log: str
    known: str  # reason and figure of the entry that accepts the outcome


class MissingKernel(NamedTuple):
    op: str
    types: str
    tests: int
    files: int
    cuda: bool  # whether there is one for CUDA
    examples: Tuple[str, ...]


class Summary(NamedTuple):
    rows: List[Row]
    missing: List[MissingKernel]
    baseline_build: Dict[str, Any]
    dml_build: Dict[str, Any]
    stale: List[Entry]

    def count(self, device: str, state: str) -> int:
        return sum(getattr(row, device) == state for row in self.rows)

    def verdicts(self) -> Dict[str, int]:
        number = collections.Counter(row.verdict for row in self.rows)
        return {verdict: number[verdict] for verdict in VERDICTS}

    def by_file(self) -> "List[Tuple[str, List[Row]]]":
        files: Dict[str, List[Row]] = collections.OrderedDict()
        for row in self.rows:
            files.setdefault(row.file, []).append(row)
        return sorted(files.items())


def _verdict(baseline: str, dml: str, known: Optional[Entry]) -> str:
    if known:
        return KNOWN
    if dml == NOT_RUN:
        return OPEN
    if dml in _BAD:
        if baseline == PASSED:
            return REGRESSION
        # Broken on both, unless it does worse than fail for the first time here.
        return SAME if baseline in _BAD and dml in (FAILED, baseline) else FAILURE
    if dml in (SKIPPED, ABSENT) and baseline == PASSED:
        return REGRESSION
    return NO_PROOF if dml == NO_LAUNCHES else SAME


def build(baseline: Optional[Store], dml: Optional[Store], entries: Sequence[Entry]) -> Summary:
    """Of all that the stores hold; either may be missing."""
    left = {(result.file, result.test): result for result in baseline or ()}
    right = {(result.file, result.test): result for result in dml or ()}
    rows = []
    cuda = cuda_kernels.load()
    for key in sorted(set(left) | set(right)):
        file, test = key
        ran = right.get(key)
        expected = left.get(key)
        baseline_state = expected.state if expected else _unknown(baseline, file, test)
        dml_state = ran.state if ran else _unknown(dml, file, test)
        if test in (EXIT, IMPORT) and not expected and baseline_state == ABSENT:
            baseline_state = PASSED  # of these, only what goes wrong is recorded
        known = known_differences.accepting(entries, ran) if ran else None
        verdict = _verdict(baseline_state, dml_state, known)
        shown = ran or expected
        assert shown is not None
        rows.append(
            Row(
                file,
                test,
                baseline_state,
                dml_state,
                verdict,
                ran.seconds if ran else 0.0,
                expected.seconds if expected else 0.0,
                ran.launches if ran else {},
                ran.cpu_ops if ran else {},
                _quiet(ran, cuda) if ran and ran.state == NO_LAUNCHES else "",
                shown.details,
                shown.log,
                "%s (%s)" % (known.reason, known.figure) if known else "",
            )
        )
    return Summary(
        rows,
        _missing_kernels(list(right.values()), cuda),
        baseline.build if baseline else {},
        dml.build if dml else {},
        known_differences.stale(entries, list(right.values())),
    )


def _on_cuda(kernel: str, cuda: cuda_kernels.Kernels) -> bool:
    op, types = placement.parse(kernel)
    return placement.taken(cuda.get(op, ()), types)


def _quiet(result: Result, cuda: cuda_kernels.Kernels) -> str:
    if any(_on_cuda(kernel, cuda) for kernel in result.cpu_ops):
        return QUIET_HOLE
    if result.cpu_ops:
        return QUIET_KERNELS
    return QUIET_HOST if result.dml_kernels else QUIET_NO_OPS


def _unknown(store: Optional[Store], file: str, test: str) -> str:
    """ABSENT where the file's tests are known and this is none of them."""
    tests = store.all_tests(file) if store else None
    if tests is None:
        return NOT_RUN
    return NOT_RUN if test in tests else ABSENT


def _missing_kernels(results: Sequence[Result], cuda: cuda_kernels.Kernels) -> List[MissingKernel]:
    """By how many tests wanted them."""
    tests: Dict[str, List[str]] = collections.defaultdict(list)
    files: Dict[str, set] = collections.defaultdict(set)
    for result in results:
        for kernel in result.cpu_ops:
            tests[kernel].append("%s::%s" % (result.file, result.test))
            files[kernel].add(result.file)
    found = []
    for kernel, names in tests.items():
        op, _, types = kernel.partition("[")
        found.append(
            MissingKernel(
                op,
                types.rstrip("]"),
                len(names),
                len(files[kernel]),
                _on_cuda(kernel, cuda),
                tuple(sorted(names)[:3]),
            )
        )
    return sorted(found, key=lambda kernel: (-kernel.tests, kernel.op, kernel.types))


def as_json(summary: Summary) -> Dict[str, Any]:
    """All of it, as report.json holds it."""
    return {
        "baseline_build": summary.baseline_build,
        "dml_build": summary.dml_build,
        "totals": {
            device: {state: summary.count(device, state) for state in STATES + (ABSENT, NOT_RUN)}
            for device in ("baseline", "dml")
        },
        "verdicts": summary.verdicts(),
        "no_launches": dict(collections.Counter(row.quiet for row in summary.rows if row.quiet)),
        "stale_known_differences": [entry._asdict() for entry in summary.stale],
        "missing_kernels": [kernel._asdict() for kernel in summary.missing],
        "tests": [row._asdict() for row in summary.rows],
    }
