"""The GPUs that there are."""

import collections
import ctypes
from typing import Any, List, NamedTuple, Tuple

from .. import api
from .declarations import ENUMS, STRUCTS, fields
from .library import lib, lines

Adapter = collections.namedtuple(
    "Adapter", [name for name, _, _ in api.STRUCTS["dml_adapter_info"]]
)


class LeftOut(NamedTuple):
    """An adapter that a driver lists, and adapters() doesn't.

    `cause` is "lacks" (features), "software" (nobody asked for it) or "hidden" (by a variable);
    `reason` reads on after the name.
    """

    name: str
    driver: str
    api: str
    cause: str
    reason: str


def adapters() -> List[Any]:
    """The visible adapters; adapter_problem() says why some may be missing."""
    count = ctypes.c_uint32()
    lib().dml_adapter_count(ctypes.byref(count))
    found = []
    for index in range(count.value):
        info = STRUCTS["dml_adapter_info"]()
        lib().dml_adapter_get_info(index, ctypes.byref(info))
        values = fields(info)
        values["uuid"] = bytes(info.uuid).hex()
        values["type"] = ENUMS["dml_adapter_type"](info.type)
        found.append(Adapter(**values))
    return found


def other_drivers(index: int) -> List[Any]:
    """(name, driver, API) of the other drivers of an adapter's GPU, which are not used."""
    found = lines(lib().dml_adapter_other_drivers, index)
    return [tuple(line.split("\t")) for line in found]


def left_out() -> List[LeftOut]:
    """The adapters that are there, but not used."""
    return [LeftOut(*line.split("\t")) for line in lines(lib().dml_adapter_left_out)]


def matrix_shapes(index: int) -> List[Tuple[int, ...]]:
    """(m, n, k) of the products of float16 matrices that an adapter's matrix units take."""
    found = lines(lib().dml_adapter_matrix_shapes, index)
    return [tuple(int(size) for size in line.split("\t")) for line in found]


def adapter_problem() -> str:
    """Why there is no adapter, or fewer than asked for; empty when all is well."""
    return lib().dml_adapter_problem().decode("utf-8", "replace")
