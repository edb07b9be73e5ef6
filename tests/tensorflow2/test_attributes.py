"""Attributes that came to ops after 1.15: kernels read them, or leave nodes to the CPU."""

import ctypes
import pathlib

import pytest
import tensorflow_directml as directml
from tensorflow.core.framework import node_def_pb2
from tensorflow.python.framework import kernels, op_def_registry

import tensorflow as tf

BY_CPU = "the CPU's kernel does it on the host"
NAME = "a name, for messages"
READ = "the kernel reads it"
HINT = "a hint to XLA, which a gradient's function sets: values are the same"

# What came later and changes nothing that a kernel does not do, by (op, attribute).
KNOWN = {
    ("AssignVariableOp", "validate_shape"): READ,
    ("BatchMatMul", "grad_x"): HINT,
    ("BatchMatMul", "grad_y"): HINT,
    ("BatchMatMulV2", "grad_x"): HINT,
    ("BatchMatMulV2", "grad_y"): HINT,
    ("ConcatOffset", "shape_type"): BY_CPU,
    ("DepthwiseConv2dNative", "explicit_paddings"): READ,
    ("DepthwiseConv2dNativeBackpropFilter", "explicit_paddings"): READ,
    ("DepthwiseConv2dNativeBackpropInput", "explicit_paddings"): READ,
    ("FusedBatchNorm", "exponential_avg_factor"): READ,
    ("FusedBatchNormV2", "exponential_avg_factor"): READ,
    ("FusedBatchNormV3", "exponential_avg_factor"): READ,
    ("GeneratorDataset", "metadata"): NAME,
    ("MatMul", "grad_a"): HINT,
    ("MatMul", "grad_b"): HINT,
    ("PrefetchDataset", "buffer_size_min"): BY_CPU,
    ("PrefetchDataset", "metadata"): NAME,
    ("TensorListGetItem", "Tshape"): BY_CPU,
    ("TensorListSetItem", "resize_if_index_out_of_bounds"): BY_CPU,
    ("VarHandleOp", "allowed_devices"): BY_CPU,
    ("VarHandleOp", "debug_name"): NAME,
    ("_FusedBatchNormEx", "exponential_avg_factor"): READ,
    ("_FusedConv2D", "TArgs"): "with num_host_args, which is left to the CPU",
    ("_FusedConv2D", "leakyrelu_alpha"): READ,
    ("_FusedMatMul", "leakyrelu_alpha"): READ,
}


def known_attributes():
    text = pathlib.Path(__file__).with_name("known_attributes.txt").read_text()
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {op: set(attributes) for op, *attributes in lines}


def ops_of_kernels():
    return sorted({kernel.op for kernel in kernels.get_all_registered_kernels().kernel
                   if kernel.device_type == "DML"})


def other_value(attribute):
    """One that is not the default."""
    value = type(attribute.default_value)()
    default = attribute.default_value
    kind = attribute.type
    if kind == "type":
        allowed = attribute.allowed_values.list.type
        value.type = next(one for one in [*allowed, tf.int8.as_datatype_enum]
                          if one != default.type)
    elif kind == "bool":
        value.b = not default.b
    elif kind == "int":
        value.i = default.i + 2
    elif kind == "float":
        value.f = default.f + 1
    elif kind == "string":
        value.s = default.s + b"x"
    elif kind == "list(int)":
        value.list.i.extend([*default.list.i, 1])
    else:
        pytest.fail(f"no other value of {attribute}")
    return value


@pytest.fixture(scope="module")
def left_to_the_cpu():
    """Whether a node whose attribute has another value than its default is computed by the CPU."""
    folder = pathlib.Path(directml.__file__).parent / "tensorflow2"
    version = "_".join(tf.__version__.split(".")[:2])
    unknown = ctypes.CDLL(str(folder / f"libtensorflow_dml_{version}.so")).dml_unknown_attribute
    unknown.restype = ctypes.c_char_p
    unknown.argtypes = [ctypes.c_char_p, ctypes.c_int]

    def ask(op, attribute):
        node = node_def_pb2.NodeDef(name="node", op=op)
        node.attr[attribute.name].CopyFrom(other_value(attribute))
        serialized = node.SerializeToString()
        return unknown(serialized, len(serialized)).decode() == attribute.name

    return ask


def test_every_attribute_is_known(left_to_the_cpu):
    known = known_attributes()
    unknown, needless = [], set(KNOWN)
    for name in ops_of_kernels():
        op = op_def_registry.get(name)
        if op is None or name.startswith("_Dml"):
            continue
        for attribute in op.attr:
            pair = (name, attribute.name)
            if attribute.name in known.get(name, ()):
                continue
            needless.discard(pair)
            if pair not in KNOWN and not left_to_the_cpu(name, attribute):
                unknown.append(pair)
    assert not unknown, "a kernel's op has attributes that it was not written for"
    assert not needless, "these came with 1.15, or are no more"


def test_what_is_left_to_the_cpu_is_asked_for(left_to_the_cpu):
    """The check sees both."""
    op = op_def_registry.get("MaxPool")
    attributes = {attribute.name: attribute for attribute in op.attr}
    assert left_to_the_cpu("MaxPool", attributes["explicit_paddings"])
    assert not left_to_the_cpu("MaxPool", attributes["data_format"])
