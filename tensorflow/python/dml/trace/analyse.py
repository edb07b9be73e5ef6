"""Where the time of a step went, from a recording. Pure: it needs no TensorFlow.

A step goes from the start of one traced call to that of the next call of the same kind, so
that it holds what lies between them (steps.py). Times are nanoseconds a step.
"""

import bisect
import collections
import statistics
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..explain.reasons import ADAPTER_TYPE, HOST_VALUES
from . import intervals as iv
from . import parts
from . import recording as rec
from .gaps import SHORTEST, Causes, Gap, Intervals
from .steps import Step, count_calls, main_key
from .steps import steps as find_steps

PYTHON_OPS = frozenset(["PyFunc", "PyFuncStateless", "EagerPyFunc"])
# What every graph has on the host; takes next to nothing and is no fallback.
HOST_BY_NATURE = frozenset(
    [
        "NoOp",
        "Const",
        "_Arg",
        "_Retval",
        "_Send",
        "_Recv",
        "_HostSend",
        "_HostRecv",
        "Placeholder",
        "VarHandleOp",
        "ControlTrigger",
        "Assert",
        "Print",
        "PrintV2",
    ]
)
# A kernel of the device that works in host memory for longer than this computes there.
LONG_HOST_KERNEL = 50000


class Fallback(NamedTuple):
    """What a node on the host cost, a step."""

    node: str
    op: str
    code: str  # of explain.reasons
    reason: str
    source: str
    count: float
    host: float  # ns that it ran
    idle: float  # ns of those in which the device had nothing to do
    copies: float  # ns of the device for copies to and from it
    copied_bytes: float

    @property
    def cost(self) -> float:
        return self.idle + self.copies


class Row(NamedTuple):
    """An op, or a node, on the device."""

    name: str
    op: str
    time: float  # ns a step
    launches: float
    nodes: int
    source: str
    program: str


class Result:
    """What analyse() finds."""

    def __init__(self, recording: rec.Recording):
        self.recording = recording
        self.key: Optional[rec.Key] = None
        self.steps: List[Step] = []
        self.count = 0  # of their calls, by which figures "a step" are divided
        self.parts: Dict[str, float] = collections.OrderedDict()
        self.tracing = 0.0  # ns a step that tracing itself took; no part holds it
        self.untraced = 0.0  # median ns of a call that was not traced; 0: there was none
        self.traced = 0.0  # median ns of one that was
        self.gaps: List[Gap] = []
        self.fallbacks: List[Fallback] = []
        self.ops: List[Row] = []
        self.nodes: List[Row] = []
        self.python: List[Tuple[str, str, float]] = []  # line, innermost, ns a step
        self.others: List[Tuple[rec.Key, int, float]] = []  # key, calls, ns a step
        self.pieces: List[Dict[str, Intervals]] = []  # a step: its time by part
        self.programs_compiled = 0  # in traced steps
        self.counters: Dict[str, float] = {}  # a step
        self.memory_growth = 0.0  # bytes of the device's memory a step that are not given back

    @property
    def total(self) -> float:
        """Nanoseconds of a step, without tracing."""
        return sum(self.parts.values())

    @property
    def idle(self) -> float:
        return self.total - self.parts.get(parts.COMPUTE, 0) - self.parts.get(parts.COPY, 0)


def _is_host_op(event: rec.Event) -> bool:
    return event.kind == rec.OP and event.device.startswith("CPU")


def _host_ops(recording: rec.Recording, step: Step) -> List[rec.Event]:
    """What computed on the host, kernels of the device that do so included."""
    found = []
    for event in step.events:
        if event.kind != rec.OP or event.op in HOST_BY_NATURE or _is_input(event):
            continue
        code = recording.reasons.get((step.key, event.node), ("", ""))[0]
        if (
            _is_host_op(event)
            or code == ADAPTER_TYPE
            or (code == HOST_VALUES and event.end - event.start >= LONG_HOST_KERNEL)
        ):
            found.append(event)
    return found


