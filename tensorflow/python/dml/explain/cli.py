"""The command tensorflow-directml explain."""

import argparse
import json
import os
import sys
from typing import Any, List

from .. import runtime
from .reasons import Reasons
from .report import Row, as_json, report

_PREFIX = "tensorflow-directml explain: "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Has TensorFlow place a graph, with the functions that it calls, without running it. "
        "Exit status: 0, or 1 when nodes run on the CPU for want of a kernel or type that the "
        "device or CUDA's could have, or 2 when the graph can't be read. Without a GPU, "
        "TF_DIRECTML_BACKEND=null places as on one."
    )
    parser.add_argument(
        "graph",
        metavar="GRAPH",
        help="a GraphDef (.pb, .pbtxt), a MetaGraphDef (.meta) or a SavedModel's folder",
    )
    parser.add_argument(
        "--tags", metavar="TAGS", help="of a SavedModel, comma-separated (default: serve)"
    )
    parser.add_argument("--all", action="store_true", help="list nodes on the device, too")
    parser.add_argument("--json", action="store_true", help="all nodes, as JSON")
    parser.set_defaults(run=main)


def explain(path: str, tags: Any = None) -> List[Row]:
    """The nodes of a graph's file or SavedModel. Imports TensorFlow; raises GraphError."""
    from . import graphs, kernels, placement

    found = kernels.registered()
    without_float64 = not all(adapter.float64 for adapter in runtime.adapters())
    rows = []
    for part in graphs.parts(graphs.load(path, tags)):
        nodes = placement.place(part.graph)
        why = Reasons(nodes, found, without_float64)
        for name, node in nodes.items():
            if name not in part.arguments:
                rows.append(Row(part.function, node, why.of(name)))
    return rows


def main(arguments: argparse.Namespace) -> int:
    from .graphs import GraphError

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if not runtime.adapters():
        print(
            _PREFIX
            + "there is no DML adapter: %s" % (runtime.adapter_problem() or "none was found"),
            file=sys.stderr,
        )
        return 2
    try:
        rows = explain(arguments.graph, arguments.tags.split(",") if arguments.tags else None)
    except GraphError as error:
        print(_PREFIX + str(error), file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(as_json(rows), indent=1))
    else:
        for line in report(rows, arguments.all):
            print(line)
    return 1 if any(row.reason.fallback for row in rows) else 0
