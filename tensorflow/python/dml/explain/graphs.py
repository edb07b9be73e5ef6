"""Reads graphs: GraphDefs and MetaGraphDefs, binary or as text, and SavedModels."""

import os
import re
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

# What calls functions on devices, and in which attributes. Others (tf.data's) run theirs on
# the host.
_CALLERS = {
    "PartitionedCall": ("f",),
    "StatefulPartitionedCall": ("f",),
    "If": ("then_branch", "else_branch"),
    "StatelessIf": ("then_branch", "else_branch"),
    "While": ("cond", "body"),
    "StatelessWhile": ("cond", "body"),
    "Case": ("branches",),
    "SymbolicGradient": ("f",),
    "For": ("body",),
}
_JOB = re.compile(r"/(?:job|replica|task):[^/]+")


class GraphError(Exception):
    """A file that cannot be read or placed: why."""


class Part(NamedTuple):
    """A graph to be placed: the main one, or a function that it calls."""

    function: str  # "" for the main one
    graph: Any  # GraphDef
    arguments: Tuple[str, ...] = ()  # nodes that stand for a function's arguments


def _parse(data: bytes, message: Any, as_text: bool) -> bool:
    from google.protobuf import message as messages
    from google.protobuf import text_format

    try:
        if as_text:
            text_format.Parse(data.decode("utf-8"), message)
        else:
            message.ParseFromString(data)
    except (messages.DecodeError, text_format.ParseError, UnicodeDecodeError):
        return False
    return True


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise GraphError("%s: %s" % (path, error.strerror)) from None


def _of_saved_model(path: str, saved: Any, tags: Optional[Sequence[str]]) -> Any:
    """The graph of the wanted tags."""
    choices = [tuple(sorted(meta.meta_info_def.tags)) for meta in saved.meta_graphs]
    if not choices:
        raise GraphError("%s: this SavedModel holds no graph" % path)
    wanted = tuple(sorted(tags)) if tags else ("serve",) if ("serve",) in choices else choices[0]
    if wanted not in choices:
        raise GraphError(
            "%s has no graph with the tags %s; there are: %s"
            % (path, ",".join(wanted), "; ".join(",".join(choice) for choice in choices))
        )
    return saved.meta_graphs[choices.index(wanted)].graph_def


def load(path: str, tags: Optional[Sequence[str]] = None) -> Any:
    """The GraphDef in a file or SavedModel folder. Raises GraphError."""
    from tensorflow.core.framework import graph_pb2
    from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

    if os.path.isdir(path):
        files = [os.path.join(path, name) for name in ("saved_model.pb", "saved_model.pbtxt")]
        found = [file for file in files if os.path.exists(file)]
        if not found:
            raise GraphError(
                "%s is no SavedModel: it has no saved_model.pb. Name the folder that has, or a "
                "graph's file" % path
            )
        path = found[0]
    data = _read(path)
    as_text = path.endswith((".pbtxt", ".prototxt", ".txt"))
    saved = saved_model_pb2.SavedModel()
    if os.path.basename(path).startswith("saved_model.") and _parse(data, saved, as_text):
        return _of_saved_model(path, saved, tags)
    graph = graph_pb2.GraphDef()
    meta = meta_graph_pb2.MetaGraphDef()
    if path.endswith(".meta") and _parse(data, meta, as_text) and meta.graph_def.node:
        return meta.graph_def
    if _parse(data, graph, as_text) and graph.node:
        return graph
    if _parse(data, meta, as_text) and meta.graph_def.node:
        return meta.graph_def
    if _parse(data, saved, as_text) and saved.meta_graphs:
        return _of_saved_model(path, saved, tags)
    raise GraphError(
        "%s is no graph: neither a GraphDef, nor a MetaGraphDef, nor a SavedModel%s"
        % (path, "" if as_text else " (text needs the ending .pbtxt)")
    )


def _called(nodes: Sequence[Any], functions: Dict[str, Any]) -> List[str]:
    """Functions that nodes call on devices."""
    names = []
    for node in nodes:
        for attribute in _CALLERS.get(node.op, ()):
            value = node.attr[attribute]
            names += [value.func.name] if value.func.name else [f.name for f in value.list.func]
        if node.op in functions:
            names.append(node.op)
    return names


def _without_job(graph: Any) -> None:
    """Devices of a cluster become those of this process."""
    for node in graph.node:
        node.device = _JOB.sub("", node.device)


def parts(graph: Any) -> List[Part]:
    """The graph, and the functions that it calls on devices, each once."""
    from tensorflow.core.framework import graph_pb2
    from tensorflow.python.framework import function_def_to_graph, importer, ops

    functions = {function.signature.name: function for function in graph.library.function}
    _without_job(graph)
    found = [Part("", graph)]
    waiting = _called(graph.node, functions)
    known = ops.Graph()  # in which the functions are looked up
    with known.as_default():
        importer.import_graph_def(
            graph_pb2.GraphDef(library=graph.library, versions=graph.versions)
        )
    seen: set = set()
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in functions:
            continue
        seen.add(name)
        function = functions[name]
        with known.as_default():
            body, _ = function_def_to_graph.function_def_to_graph_def(function)
        body.library.CopyFrom(graph.library)
        body.versions.CopyFrom(graph.versions)
        _without_job(body)
        found.append(Part(name, body, tuple(arg.name for arg in function.signature.input_arg)))
        waiting += _called(function.node_def, functions)
    return found
