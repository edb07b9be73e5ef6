"""Medians of a launch's time, with waiting and start-up kept out of them."""

import collections
import statistics
import time
from typing import Callable, List

# Seconds of one launch: median, interquartile range and least over samples; launches
# a sample; share of the time that the host took to enqueue.
Timing = collections.namedtuple("Timing", "median spread launches host_share least")

MAX_LAUNCHES = 4096


def measure(
    launch: Callable[[int], None], sync: Callable[[], None], seconds: float, samples: int = 7
) -> Timing:
    """Times launch(i), for i counting up, in about `seconds`.

    A sample is one wait for as many launches as fill its share of `seconds`, so
    that the cost of waiting spreads over them.
    """
    launch(0)  # compiles, allocates, uploads
    sync()
    number = 1
    while True:  # how many launches make a sample
        taken = _sample(launch, sync, number)[0]
        if taken * samples >= seconds or number >= MAX_LAUNCHES:
            break
        wanted = number * seconds / samples / max(taken, 1e-7)
        number = min(MAX_LAUNCHES, max(2 * number, int(min(wanted, 8 * number))))
    runs = [(taken, 0.0)] if taken > seconds else []
    while len(runs) < samples and (not runs or sum(run[0] for run in runs) < 1.5 * seconds):
        runs.append(_sample(launch, sync, number))
    times = [total / number for total, _ in runs]
    hosts = [host / total for total, host in runs]
    return Timing(
        statistics.median(times), _spread(times), number, statistics.median(hosts), min(times)
    )


def _sample(launch, sync, number):
    """Seconds of `number` launches, and of their enqueuing alone."""
    start = time.perf_counter()
    for index in range(number):
        launch(index)
    enqueued = time.perf_counter()
    sync()
    return time.perf_counter() - start, enqueued - start


def _spread(values: List[float]) -> float:
    values = sorted(values)
    count = len(values)
    return values[(3 * count) // 4 - (count % 4 == 0)] - values[count // 4]
