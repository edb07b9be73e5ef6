"""Nodes of graphs, as the reasons need them."""

import re
from typing import Any, Dict, Iterable, NamedTuple, Tuple

_DEVICE = re.compile(r"/device:(\w+):(\d+)")


class Node(NamedTuple):
    """A node of a graph as it was executed, after placement and rewrites."""

    name: str
    op: str
    device: str  # "DML:0"
    types: Tuple[Tuple[str, Tuple[str, ...]], ...]  # attribute, names of types
    inputs: Tuple[str, ...] = ()  # names of nodes, without control inputs
    requested: str = ""  # the device that the graph asks for
    source: str = ""  # "train.py:12", where the script made it
    colocated: Tuple[str, ...] = ()
    peer: str = ""  # of a Send or Recv: the tensor that it passes


def short_device(name: str) -> str:
    """ "DML:0" of "/job:localhost/replica:0/task:0/device:DML:0". "" if it names none."""
    found = _DEVICE.search(name)
    return "%s:%s" % found.groups() if found else ""


def _type_name(number: int) -> str:
    from tensorflow.python.framework import dtypes

    return dtypes.as_dtype(number).name


def types(node: Any) -> Tuple[Tuple[str, Tuple[str, ...]], ...]:
    """The types of a NodeDef, by attribute."""
    found = []
    for name, value in sorted(node.attr.items()):
        if name.startswith("_"):
            continue
        if value.WhichOneof("value") == "type":
            found.append((name, (_type_name(value.type),)))
        elif value.list.type:
            found.append((name, tuple(_type_name(number) for number in value.list.type)))
    return tuple(found)


def described(node: Any, device: str = "") -> Node:
    """A NodeDef."""
    inputs = tuple(name.split(":")[0] for name in node.input if not name.startswith("^"))
    colocated = node.attr["_class"].list.s if "_class" in node.attr else ()
    peer = node.attr["tensor_name"].s.decode() if "tensor_name" in node.attr else ""
    return Node(
        node.name,
        node.op,
        device or short_device(node.device),
        types(node),
        inputs,
        colocated=tuple(
            name.decode()[len("loc:@") :] for name in colocated if name.startswith(b"loc:@")
        ),
        peer=peer,
    )


def nodes(graphs: Iterable[Any]) -> Dict[str, Node]:
    """The nodes of GraphDefs, by name."""
    return {node.name: described(node) for graph in graphs for node in graph.node}