def _is_input(event: rec.Event) -> bool:
    if event.kind == rec.INPUT:
        return event.node.count("::") == 1  # what asks for the next batch
    return event.kind == rec.OP and event.op in rec.INPUT_OPS


def _spans(events: Sequence[rec.Event]) -> Intervals:
    return iv.union((event.start, event.end) for event in events)


def _is_enqueue(event: rec.Event) -> bool:
    return event.kind == rec.OP and not event.device.startswith("CPU")


def _submissions(events: Sequence[rec.Event], idle: Intervals) -> Intervals:
    """Of the idle times: when the next launch was enqueued, and had not begun."""
    launches: Dict[int, rec.Event] = {}
    starts: Dict[str, List[int]] = collections.defaultdict(list)
    ends: Dict[str, List[int]] = collections.defaultdict(list)
    for event in events:  # by their start
        if event.kind == rec.LAUNCH:
            launches.setdefault(event.start, event)
        elif _is_enqueue(event):
            starts[event.node].append(event.start)
            ends[event.node].append(event.end)
    found = []
    for start, end in idle:
        launch = launches.get(end)
        if launch is None:
            continue
        before = bisect.bisect_right(starts[launch.node], launch.start)
        if before:
            done = ends[launch.node][before - 1]
            found.append((max(start, min(done, end)), end))
    return iv.union(found)


def _pieces(recording: rec.Recording, step: Step) -> Dict[str, Intervals]:
    """The time of a step by part; the parts do not overlap and add up to it."""
    events = step.events
    whole = [(step.start, step.end)]
    found: Dict[str, Intervals] = collections.OrderedDict()

    rest = list(whole)

    def take(part: str, wanted: Intervals) -> None:
        """Of the time that nobody has taken."""
        taken = iv.intersection(rest, wanted)
        found[part] = iv.union(found.get(part, []) + taken)
        rest[:] = iv.difference(rest, taken)

    take(parts.COMPUTE, _spans([event for event in events if event.kind == rec.LAUNCH]))
    take(parts.COPY, _spans([event for event in events if event.kind == rec.COPY]))
    inside = executor = iv.union((call.start, call.end) for call in step.calls)
    if step.key.kind in ("session", "callable") and events:
        first, last = min(e.start for e in events), max(e.end for e in events)
        executor = iv.intersection(inside, [(first, last)])
    idle = iv.intersection(rest, executor)
    take(parts.SUBMIT, _submissions(events, idle))

    def inner(wanted: Intervals) -> Intervals:
        return iv.intersection(wanted, executor)

    host = _host_ops(recording, step)
    take(parts.INPUT, inner(_spans([event for event in events if _is_input(event)])))
    take(parts.PYTHON_OP, inner(_spans([event for event in host if event.op in PYTHON_OPS])))
    take(parts.HOST_OP, inner(_spans(host)))
    take(parts.ENQUEUE, inner(_spans([event for event in events if _is_enqueue(event)])))
    if step.key.kind == "function":
        take(parts.ENQUEUE, executor)  # its ops on the device are not seen one by one
    if step.key.kind != "eager step":
        take(parts.SCHEDULE, executor)
        take(parts.SESSION, inside)
    take(parts.OTHER, iv.union((other.start, other.end) for other in step.inside))
    take(parts.PYTHON, whole)
    return found


def _gaps(
    recording: rec.Recording, step: Step, number: int, pieces: Dict[str, Intervals]
) -> List[Gap]:
    events = step.events
    causes = Causes(
        events,
        pieces,
        _host_ops(recording, step),
        [event for event in events if _is_input(event)],
        [event for event in events if _is_enqueue(event)],
        step.inside,
        [s for s in recording.samples if step.start <= s.time < step.end],
    )
    busy = iv.union(pieces[parts.COMPUTE] + pieces[parts.COPY])
    idle = iv.difference([(step.start, step.end)], busy)
    return [causes.of(gap, number) for gap in idle if gap[1] - gap[0] >= SHORTEST]


