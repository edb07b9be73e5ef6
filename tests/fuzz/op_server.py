"""Calls of ops in a process of their own, on one device, eagerly and in a graph."""

import inspect

import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow.python.framework import kernels, op_def_registry

import tensorflow as tf

if not hasattr(op_def_registry, "get_registered_ops"):  # TensorFlow 2.x
    import as_tensorflow1  # noqa: F401

v1 = tf.compat.v1
v1.logging.set_verbosity(v1.logging.ERROR)

CPU, DML = "/device:CPU:0", "/device:DML:0"
TYPES = {"float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
         "uint32", "uint64", "bool"}
NO_NUMBERS = (types_pb2.DT_RESOURCE, types_pb2.DT_VARIANT, types_pb2.DT_STRING)
# Inputs that TensorFlow's Python functions call otherwise.
RENAMED = {"reduction_indices": "axis"}

# Not called at all.
LEFT_OUT = {
    "Abort": "ends the process, as it says",
    "ExperimentalSleepDataset": "sleeps",
    "TemporaryVariable": "a pair with another op",
    "GetSessionHandle": "gives a handle", "GetSessionHandleV2": "likewise",
    "Placeholder": "has no value",
    "Recv": "waits for another op", "_Recv": "likewise", "_HostRecv": "likewise",
    "CollectiveReduce": "waits for others", "CollectiveGather": "likewise",
    "CollectiveBcastSend": "likewise", "CollectiveBcastRecv": "likewise",
    "Unstage": "waits for another op", "StagePeek": "likewise", "MapPeek": "likewise",
    "MapUnstage": "likewise", "MapUnstageNoKey": "likewise", "OrderedMapPeek": "likewise",
    "OrderedMapUnstage": "likewise", "OrderedMapUnstageNoKey": "likewise",
    "Barrier": "likewise", "LoopCond": "has no meaning outside a loop",
    "Stage": "keeps what it is given", "MapStage": "likewise", "OrderedMapStage": "likewise",
    "Merge": "has no meaning outside a conditional", "Enter": "likewise", "Exit": "likewise",
    "NextIteration": "likewise", "Switch": "likewise", "_SwitchN": "likewise",
}


def describe(op):
    """What draws.calls() takes, or None where an op takes or gives what is no plain tensor."""
    definition = op_def_registry.get_registered_ops().get(op)
    function = getattr(tf.raw_ops, op, None)
    if not definition or not function or op in LEFT_OUT or not definition.output_arg:
        return None
    signature = set(inspect.signature(function).parameters)
    inferred, inputs = set(), []
    for argument in definition.input_arg:
        name = argument.name if argument.name in signature else RENAMED.get(argument.name)
        fixed = types_pb2.DataType.Name(argument.type)[len("DT_"):].lower()
        kind = {"half": "float16", "float": "float32", "double": "float64"}.get(fixed, fixed)
        if (argument.is_ref or argument.type_list_attr or name not in signature
                or (argument.type and kind not in TYPES)):
            return None
        inferred |= {argument.type_attr, argument.number_attr} - {""}
        inputs.append({"name": name, "type": kind if argument.type else "",
                       "type_attr": argument.type_attr, "number_attr": argument.number_attr})
    if any(argument.is_ref or argument.type in NO_NUMBERS for argument in definition.output_arg):
        return None
    attrs = [describe_attribute(attr, inferred) for attr in definition.attr]
    if any(attr is None for attr in attrs):
        return None
    return {"op": op, "inputs": inputs, "attrs": attrs, "kernels": kernels_of(op)}


def describe_attribute(attr, inferred):
    if attr.type in ("func", "tensor", "list(type)", "list(shape)", "list(func)", "list(string)",
                     "list(bool)", "list(tensor)"):
        return None
    default = None
    if attr.HasField("default_value"):
        value = attr.default_value
        default = {
            "bool": lambda: value.b, "int": lambda: int(value.i), "float": lambda: float(value.f),
            "string": lambda: value.s.decode(), "type": lambda: name_of(value.type),
            "list(int)": lambda: [int(i) for i in value.list.i],
            "list(float)": lambda: [float(f) for f in value.list.f],
            "shape": lambda: None,
        }[attr.type]()
    if attr.type == "type":
        allowed = [name_of(t) for t in attr.allowed_values.list.type] or sorted(TYPES)
        allowed = [name for name in allowed if name in TYPES]
        if not allowed:
            return None
    else:
        allowed = [text.decode() for text in attr.allowed_values.list.s]
    return {"name": attr.name, "type": attr.type, "default": default, "allowed": allowed,
            "minimum": int(attr.minimum) if attr.has_minimum else 0,
            "inferred": attr.name in inferred}


def name_of(number):
    return tf.as_dtype(number).name


def kernels_of(op):
    """Of each of the device's kernels, the types that it is for."""
    found = []
    for kernel in kernels.get_registered_kernels_for_op(op).kernel:
        if kernel.device_type != "DML":
            continue
        types = {constraint.name: [name_of(t) for t in constraint.allowed_values.list.type]
                 for constraint in kernel.constraint}
        types = {name: [t for t in allowed if t in TYPES] for name, allowed in types.items()}
        if all(types.values()):
            found.append(types)
    return found


def array(tensor):
    dtype = np.dtype(tensor["dtype"])
    size = int(np.prod(tensor["shape"], dtype=np.int64))
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.array(tensor["values"]).astype(dtype)
    return np.resize(values, size).reshape(tensor["shape"]) if size else np.zeros(
        tensor["shape"], dtype)


class OpServer:
    """For children.Child. An end is {"values": arrays} or {"error": class, "text": message}."""

    def __init__(self, device):
        self.device = "/device:%s:0" % device
        v1.enable_eager_execution()

    @staticmethod
    def ops():
        names = {kernel.op for kernel in kernels.get_all_registered_kernels().kernel
                 if kernel.device_type == "DML"}
        described = [describe(name) for name in sorted(names)]
        return [op for op in described if op and op["kernels"]]

    def eagerly(self, call):
        return self.end_of(lambda: [output.numpy() for output in self.outputs(call)])

    def in_graph(self, call):
        def run():
            with tf.Graph().as_default():
                outputs = self.outputs(call)
                config = v1.ConfigProto()
                config.graph_options.rewrite_options.disable_meta_optimizer = True
                with v1.Session(config=config) as session:
                    return [np.asarray(value) for value in session.run(outputs)]

        return self.end_of(run)

    @staticmethod
    def end_of(run):
        try:
            return {"values": run()}
        except (tf.errors.OpError, ValueError, TypeError, OverflowError,
                NotImplementedError) as error:  # the last of ops that graphs may not have now
            return {"error": type(error).__name__, "text": str(error)[:300]}

    def outputs(self, call):
        names = [given["name"] for given in describe(call["op"])["inputs"]]
        arguments = dict(call["attrs"])
        with tf.device(self.device):
            for name, given in zip(names, call["inputs"]):
                arguments[name] = ([tf.constant(array(one)) for one in given]
                                   if isinstance(given, list) else tf.constant(array(given)))
            return tf.nest.flatten(getattr(tf.raw_ops, call["op"])(**arguments))
