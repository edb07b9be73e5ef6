"""The fewest bytes that a step's ops can move, from TensorFlow's trace of it.

However launches are merged, an op of most families reads its inputs and writes its outputs, each
once: products, convolutions, poolings, reductions, normalizations, optimizers and the like. All
else may happen on the way: element-wise ops in what they come before or after, copies by strides,
random numbers where they are wanted. So this is a bound that no schedule of the same ops passes;
whether one reaches it is another matter.
"""

import json
import pathlib

FAMILIES = pathlib.Path(__file__).resolve().parents[1] / "tensorflow/python/dml/op_families.json"
ON_THE_WAY = {"control", "copies", "elementwise", "host", "lists", "random", "variables"}


def size_of(tensor):
    """Bytes, of a TensorDescription; 0 of what never lies on a device."""
    import tensorflow.compat.v1 as tf

    dtype = tf.as_dtype(tensor.dtype).base_dtype
    if dtype in (tf.resource, tf.variant, tf.string):
        return 0
    count = dtype.size
    for dimension in tensor.shape.dim:
        count *= dimension.size
    return count


def definitions():
    """OpDef by name, of all ops, those without a Python function too."""
    from tensorflow.core.framework import op_def_pb2

    from tensorflow.python import pywrap_tensorflow as c_api

    buffer = c_api.TF_GetAllOpList()
    ops = op_def_pb2.OpList.FromString(c_api.TF_GetBuffer(buffer)).op
    return {definition.name: definition for definition in ops}


def bytes_of(definition, inputs, outputs):
    """Of one run of an op: sizes of its inputs, 0 for a variable's handle, and of its outputs."""
    from tensorflow.core.framework import types_pb2

    names = [argument.name for argument in definition.input_arg]
    variables = sum(argument.is_ref or argument.type == types_pb2.DT_RESOURCE
                    for argument in definition.input_arg)
    if "Gather" in definition.name:  # of a table only what is taken
        return 2 * sum(outputs)
    if variables and ("grad" in names or "updates" in names):  # each variable is read and written
        changed = inputs[names.index("grad" if "grad" in names else "updates")]
        return (2 * variables + 1) * changed
    return sum(inputs) + sum(outputs)


def least_bytes(metadata):
    """Of the RunMetadata of a step, with its partition graphs."""
    families = json.loads(FAMILIES.read_text())
    moves = {op for family in families.keys() - ON_THE_WAY for op in families[family]}
    graphs = list(metadata.partition_graphs)
    graphs += [graph for functions in metadata.function_graphs
               for graph in functions.partition_graphs]
    nodes = {node.name: node for graph in graphs for node in graph.node}
    runs, sizes = [], {}
    for device in metadata.step_stats.dev_stats:
        if "device:DML:" not in device.device or "/stream" in device.device:
            continue
        for stats in device.node_stats:
            runs.append(stats.node_name)
            sizes[stats.node_name] = {output.slot: size_of(output.tensor_description)
                                      for output in stats.output}
    ops, total = definitions(), 0
    for name in runs:
        node = nodes.get(name)
        if node is None or node.op not in moves:
            continue
        sources = [text.partition(":") for text in node.input if not text.startswith("^")]
        inputs = [sizes.get(source, {}).get(int(slot or 0), 0) for source, _, slot in sources]
        total += bytes_of(ops[node.op], inputs, sizes[name].values())
    return total
