"""The times in which the device does nothing, and what each waits for."""

import bisect
import collections
import itertools
from typing import Dict, List, NamedTuple, Sequence

from . import intervals as iv
from . import parts
from . import recording as rec

# Gaps that are shorter say more about the clock.
SHORTEST = 1000

Intervals = List[iv.Interval]


class Gap(NamedTuple):
    """A time in which the device did nothing."""

    start: int
    end: int
    part: str  # what most of it is
    who: str  # the node or the line of the script that it waited for
    before: str  # the node that the device did next
    step: int


class _Spans:
    """Finds which named spans overlap a gap, and for how long."""

    def __init__(self, spans: Sequence):  # of (start, end, name)
        self._spans = sorted(spans)
        self._starts = [span[0] for span in self._spans]
        # The latest end up to each: where a search backwards may stop.
        self._ends = list(itertools.accumulate((span[1] for span in self._spans), max))

    def overlap(self, gap: iv.Interval) -> Dict[str, int]:
        time: Dict[str, int] = collections.Counter()
        index = bisect.bisect_left(self._starts, gap[1]) - 1
        while index >= 0 and self._ends[index] > gap[0]:
            start, end, name = self._spans[index]
            shared = min(end, gap[1]) - max(start, gap[0])
            if shared > 0:
                time[name] += shared
            index -= 1
        return time


def _most(time: Dict[str, int]) -> str:
    return max(time, key=lambda name: time[name]) if time else ""


def _events(events: Sequence[rec.Event]) -> _Spans:
    return _Spans([(event.start, event.end, event.node or event.op) for event in events])


class Causes:
    """Tells the causes of a step's gaps.

    `events`: those of the step; `pieces`: its time by part. `host`, `inputs`, `enqueues`: its
    events that computed on the host, waited for input, and enqueued work. `samples` are by
    time.
    """

    def __init__(
        self,
        events: Sequence[rec.Event],
        pieces: Dict[str, Intervals],
        host: Sequence[rec.Event],
        inputs: Sequence[rec.Event],
        enqueues: Sequence[rec.Event],
        inside: Sequence[rec.Call],
        samples: Sequence[rec.Sample],
    ):
        self._parts = _Spans(
            [
                (start, end, part)
                for part, spans in pieces.items()
                if part not in (parts.COMPUTE, parts.COPY)
                for start, end in spans
            ]
        )
        host_ops, calls = _events(host), _Spans([(c.start, c.end, c.key.name) for c in inside])
        self._spans = {
            parts.INPUT: _events(inputs),
            parts.PYTHON_OP: host_ops,
            parts.HOST_OP: host_ops,
            parts.ENQUEUE: _events(enqueues),
            parts.OTHER: calls,
        }
        self._samples = samples
        self._times = [sample.time for sample in samples]
        self._following: Dict[int, str] = {}
        for event in events:
            if event.kind in (rec.LAUNCH, rec.COPY):
                self._following.setdefault(event.start, event.node or event.op or event.detail)

    def _line(self, gap: iv.Interval) -> str:
        first = bisect.bisect_left(self._times, gap[0])
        last = bisect.bisect_left(self._times, gap[1])
        return _most(collections.Counter(s.user or s.top for s in self._samples[first:last]))

    def of(self, gap: iv.Interval, step: int) -> Gap:
        part = _most(self._parts.overlap(gap))
        before = self._following.get(gap[1], "the end of the step")
        if part in (parts.PYTHON, parts.SESSION):
            who = self._line(gap)
        elif part in self._spans:
            who = _most(self._spans[part].overlap(gap)) or before
        else:
            who = before
        return Gap(gap[0], gap[1], part, who, before, step)
