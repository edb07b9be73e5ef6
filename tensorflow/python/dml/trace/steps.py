"""Which traced calls are the script's steps, and what belongs to each."""

import collections
from typing import Dict, List, NamedTuple, Optional, Sequence

from . import recording as rec


class Step(NamedTuple):
    """Traced calls of one kind, and the time until the next one.

    Of sessions it is one call. Functions return before the device has done their work, which
    is none of theirs or another's by time: there, all calls that a profile saw are together.
    """

    calls: List[rec.Call]
    start: int
    end: int
    events: List[rec.Event]
    inside: List[rec.Call]  # other calls meanwhile

    @property
    def key(self) -> rec.Key:
        return self.calls[0].key


def main_key(calls: Sequence[rec.Call]) -> Optional[rec.Key]:
    """The kind of call that is the script's step: which takes most of its time, traced."""
    traced = {call.key for call in calls if call.traced and call.events}
    threads = {call.main_thread for call in calls if call.key in traced}
    time: Dict[rec.Key, int] = collections.Counter()
    for call in calls:
        if call.key in traced and call.main_thread == (True in threads):
            time[call.key] += call.wall
    return max(time, key=lambda key: time[key]) if time else None


def _together(ordered: Sequence[rec.Call], key: rec.Key) -> List[Step]:
    """A step for each profile of functions, of its calls that are warm or else of all."""
    profiles: Dict[int, List[rec.Call]] = collections.OrderedDict()
    for call in ordered:
        if call.key == key and call.traced:
            profiles.setdefault(call.profile, []).append(call)
    warm = [[call for call in calls if call.warm] for calls in profiles.values()]
    found = []
    for calls in [calls for calls in warm if calls] or list(profiles.values()):
        events = [event for call in calls for event in call.events]
        work = [e.end for e in events if e.kind in (rec.LAUNCH, rec.COPY)]
        start, end = calls[0].start, max([calls[-1].end] + work)
        inside = [c for c in ordered if c.key != key and start <= c.start < calls[-1].end]
        found.append(Step(calls, start, end, events, inside))
    return found


def _apart(ordered: Sequence[rec.Call], key: rec.Key) -> List[Step]:
    """A step for each call of a session."""
    of_key = [index for index, call in enumerate(ordered) if call.key == key]
    follow = dict(zip(of_key, of_key[1:]))
    found = []
    for index in of_key:
        call = ordered[index]
        if not (call.traced and call.events) or call.failed:
            continue
        following = follow.get(index)
        end, inside = call.end, []
        if following is not None:
            end, inside = ordered[following].start, list(ordered[index + 1 : following])
        found.append(Step([call], call.start, end, call.events, inside))
    warm = [step for step in found if step.calls[0].warm] or found
    # The last one may have nothing behind it.
    return [step for step in warm if step.end > step.calls[0].end] or warm


def steps(calls: Sequence[rec.Call], key: rec.Key) -> List[Step]:
    """Those of a kind that were traced; without those that tracing began with, if it can be."""
    ordered = sorted(
        (call for call in calls if call.main_thread or call.key == key),
        key=lambda call: call.start,
    )
    if key.kind in ("session", "callable"):
        return _apart(ordered, key)
    return [step for step in _together(ordered, key) if step.events]


def count_calls(found: Sequence[Step]) -> float:
    """By which sums over steps are divided."""
    return float(sum(len(step.calls) for step in found))
