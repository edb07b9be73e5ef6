"""What the CPU computes meanwhile: ops of floats, in functions and eager."""

import collections
import contextlib

from tensorflow.python.eager import context
from tensorflow.python.framework import op_callbacks, op_def_registry

import tensorflow as tf

FLOATS = {tf.float32, tf.float16, tf.bfloat16, tf.float64}
# What only hands values on: of datasets, functions and constants.
MOVES = {"Const", "Identity", "IteratorGetNext", "_Arg", "_DeviceArg", "_Retval", "_DeviceRetval",
         "_Send", "_HostSend", "_Recv", "_HostRecv", "StatefulPartitionedCall", "PartitionedCall"}


def makes_floats(node):
    """Whether an output of a node is of floats, as its attributes say."""
    op = op_def_registry.get(node.op)
    types = []
    for argument in op.output_arg if op else ():
        if argument.type_attr:
            types.append(node.attr[argument.type_attr].type)
        elif argument.type_list_attr:
            types += node.attr[argument.type_list_attr].list.type
        else:
            types.append(argument.type)
    return any(tf.as_dtype(kind).base_dtype in FLOATS for kind in types if kind)


def is_cast_number(graph):
    """Whether a graph is of an eager Cast, those of Python having been seen: TensorFlow casts a
    number that Python gives an op of bfloat16."""
    return [node.op for node in graph.node if node.op not in MOVES] == ["Cast"]


def is_cpu(device):
    return "/device:CPU:" in device


@contextlib.contextmanager
def computed_on_the_cpu():
    """A Counter of ops, filled when the block ends."""
    counted = collections.Counter()

    def see(op, inputs, attributes, outputs, op_name=None, graph=None):
        if graph is None and op not in MOVES:
            counted.update(op for output in outputs
                           if output.dtype in FLOATS and is_cpu(output.device))

    context.context().enable_graph_collection()
    op_callbacks.add_op_callback(see)
    try:
        yield counted
    finally:
        op_callbacks.remove_op_callback(see)
        collected = context.export_run_metadata()
        context.context().disable_graph_collection()
    for function in collected.function_graphs:
        for graph in function.partition_graphs:
            if is_cast_number(graph):
                continue
            counted.update(node.op for node in graph.node if node.op not in MOVES and
                           is_cpu(node.device) and makes_floats(node))
