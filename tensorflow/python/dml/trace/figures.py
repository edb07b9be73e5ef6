"""What was found, as JSON. Times are nanoseconds a step."""

import json
from typing import Any, Dict, List

from . import advise, page
from .analyse import Result


def _rows(rows: Any) -> List[Dict[str, Any]]:
    return [dict(row._asdict()) for row in rows]


def figures(result: Result) -> Dict[str, Any]:
    recording = result.recording
    in_use = [s.in_use for s in recording.memory] + [
        event.in_use for step in result.steps for event in step.events
    ]
    return {
        "script": recording.script,
        "exit_status": recording.status,
        "versions": recording.versions,
        "environment": recording.environment,
        "adapters": [
            {name: adapter[name] for name in ("name", "driver", "type") if name in adapter}
            for adapter in recording.adapters
        ],
        "step": {
            "kind": result.key.kind,
            "name": result.key.name,
            "traced": result.count,
            "starts": [
                call.start - recording.start for step in result.steps for call in step.calls
            ],
            "total": result.total,
            "device_idle": result.idle,
            "tracing": result.tracing,
            "median_untraced_call": result.untraced,
        },
        "parts": dict(result.parts),
        "advice": _rows(advise.advise(result)),
        "gaps": [dict(row, part=row["part"].title) for row in page.gaps(result)],
        "host_ops": [dict(f._asdict(), cost=f.cost) for f in result.fallbacks],
        "device_ops": _rows(result.ops),
        "device_nodes": _rows(result.nodes),
        "python": [dict(line=user, innermost=top, time=time) for user, top, time in result.python],
        "memory": {
            "peak_bytes_in_use": max([0] + in_use),
            "peak_bytes_reserved": max([0] + [s.reserved for s in recording.memory]),
            "budget_bytes": recording.budget,
        },
        "counters": result.counters,
        "problems": recording.problems,
    }


def write(result: Result, path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(figures(result), file, indent=1)
        file.write("\n")
