"""Findings for people: on a terminal in color, by rich; elsewhere as plain lines.

Lines that are piped or copied stay whole, so that a cure can be copied, too.
"""

import sys
from typing import Any, List, Sequence

from .findings import Finding, Status, worst

WORDS = {Status.OK: "ok", Status.NOTE: "note", Status.WARNING: "WARN", Status.FAILURE: "FAIL"}
STYLES = {
    Status.OK: "green",
    Status.NOTE: "cyan",
    Status.WARNING: "bold yellow",
    Status.FAILURE: "bold red",
}
_NAME = 15  # columns of the check's name
CURE = "cure: "


def verdict(findings: Sequence[Finding]) -> str:
    """The last line."""
    failures = sum(finding.status is Status.FAILURE for finding in findings)
    warnings = sum(finding.status is Status.WARNING for finding in findings)
    if failures:
        return "1 failure." if failures == 1 else (
            "%d failures: the cure of the first may cure the others." % failures)
    if warnings:
        return "It works, with %s." % ("a warning" if warnings == 1 else "%d warnings" % warnings)
    return "All is well."


class Plain:
    """Lines without color."""

    def title(self, text: str) -> None:
        print(text + "\n", flush=True)

    def finding(self, finding: Finding) -> None:
        print("%-5s %-*s %s" % (WORDS[finding.status], _NAME, finding.check, finding.summary))
        for line in finding.details:
            print(" " * (7 + _NAME) + line)
        if finding.cure:
            print(" " * (7 + _NAME) + CURE + finding.cure)
        sys.stdout.flush()

    def verdict(self, findings: Sequence[Finding]) -> None:
        print("\n" + verdict(findings))


class Rich:
    """A table that is as wide as the terminal."""

    def __init__(self, console: Any):
        self._console = console

    def title(self, text: str) -> None:
        self._console.print(text + "\n", style="bold", markup=False, highlight=False)

    def finding(self, finding: Finding) -> None:
        from rich.table import Table
        from rich.text import Text

        lines: List[Any] = [Text(finding.summary)]
        lines += [Text(line, style="dim") for line in finding.details]
        if finding.cure:
            lines.append(Text.assemble((CURE, "bold"), finding.cure))
        table = Table.grid(padding=(0, 1))
        table.add_column(width=5, no_wrap=True)
        table.add_column(width=_NAME, no_wrap=True)
        table.add_column(overflow="fold")
        table.add_row(
            Text(WORDS[finding.status], style=STYLES[finding.status]),
            Text(finding.check),
            Text("\n").join(lines),
        )
        self._console.print(table)

    def verdict(self, findings: Sequence[Finding]) -> None:
        style = STYLES[worst(findings)]
        self._console.print("\n" + verdict(findings), style=style, markup=False, highlight=False)


def printer() -> Any:
    """For stdout: Rich on a terminal, unless it is not installed; else Plain."""
    if not sys.stdout.isatty():
        return Plain()
    try:
        from rich.console import Console
    except ImportError:
        return Plain()
    return Rich(Console())
