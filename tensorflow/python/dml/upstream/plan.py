"""Cuts a file's tests into slices that one process runs each."""

from typing import Dict, List, Sequence


def slices(
    tests: Sequence[str], seconds: Dict[str, float], target: float, default: float = 1.0
) -> List[List[str]]:
    """Consecutive runs of `tests` of about `target` seconds each, by known times.

    In the file's order, so that tests of a class stay together and share its
    fixtures. A test of unknown time counts as the mean of the known ones.
    """
    known = [seconds[test] for test in tests if test in seconds]
    unknown = sum(known) / len(known) if known else default
    parts: List[List[str]] = []
    room = 0.0
    for test in tests:
        cost = seconds.get(test, unknown)
        if not parts or cost > room:
            parts.append([])
            room = target
        parts[-1].append(test)
        room -= cost
    return parts
