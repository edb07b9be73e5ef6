"""Every case once, for its result alone: right or wrong, and no timing."""

import collections
import json
import time
from typing import Any, Callable, Dict, List, Optional, Sequence

from .. import runtime
from . import reduction
from .families import REGISTRY
from .measure import Work
from .models import Case

RIGHT, WRONG, FAILED, LEFT_OUT = "right", "wrong", "failed", "not run"


def _error(device: Any, case: Case, seed: int) -> Dict[str, Any]:
    """The status of a case and what belongs to it."""
    family = REGISTRY[case.family](case.parameters, case.dtype)
    start = time.perf_counter()
    try:
        error = Work(device, family, 0, seed).error()
    except runtime.DmlError as problem:
        if problem.code == runtime.Code.DEVICE_LOST:
            raise
        return {"status": FAILED, "problem": str(problem)}
    limit = family.limit[case.dtype]
    return {
        "status": RIGHT if error <= limit else WRONG,
        "error": error, "limit": limit, "seconds": time.perf_counter() - start,
    }


def _changes(full: Dict[str, Any], reduced: Dict[str, Any]) -> Dict[str, Any]:
    """Parameter: [full, reduced], where they differ."""
    return {key: [full[key], reduced[key]] for key in full if full[key] != reduced[key]}


def check(
    device: Any,
    cases: Sequence[Case],
    limit: Optional[float],
    seed: int,
    progress: Callable[[str], None] = lambda text: None,
    enough: Callable[[], bool] = lambda: False,
    done: Callable[[Dict[str, Any]], None] = lambda row: None,
    rows: Optional[List[Dict[str, Any]]] = None,
) -> List[Dict[str, Any]]:
    """A row for each case, in `rows` as they come. `limit`: the most work of one, see
    reduction.reduce().

    Cases that shrink to the same one run once. Starts no more when enough() says so.
    """
    known = {}  # type: Dict[str, Any]
    rows = [] if rows is None else rows
    for number, case in enumerate(cases):
        family = REGISTRY[case.family](case.parameters, case.dtype)
        row = {
            "family": case.family, "shape": family.label, "type": case.dtype,
            "uses": [list(use) for use in case.uses], "work": reduction.work(family),
            "status": LEFT_OUT,
        }  # type: Dict[str, Any]
        rows.append(row)
        if enough():
            continue
        progress("%d/%d %s %s" % (number + 1, len(cases), case.family, family.label))
        run = reduction.reduce(device, case, limit) if limit else case
        if run.parameters != case.parameters:
            smaller = REGISTRY[case.family](run.parameters, case.dtype)
            row["reduced"] = {
                "shape": smaller.label, "work": reduction.work(smaller),
                "changes": _changes(case.parameters, run.parameters),
            }
        key = json.dumps([run.family, run.parameters, run.dtype], sort_keys=True)
        if key in known:
            row["same_run_as"], result = known[key]
        else:
            result = _error(device, run, seed + number)
            known[key] = "%s %s" % (case.family, family.label), result
        row.update(result)
        done(row)
    return rows


def row_text(row: Dict[str, Any]) -> str:
    text = "%-28s %-40s %-8s" % (row["family"], row["shape"], row["type"])
    text += " %8.1e" % row["error"] if "error" in row else " %8s" % ""
    text += " " + (row["status"].upper() if row["status"] == WRONG else row["status"])
    if "problem" in row:
        text += ": " + row["problem"]
    if "reduced" in row:
        text += ", as %s" % row["reduced"]["shape"]
        if "same_run_as" in row:
            text += " (run already)"
    return text


def summarize(rows: Sequence[Dict[str, Any]]) -> Dict[str, int]:
    """Rows by status; at full size and reduced, of those that ran; distinct runs."""
    found = collections.Counter(row["status"] for row in rows)
    ran = [row for row in rows if row["status"] in (RIGHT, WRONG)]
    return {
        "rows": len(rows), "right": found[RIGHT], "wrong": found[WRONG],
        "failed": found[FAILED], "not_run": found[LEFT_OUT],
        "full_size": sum("reduced" not in row for row in ran),
        "reduced": sum("reduced" in row for row in ran),
        "runs": sum("same_run_as" not in row for row in ran),
    }


def summary_text(summary: Dict[str, int]) -> str:
    return (
        "%(rows)d rows: %(right)d right, %(wrong)d wrong, %(failed)d failed, %(not_run)d not run\n"
        "%(full_size)d ran at full size, %(reduced)d with smaller extents that take the same "
        "programs; %(runs)d runs" % summary
    )


def full_text(results: Dict[str, Any]) -> str:
    """The whole table, as it is kept."""
    where = results["surroundings"]
    lines = [
        "tensorflow-directml bench --check, %s" % where["date"],
        "adapter  %s" % where["adapter"],
        "driver   %s (%s)" % (where["driver"], where["api"]),
        "commit   %s" % where["commit"],
        "command  %s" % where["command"],
        "seed     %d" % results["seed"],
        "",
    ]
    lines += [row_text(row) for row in results["rows"]]
    return "\n".join([*lines, "", summary_text(results["summary"])]) + "\n"
