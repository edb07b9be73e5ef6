"""The page: one HTML file without any other, and without scripts. page.html is its template."""

import collections
import os
import time
from typing import Any, Dict, List

from . import advise, parts, plots, words
from . import recording as rec
from .analyse import Result

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_ROWS = 25


def _parts(result: Result) -> List[Dict[str, Any]]:
    return [
        {"part": parts.PARTS[name], "time": value, "share": value / result.total}
        for name, value in result.parts.items()
        if value > 0
    ]


def gaps(result: Result) -> List[Dict[str, Any]]:
    """Gaps by cause, the longest sums first."""
    groups: Dict[Any, List[Any]] = collections.defaultdict(list)
    for gap in result.gaps:
        groups[gap.part, gap.who].append(gap)
    count = float(result.count)
    rows = [
        {
            "part": parts.PARTS[part],
            "who": who,
            "count": len(gaps) / count,
            "time": sum(gap.end - gap.start for gap in gaps) / count,
            "longest": max(gap.end - gap.start for gap in gaps),
            "before": collections.Counter(gap.before for gap in gaps).most_common(1)[0][0],
        }
        for (part, who), gaps in groups.items()
    ]
    return sorted(rows, key=lambda row: -row["time"])


def _tensors(result: Result) -> List[Dict[str, Any]]:
    """The nodes of the device with the largest outputs."""
    largest: Dict[str, rec.Event] = {}
    for step in result.steps:
        for event in step.events:
            if event.kind != rec.OP or event.device.startswith("CPU") or not event.bytes:
                continue
            if event.node not in largest or event.bytes > largest[event.node].bytes:
                largest[event.node] = event
    rows = sorted(largest.values(), key=lambda event: -event.bytes)[:10]
    found = []
    for event in rows:
        known = result.recording.node(result.key, event.node)
        found.append(
            {
                "node": event.node,
                "op": event.op,
                "bytes": event.bytes,
                "source": known.source if known else "",
            }
        )
    return found


def _calls(result: Result) -> List[Dict[str, Any]]:
    """All kinds of calls, by what they took of the run."""
    groups: Dict[rec.Key, List[rec.Call]] = collections.defaultdict(list)
    for call in result.recording.calls:
        groups[call.key].append(call)
    rows = [
        {
            "key": key,
            "calls": len(calls),
            "time": sum(call.wall for call in calls),
            "median": sorted(call.wall for call in calls)[len(calls) // 2],
            "traced": sum(1 for call in calls if call.traced),
            "main": key == result.key,
        }
        for key, calls in groups.items()
    ]
    return sorted(rows, key=lambda row: -row["time"])


def view(result: Result) -> Dict[str, Any]:
    """What the template shows."""
    recording = result.recording
    return {
        "result": result,
        "recording": recording,
        "script": " ".join(recording.script),
        "date": time.strftime("%Y-%m-%d %H:%M", time.localtime(recording.start / 1e9)),
        "run": recording.end - recording.start,
        "parts": _parts(result),
        "advice": advise.advise(result),
        "timelines": plots.timelines(result),
        "gaps": gaps(result)[:_ROWS],
        "ops": result.ops[:_ROWS],
        "nodes": result.nodes[:_ROWS],
        "fallbacks": [f for f in result.fallbacks if f.cost or f.host][:_ROWS],
        "python": result.python[:_ROWS],
        "memory": plots.memory(result),
        "memory_of_run": plots.memory_of_run(result),
        "steps": plots.steps(result),
        "tensors": _tensors(result),
        "peak": max([0] + [sample.reserved for sample in recording.memory]),
        "calls": _calls(result)[:_ROWS],
        "launches": sum(row.launches for row in result.ops),
        "width": plots.WIDTH,
    }


def render(result: Result) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["duration"] = words.duration
    environment.filters["size"] = words.size
    environment.filters["percent"] = lambda share: (
        "%.*f %%" % (1 if share < 0.1 else 0, 100 * share)
    )
    environment.filters["count"] = lambda value: "%.*f" % (0 if value == int(value) else 1, value)
    return environment.get_template("page.html").render(view(result))


def write(result: Result, path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(render(result))
