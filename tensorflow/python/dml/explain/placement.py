"""Where TensorFlow places a graph's nodes, without running one.

The placer says so in its log of placements only, which C++ prints to standard output.
"""

import contextlib
import ctypes
import os
import re
import sys
import tempfile
from typing import Any, Dict, Iterator, List

from .graphs import GraphError
from .nodes import Node, described, short_device

_LINE = re.compile(r"^(\S+): \((\w+)\): (/job\S+)$", re.MULTILINE)


@contextlib.contextmanager
def _captured(into: List[str]) -> Iterator[None]:
    """What C and C++ print to standard output goes to `into`."""
    flush = ctypes.CDLL(None).fflush
    sys.stdout.flush()
    flush(None)
    kept = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            yield
        finally:
            flush(None)
            os.dup2(kept, 1)
            os.close(kept)
            file.seek(0)
            into.append(file.read().decode("utf-8", "replace"))


def place(graph_def: Any) -> Dict[str, Node]:
    """The nodes of a GraphDef with their devices. Raises GraphError."""
    import tensorflow as tf

    v1 = tf.compat.v1
    graph = tf.Graph()
    try:
        with graph.as_default():
            tf.import_graph_def(graph_def, name="")
            start = tf.no_op(name="tensorflow_directml_explain")
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise GraphError("TensorFlow does not take this graph: %s" % error) from None
    config = v1.ConfigProto(log_device_placement=True, allow_soft_placement=True)
    printed: List[str] = []
    try:
        with _captured(printed), v1.Session(graph=graph, config=config) as session:
            session.run(start)  # which places all of the graph, and runs nothing else
    except tf.errors.OpError as error:
        raise GraphError("TensorFlow cannot place this graph: %s" % error.message) from None
    devices = {name: short_device(device) for name, _, device in _LINE.findall(printed[0])}
    nodes = {}
    for node in graph_def.node:
        if node.name in devices:
            found = described(node, devices[node.name])
            nodes[node.name] = found._replace(requested=node.device)
    return nodes
