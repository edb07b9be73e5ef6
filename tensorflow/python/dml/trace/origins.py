"""Where a script made its nodes: asked of TensorFlow's graphs, when the script has ended."""

from typing import Any, Dict, Iterable, List

from ..explain.kernels import registered
from ..explain.reasons import Reasons
from . import recording as rec
from .sampling import Libraries, place


def _operations(graphs: Any) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for graph in graphs if isinstance(graphs, list) else [graphs]:
        for operation in graph.get_operations():
            found[operation.name] = operation
    return found


def _source(operation: Any, libraries: Libraries) -> str:
    """The script's line that made an operation; "" where no line of it did.

    Of a gradient that is the line of what it is the gradient of.
    """
    while getattr(operation, "_original_op", None) is not None:
        operation = operation._original_op
    try:
        frames = list(operation.traceback)
    except (AttributeError, TypeError):
        return ""
    for frame in reversed(frames):
        if frame[0] not in libraries:
            return place(frame[0], frame[1])
    return ""


def _original(name: str, operations: Dict[str, Any]) -> Any:
    """The operation that a node was, before TensorFlow's rewrites renamed it."""
    if name in operations:
        return operations[name]
    # Gradients are named after what they are the gradients of.
    parts = name.split("/")
    for begin in range(len(parts)):
        for end in range(len(parts), begin, -1):
            part = "/".join(parts[begin:end])
            for candidate in (part, part[: -len("_grad")] if part.endswith("_grad") else ""):
                if candidate in operations:
                    return operations[candidate]
    return None


def add(recording: rec.Recording, graphs: Dict[rec.Key, Any]) -> None:
    """Completes the nodes of a recording: source, and the device that was asked for."""
    libraries = Libraries()
    for key, nodes in recording.nodes.items():
        if key not in graphs:
            continue
        operations = _operations(graphs[key])
        for name in _wanted(recording.calls, key):
            node = nodes.get(name)
            if node is None:
                continue
            operation = _original(name, operations)
            if operation is None:
                continue
            same = operation.name == name
            nodes[name] = node._replace(
                source=_source(operation, libraries),
                requested=operation.device if same else node.requested,
            )


def explain(recording: rec.Recording) -> None:
    """Completes a recording: why its nodes are where they are."""
    kernels = registered()
    without_float64 = not all(adapter.get("float64", 1) for adapter in recording.adapters)
    for key, nodes in recording.nodes.items():
        reasons = Reasons(nodes, kernels, without_float64)
        for name in _wanted(recording.calls, key):
            if name in nodes:
                reason = reasons.of(name)
                recording.reasons[key, name] = (reason.code, reason.text)


def _wanted(calls: Iterable[rec.Call], key: rec.Key) -> List[str]:
    """The nodes that events name."""
    names = {event.node for call in calls if call.key == key for event in call.events}
    return sorted(names)
