"""Results as text, and what they were measured on."""

import collections
import datetime
import math
import os
import platform
from typing import Any, Dict, Iterable, List, Optional

from .. import __version__, runtime
from ..build_info import commit


def surroundings(device: Any, command: str) -> Dict[str, Any]:
    """Adapter, driver, date, commit."""
    adapter = device.adapter
    return {
        "adapter": adapter.name,
        "driver": adapter.driver,
        "api": adapter.api,
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "version": __version__,
        "command": command,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "library": os.path.basename(runtime.library_path()),
    }


def time_text(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1 or unit == "us":
            return "%.3g %s" % (seconds * scale, unit)
    raise AssertionError


def rate_text(row: Dict[str, Any]) -> str:
    if row["bound"] == "arithmetic":
        return "%.4g GFLOP/s" % (row["flops_per_second"] / 1e9)
    return "%.4g GB/s" % (row["bytes_per_second"] / 1e9)


def ceilings_text(ceilings: Dict[str, Any]) -> str:
    lines = ["Ceilings of the adapter, measured in this run"]
    for dtype, rate in ceilings["flops"].items():
        lines.append("  multiply-adds, %-10s %10.1f GFLOP/s" % (dtype, rate / 1e9))
    for name, rate in ceilings["bytes_per_second"].items():
        lines.append("  %-25s %10.1f GB/s" % (name.replace("_", " "), rate / 1e9))
    for name, seconds in ceilings["seconds"].items():
        lines.append("  %-25s %10.2f us" % (name.replace("_", " "), seconds * 1e6))
    return "\n".join(lines)


def row_text(row: Dict[str, Any], peer: bool) -> str:
    start = "%-28s %-40s %-8s" % (row["family"], row["shape"], row["type"])
    if "problem" in row:
        return "%s %s" % (start, row["problem"])
    text = "%s %9s +-%3.0f%% %16s %9s %-10s %5.2f %8.1e%s" % (
        start, time_text(row["seconds"]), 50 * row["spread"] / row["seconds"], rate_text(row),
        time_text(row["attainable_seconds"]), row["bound"], row["ratio"], row["error"],
        "" if row["correct"] else " WRONG",
    )
    if peer:
        text += (
            " %9s %6.2f" % (time_text(row["peer_seconds"]), row["peer_ratio"])
            if "peer_seconds" in row
            else "  " + row.get("peer_problem", "")
        )
    return text


def header_text(peer: bool) -> str:
    text = "%-28s %-40s %-8s %9s %6s %16s %9s %-10s %5s %8s" % (
        "family", "shape", "type", "time", "spread", "rate", "could be", "limited by", "ratio",
        "error",
    )
    return text + (" %9s %6s" % ("peer", "ratio") if peer else "")


def geometric_mean(values: Iterable[float]) -> Optional[float]:
    logarithms = [math.log(value) for value in values if value > 0]
    return math.exp(sum(logarithms) / len(logarithms)) if logarithms else None


def summarize(rows: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """By family and type: rows, wrong rows, geometric means of the ratios."""
    groups = collections.OrderedDict()  # type: Dict[Any, List[Dict[str, Any]]]
    for row in rows:
        groups.setdefault((row["family"], row["type"]), []).append(row)
    return [
        {
            "family": family,
            "type": dtype,
            "rows": len(group),
            "wrong": sum(not row.get("correct", False) for row in group),
            "ratio": geometric_mean(row["ratio"] for row in group if "ratio" in row),
            "peer_ratio": geometric_mean(
                row["peer_ratio"] for row in group if "peer_ratio" in row
            ),
        }
        for (family, dtype), group in groups.items()
    ]


def summary_text(summary: List[Dict[str, Any]]) -> str:
    lines = ["%-28s %-8s %5s %6s %12s %10s" % (
        "family", "type", "rows", "wrong", "of possible", "of peer",
    )]
    for group in summary:
        lines.append(
            "%-28s %-8s %5d %6d %12s %10s"
            % (
                group["family"], group["type"], group["rows"], group["wrong"],
                *("-" if group[key] is None else "%.3f" % group[key]
                  for key in ("ratio", "peer_ratio"))
            )
        )
    return "\n".join(lines)


def full_text(results: Dict[str, Any]) -> str:
    """The whole table, as it is kept."""
    where = results["surroundings"]
    peer = results.get("peer")
    lines = [
        "tensorflow-directml bench, %s" % where["date"],
        "adapter  %s" % where["adapter"],
        "driver   %s (%s)" % (where["driver"], where["api"]),
        "commit   %s" % where["commit"],
        "command  %s" % where["command"],
    ]
    if peer:
        lines.append("peer     {name} {version} on {device}".format(**peer))
    lines += ["", ceilings_text(results["ceilings"]), "", header_text(bool(peer))]
    lines += [row_text(row, bool(peer)) for row in results["rows"]]
    lines += ["", "Geometric means", summary_text(results["summary"])]
    if results["not_measured"]:
        lines += ["", "%d cases were not measured." % results["not_measured"]]
    return "\n".join(lines) + "\n"
