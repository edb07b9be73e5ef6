"""The DML runtime from Python, without TensorFlow.

    from tensorflow_directml import runtime as dml

    with dml.open(0) as device:
        a = device.tensor(np.ones((3, 4), np.float32))
        b = device.empty((3, 3), np.float32)
        device.gemm(a, a.transpose(), b)
        device.elementwise("RELU", [b], b)
        print(b.numpy())

Every operator of docs/operators.md is a method of Device, by its C name without
"dml_", with the C parameters by their C names:

  - tensors are Tensor objects, or None where null is allowed;
  - enumerators are given by name ("RELU", "SUM", "max") or as an IntEnum;
  - arrays (`inputs`, `before`, `counter`) are sequences, their counts follow;
  - `attributes` is a dictionary of the C struct's fields; spatial_rank follows
    from the longest sequence in it, dilations, strides and groups default to 1;
  - `value` is a Python number, converted to the output's type;
  - what may be null may be left out, and what DEFAULTS has.

Names, types and numbers come from the C headers, by api.py. A call that fails
raises DmlError.
"""

from . import api  # noqa: F401
from .binding.adapters import (
    Adapter,
    LeftOut,
    adapter_problem,
    adapters,
    left_out,
    matrix_shapes,
    other_drivers,
)
from .binding.declarations import ENUMS, MAX_RANK, STRUCTS, Code, DataType, enumerator
from .binding.device import Device, open
from .binding.futures import completed as _completed  # noqa: F401
from .binding.library import LIBRARY, LIBRARY_VARIABLE, DmlError, library_path, load
from .binding.library import lib as _lib  # noqa: F401
from .binding.operators import DEFAULTS, OPERATORS, Prepared, prepare
from .binding.pool import Pool
from .binding.tensors import Tensor, row_major
from .binding.thread_state import Program, plan, tag

__all__ = [
    "DEFAULTS",
    "ENUMS",
    "LIBRARY",
    "LIBRARY_VARIABLE",
    "MAX_RANK",
    "OPERATORS",
    "STRUCTS",
    "Adapter",
    "Code",
    "DataType",
    "Device",
    "DmlError",
    "LeftOut",
    "Pool",
    "Prepared",
    "Program",
    "Tensor",
    "adapter_problem",
    "adapters",
    "enumerator",
    "left_out",
    "library_path",
    "load",
    "matrix_shapes",
    "open",
    "plan",
    "other_drivers",
    "prepare",
    "row_major",
    "tag",
]

# Enums by name: ReduceOp, PadMode and so on.
globals().update({kind.__name__: kind for kind in ENUMS.values()})
__all__ += [kind.__name__ for kind in ENUMS.values() if kind.__name__ not in __all__]

# As tracebacks name it: what a caller catches.
DmlError.__module__ = __name__
