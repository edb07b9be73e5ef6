"""Which ops ran on the CPU because DML has no kernel for them.

TensorFlow logs every kernel that it creates, with the node's types and the device
that it was placed on, when TF_CPP_VMODULE asks for op_kernel=1; for eager ops, whose
nodes name no device, execute=1 adds a line with it before that. This covers sessions,
functions and eager ops alike, after placement and graph rewrites, and costs a line
for each kernel (not for each run), without a hook in TensorFlow and without any
change to what a test sees. So the runner sets that variable, and this reads a test's
part of the output: kernels created on a CPU for which the registry has no DML kernel
of these types are what the test wanted.

Kernels created but never run (an untaken branch) count too, and so do ops that a
test pinned to the CPU by name where DML could not run them either.
"""

import collections
import re
from typing import Any, Dict, Iterable, List, Mapping, Tuple

# For the runner: what makes TensorFlow log this.
VARIABLES = {"TF_CPP_VMODULE": "op_kernel=1,execute=1", "TF_CPP_MIN_LOG_LEVEL": "0"}
# Lines that VARIABLES add to the output, and the empty ones behind some.
NOISE = re.compile(
    r"^.*(?:op_kernel\.cc:\d+\] (?:Instantiating kernel for node: .*|No device-specific.*\n)"
    r"|eager/execute\.cc:\d+\] .*)\n",
    re.MULTILINE,
)

# A kernel of a graph's node, which names its device; an eager op, and its kernel.
_EVENT = re.compile(
    r"Executing op (?P<eager>\w+) in device (?P<eager_device>\S+)"
    r"|Instantiating kernel for node: \{\{node [^}]*\}\} = (?P<op>\w+)"
    r'\[(?P<attributes>.*?)(?:, )?(?:_device="(?P<device>[^"]*)")?\]\(.*\)$',
    re.MULTILINE,
)
_DEVICE = re.compile(r"/device:(\w+):\d+$")
_TYPE = re.compile(r"(\w+)=(?:DT_(\w+)|\[(DT_\w+(?:, DT_\w+)*)\])")
_NAMES = {"HALF": "float16", "FLOAT": "float32", "DOUBLE": "float64"}

Types = Tuple[Tuple[str, Tuple[str, ...]], ...]


def _types(attributes: str) -> Types:
    found = []
    for name, one, several in _TYPE.findall(attributes):
        values = [one] if one else [value[len("DT_") :] for value in several.split(", ")]
        found.append((name, tuple(_NAMES.get(value, value.lower()) for value in values)))
    return tuple(sorted(found))


def created(output: str, device_type: str) -> Dict[Tuple[str, Types], int]:
    """Kernels created on devices of a type ("CPU"), by op and its type attributes."""
    count: Dict[Tuple[str, Types], int] = collections.Counter()
    eager = {}  # the device of the last eager op
    for event in _EVENT.finditer(output):
        op = event.group("op")
        if op is None:
            eager = {event.group("eager"): event.group("eager_device")}
            continue
        device = _DEVICE.search(event.group("device") or eager.get(op, ""))
        # Those of a leading underscore are the executor's own.
        if device and device.group(1) == device_type and not op.startswith("_"):
            count[op, _types(event.group("attributes"))] += 1
    return count


def describe(op: str, types: Types) -> str:
    """As AddV2[T=float32]."""
    inside = ", ".join("%s=%s" % (name, "|".join(values)) for name, values in types)
    return "%s[%s]" % (op, inside) if inside else op


def parse(description: str) -> Tuple[str, Types]:
    """What describe() was given."""
    op, _, inside = description.rstrip("]").partition("[")
    pairs = [pair.partition("=") for pair in inside.split(", ") if pair]
    return op, tuple((name, tuple(values.split("|"))) for name, _, values in pairs)


def taken(kernels: Iterable[Mapping[str, Iterable[str]]], types: Types) -> bool:
    """Whether one of an op's kernels, each its allowed types by attribute, takes these."""
    given = dict(types)
    return any(
        all(set(given.get(name, ())) <= set(allowed) for name, allowed in kernel.items())
        for kernel in kernels
    )


class DeviceKernels:
    """The kernel registry's rows for DML and for any device."""

    def __init__(self) -> None:
        from tensorflow.python.framework import dtypes, kernels

        # By op: for each kernel, the types that it allows, by attribute.
        self._kernels: Dict[str, List[Dict[str, Any]]] = collections.defaultdict(list)
        for kernel in kernels.get_all_registered_kernels().kernel:
            if kernel.device_type in ("DML", "DEFAULT"):
                allowed = {
                    constraint.name: {
                        dtypes.as_dtype(number).name
                        for number in constraint.allowed_values.list.type
                    }
                    for constraint in kernel.constraint
                }
                self._kernels[kernel.op].append(allowed)

    def has(self, op: str, types: Types) -> bool:
        return taken(self._kernels.get(op, ()), types)

    def missing(self, output: str) -> Dict[str, int]:
        """Kernels created on a CPU that DML does not have, by description."""
        return {
            describe(op, types): count
            for (op, types), count in sorted(created(output, "CPU").items())
            if not self.has(op, types)
        }
