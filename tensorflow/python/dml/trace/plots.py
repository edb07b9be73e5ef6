"""Geometry of the page's plots: what page.html draws as SVG. All lengths are SVG units."""

import math
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from . import parts
from . import recording as rec
from .analyse import Result
from .words import duration, size

WIDTH = 1000.0
_SMALLEST = 0.6  # narrower bars are drawn as wide as this
_POINTS = 500


class Tick(NamedTuple):
    position: float
    text: str


class Bar(NamedTuple):
    x: float
    width: float
    color: str
    title: str


class Lane(NamedTuple):
    name: str
    bars: List[Bar]


class Timeline(NamedTuple):
    title: str
    lanes: List[Lane]
    ticks: List[Tick]


class Plot(NamedTuple):
    """A plot of lines over time; `lines` are (color, points of an SVG polyline, filled)."""

    title: str
    lines: List[Tuple[str, str, bool]]
    x_ticks: List[Tick]
    y_ticks: List[Tick]
    legend: List[Tuple[str, str]]  # color, text
    dots: List[Tuple[float, float, str, str]]  # x, y, color, title
    height: float


def _nice(span: float, most: int) -> float:
    """A round step of at most `most` in a span."""
    if span <= 0:
        return 1.0
    step = 10.0 ** math.floor(math.log10(span / most))
    for factor in (1, 2, 5, 10):
        if span / (step * factor) <= most:
            return step * factor
    return step * 10


def _time_ticks(span: float) -> List[Tick]:
    step = _nice(span, 8)
    unit, text = next(
        (scale, name)
        for scale, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))
        if step >= scale or name == "ns"
    )
    count = int(span / step + 1e-9)
    return [
        Tick(WIDTH * index * step / span, "%g %s" % (round(index * step / unit, 6), text))
        for index in range(count + 1)
    ]


def _bars(spans: Sequence[Tuple[int, int, str, str]], start: int, end: int) -> List[Bar]:
    """Of (start, end, color, title); neighbours too narrow to be seen become one."""
    scale = WIDTH / max(1, end - start)
    found: List[Bar] = []
    merged = 1
    for begun, ended, color, title in sorted(spans):
        begun, ended = max(begun, start), min(ended, end)
        if ended <= begun:
            continue
        x, width = (begun - start) * scale, (ended - begun) * scale
        last = found[-1] if found else None
        if (
            last is not None
            and last.color == color
            and width < 2 * _SMALLEST
            and x - (last.x + last.width) < _SMALLEST
            and last.width < 8
        ):
            merged += 1
            text = last.title if merged > 2 else last.title + "; and more"
            found[-1] = Bar(last.x, max(last.width, x + width - last.x), color, text)
        else:
            merged = 1
            found.append(Bar(x, max(width, _SMALLEST), color, title))
    return found


def _label(event: rec.Event) -> str:
    name = event.node or event.detail or event.op
    text = (
        "%s (%s) %s" % (name, event.op, duration(event.end - event.start))
        if event.op
        else ("%s %s" % (name, duration(event.end - event.start)))
    )
    if event.kind == rec.LAUNCH and event.detail:
        text += ", program " + event.detail
    if event.kind == rec.COPY:
        text += ", %s, %s" % (event.detail, size(event.bytes))
    return text


def _lanes(result: Result, index: int, start: int, end: int) -> List[Lane]:
    step = result.steps[index]
    device: List[Any] = []
    copies: List[Any] = []
    enqueue: List[Any] = []
    host: List[Any] = []
    inputs: List[Any] = []
    for event in step.events:
        span = (event.start, event.end)
        if event.kind == rec.LAUNCH:
            device.append(span + ("compute", _label(event)))
        elif event.kind == rec.COPY:
            copies.append(span + ("copy", _label(event)))
        elif event.kind == rec.INPUT:
            if event.node.count("::") == 1:
                inputs.append(span + ("input", _label(event)))
        elif event.device.startswith("CPU"):
            waits = event.op in rec.INPUT_OPS
            host.append(span + ("input" if waits else "hostop", _label(event)))
        else:
            enqueue.append(span + ("enqueue", _label(event)))
    idle = [
        (
            gap.start,
            gap.end,
            parts.PARTS[gap.part].color,
            "idle %s: %s, %s"
            % (duration(gap.end - gap.start), parts.PARTS[gap.part].title, gap.who),
        )
        for gap in result.gaps
        if gap.step == index
    ]
    calls = [
        (call.start, call.end, "other", "%s %s" % (call.key.name, duration(call.wall)))
        for call in step.inside
    ]
    calls += [
        (call.start, call.end, "session", "%s %s" % (call.key.name, duration(call.wall)))
        for call in step.calls
    ]
    python = []
    samples = [s for s in result.recording.samples if start <= s.time < end]
    for sample, following in zip(samples, samples[1:]):
        if following.time - sample.time < 100e6:
            python.append((sample.time, following.time, "python", sample.user or sample.top))
    lanes = [
        ("Device", device),
        ("Copies", copies),
        ("Device idle", idle),
        ("Calls", calls),
        ("Host: enqueues", enqueue),
        ("Host: CPU ops", host),
        ("Host: input", inputs),
        ("Script's line", python),
    ]
    return [Lane(name, _bars(spans, start, end)) for name, spans in lanes if spans]