def _python(
    steps: Sequence[Step], pieces: Sequence[Dict[str, Intervals]], samples: Sequence[rec.Sample]
) -> List[Tuple[str, str, float]]:
    """The script's lines between steps, by time."""
    seen: Dict[Tuple[str, str], int] = collections.Counter()
    times = [sample.time for sample in samples]
    time = 0
    for piece in pieces:
        spans = piece[parts.PYTHON]
        time += iv.length(spans)
        for start, end in spans:
            first, last = bisect.bisect_left(times, start), bisect.bisect_left(times, end)
            seen.update((sample.user, sample.top) for sample in samples[first:last])
    total = sum(seen.values())
    if not total:
        return []
    return [
        (user, top, time * count / total / count_calls(steps))
        for (user, top), count in collections.Counter(seen).most_common()
    ]


def _device_rows(recording: rec.Recording, steps: Sequence[Step]) -> Tuple[List[Row], List[Row]]:
    by_node: Dict[Tuple[str, str], List[rec.Event]] = collections.defaultdict(list)
    for step in steps:
        for event in step.events:
            if event.kind == rec.LAUNCH:
                by_node[event.node, event.op].append(event)
    count = count_calls(steps)
    nodes = []
    for (name, op), events in by_node.items():
        known = recording.node(steps[0].key, name)
        programs = collections.Counter(event.detail for event in events)
        nodes.append(
            Row(
                name,
                op,
                sum(e.end - e.start for e in events) / count,
                len(events) / count,
                1,
                known.source if known else "",
                programs.most_common(1)[0][0],
            )
        )
    by_op: Dict[str, List[Row]] = collections.defaultdict(list)
    for node in nodes:
        by_op[node.op].append(node)
    ops = [
        Row(
            op,
            op,
            sum(row.time for row in rows),
            sum(row.launches for row in rows),
            len(rows),
            "",
            max(rows, key=lambda row: row.time).program,
        )
        for op, rows in by_op.items()
    ]
    return (sorted(ops, key=lambda row: -row.time), sorted(nodes, key=lambda row: -row.time))


class _Copies:
    """Which copies a node on the host has with the device: its Sends and Recvs."""

    def __init__(self, nodes: Dict[str, rec.Node], steps: Sequence[Step]):
        self._events: Dict[str, List[rec.Event]] = collections.defaultdict(list)
        for step in steps:
            for event in step.events:
                if event.kind == rec.COPY:
                    self._events[event.node].append(event)
        self._nodes = nodes
        self._peers: Dict[str, List[str]] = collections.defaultdict(list)
        self._sends: Dict[str, List[str]] = collections.defaultdict(list)
        for node in nodes.values():
            if node.peer:
                self._peers[node.peer].append(node.name)
                for name in node.inputs:
                    self._sends[name].append(node.name)

    def of(self, name: str) -> List[rec.Event]:
        node = self._nodes.get(name)
        transfers = list(self._sends.get(name, ()))
        if node is not None:
            transfers += [i for i in node.inputs if i in self._nodes and self._nodes[i].peer]
        names = {peer for each in transfers for peer in self._peers[self._nodes[each].peer]}
        return [event for each in sorted(names) for event in self._events.get(each, ())]


