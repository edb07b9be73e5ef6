"""The command tensorflow-directml bench --hunt."""

import argparse
import sys
import time
from typing import Any, Callable, Dict, Sequence

from ... import runtime
from ...build_info import commit
from .. import files
from ..models import Case
from . import journal, plot, report, shapes, verdict
from .process import Failed, Process

CASES = 300
CASE_LIMIT = 60.0  # seconds
# What takes longer runs once.
LONG = 1.0
# Cases as severe as this are measured again: on a busy machine one may look like a cliff.
SUSPECT = 0.5
REPEATS = 2
# The most work of a case (reduction.work()), on a GPU and on a driver that runs on the CPU.
_MOST_ON_A_GPU, _MOST_ON_THE_CPU = 2e10, 4e8


def main(
    arguments: argparse.Namespace, types: Sequence[str], families: Sequence[str], seed: int
) -> int:
    """`seed`: of a hunt that --out does not keep already."""
    families = list(families) or list(shapes.SHAPES)
    count = arguments.cases or CASES
    kept = journal.Journal(arguments.out)
    if kept.header and arguments.seed is None:
        seed = kept.header["seed"]
    deadline = time.perf_counter() + arguments.time_limit if arguments.time_limit else None

    def enough() -> bool:
        return deadline is not None and time.perf_counter() > deadline

    adapter = runtime.adapters()[arguments.device]
    software = adapter.type == runtime.AdapterType.ADAPTER_SOFTWARE
    most = _MOST_ON_THE_CPU if software else _MOST_ON_A_GPU
    kept.begin({
        "seed": seed, "adapter": adapter.name, "driver": adapter.driver, "commit": commit(),
        "types": list(types), "families": families, "most": most,
    })
    try:
        with Measuring(arguments, types, kept) as measuring, Bar(count) as bar:
            print(report.header_text())
            _hunt(measuring, kept, range(count), bar, enough, lambda number: shapes.case(
                seed, number, families, types, most))
    finally:
        # After Ctrl-C, too.
        results = _results(kept, count)
        kept.close()
        if kept.rows:
            print("\nThe worst")
            print(report.worst_text(results["rows"]))
            print("\n" + report.summary_text(results["summary"]))
            if arguments.out:
                written = files.save(
                    results, arguments.out, "hunt", report.full_text(results), plot.draw
                )
                print("Written to %s: %s" % (arguments.out, written))
    summary = results["summary"]
    bad = summary["wrong"] or summary["failed"] or (arguments.check and summary["cliffs"])
    return 1 if bad else 0


def _hunt(
    measuring: "Measuring", kept: journal.Journal, numbers: Sequence[int], bar: "Bar",
    enough: Callable[[], bool], case_of: Callable[[int], Case],
) -> None:
    for number in numbers:
        if number not in kept.rows:
            if enough():
                return
            case = case_of(number)
            bar.show("%s %s" % (case.family, case.parameters))
            row = measuring.row(number, case)
            kept.add_row(row)
            print(report.row_text(row), flush=True)
        bar.advance()
    # What looks like a cliff is looked at again.
    for row in verdict.judge(kept.rows[number] for number in numbers):
        stored = kept.rows[row["number"]]
        while row["severity"] > SUSPECT and stored.get("repeats", 0) < REPEATS:
            if enough() or "problem" in stored:
                break
            bar.show("again: %s %s" % (row["family"], row["shape"]))
            again = measuring.row(row["number"], case_of(row["number"]))
            stored = _least(stored, again)
            kept.add_row(stored)


def _least(row: Dict[str, Any], again: Dict[str, Any]) -> Dict[str, Any]:
    """The row with the shorter times of both, each with what was attainable then."""
    merged = dict(row, repeats=row.get("repeats", 0) + 1)
    if "problem" in again:
        return merged
    if again["seconds"] < row["seconds"]:
        for key in ("seconds", "attainable_seconds", "bound", "once"):
            merged[key] = again[key]
    if "cpu_seconds" in again:
        merged["cpu_seconds"] = min(again["cpu_seconds"], row.get("cpu_seconds", float("inf")))
    merged["correct"] = row.get("correct", True) and again.get("correct", True)
    return merged


