"""Tile configurations: measures what the adapter can run, and stores what is fastest.

A choice holds for products of a family, a type and classes of sizes (dml_tile_choice of
dml_benchmark.h); the bench's shapes stand for the models that will use it.
"""

import collections
import math
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from .. import runtime
from .families import REGISTRY
from .measure import Work
from .models import Case
from .timing import measure

FAMILIES = (
    "gemm", "convolution", "convolution_backward_data", "convolution_backward_filter"
)
# Cases that decide about a choice: those that do the most work in the models.
CASES_A_CHOICE = 4
# What is less better than this share of the time may be noise.
LEAST_GAIN = 0.03
# Each configuration is measured in this many turns: the machine may do other
# things in some of them.
TURNS = 3

_KEY = ("family", "type", "m_class", "n_class")

Tile = Tuple[int, ...]  # the values of a choice that are no part of the key

# A choice to store, where it differs from what is used now, and how many times
# faster it is; the same choice and 1 where nothing is.
Result = collections.namedtuple("Result", "choice was gain cases wrong")


def _split(choice: Dict[str, int]) -> Tuple[Tile, Tile]:
    """(key, tile) of a choice."""
    key = tuple(choice[name] for name in _KEY)
    return key, tuple(value for name, value in choice.items() if name not in _KEY)


def _joined(key: Tile, tile: Tile) -> Dict[str, int]:
    names = [name for name, _, _ in runtime.api.STRUCTS["dml_tile_choice"]]
    return dict(zip(names, key + tile))


def _work(case: Case) -> float:
    """Operations that a model spends on the case."""
    flops = REGISTRY[case.family](case.parameters, case.dtype).flops
    return flops * sum(count for _, _, count in case.uses)


def _mean_log(tile: Tile, cases: Sequence[Dict[Tile, float]]) -> float:
    return sum(math.log(case[tile]) for case in cases) / len(cases)


class Measurements:
    """Seconds by key, case and tile."""

    def __init__(self) -> None:
        self.seconds = collections.OrderedDict()  # type: Dict[Tile, List[Dict[Tile, float]]]
        self.used = {}  # type: Dict[Tile, Tile]
        self.wrong = collections.defaultdict(set)  # type: Dict[Tile, Any]

    def results(self) -> List[Result]:
        found = []
        for key, cases in self.seconds.items():
            tiles = set(cases[0]).intersection(*cases) - self.wrong[key]

            costs = {tile: _mean_log(tile, cases) for tile in tiles}
            was = self.used[key]
            best = min(costs, key=costs.__getitem__) if costs else was
            gain = math.exp(costs[was] - costs[best]) if was in tiles else 1.0
            if was in tiles and gain < 1 + LEAST_GAIN:
                best, gain = was, 1.0
            found.append(
                Result(_joined(key, best), _joined(key, was), gain, len(cases),
                       sorted(self.wrong[key]))
            )
        return found


def _measure_case(
    device: Any, case: Case, seconds: float, rotated_bytes: int, seed: int, found: Measurements
) -> None:
    family = REGISTRY[case.family](case.parameters, case.dtype)
    work = Work(device, family, rotated_bytes, seed)
    work.launch(0)
    key, used = _split(device.last_tile())
    cases = found.seconds.setdefault(key, [])
    if len(cases) >= CASES_A_CHOICE:
        return
    found.used[key] = used
    times = {}  # type: Dict[Tile, float]
    try:
        for turn in range(TURNS):
            for candidate in device.tile_candidates(case.dtype):
                tile = _split(candidate)[1]
                device.override_tile(candidate)
                if turn == 0:
                    right = work.error() <= family.limit[case.dtype]  # compiles
                    if _split(device.last_tile()) != (key, tile):
                        continue
                    if not right:
                        found.wrong[key].add(tile)
                        continue
                    times[tile] = math.inf
                if tile in times:
                    timing = measure(work.launch, device.sync, seconds / TURNS, 3)
                    times[tile] = min(times[tile], timing.median)
    finally:
        device.override_tile(None)
    cases.append(times)


def tune(
    device: Any,
    cases: Sequence[Case],
    seconds: float,
    rotated_bytes: int,
    seed: int,
    progress: Callable[[str], None] = lambda text: None,
    enough: Callable[[], bool] = lambda: False,
) -> List[Result]:
    """Measures; stores nothing. Stops when enough() says so."""
    found = Measurements()
    chosen = sorted((case for case in cases if case.family in FAMILIES), key=_work, reverse=True)
    for number, case in enumerate(chosen):
        if enough():
            break
        progress("%d/%d %s %s" % (number + 1, len(chosen), case.family, case.parameters))
        _measure_case(device, case, seconds, rotated_bytes, seed + number, found)
    return found.results()


def store(device: Any, results: Sequence[Result]) -> int:
    """Stores what is faster than what is used now; how many choices that are."""
    better = [result.choice for result in results if result.choice != result.was]
    if better:
        device.store_tiles(better)
    return len(better)


def _size(number: int) -> str:
    limit = 16 * 4**number
    return "<=%d" % limit if limit <= 4096 else ">4096"


def _tile_text(choice: Dict[str, int]) -> str:
    return "%(m)dx%(n)dx%(k)d of %(thread_m)dx%(thread_n)d" % choice + (
        " matrices" if choice["matrix_m"] else " lanes" if choice["lanes"] else
        " packed" if choice["packed"] else ""
    )


def text(results: Sequence[Result]) -> str:
    """A table: product, configuration now and before, gain."""
    lines = ["%-29s %-8s %-7s %-7s %-26s %-26s %s"
             % ("family", "type", "rows", "columns", "fastest", "used so far", "gain")]
    for result in results:
        choice = result.choice
        lines.append(
            "%-29s %-8s %-7s %-7s %-26s %-26s %.2f%s"
            % (
                FAMILIES[choice["family"]],
                runtime.DataType(choice["type"]).name.lower(),
                _size(choice["m_class"]), _size(choice["n_class"]),
                _tile_text(choice), _tile_text(result.was), result.gain,
                "  WRONG: %d" % len(result.wrong) if result.wrong else "",
            )
        )
    return "\n".join(lines)


def wrong(results: Sequence[Result]) -> Optional[str]:
    """What gave wrong results, if anything did."""
    found = ["%s: %s" % (FAMILIES[result.choice["family"]], tile)
             for result in results for tile in result.wrong]
    return "; ".join(found) or None