def timelines(result: Result) -> List[Timeline]:
    """Of the step nearest to the median: all of it, and its call where that is short."""
    lengths = sorted((step.end - step.start, index) for index, step in enumerate(result.steps))
    index = lengths[len(lengths) // 2][1]
    step = result.steps[index]
    number = len(step.calls)
    found = [("One step" if number == 1 else "%d steps" % number, step.start, step.end)]
    last = max([step.calls[0].end] + [e.end for e in step.events if e.end <= step.end])
    if number == 1 and last - step.start < 0.6 * (step.end - step.start):
        found.append(("Its call, larger", step.start, last))
    return [
        Timeline(title, _lanes(result, index, start, end), _time_ticks(end - start))
        for title, start, end in found
    ]


def _points(
    values: Sequence[Tuple[float, float]], height: float, x_max: float, y_max: float
) -> str:
    """At most about _POINTS, the largest value of each stretch kept."""
    stretch = max(1, int(math.ceil(len(values) / float(_POINTS))))
    kept = [
        max(values[i : i + stretch], key=lambda value: value[1])
        for i in range(0, len(values), stretch)
    ]
    return " ".join(
        "%.1f,%.1f" % (WIDTH * x / x_max, height * (1 - min(1.0, y / y_max))) for x, y in kept
    )


def _size_ticks(largest: float, height: float) -> List[Tick]:
    step = 1.0
    while largest / step > 5:
        step *= 2
    return [
        Tick(height * (1 - index * step / largest), size(index * step))
        for index in range(int(largest / step) + 1)
    ]


def memory(result: Result) -> Optional[Plot]:
    """Memory of the device over the traced steps."""
    first, last = result.steps[0].start, result.steps[-1].end
    in_use = [
        (float(event.end - first), float(event.in_use))
        for step in result.steps
        for event in step.events
        if event.in_use >= 0 and first <= event.end <= last
    ]
    sampled = [sample for sample in result.recording.memory if first <= sample.time <= last]
    in_use += [(float(sample.time - first), float(sample.in_use)) for sample in sampled]
    in_use.sort()
    if not in_use:
        return None
    reserved = [(float(sample.time - first), float(sample.reserved)) for sample in sampled]
    height = 180.0
    used = max(value for _, value in in_use)
    most = max([value for _, value in reserved] + [0.0])
    shown = reserved and most <= 3 * used  # else the one that matters would be flat
    largest = 1.08 * (max(used, most) if shown else used) or 1.0
    span = float(max(1, last - first))
    lines = [("compute", _points(in_use, height, span, largest), True)]
    legend = [("compute", "in use by tensors: at most %s" % size(used))]
    if shown:
        lines.append(("reserved", _points(reserved, height, span, largest), False))
    if reserved:
        legend.append(
            ("reserved" if shown else "", "reserved from the driver: at most %s" % size(most))
        )
    if result.recording.budget:
        legend.append(("", "the driver grants %s" % size(result.recording.budget)))
    return Plot(
        "Traced steps", lines, _time_ticks(span), _size_ticks(largest, height), legend, [], height
    )


def memory_of_run(result: Result) -> Optional[Plot]:
    """Memory at the end of each call, over the whole run."""
    recording = result.recording
    values = [
        (float(call.end - recording.start), float(call.memory["bytes_in_use"]))
        for call in recording.calls
        if call.memory
    ]
    if len(values) < 2:
        return None
    height = 120.0
    span = float(max(1, recording.end - recording.start))
    largest = max(value for _, value in values) * 1.08 or 1.0
    return Plot(
        "The whole run, at the end of each call",
        [("compute", _points(values, height, span, largest), True)],
        _time_ticks(span),
        _size_ticks(largest, height),
        [],
        [],
        height,
    )


def steps(result: Result) -> Optional[Plot]:
    """How long each call of the step took, on a logarithmic scale."""
    calls = [call for call in result.recording.calls if call.key == result.key and call.wall > 0]
    if len(calls) < 2:
        return None
    height = 140.0
    low = math.floor(math.log10(min(call.wall for call in calls)))
    high = math.ceil(math.log10(max(call.wall for call in calls)) + 1e-9)
    high = max(high, low + 1)

    def y(wall: float) -> float:
        return height * (1 - (math.log10(wall) - low) / (high - low))

    count = max(1, len(calls) - 1)
    stretch = max(1, len(calls) // 400)
    shown = [
        max(calls[i : i + stretch], key=lambda call: call.wall)
        for i in range(0, len(calls), stretch)
    ]
    shown += [call for call in calls if call.traced and call not in shown]
    dots = [
        (
            WIDTH * (call.number - calls[0].number) / count,
            y(call.wall),
            "traced" if call.traced else "session",
            "call %d: %s%s"
            % (call.number + 1, duration(call.wall), ", traced" if call.traced else ""),
        )
        for call in shown
    ]
    y_ticks = [Tick(y(10.0**power), duration(10.0**power)) for power in range(low, high + 1)]
    step = max(1, int(_nice(count, 8)))
    x_ticks = [
        Tick(WIDTH * index / count, "%d" % (calls[0].number + index + 1))
        for index in range(0, count + 1, step)
    ]
    return Plot(
        "", [], x_ticks, y_ticks, [("session", "calls"), ("traced", "traced")], dots, height
    )
