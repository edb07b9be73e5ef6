"""Operators: methods of Device, made from the headers' prototypes."""

import ctypes
from typing import Any, Callable, Dict, Sequence, Tuple

import numpy as np

from .. import api
from .declarations import ENUMS, SCALARS, STRUCTS, enumerator
from .device import Device
from .library import lib
from .tensors import Tensor, address

# Arguments that may be left out, beside those that may be null.
DEFAULTS = {
    "activation": "NONE",
    "alpha": 1.0,
    "beta": 0.0,
    "high": 0,
    "log": False,
    "low": 0,
    "scale": 1.0,
    "unbiased_variance": False,
    "update_slots": True,
    "use_nesterov": False,
}


def _attributes(kind: str, value: Dict[str, Any]) -> Any:
    struct = STRUCTS[kind]()
    fields = {name: count for name, _, count in api.STRUCTS[kind]}
    unknown = set(value) - set(fields)
    if unknown:
        raise TypeError("%s has no %s" % (kind, ", ".join(sorted(unknown))))
    lengths = [len(value[name]) for name, count in fields.items() if count and name in value]
    struct.spatial_rank = value.get("spatial_rank", max(lengths or [0]))
    for name in ("strides", "dilations", "groups"):
        if name in fields:
            setattr(struct, name, (1,) * fields[name] if fields[name] else 1)
    for name, given in value.items():
        if not fields[name]:
            setattr(struct, name, given)
        else:
            getattr(struct, name)[: len(given)] = list(given)
    return struct


def _pointer(c_object: Any) -> Any:
    return ctypes.cast(ctypes.byref(c_object), ctypes.c_void_p)


def _convert(
    kind: str, name: str, count: int, value: Any, given: Dict[str, Any]
) -> Tuple[Any, Any]:
    """One argument as (what C gets, what must live until the call returns)."""
    base = kind.replace("const ", "").replace(" const", "").strip()
    if base in ENUMS:
        return enumerator(base, value), None
    if base in ("double", "int32_t", "int64_t", "uint32_t") and not count:
        return (float(value) if base == "double" else int(value)), None
    if value is None:
        return None, None
    if base == "dml_tensor*":
        if not isinstance(value, Tensor):
            raise TypeError("%s must be a Tensor, not %s" % (name, type(value).__name__))
        described = value.c_tensor()
        return _pointer(described), described
    if base == "dml_tensor**":
        described = [None if tensor is None else tensor.c_tensor() for tensor in value]
        pointers = (ctypes.c_void_p * len(described))(
            *[None if d is None else ctypes.addressof(d) for d in described]
        )
        return _pointer(pointers), (described, pointers)
    if base == "void*":
        scalar = np.array(value, given["output"].dtype)
        return address(scalar), scalar
    if base.rstrip("*") in STRUCTS:
        struct = _attributes(base.rstrip("*"), value)
        return _pointer(struct), struct
    array = (SCALARS[base.rstrip("*")] * len(value))(*value)
    if count and len(value) != count:
        raise ValueError("%s must have %d values, not %d" % (name, count, len(value)))
    return _pointer(array), array


def _operator(c_name: str) -> Callable:
    parameters = api.FUNCTIONS[c_name][1][1:]
    counts = {}  # parameter that holds a count: the array that it counts
    for (array, _, _), (name, _, _) in zip(parameters, parameters[1:]):
        if name.endswith("_count"):
            counts[name] = array
    names = [name for name, _, _ in parameters if name not in counts]
    defaults = dict(DEFAULTS, **dict.fromkeys(api.OPERATORS[c_name]))

    def prepare(self: Device, *args: Any, **kwargs: Any) -> "Prepared":
        if len(args) > len(names):
            raise TypeError("%s takes %s" % (c_name, ", ".join(names)))
        given = dict(zip(names, args))
        for name, value in kwargs.items():
            if name not in names or name in given:
                raise TypeError("%s: unexpected %r; it takes %s" % (c_name, name, ", ".join(names)))
            given[name] = value
        for name in names:
            if name not in given:
                if name not in defaults:
                    raise TypeError("%s: %r is missing" % (c_name, name))
                given[name] = defaults[name]
        arguments, alive = [self.handle], [given]
        for name, kind, count in parameters:
            value = len(given[counts[name]]) if name in counts else given[name]
            argument, keep = _convert(kind, name, count, value, given)
            arguments.append(argument)
            alive.append(keep)
        return Prepared(getattr(lib(), c_name), arguments, alive)

    def call(self: Device, *args: Any, **kwargs: Any) -> None:
        prepare(self, *args, **kwargs)()

    call.__name__ = c_name[len("dml_") :]
    call.__doc__ = "%s(%s); see docs/operators.md." % (call.__name__, ", ".join(names))
    call.prepare = prepare
    return call


class Prepared:
    """An operator with its arguments converted: calling it enqueues it (again)."""

    __slots__ = ("_alive", "_arguments", "_function")

    def __init__(self, function: Callable, arguments: Sequence[Any], alive: Sequence[Any]):
        self._function = function
        self._arguments = tuple(arguments)
        self._alive = alive  # what the arguments point to

    def __call__(self) -> None:
        self._function(*self._arguments)


def prepare(device: Device, operator: str, *args: Any, **kwargs: Any) -> Prepared:
    """device.<operator>(*args, **kwargs) to be enqueued by each call of the result.

    For measuring and for loops: converting Python arguments costs more than
    enqueuing does.
    """
    return getattr(Device, operator).prepare(device, *args, **kwargs)


OPERATORS = tuple(sorted(name[len("dml_") :] for name in api.OPERATORS))
for _name in OPERATORS:
    setattr(Device, _name, _operator("dml_" + _name))
