"""Which ops have a DML kernel, from TensorFlow's own kernel registry."""

import argparse
import collections
from typing import Any, Dict, List, Optional

from . import cuda_kernels

# One op's kernels on one device: types by attribute, arguments in host memory.
Support = collections.namedtuple("Support", ["op", "kernels", "types", "host", "host_only"])

# Ops of libraries that exist for CUDA only: NCCL and TensorRT.
_CUDA_ONLY = ("Nccl", "_Nccl", "TRT", "CreateTRT", "InitializeTRT", "SerializeTRT",
              "GetCalibrationDataOp")
# Others that CUDA has and DML need not have, each with the reason.
LEFT_OUT = {
    "ExperimentalMapDataset": (
        "its function would run on the device, and what reads its elements runs on the CPU"),
    "TileGrad": (
        "no graph can hold it: TensorFlow's CPU kernels of it ask for an attribute that it lacks"),
    "_CopyFromGpuToHost": "grappler makes it only where a device's name has GPU in it",
    "_CopyFromHostToGpu": "grappler makes it only where a device's name has GPU in it",
}


def _type_name(number: int) -> str:
    from tensorflow.python.framework import dtypes

    return dtypes.as_dtype(number).name


def _definition(op: str) -> Any:
    """The OpDef, or None for an op that is not registered."""
    from tensorflow.python.framework import op_def_registry

    if hasattr(op_def_registry, "get_registered_ops"):  # TensorFlow 1.15
        return op_def_registry.get_registered_ops().get(op)
    return op_def_registry.get(op)


def arguments(op: str) -> Optional[List[str]]:
    """Names of an op's inputs and outputs; None for one that is not registered."""
    definition = _definition(op)
    if definition is None:
        return None
    return [arg.name for arg in definition.input_arg] + [arg.name for arg in definition.output_arg]


def _allowed(op: str, attribute: str) -> Optional[set]:
    """The types that the op's definition allows, which kernels may exceed; None: all."""
    definition = _definition(op)
    for attr in definition.attr if definition is not None else ():
        if attr.name == attribute and attr.HasField("allowed_values"):
            return {_type_name(number) for number in attr.allowed_values.list.type}
    return None


def supported(device: str = "DML") -> Dict[str, Support]:
    """The ops that have kernels for a device type, by name. Imports TensorFlow."""
    # Not every op is registered before its Python is imported.
    from tensorflow.python.framework import kernels

    import tensorflow  # noqa: F401

    found: Dict[str, List[Any]] = collections.defaultdict(list)
    for kernel in kernels.get_all_registered_kernels().kernel:
        # One with a label is chosen for some nodes only.
        if kernel.device_type == device and not kernel.label:
            found[kernel.op].append(kernel)

    support = {}
    for op, definitions in found.items():
        types: Dict[str, set] = collections.defaultdict(set)
        constrained: List[set] = []
        host = set(definitions[0].host_memory_arg)
        for kernel in definitions:
            host &= set(kernel.host_memory_arg)
            constrained.append({constraint.name for constraint in kernel.constraint})
            for constraint in kernel.constraint:
                for number in constraint.allowed_values.list.type:
                    types[constraint.name].add(_type_name(number))
        # A kernel without a constraint takes all types.
        everywhere = set.intersection(*constrained)
        names = arguments(op)
        support[op] = Support(
            op,
            len(definitions),
            {name: sorted(types[name]) for name in sorted(everywhere)},
            sorted(host),
            bool(names) and host.issuperset(names or ()),
        )
    return support


def missing_ops(device_ops: Dict[str, Support]) -> List[str]:
    """Those that CUDA has; without what no graph for DML can have.

    Names with an underscore are TensorFlow's own: its passes make these ops.
    """
    any_device = supported("DEFAULT")
    return sorted(
        op
        for op in cuda_kernels.load()
        if op not in device_ops
        and op not in any_device
        and not op.startswith(_CUDA_ONLY)
        and op not in LEFT_OUT
    )


def missing_types(device_ops: Dict[str, Support]) -> Dict[str, Dict[str, List[str]]]:
    """What CUDA takes beyond DML, by op and attribute, of ops that both have."""
    kernels = cuda_kernels.load()
    any_device = supported("DEFAULT")
    found = {}
    for op, support in sorted(device_ops.items()):
        if op in any_device:
            continue  # DML's own kernels are for some types only
        lacks = {}
        for name, allowed in cuda_kernels.types(kernels, op).items():
            if name not in support.types:
                continue
            lacking = set(allowed) - set(support.types[name])
            possible = _allowed(op, name)
            if possible is not None:
                lacking &= possible
            if lacking:
                lacks[name] = sorted(lacking)
        if lacks:
            found[op] = lacks
    return found


def by_attribute(types: Dict[str, List[str]]) -> str:
    """As "T: float16, float32; Tidx: int32"."""
    return "; ".join("%s: %s" % (name, ", ".join(v)) for name, v in types.items())


def summary(device_ops: Dict[str, Support]) -> str:
    """One line of counts."""
    host = sum(support.host_only for support in device_ops.values())
    kernels = sum(support.kernels for support in device_ops.values())
    return "DML: %d kernels of %d ops, %d of them host ops. CUDA has kernels of %d ops." % (
        kernels,
        len(device_ops),
        host,
        len(cuda_kernels.load()),
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="tell all of these ops, and what CUDA has beyond"
    )
    parser.add_argument("--markdown", action="store_true", help="as docs/op_support.md")
    parser.add_argument("--json", action="store_true", help="with names: as JSON")
    parser.set_defaults(run=main)


def main(arguments: argparse.Namespace) -> int:
    """Prints the table, or all of the ops that are named."""
    if arguments.names:
        from . import one_op  # which imports this

        return one_op.main(arguments.names, arguments.json)
    device_ops = supported("DML")
    if arguments.markdown:
        from . import op_page

        print(op_page.markdown(device_ops), end="")
        return 0
    width = max([len(op) for op in device_ops] or [0])
    for op, support in sorted(device_ops.items()):
        types = sorted({name for values in support.types.values() for name in values})
        print("%-*s  %s" % (width, op, "host" if support.host_only else ", ".join(types)))
    print(summary(device_ops))
    return 0