class Measuring:
    """The processes that measure: started when they are needed, and again after a failure."""

    def __init__(self, arguments: argparse.Namespace, types: Sequence[str], kept: Any):
        self._arguments, self._types, self._kept = arguments, types, kept
        self._seconds = arguments.seconds or 0.1
        self._limit = arguments.case_limit or CASE_LIMIT
        self._device = None  # type: Optional[Process]
        self._tensorflow = None  # type: Optional[Process]
        self._without_tensorflow = ""

    def __enter__(self) -> "Measuring":
        return self

    def __exit__(self, *unused: Any) -> None:
        for process in (self._device, self._tensorflow):
            if process:
                process.end()

    def row(self, number: int, case: Case) -> Dict[str, Any]:
        request = {
            "case": [case.family, case.parameters, case.dtype], "seconds": self._seconds,
            "long": LONG, "seed": number,
        }
        row = {
            "number": number, "family": case.family, "type": case.dtype,
            "parameters": case.parameters, "shape": str(case.parameters),
        }  # type: Dict[str, Any]
        if self._device is None:
            self._device = self._start_device()
        try:
            row.update(self._device.ask(request, self._limit))
        except Failed as failure:
            self._device = None
            row["problem"] = str(failure)
            return row
        row.update(self._on_tensorflow(request))
        return row

    def _start_device(self) -> Process:
        try:
            process = Process(
                "on_device", str(self._arguments.device), ",".join(self._types),
                str(self._seconds),
            )
        except Failed as failure:
            raise runtime.DmlError(
                runtime.Code.INTERNAL, "the process that measures did not start: %s" % failure
            ) from failure
        hello = process.hello
        self._kept.add_session({
            "date": hello["surroundings"]["date"], "surroundings": hello["surroundings"],
            "limits": hello["limits"],
        })
        return process

    def _on_tensorflow(self, request: Dict[str, Any]) -> Dict[str, Any]:
        if self._without_tensorflow:
            return {}
        try:
            if self._tensorflow is None:
                # Its kernels for the CPU alone.
                process = Process(
                    "on_tensorflow", DML_VISIBLE_DEVICES="", CUDA_VISIBLE_DEVICES="-1",
                    TF_CPP_MIN_LOG_LEVEL="3",
                )
                self._without_tensorflow = process.hello.get("problem", "")
                if self._without_tensorflow:
                    process.end()
                    print("Not compared with the CPU: %s" % self._without_tensorflow,
                          file=sys.stderr)
                    return {}
                self._tensorflow = process
            return self._tensorflow.ask(request, self._limit)
        except Failed as failure:
            self._tensorflow = None
            return {"cpu_problem": str(failure)}


class Bar:
    """Progress, on a terminal."""

    def __init__(self, total: int):
        self._total = total
        self._progress = None  # type: Any
        self._task = None  # type: Any

    def __enter__(self) -> "Bar":
        if sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            self._progress = progress.Progress(
                progress.BarColumn(), progress.MofNCompleteColumn(),
                progress.TimeRemainingColumn(), progress.TextColumn("{task.description}"),
                console=Console(stderr=True), transient=True,
                # Lines go above the bar where both are on the terminal.
                redirect_stdout=sys.stdout.isatty(),
            )
            self._progress.start()
            self._task = self._progress.add_task("", total=self._total)
        return self

    def __exit__(self, *unused: Any) -> None:
        if self._progress:
            self._progress.stop()

    def show(self, text: str) -> None:
        if self._progress:
            from rich.markup import escape

            self._progress.update(self._task, description=escape(text[:60]))

    def advance(self) -> None:
        if self._progress:
            self._progress.advance(self._task)


def _results(kept: journal.Journal, count: int) -> Dict[str, Any]:
    rows = [kept.rows[number] for number in sorted(kept.rows)]
    judged = verdict.judge(rows)
    return {
        "hunt": kept.header, "sessions": kept.sessions,
        "yardstick": {"of_attainable": verdict.OF_ATTAINABLE, "of_cpu": verdict.OF_CPU},
        "summary": verdict.summarize(rows, judged), "rows": judged,
        "not_measured": [row for row in rows if "seconds" not in row],
        "missing": max(0, count - len(rows)),
    }
