"""Why a node runs where it runs. Pure: placed nodes and kernels in, words out."""

from typing import Dict, FrozenSet, NamedTuple, Optional

from .kernels import Kernels
from .nodes import Node

# Codes. A fallback is what the device, or CUDA's, could do, and does not here.
DEVICE = "device"
HOST_VALUES = "host_values"  # a kernel of the device that works in host memory
ADAPTER_TYPE = "adapter_type"  # a kernel of the device that asks the CPU to compute
ASKED = "asked"
NO_TYPE = "no_type"
NO_KERNEL = "no_kernel"
HOST_OP = "host_op"
COLOCATED = "colocated"
RESOURCE = "resource"
FEEDS_HOST = "feeds_host"
PLACER = "placer"

FALLBACKS = frozenset((ADAPTER_TYPE, NO_TYPE, NO_KERNEL))

_STRUCTURE = frozenset(
    [
        "NoOp",
        "_Arg",
        "_Retval",
        "_Send",
        "_Recv",
        "_HostSend",
        "_HostRecv",
        "Placeholder",
        "PlaceholderV2",
        "ControlTrigger",
    ]
)
_HOLDERS = ("VarHandleOp", "Variable", "VariableV2", "AutoReloadVariable", "TemporaryVariable")


class Reason(NamedTuple):
    code: str
    text: str

    @property
    def fallback(self) -> bool:
        return self.code in FALLBACKS


def _types(node: Node) -> str:
    return ", ".join("%s=%s" % (name, "|".join(sorted(set(values)))) for name, values in node.types)


def on_cpu(device: str) -> bool:
    return device.split(":")[0].split("/")[-1] == "CPU"


def _asks_for_cpu(requested: str) -> bool:
    return "cpu:" in requested.lower() or requested.upper().endswith("CPU")


class Reasons:
    """Tells, of the nodes of one graph.

    `nodes`: by name, with the devices that they were placed on.
    `without_float64`: whether the adapter computes no float64.
    """

    def __init__(self, nodes: Dict[str, Node], kernels: Kernels, without_float64: bool = False):
        self._nodes = nodes
        self._kernels = kernels
        self._without_float64 = without_float64

    def of(self, name: str, seen: FrozenSet[str] = frozenset()) -> Reason:
        node = self._nodes[name]
        if not on_cpu(node.device):
            return self._on_device(node)
        lacking = self._lacking(node)
        if lacking is not None and lacking.code == HOST_OP:
            return self._structure(node) or lacking
        return (
            self._structure(node)
            or self._asked(node)
            or lacking
            or self._bound(node, seen)
            or self._feeding(node)
            or Reason(PLACER, "the device could run it; TensorFlow's placer chose the CPU")
        )

    def _on_device(self, node: Node) -> Reason:
        float64 = any(
            value in ("float64", "complex128") for _, values in node.types for value in values
        )
        kernel = self._kernels.find(node.op, node.types)
        if float64 and self._without_float64 and kernel is not None and kernel.types:
            return Reason(
                ADAPTER_TYPE,
                "the adapter has no float64, so the kernel copies its inputs to the CPU and "
                "computes there: use float32",
            )
        if kernel is not None and kernel.host and self._all_host(node, kernel.host):
            return Reason(HOST_VALUES, "works on values in host memory, and launches nothing")
        return Reason(DEVICE, "runs on the device")

    def _all_host(self, node: Node, host: FrozenSet[str]) -> bool:
        from .. import op_support

        arguments = op_support.arguments(node.op)
        return bool(arguments) and host.issuperset(arguments)

    def _structure(self, node: Node) -> Optional[Reason]:
        if node.op in _STRUCTURE:
            return Reason(HOST_OP, "passes values on; computes nothing")
        return None

    def _asked(self, node: Node) -> Optional[Reason]:
        if _asks_for_cpu(node.requested):
            return Reason(ASKED, "the graph asks for %s" % node.requested)
        return None

    def _lacking(self, node: Node) -> Optional[Reason]:
        if not self._kernels.has(node.op):
            if self._kernels.cuda_has(node.op):
                return Reason(NO_KERNEL, "DML has no kernel of this op; CUDA has one")
            return Reason(HOST_OP, "TensorFlow has this op for CPUs only")
        if self._kernels.find(node.op, node.types) is not None:
            return None
        lacking = self._kernels.lacking(node.op, node.types)
        if any(value in ("string", "variant", "resource") for _, value, _ in lacking):
            name, value, _ = lacking[0]
            return Reason(HOST_OP, "%s=%s is for CPUs only" % (name, value))
        if lacking:
            text = "; ".join(
                "no DML kernel for %s=%s (there is one for %s)" % (name, value, ", ".join(allowed))
                for name, value, allowed in lacking
            )
        else:
            text = "no DML kernel for these types together: %s" % _types(node)
        if self._kernels.cuda_takes(node.op, node.types):
            return Reason(NO_TYPE, text + "; CUDA has one")
        return Reason(NO_TYPE, text)

    def _bound(self, node: Node, seen: FrozenSet[str]) -> Optional[Reason]:
        """To a node on the CPU whose memory it shares."""
        for name in node.colocated:
            other = self._nodes.get(name)
            if other is not None and name != node.name and on_cpu(other.device):
                return Reason(
                    COLOCATED,
                    "colocated with %s, which is on the CPU%s"
                    % (name, self._because(name, node, seen)),
                )
        for name in node.inputs:
            other = self._nodes.get(name)
            if other is not None and on_cpu(other.device) and other.op in _HOLDERS:
                return Reason(
                    RESOURCE,
                    "uses the variable %s, which is on the CPU%s"
                    % (name, self._because(name, node, seen)),
                )
        for name, values in node.types:
            if "resource" in values:
                return Reason(RESOURCE, "%s: a resource of the host" % name)
        if node.op in _HOLDERS:
            users = [
                other
                for other in self._nodes.values()
                if node.name in other.inputs and not self._runs(other)
            ]
            if users:
                return Reason(
                    RESOURCE,
                    "%s uses it, which only the CPU runs: %s"
                    % (users[0].name, self.of(users[0].name, seen | {node.name}).text),
                )
        return None

    def _runs(self, node: Node) -> bool:
        return self._kernels.find(node.op, node.types) is not None

    def _because(self, name: str, node: Node, seen: FrozenSet[str]) -> str:
        if name in seen or len(seen) > 5:
            return ""
        reason = self.of(name, seen | {node.name})
        return "" if reason.code == PLACER else ": " + reason.text

    def _feeding(self, node: Node) -> Optional[Reason]:
        """Nodes that the placer leaves beside those that they serve."""
        if not node.inputs:
            users = [other for other in self._nodes.values() if node.name in other.inputs]
            if users and all(on_cpu(other.device) for other in users):
                return Reason(FEEDS_HOST, "makes a value for %s, on the CPU" % users[0].name)
        elif node.op in ("Shape", "ShapeN", "Size", "Rank"):
            return Reason(FEEDS_HOST, "looks at the shape of %s, on the CPU" % node.inputs[0])
        return None
