"""The hunt as text: a line a case, and the worst in a table."""

from typing import Any, Dict, List

from ..report import time_text

WORST = 30


def header_text() -> str:
    return "%-28s %-44s %-8s %9s %9s %-10s %7s %7s %9s %8s" % (
        "family", "shape", "type", "time", "could be", "limited by", "times", "family", "CPU",
        "times",
    )


def _ratio(value: float) -> str:
    return "%.1f" % value if value < 100 else "%.0f" % value


def row_text(row: Dict[str, Any]) -> str:
    start = "%-28s %-44s %-8s" % (row["family"], row["shape"], row["type"])
    if "seconds" not in row:
        return "%s %s" % (start, row["problem"])
    text = "%s %9s %9s %-10s %7s %7s" % (
        start, time_text(row["seconds"]), time_text(row["attainable_seconds"]), row["bound"],
        _ratio(row["seconds"] / row["attainable_seconds"]),
        _ratio(row["family_ratio"]) if "family_ratio" in row else "",
    )
    if "cpu_seconds" in row:
        text += " %9s %8s" % (
            time_text(row["cpu_seconds"]), _ratio(row["seconds"] / row["cpu_seconds"])
        )
    text = text.rstrip()
    if row.get("problem"):
        text += " " + row["problem"]
    elif row.get("once"):
        text += " ran once"
    if row.get("cliff"):
        text += " CLIFF"
    if not row.get("correct", True):
        text += " WRONG"
    return text


def limits_text(limits: Dict[str, Any]) -> str:
    lines = ["What the adapter does in this run"]
    for dtype, rate in limits["flops"].items():
        lines.append("  products, %-15s %10.2f GFLOP/s" % (dtype, rate / 1e9))
    lines.append("  %-25s %10.2f GB/s" % ("copies", limits["bytes_per_second"] / 1e9))
    lines.append("  %-25s %10.2f us" % ("a launch that waits", limits["dispatch"] * 1e6))
    return "\n".join(lines)


def worst_text(judged: List[Dict[str, Any]], count: int = WORST) -> str:
    return "\n".join([header_text()] + [row_text(row) for row in judged[:count]])


def summary_text(summary: Dict[str, int]) -> str:
    return (
        "%(cases)d cases, %(beside_cpu)d beside TensorFlow's CPU kernels: %(cliffs)d cliffs, "
        "%(wrong)d wrong, %(failed)d failed, %(once)d so long that they ran once" % summary
    )


def full_text(results: Dict[str, Any]) -> str:
    """The hunt, as it is kept."""
    header = results["hunt"]
    lines = [
        "tensorflow-directml bench --hunt",
        "adapter  %(adapter)s" % header,
        "driver   %(driver)s" % header,
        "commit   %(commit)s" % header,
        "seed     %(seed)s" % header,
        "dates    " + ", ".join(session["date"] for session in results["sessions"]),
        "",
        limits_text(results["sessions"][-1]["limits"]),
        "",
        worst_text(results["rows"], len(results["rows"])),
    ]
    lines += [row_text(row) for row in results["not_measured"]]
    return "\n".join([*lines, "", summary_text(results["summary"])]) + "\n"
