"""One case: whether it is right, how fast it is, how fast it could be."""

import contextlib
from typing import Any, Callable, Dict, Iterator, List, Tuple

import numpy as np

from .. import runtime
from . import ceilings as roofline
from .families import REGISTRY
from .families.family import Family
from .models import Case
from .timing import measure

# Launches rotate among sets of tensors until the sets take this much, so that
# they come from memory and not from a cache; the smallest stay in the cache, as
# they would in a model.
ROTATED_BYTES = 256 << 20
MAX_SETS = 16
# What one read from the device may fetch to look at samples of it.
_WHOLE_BYTES = 8 << 20
_OVERLAP = 256
# Sequences of launches have a program of their own when they were seen this often.
_LEARNING = 3


class Work:
    """A family's tensors on the device and its launches, over several sets."""

    def __init__(self, device: Any, family: Family, rotated_bytes: int, seed: int):
        self.device, self.family = device, family
        self.random = np.random.RandomState(seed % (1 << 32))
        self.host = {name: family.host_input(name, self.random) for name in family.inputs}
        self.sets = 1 + min(MAX_SETS - 1, rotated_bytes // max(family.bytes, 1))
        tensors = [{} for _ in range(self.sets)]  # type: List[Dict[str, Any]]
        for name in list(family.inputs) + list(family.outputs):
            if name in tensors[0]:
                continue
            if name in family.outputs:
                views = self._chained(name)
            else:
                sizes, dtype = family.described(name)
                views = [device.empty(sizes, dtype) for _ in range(self.sets)]
            for chosen, view in zip(tensors, views):
                chosen[name] = view
                if name in self.host:
                    view.write(self.host[name])
        self.first = tensors[0]
        for name in self.host:  # what chained sets of tensors in place overwrote
            self.first[name].write(self.host[name])
        self.launches = []  # type: List[Callable[[], None]]
        for chosen in tensors:
            family.setup(chosen, self._prepare)
            self.launches.append(
                self._with_scratch(chosen) if family.scratch
                else family.enqueue(chosen, self._prepare)
            )

    def _prepare(self, operator: str, *arguments: Any) -> Callable:
        return runtime.prepare(self.device, operator, *arguments)

    def _chained(self, name: str) -> List[Any]:
        """The sets' outputs. Neighbours overlap a little, so that launches follow
        each other as the operators of a model do, instead of running at once."""
        sizes, dtype = self.family.described(name)
        count = int(np.prod(sizes, dtype=np.int64))
        step = max(0, count * dtype.itemsize - _OVERLAP) // _OVERLAP * _OVERLAP // dtype.itemsize
        whole = self.device.empty(count + step * (self.sets - 1), dtype)
        return [whole.view(sizes, offset=index * step) for index in range(self.sets)]

    def _with_scratch(self, chosen: Dict[str, Any]) -> Callable[[], None]:
        """A launch that takes memory for what it fills between, and gives it back.

        So the device knows, as it does below TensorFlow, that nobody else will read it.
        """
        pool = self.device.pool
        described = {name: self.family.described(name) for name in self.family.scratch}
        sizes = {
            name: max(1, int(np.prod(sizes, dtype=np.int64))) * dtype.itemsize
            for name, (sizes, dtype) in described.items()
        }
        holder = next(iter(chosen.values())).memory
        known = {}  # type: Dict[Any, Callable[[], None]]

        def prepared(addresses: Any) -> Callable[[], None]:
            tensors = dict(chosen)
            for (name, (sizes, dtype)), address in zip(described.items(), addresses):
                tensors[name] = runtime.Tensor(
                    holder, address, dtype, sizes, runtime.row_major(sizes)
                )
            return self.family.enqueue(tensors, self._prepare)

        def launch() -> None:
            # The pool gives the same few addresses again.
            addresses = tuple(pool.allocate(size) for size in sizes.values())
            if addresses not in known:
                known[addresses] = prepared(addresses)
            known[addresses]()
            for address in addresses:
                pool.free(address)

        return launch

    def launch(self, index: int) -> None:
        self.launches[index % len(self.launches)]()

    @contextlib.contextmanager
    def merging(self) -> Iterator[None]:
        """Launches may become one where the family says so, and their programs are there."""
        if not self.family.merged:
            yield
            return
        self.device.merge_launches(True)
        try:
            for _ in range(_LEARNING):
                self.launch(0)
                self.device.sync()
            self.device.finish_programs()
            yield
        finally:
            self.device.merge_launches(False)

    def clear(self) -> None:
        """Fills the outputs with what no result is."""
        for name in self.family.outputs:
            if name not in self.family.inputs:
                tensor = self.first[name]
                value = np.nan if tensor.dtype.kind == "f" else -1
                self.device.fill(tensor, value=value)

    def error(self) -> float:
        """compare() after one launch."""
        self.clear()
        self.launch(0)
        return self.compare()

    def compare(self) -> float:
        """The largest relative error of an output, by norms over samples of it."""
        worst = 0.0
        for name, index, expected in self.family.expected(self.host, self.random):
            actual = self.read(self.first[name], np.asarray(index).ravel())
            expected = np.asarray(expected, np.float64).ravel()
            difference = np.linalg.norm(actual.astype(np.float64) - expected)
            size = np.linalg.norm(expected)
            error = difference / size if size > 0 else difference
            worst = max(worst, error) if np.isfinite(error) else float("inf")
        return worst

    def read(self, tensor: Any, index: np.ndarray) -> np.ndarray:
        """Elements of a contiguous tensor by flat index."""
        count = int(np.prod(tensor.sizes, dtype=np.int64))
        if count * tensor.dtype.itemsize <= _WHOLE_BYTES:
            return tensor.numpy().ravel()[index]
        values = np.empty(len(index), tensor.dtype)
        starts = np.flatnonzero(np.concatenate([[True], np.diff(index) != 1]))
        for start, end in zip(starts, list(starts[1:]) + [len(index)]):
            part = values[start:end]
            self.device.copy_to_host(part, tensor.data + int(index[start]) * tensor.dtype.itemsize)
        return values


def run(
    device: Any,
    case: Case,
    ceilings: Dict[str, Any],
    seconds: float,
    rotated_bytes: int = ROTATED_BYTES,
    seed: int = 0,
) -> Tuple[Dict[str, Any], Family]:
    """(the case's row of results, its family's object)."""
    family = REGISTRY[case.family](case.parameters, case.dtype)
    row = {
        "family": case.family, "shape": family.label, "type": case.dtype,
        "uses": [list(use) for use in case.uses], "flops": family.flops, "bytes": family.bytes,
    }  # type: Dict[str, Any]
    try:
        work = Work(device, family, rotated_bytes, seed)
        error, limit = work.error(), family.limit[case.dtype]
        with work.merging():
            timing = measure(work.launch, device.sync, seconds)
    except runtime.DmlError as problem:
        if problem.code == runtime.Code.DEVICE_LOST:
            raise
        row["problem"] = str(problem)
        return row, family
    possible, bound = roofline.attainable(ceilings, case.dtype, family.flops, family.bytes)
    row.update(
        seconds=timing.median, spread=timing.spread, launches=timing.launches,
        host_share=timing.host_share, sets=work.sets,
        flops_per_second=family.flops / timing.median,
        bytes_per_second=family.bytes / timing.median,
        attainable_seconds=possible, bound=bound, ratio=possible / timing.median,
        error=error, limit=limit, correct=bool(error <= limit),
    )
    return row, family
