"""Smaller shapes that a device computes by the same programs, for adapters that are slow."""

from typing import Any, Dict, List, Tuple

import numpy as np

from .. import runtime
from .families import REGISTRY
from .families.family import Family
from .models import Case

# Operations of arithmetic in the time that a byte takes to move: roughly, as adapters differ.
OPERATIONS_A_BYTE = 10

_ALIGNMENT = 256  # of allocations

# Extents that shrink together: where they stand in the parameters, and how small they get.
# Images keep at least two in their batch, so that its stride counts, and channels and
# other sizes keep more than a tile of 64.
Extents = Tuple[Tuple[Tuple[Any, ...], ...], int]
_BATCH, _SPACE, _OTHER = 2, 7, 65

_CONVOLUTION = (
    ((("input", 0),), _BATCH),
    ((("input", 1), ("input", 2)), _SPACE),
    ((("input", 3), ("filter", 2)), _OTHER),
    ((("filter", 3),), _OTHER),
)  # type: Tuple[Extents, ...]
_DEPTHWISE = (
    *_CONVOLUTION[:2],
    ((("input", 3), ("groups",), ("filter", 3)), _OTHER),
)  # type: Tuple[Extents, ...]
_NAMED = ("batch", "m", "n", "k", "indices", "rows", "inner", "elements")


def work(family: Family) -> float:
    """Operations, with what moves counted in."""
    return family.flops + OPERATIONS_A_BYTE * family.bytes


def programs(device: Any, family: Family) -> List[Any]:
    """What a case would run, each once, in order. It needs no memory for the tensors."""
    memory = device.empty(64)
    address, tensors = memory.data, {}
    for name in [*family.inputs, *family.outputs, *family.scratch]:
        if name not in tensors:
            sizes, dtype = family.described(name)
            tensors[name] = runtime.Tensor(
                memory.memory, address, dtype, sizes, runtime.row_major(sizes)
            )
            size = int(np.prod(sizes, dtype=np.int64)) * dtype.itemsize
            address += (size + _ALIGNMENT - 1) // _ALIGNMENT * _ALIGNMENT

    def prepare(operator: str, *arguments: Any) -> Any:
        return runtime.prepare(device, operator, *arguments)

    launch = family.enqueue(tensors, prepare)
    with runtime.plan() as planned:
        launch()
    return sorted(set(planned), key=planned.index)


def reduce(device: Any, case: Case, limit: float) -> Case:
    """The case with its batch, then space, then channels and the rest made smaller.

    No more than a work of `limit` needs, and only as far as the device takes the same
    programs; so the result may still be above the limit. Strides, padding, windows and
    axes stay, and sizes keep their remainders (see _smaller()).
    """
    family = REGISTRY[case.family](case.parameters, case.dtype)
    if work(family) <= limit:
        return case
    wanted = programs(device, family)
    parameters = case.parameters
    for places, least in _extents(case.family, parameters):
        while work(REGISTRY[case.family](parameters, case.dtype)) > limit:
            changed = _shrunk(parameters, places, least)
            if changed is None:
                break
            if programs(device, REGISTRY[case.family](changed, case.dtype)) != wanted:
                break
            parameters = changed
    return case._replace(parameters=parameters)


def _extents(family: str, parameters: Dict[str, Any]) -> List[Extents]:
    """In the order in which they shrink."""
    if family.startswith("convolution"):
        return list(_CONVOLUTION)
    if family.startswith("depthwise"):
        return list(_DEPTHWISE)
    found = [(((name,),), _OTHER) for name in _NAMED if name in parameters]  # type: List[Extents]
    sizes = parameters.get("sizes", [])
    if len(sizes) == 4 and sizes[1] == sizes[2]:  # images
        found += [((("sizes", 0),), _BATCH), ((("sizes", 1), ("sizes", 2)), _SPACE)]
        found.append(((("sizes", 3),), _OTHER))
    else:
        found += [((("sizes", d),), _OTHER if d else _BATCH) for d in range(len(sizes))]
    if "parts" in parameters:
        found.append((tuple(("parts", d) for d in range(len(parameters["parts"]))), _OTHER))
    return found


def _shrunk(parameters: Dict[str, Any], places: Any, least: int) -> Any:
    """About half the extents at these places; None when they are small already."""
    changed = {
        key: list(value) if isinstance(value, list) else value
        for key, value in parameters.items()
    }
    for place in places:
        holder = changed if len(place) == 1 else changed[place[0]]
        size = holder[place[-1]]
        smaller = _smaller(size)
        window = parameters.get("window", parameters.get("filter", [1])[0])
        if smaller < max(least, 2 * window if least == _SPACE else 0):
            return None
        holder[place[-1]] = smaller
    return changed


def _smaller(size: int) -> int:
    """About half of a size, and the same modulo 32, or modulo 4 up to 64, or modulo 2 up to 8.

    So an extent that leaves a rest at a tile's edge, or allows no wide loads, goes on doing
    so, and a stride meets the same edge.
    """
    step = 32 if size > 64 else 4 if size > 8 else 2
    return size // 2 // step * step + size % step
