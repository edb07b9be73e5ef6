"""The trace as a file for https://ui.perfetto.dev and chrome://tracing.

The format is Chrome's: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

import gzip
import json
from typing import Any, Dict, Iterator, List

from . import recording as rec
from .analyse import Result

_SCRIPT, _DEVICE, _HOST = 1, 2, 3  # "processes": groups of lines
_LINES = {
    (_SCRIPT, 0): "Calls",
    (_DEVICE, 0): "Programs",
    (_DEVICE, 1): "Copies",
}


def _name(pid: int, name: str) -> Dict[str, Any]:
    return {"ph": "M", "pid": pid, "name": "process_name", "args": {"name": name}}


def _span(pid: int, tid: int, name: str, start: int, end: int, **args: Any) -> Dict[str, Any]:
    return {
        "ph": "X",
        "pid": pid,
        "tid": tid,
        "name": name or "(no name)",
        "ts": start / 1000.0,
        "dur": max(0, end - start) / 1000.0,
        "args": {key: value for key, value in args.items() if value},
    }


def _lanes(events: List[Any]) -> Iterator[Any]:
    """(lane, event or call): those that overlap lie in lanes of their own."""
    ends: List[int] = []
    for event in events:
        free = [lane for lane, end in enumerate(ends) if end <= event.start]
        lane = free[0] if free else len(ends)
        ends[lane:] = [event.end] + ends[lane + 1 :]
        yield lane, event


def _device_events(
    events: List[rec.Event], nodes: Dict[str, rec.Node], line: int, base: int
) -> Iterator[Dict[str, Any]]:
    """What follows one another; rounding may have made neighbours overlap."""
    for event, following in zip(events, events[1:] + [None]):
        end = event.end if following is None else min(event.end, following.start)
        known = nodes.get(event.node)
        copy = event.kind == rec.COPY
        yield _span(
            _DEVICE,
            line,
            "%s %s" % (event.detail, event.node) if copy else event.node,
            event.start - base,
            end - base,
            op=event.op,
            source=known.source if known else "",
            **({"bytes": event.bytes} if copy else {"program": event.detail}),
        )


def _call_events(recording: rec.Recording, call: rec.Call, base: int) -> Iterator[Dict[str, Any]]:
    nodes = recording.nodes.get(call.key, {})
    for line, kind in enumerate((rec.LAUNCH, rec.COPY)):
        own = [event for event in call.events if event.kind == kind]
        for made in _device_events(own, nodes, line, base):
            yield made
    host: Dict[str, List[rec.Event]] = {}
    for event in call.events:
        if event.kind in (rec.OP, rec.INPUT):
            line_name = "tf.data" if event.kind == rec.INPUT else event.device
            host.setdefault(line_name, []).append(event)
    for number, name in enumerate(sorted(host)):
        for lane, event in _lanes(host[name]):
            known = nodes.get(event.node)
            yield _span(
                _HOST,
                100 * number + lane,
                event.node,
                event.start - base,
                event.end - base,
                op=event.op,
                device=name,
                source=known.source if known else "",
            )
            if event.in_use >= 0:
                yield _counter("bytes in use", event.end - base, event.in_use)


def _calls(calls: List[rec.Call], base: int) -> Iterator[Dict[str, Any]]:
    """Those of the script's own thread on a line, others behind it."""
    for main in (True, False):
        own = sorted((c for c in calls if c.main_thread == main), key=lambda call: call.start)
        for lane, call in _lanes(own):
            yield _span(
                _SCRIPT,
                lane if main else 100 + lane,
                call.key.name,
                call.start - base,
                call.end - base,
                kind=call.key.kind,
                traced=call.traced,
                **call.counters,
            )


def _counter(name: str, time: int, value: int) -> Dict[str, Any]:
    return {
        "ph": "C",
        "pid": _DEVICE,
        "name": name,
        "ts": time / 1000.0,
        "args": {"bytes": value},
    }


def events(result: Result) -> Iterator[Dict[str, Any]]:
    """All of a recording, in microseconds since the script began."""
    recording = result.recording
    base = recording.start
    yield _name(_SCRIPT, "Script: " + " ".join(recording.script))
    yield _name(_DEVICE, "Device")
    yield _name(_HOST, "Host: ops")
    for (pid, tid), name in _LINES.items():
        yield {"ph": "M", "pid": pid, "tid": tid, "name": "thread_name", "args": {"name": name}}
    for made in _calls(recording.calls, base):
        yield made
    for call in recording.calls:
        for made in _call_events(recording, call, base):
            yield made
    for sample in recording.samples:
        yield {
            "ph": "i",
            "s": "t",
            "pid": _SCRIPT,
            "tid": 50,
            "name": sample.user or sample.top,
            "ts": (sample.time - base) / 1000.0,
            "args": {"innermost": sample.top},
        }
    for sample in recording.memory:
        yield _counter("bytes reserved", sample.time - base, sample.reserved)
    for gap in result.gaps:
        yield _span(
            _DEVICE,
            2,
            "idle: " + gap.part,
            gap.start - base,
            gap.end - base,
            waited_for=gap.who,
            before=gap.before,
        )


def write(result: Result, path: str) -> None:
    trace = {
        "displayTimeUnit": "ms",
        "otherData": dict(result.recording.versions),
        "traceEvents": list(events(result)),
    }
    with gzip.open(path, "wt", encoding="utf-8") as file:
        json.dump(trace, file)
