"""What rows that are wider than CUDA's mean for nodes around them.

A tensor that one kernel has in device memory and the next wants on the host is copied. A
reference cannot be where the next wants it as such: the graph is refused, "AttrValue must not
have reference type value".
"""

import collections
import functools

import numpy as np
import pytest
from harness import DML, config, tf
from tensorflow.python.framework import kernels, op_def_registry
from tensorflow_directml import cuda_kernels

CUDA = cuda_kernels.load()

# An argument of an op, for one type: (op, argument, is_ref, on_host).
Argument = collections.namedtuple("Argument", ["op", "name", "is_ref", "on_host"])

# What makes references, and what only hands them on or holds them: their types are CUDA's.
HANDLERS = {
    "Assign", "AssignAdd", "AssignSub", "DestroyTemporaryVariable", "IsVariableInitialized",
    "RefEnter", "RefExit", "RefIdentity", "RefMerge", "RefNextIteration", "RefSwitch",
    "TemporaryVariable", "Variable", "VariableV2",
}


@functools.lru_cache(maxsize=None)
def dml_kernels():
    return [kernel for kernel in kernels.get_all_registered_kernels().kernel
            if kernel.device_type == "DML" and not kernel.label]


def types_of(kernel):
    """Type names by attribute that the kernel is constrained to."""
    return {c.name: {tf.as_dtype(t).name for t in c.allowed_values.list.type}
            for c in kernel.constraint}


def definition(op):
    return op_def_registry.get_registered_ops().get(op)


def cuda_types(op, attribute):
    rows = CUDA.get(op, [])
    return set().union(*(row.get(attribute, ()) for row in rows)) if rows else set()


def arguments(kernel, of):
    """(argument, types) of the kernel's inputs or outputs whose type is an attribute."""
    op = definition(kernel.op)
    if op is None:
        return
    constrained = types_of(kernel)
    for arg in getattr(op, of):
        types = constrained.get(arg.type_attr)
        if types:
            yield Argument(kernel.op, arg.name, arg.is_ref,
                           arg.name in kernel.host_memory_arg), types


def wider():
    """(op, attribute, type) of every row that takes more than CUDA's."""
    found = set()
    for kernel in dml_kernels():
        for attribute, types in types_of(kernel).items():
            if kernel.op in CUDA and any(attribute not in row for row in CUDA[kernel.op]):
                continue  # CUDA takes all
            for name in types - cuda_types(kernel.op, attribute):
                found.add((kernel.op, attribute, name))
    return found


WIDER = wider()


def test_what_handles_references_is_no_wider_than_cudas():
    assert sorted(row for row in WIDER if row[0] in HANDLERS) == []
    with_references = {kernel.op for kernel in dml_kernels() if definition(kernel.op) and any(
        arg.is_ref for of in ("input_arg", "output_arg")
        for arg in getattr(definition(kernel.op), of))}
    assert HANDLERS.issubset(with_references)  # names of ops that there are


def sources_of_references():
    """Types in which an op of the device makes a reference from nothing."""
    types = set()
    for kernel in dml_kernels():
        takes = any(arg.is_ref for arg in definition(kernel.op).input_arg) if definition(
            kernel.op) else True
        if not takes:
            for argument, names in arguments(kernel, "output_arg"):
                if argument.is_ref:
                    assert not argument.on_host, argument
                    types |= names
    return types


def test_references_stay_in_one_memory():
    """Each kernel that takes a reference has it where the variable is."""
    types = sources_of_references()
    assert types == {"float16", "float32", "float64", "int64"}
    wrong = [(argument, name)
             for kernel in dml_kernels() for of in ("input_arg", "output_arg")
             for argument, names in arguments(kernel, of) if argument.is_ref
             for name in names & types if argument.on_host]
    assert wrong == []


# Types whose bytes mean something on the device.
COPIED = {"bfloat16", "bool", "complex128", "complex64", "float16", "float32", "float64", "int16",
          "int32", "int64", "int8", "qint16", "qint32", "qint8", "quint16", "quint8", "uint16",
          "uint32", "uint64", "uint8", "variant"}


def test_what_is_wider_can_be_copied_to_the_host():
    """As a condition, which Switch and the like want there, or a size."""
    assert WIDER
    wide = collections.defaultdict(set)
    for op, attribute, name in WIDER:
        wide[op, attribute].add(name)
    wrong = []
    for kernel in dml_kernels():
        attributes = {arg.name: arg.type_attr for arg in definition(kernel.op).output_arg} \
            if definition(kernel.op) else {}
        for argument, names in arguments(kernel, "output_arg"):
            names = names & wide[kernel.op, attributes[argument.name]]
            if not argument.on_host and names - COPIED:
                wrong.append((argument, names - COPIED))
    assert wrong == []


# Its `dtype` is that of numbers that it makes, not of the variable: a state of int64.
MAKES_NUMBERS = "StatefulUniformFullInt"


def test_handles_on_the_device_are_in_types_that_all_of_their_ops_take():
    """Eager ops go where a handle is, whether there is a kernel or not."""
    handles = {name for op, _, name in WIDER if op == "VarHandleOp"}
    lacking = {}
    for kernel in kernels.get_all_registered_kernels().kernel:
        op = definition(kernel.op)
        if kernel.op == MAKES_NUMBERS or kernel.device_type != "CPU" or op is None or not any(
                arg.name in ("resource", "ref", "var") and arg.type == 20
                for arg in op.input_arg):
            continue
        for attribute, types in types_of(kernel).items():
            if attribute not in ("dtype", "T"):
                continue
            ours = set().union(*(types_of(k).get(attribute, types)
                                 for k in dml_kernels() if k.op == kernel.op), set())
            if types & handles - ours:
                lacking.setdefault(kernel.op, set()).update(types & handles - ours)
    assert lacking == {}


@pytest.mark.parametrize("device", [None, DML])
@pytest.mark.parametrize("dtype", sorted(
    {"bool", "complex64", "int8", "uint8", "int32"} | {"float16", "float32", "float64", "int64"}))
def test_ref_variables_as_conditions_and_sizes(device, dtype):
    """As CUDA does: what has no kernel on the device is the CPU's."""
    value = np.ones([], dtype)
    with tf.Graph().as_default():
        with tf.device(device):
            variable = tf.Variable(value, use_resource=False)
            assigned = tf.assign(variable, value)  # a reference
            flag = assigned if dtype == "bool" else tf.equal(assigned, value)
            chosen = tf.cond(flag, lambda: tf.constant(1.0) * 2, lambda: tf.constant(3.0))
            held = tf.cond(variable if dtype == "bool" else tf.equal(variable, value),
                           lambda: tf.identity(variable), lambda: tf.zeros_like(variable))
        with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as session:
            session.run(tf.global_variables_initializer())
            first, second = session.run([chosen, held])
    assert first == 2
    assert second == value


@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_a_reference_that_the_host_wants(dtype):
    """What tf.assign_add returns, as a size and as a bound: as a value, it is copied."""
    with tf.Graph().as_default(), tf.device(DML):
        variable = tf.Variable(np.array(3, dtype), use_resource=False)
        added = tf.assign_add(variable, np.array(1, dtype))
        if dtype == "int64":
            count = tf.Variable(np.array([2], dtype), use_resource=False)
            y = tf.fill(tf.assign_add(count, [1]), tf.cast(added, tf.float32))
        else:
            y = tf.raw_ops.LinSpace(start=added, stop=10.0, num=3)
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            result = session.run(y)
    np.testing.assert_array_equal(result, [4, 4, 4] if dtype == "int64" else [4, 7, 10])
