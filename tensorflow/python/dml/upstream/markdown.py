"""The summary as Markdown, and as generated parts of documents.

In a document, the text between <!-- upstream-tests:table --> and
<!-- upstream-tests:end --> is replaced by the table, and that between
<!-- upstream-tests:line --> and the end mark by one line of totals.
"""

import re
from typing import Callable, Dict, List

from .results import CRASHED, FAILED, NO_LAUNCHES, PASSED, SKIPPED, TIMED_OUT
from .summary import NOT_RUN, QUIET_HOLE, REGRESSION, Row, Summary

_END = "<!-- upstream-tests:end -->"
_COLUMNS = (
    ("passed", lambda row: row.dml == PASSED),
    ("passed without launches", lambda row: row.dml == NO_LAUNCHES),
    ("for want of a kernel that CUDA has", lambda row: row.quiet == QUIET_HOLE),
    ("failed", lambda row: row.dml == FAILED),
    ("crashed", lambda row: row.dml == CRASHED),
    ("timed out", lambda row: row.dml == TIMED_OUT),
    ("skipped", lambda row: row.dml == SKIPPED),
    ("baseline passes", lambda row: row.baseline == PASSED),
    ("regressions", lambda row: row.verdict == REGRESSION),
    ("not run", lambda row: row.dml == NOT_RUN),
)


class DocumentError(ValueError):
    """A document lacks the marks."""


def _numbers(rows: List[Row]) -> List[int]:
    return [sum(test(row) for row in rows) for _, test in _COLUMNS]


def line(summary: Summary) -> str:
    """One sentence for a README."""
    passes = [row for row in summary.rows if row.baseline == PASSED and row.dml != NOT_RUN]
    good = [row for row in passes if row.dml == PASSED]
    quiet = [row for row in passes if row.dml == NO_LAUNCHES]
    return (
        "TensorFlow's own tests: of %d in %d files that pass on the stock wheel's CPU, "
        "%d pass on DML with work on the device, %d without, and %d differ."
        % (
            len(passes),
            len({row.file for row in passes}),
            len(good),
            len(quiet),
            len(passes) - len(good) - len(quiet),
        )
    )


def table(summary: Summary) -> str:
    """A row for each file, totals first."""
    lines = [
        "| file | %s |" % " | ".join(name for name, _ in _COLUMNS),
        "| --- |%s" % (" ---: |" * len(_COLUMNS)),
    ]
    for name, rows in [("**all**", summary.rows)] + summary.by_file():
        lines.append("| %s | %s |" % (name, " | ".join(map(str, _numbers(rows)))))
    known: Dict[str, List[str]] = {}
    for row in summary.rows:
        if row.known:
            known.setdefault(row.known, []).append("%s `%s`" % (row.file, row.test))
    if known:
        lines += ["", "Known differences:", ""]
        for reason, tests in sorted(known.items()):
            lines.append("- %s: %d tests, as %s" % (reason, len(tests), tests[0]))
    return "\n".join(lines)


_PARTS: Dict[str, Callable[[Summary], str]] = {"table": table, "line": line}


def write(summary: Summary, path: str) -> None:
    with open(path, "w") as file:
        file.write("%s\n\n%s\n" % (line(summary), table(summary)))


def update(summary: Summary, path: str) -> None:
    """Replaces the marked parts of a document."""
    with open(path) as file:
        text = file.read()

    def replace(match: "re.Match") -> str:
        return "%s\n%s\n%s" % (match.group(1), _PARTS[match.group(2)](summary), _END)

    mark = r"(<!-- upstream-tests:(table|line) -->)\n.*?" + re.escape(_END)
    text, number = re.subn(mark, replace, text, flags=re.DOTALL)
    if not number:
        raise DocumentError(
            "%s has no part to fill: it needs <!-- upstream-tests:table --> or "
            "<!-- upstream-tests:line -->, and %s some lines below" % (path, _END)
        )
    with open(path, "w") as file:
        file.write(text)
