"""Enums, structs and types of arguments, from the C API's headers (api.py)."""

import ctypes
import enum
import os
from typing import Any, Dict, Sequence, Tuple, Union

import numpy as np

from .. import api

MAX_RANK = api.CONSTANTS["DML_MAX_RANK"]


def _class_name(c_name: str) -> str:
    return "".join(part.capitalize() for part in c_name.split("_")[1:])


ENUMS: Dict[str, Any] = {
    c_name: enum.IntEnum(_class_name(c_name), values, module=__name__)
    for c_name, values in api.ENUMS.items()
}
globals().update({kind.__name__: kind for kind in ENUMS.values()})

Code = ENUMS["dml_code"]
DataType = ENUMS["dml_data_type"]


def enumerator(c_name: str, value: Union[str, int]) -> int:
    """A number of enum `c_name`; a name may drop the prefix that all share."""
    kind = ENUMS[c_name]
    if not isinstance(value, str):
        return int(value)
    prefix = os.path.commonprefix(list(kind.__members__))
    prefix = prefix[: prefix.rfind("_") + 1]
    for name in (value.upper(), prefix + value.upper()):
        if name in kind.__members__:
            return int(kind[name])
    raise ValueError("%s has no %r, but %s" % (kind.__name__, value, ", ".join(kind.__members__)))


SCALARS = {
    "char": ctypes.c_char,
    "double": ctypes.c_double,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "uint8_t": ctypes.c_uint8,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
}
SCALARS.update({name: ctypes.c_int for name in ENUMS})


def _struct(c_name: str, declared: Sequence[Tuple[str, str, int]]) -> type:
    return type(
        _class_name(c_name),
        (ctypes.Structure,),
        {
            "_fields_": [
                (name, SCALARS[kind] * count if count else SCALARS[kind])
                for name, kind, count in declared
            ]
        },
    )


STRUCTS: Dict[str, Any] = {
    c_name: _struct(c_name, declared) for c_name, declared in api.STRUCTS.items()
}
Callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)

TYPES = {number: np.dtype(number.name.lower()) for number in DataType}
NUMBERS = {dtype: number for number, dtype in TYPES.items()}


def argument_type(kind: str, count: int) -> Any:
    """The ctypes type of a parameter."""
    if kind == "dml_callback":
        return Callback
    kind = kind.replace("const ", "").replace(" const", "").strip()
    if kind == "char*":
        return ctypes.c_char_p
    if kind.endswith("*") or count:
        return ctypes.c_void_p
    return SCALARS[kind]


def fields(struct: ctypes.Structure) -> Dict[str, Any]:
    """A struct's values by name."""
    values = {}
    for name, _ in struct._fields_:
        value = getattr(struct, name)
        values[name] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return values