def _fallbacks(
    recording: rec.Recording, steps: Sequence[Step], pieces: Sequence[Dict[str, Intervals]]
) -> List[Fallback]:
    key = steps[0].key
    nodes = recording.nodes.get(key, {})
    copies = _Copies(nodes, steps)
    ran: Dict[Tuple[str, str], List[rec.Event]] = collections.defaultdict(list)
    idle: Dict[str, int] = collections.Counter()
    for step, piece in zip(steps, pieces):
        free = iv.union(piece[parts.HOST_OP] + piece[parts.PYTHON_OP])
        for event in _host_ops(recording, step):
            ran[event.node, event.op].append(event)
            own = [(event.start, event.end)]
            idle[event.node] += iv.length(iv.intersection(free, own))
            free = iv.difference(free, own)
    count = count_calls(steps)
    found = []
    for (name, op), events in ran.items():
        known = nodes.get(name)
        moved = copies.of(name)
        found.append(
            Fallback(
                name,
                op,
                *recording.reasons.get((key, name), ("", "")),
                known.source if known else "",
                len(events) / count,
                sum(e.end - e.start for e in events) / count,
                idle[name] / count,
                sum(e.end - e.start for e in moved) / count,
                sum(e.bytes for e in moved) / count,
            )
        )
    return sorted(found, key=lambda fallback: (-fallback.cost, -fallback.host))


def _median(values: Sequence[float]) -> float:
    return float(statistics.median(values)) if values else 0.0


def _growth(calls: Sequence[rec.Call]) -> float:
    """Bytes in use at the end of calls, if they grow nearly each time: 0 if not."""
    held = [call.memory["bytes_in_use"] for call in calls[2:] if call.memory]
    grown = sum(1 for before, after in zip(held, held[1:]) if after > before)
    if len(held) < 8 or grown < 0.9 * (len(held) - 1):
        return 0.0
    return (held[-1] - held[0]) / float(len(held) - 1)


def analyse(recording: rec.Recording) -> Result:
    """What a recording says of its script's step. Without a traced one, it has no key."""
    result = Result(recording)
    result.key = main_key(recording.calls)
    if result.key is None:
        return result
    same = [call for call in recording.calls if call.key == result.key and not call.failed]
    steps = result.steps = find_steps(recording.calls, result.key)
    if not steps:
        result.key = None
        return result
    first = min(call.number for call in same if call.traced)
    result.untraced = _median([c.wall for c in same if not c.traced and c.number >= first]) or (
        _median([c.wall for c in same if not c.traced and 0 < c.number < first])
    )
    traced = [call for step in steps for call in step.calls]
    result.count = len(traced)
    result.traced = _median([call.wall for call in traced])
    result.pieces = [_pieces(recording, step) for step in steps]
    count = count_calls(steps)
    for part in parts.PARTS:
        time = sum(iv.length(piece.get(part, [])) for piece in result.pieces) / count
        if time:
            result.parts[part] = time
    if result.untraced and parts.SESSION in result.parts:
        # Tracing works before and behind the executor's part of a call.
        # Where calls wait for something else, the shortest ones tell more.
        shortest = min(call.wall for call in traced) - min(
            call.wall for call in same if not call.traced
        )
        more = max(0.0, result.traced - result.untraced, float(shortest))
        result.tracing = min(result.parts[parts.SESSION], more)
        result.parts[parts.SESSION] -= result.tracing
    for number, (step, piece) in enumerate(zip(steps, result.pieces)):
        result.gaps += _gaps(recording, step, number, piece)
    result.gaps.sort(key=lambda gap: gap.start - gap.end)
    result.python = _python(steps, result.pieces, recording.samples)
    result.ops, result.nodes = _device_rows(recording, steps)
    result.fallbacks = _fallbacks(recording, steps, result.pieces)
    others: Dict[rec.Key, List[int]] = collections.defaultdict(list)
    for step in steps:
        for other in step.inside:
            others[other.key].append(other.wall)
    result.others = sorted(
        ((key, len(walls), sum(walls) / count) for key, walls in others.items()),
        key=lambda other: -other[2],
    )
    for name in sorted({name for call in traced for name in call.counters}):
        result.counters[name] = sum(c.counters.get(name, 0) for c in traced) / count
    result.memory_growth = _growth(same)
    result.programs_compiled = sum(c.counters.get("programs_compiled", 0) for c in traced)
    return result
