"""Which cases are cliffs.

A case is one where it takes more than 10 times as long as its family's yardstick allows: what
bytes and operations make attainable, times the median of the family's ratios to that. Or more
than 100 times as long as TensorFlow's kernel on the CPU.
"""

import collections
import statistics
from typing import Any, Dict, Iterable, List

OF_ATTAINABLE = 10.0
OF_CPU = 100.0


def judge(rows: Iterable[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The rows that were measured, the worst first, with `ratio` (time to attainable),
    `family_ratio` (its median), `cpu_ratio`, `severity` (above 1: a cliff) and `cliff`."""
    judged = [dict(row) for row in rows if "seconds" in row]
    ratios = collections.defaultdict(list)  # type: Dict[Any, List[float]]
    for row in judged:
        row["ratio"] = row["seconds"] / row["attainable_seconds"]
        ratios[row["family"], row["type"]].append(row["ratio"])
    for row in judged:
        # What a cache makes faster than memory is is no yardstick.
        median = max(1.0, statistics.median(ratios[row["family"], row["type"]]))
        row["family_ratio"] = median
        severities = [row["ratio"] / median / OF_ATTAINABLE]
        if "cpu_seconds" in row:
            row["cpu_ratio"] = row["seconds"] / row["cpu_seconds"]
            severities.append(row["cpu_ratio"] / OF_CPU)
        row["severity"] = max(severities)
        row["cliff"] = row["severity"] > 1
    return sorted(judged, key=lambda row: row["severity"], reverse=True)


def summarize(rows: Iterable[Dict[str, Any]], judged: List[Dict[str, Any]]) -> Dict[str, int]:
    every = list(rows)
    return {
        "cases": len(every),
        "cliffs": sum(row["cliff"] for row in judged),
        "wrong": sum(not row["correct"] for row in judged if "correct" in row),
        "failed": sum("problem" in row for row in every),
        "once": sum(bool(row.get("once")) for row in judged),
        "beside_cpu": sum("cpu_seconds" in row for row in judged),
    }
