"""Which ops have a DML kernel, from TensorFlow's own kernel registry."""

import collections
import json
from typing import Any, Dict, List, Optional, Sequence

# One op's kernels on one device: types by attribute, arguments in host memory.
Support = collections.namedtuple("Support", ["op", "kernels", "types", "host", "host_only"])

_HEADER = """\
# Op support

Made from the kernel registry; do not edit, but run
`tensorflow-directml ops --markdown --compare docs/cuda_ops.json > docs/op_support.md`.

{summary}

An op without a DML kernel for its types runs on the CPU (soft placement). *Host* ops
work on host memory only: shapes, handles, control flow; they launch nothing.

| op | types | host arguments |
| --- | --- | --- |
"""


def _type_name(number: int) -> str:
    from tensorflow.python.framework import dtypes

    return dtypes.as_dtype(number).name


def _arguments(op: str) -> Optional[List[str]]:
    from tensorflow.python.framework import op_def_registry

    definition = op_def_registry.get_registered_ops().get(op)
    if definition is None:
        return None
    return [arg.name for arg in definition.input_arg] + [arg.name for arg in definition.output_arg]


def supported(device: str = "DML") -> Dict[str, Support]:
    """The ops that have kernels for a device type, by name. Imports TensorFlow."""
    # Not every op is registered before its Python is imported.
    from tensorflow.python.framework import kernels

    import tensorflow  # noqa: F401

    found: Dict[str, List[Any]] = collections.defaultdict(list)
    for kernel in kernels.get_all_registered_kernels().kernel:
        if kernel.device_type == device:
            found[kernel.op].append(kernel)

    support = {}
    for op, definitions in found.items():
        types: Dict[str, set] = collections.defaultdict(set)
        host = set(definitions[0].host_memory_arg)
        for kernel in definitions:
            host &= set(kernel.host_memory_arg)
            for constraint in kernel.constraint:
                for number in constraint.allowed_values.list.type:
                    types[constraint.name].add(_type_name(number))
        arguments = _arguments(op)
        support[op] = Support(
            op,
            len(definitions),
            {name: sorted(values) for name, values in sorted(types.items())},
            sorted(host),
            bool(arguments) and host.issuperset(arguments or ()),
        )
    return support


def summary(device_ops: Dict[str, Support], others: Dict[str, int]) -> str:
    """One line of counts; `others` are numbers of ops of other devices, by name."""
    host = sum(support.host_only for support in device_ops.values())
    kernels = sum(support.kernels for support in device_ops.values())
    line = "DML: %d kernels of %d ops, %d of them host ops." % (kernels, len(device_ops), host)
    if others:
        line += " Ops by device: DML %d, %s." % (
            len(device_ops),
            ", ".join("%s %d" % item for item in others.items()),
        )
    return line


def markdown(device_ops: Dict[str, Support], others: Dict[str, int]) -> str:
    """The text of docs/op_support.md."""
    rows = []
    for op, support in sorted(device_ops.items()):
        types = "; ".join("%s: %s" % (name, ", ".join(v)) for name, v in support.types.items())
        host = "*host*" if support.host_only else ", ".join(support.host)
        rows.append("| %s | %s | %s |" % (op, types, host))
    return _HEADER.format(summary=summary(device_ops, others)) + "\n".join(rows) + "\n"


def main(as_markdown: bool, compare: Sequence[str]) -> int:
    """Prints the table; `compare` are JSON files {"device": ..., "ops": {...}}."""
    device_ops = supported("DML")
    others = {"CPU": len(supported("CPU"))}
    for path in compare:
        with open(path) as file:
            other = json.load(file)
        others[other["device"]] = len(other["ops"])
    if as_markdown:
        print(markdown(device_ops, others), end="")
        return 0
    width = max([len(op) for op in device_ops] or [0])
    for op, support in sorted(device_ops.items()):
        types = sorted({name for values in support.types.values() for name in values})
        print("%-*s  %s" % (width, op, "host" if support.host_only else ", ".join(types)))
    print(summary(device_ops, others))
    return 0
