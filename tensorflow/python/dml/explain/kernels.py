"""The kernels that there are for a device: which types each takes, what it has on the host."""

import collections
from typing import Dict, FrozenSet, List, NamedTuple, Optional, Tuple

from .. import cuda_kernels

Types = Tuple[Tuple[str, Tuple[str, ...]], ...]


class Kernel(NamedTuple):
    """A row of the registry. A type attribute that it does not constrain may be any."""

    types: Dict[str, FrozenSet[str]]
    host: FrozenSet[str] = frozenset()  # arguments in host memory


def taken(kernel: Kernel, types: Types) -> bool:
    """Whether a kernel takes a node's types."""
    given = dict(types)
    return all(set(given.get(name, ())) <= allowed for name, allowed in kernel.types.items())


class Kernels:
    """Kernels by op, of DML devices and of CUDA."""

    def __init__(self, dml: Dict[str, List[Kernel]], cuda: Dict[str, List[Kernel]]):
        self._dml = dml
        self._cuda = cuda

    def has(self, op: str) -> bool:
        return bool(self._dml.get(op))

    def find(self, op: str, types: Types) -> Optional[Kernel]:
        for kernel in self._dml.get(op, ()):
            if taken(kernel, types):
                return kernel
        return None

    def cuda_has(self, op: str) -> bool:
        return bool(self._cuda.get(op))

    def cuda_takes(self, op: str, types: Types) -> bool:
        return any(taken(kernel, types) for kernel in self._cuda.get(op, ()))

    def lacking(self, op: str, types: Types) -> List[Tuple[str, str, List[str]]]:
        """(attribute, type, types that there are) of a node that no kernel takes."""
        found = []
        for name, values in types:
            allowed: set = set()
            for kernel in self._dml.get(op, ()):
                if name not in kernel.types:
                    break  # any type
                allowed |= kernel.types[name]
            else:
                for value in sorted(set(values) - allowed):
                    found.append((name, value, sorted(allowed)))
        return found


def registered() -> Kernels:
    """Those of this installation. Imports TensorFlow."""
    from tensorflow.python.framework import dtypes, kernels

    import tensorflow  # noqa: F401

    dml: Dict[str, List[Kernel]] = collections.defaultdict(list)
    for row in kernels.get_all_registered_kernels().kernel:
        # One with a label is chosen for some nodes only.
        if row.device_type not in ("DML", "DEFAULT") or row.label:
            continue
        types = {
            constraint.name: frozenset(
                dtypes.as_dtype(number).name for number in constraint.allowed_values.list.type
            )
            for constraint in row.constraint
            if constraint.allowed_values.list.type
        }
        dml[row.op].append(Kernel(types, frozenset(row.host_memory_arg)))
    cuda = {
        op: [
            Kernel({name: frozenset(allowed) for name, allowed in kernel.items()})
            for kernel in kernels_of_op
        ]
        for op, kernels_of_op in cuda_kernels.load().items()
    }
    return Kernels(dml, cuda)
