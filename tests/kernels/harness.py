"""Runs ops on the CPU and on the DML device and compares.

A test file holds a table of rows:

    ROWS = [
        Row("Exp", FLOATS, [[(2, 3)], [()], [(0, 4)]], domain=(-3, 3), gradient=True),
        Row("Sum", FLOATS, [[(4, 5), ints(1)]], attrs={"keep_dims": True}),
    ]

    @pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
    def test_elementwise(row, dtype):
        check(row, dtype)

A row's samples are lists of inputs, in the op's order: a shape stands for random
numbers of the row's type and domain, an array for itself, a function of (random
state, type) for what it returns. All samples of a row run in one graph: the op on
the CPU, and on the device under no soft placement, so that the op and everything
that its gradient is made of must have DML kernels. The device's launch counter
for the op must have moved.

float16 is checked against the CPU's float32 on the same (rounded) inputs: more
precise than a float16 reference, and independent of which float16 kernels the CPU
has.
"""

import collections

import numpy as np
import tensorflow.compat.v1 as tf
import tensorflow_directml as directml
from tensorflow.python.framework import op_def_registry

CPU = "/device:CPU:0"
DML = "/device:DML:0"

FLOATS = ("float32", "float16")
FLOATS_AND_INT64 = FLOATS + ("int64",)
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
INDICES = ("int32", "int64")
# What copies are tried on: one type a size, and the two odd ones.
MOVABLE = ("float32", "float16", "int64", "uint8", "bool", "complex128")

# (relative, absolute). float16 has 11 bits: half a unit in the last place is
# 2**-11 of the result; a gradient rounds a few times.
TOLERANCES = {
    "float32": (2e-5, 2e-6), "float16": (4e-3, 2e-3), "float64": (1e-13, 1e-14),
    "complex64": (2e-5, 2e-6), "complex128": (1e-13, 1e-14),
}

# Inputs that TensorFlow's Python functions call otherwise.
RENAMED = {"reduction_indices": "axis"}

# Ops that came after TensorFlow 1.15, or were dropped since: their rows are left out without.
OF_SOME_VERSIONS = {
    "BatchMatMulV3", "CompareAndBitpack", "DenseBincount", "MatrixDiagPartV3", "MatrixDiagV3",
    "MatrixSetDiagV3", "ScatterNdMax", "StatelessRandomUniformV2", "TensorScatterMax",
    "TensorScatterMin", "Xlog1py",
}

covered = set()  # ops that some row tests


def lacks(op):
    return op in OF_SOME_VERSIONS and op not in op_def_registry.get_registered_ops()


def raw(op, attrs=None):
    """The op as a function of its inputs, in their order."""
    arguments = op_def_registry.get_registered_ops()[op].input_arg
    names = [RENAMED.get(argument.name, argument.name) for argument in arguments]
    function = getattr(tf.raw_ops, op)

    def call(*inputs):
        assert len(inputs) == len(names), (op, names)
        return function(**dict(zip(names, inputs)), **(attrs or {}))

    return call


def attr_value(value):
    """Of an attribute, for a graph's definition."""
    if isinstance(value, bool):
        return tf.AttrValue(b=value)
    if isinstance(value, list):
        return tf.AttrValue(list=tf.AttrValue.ListValue(i=value))
    if isinstance(value, int):
        return tf.AttrValue(i=value)
    return tf.AttrValue(f=value) if isinstance(value, float) else tf.AttrValue(s=value.encode())


def removed(op, attrs=None, producer=2):
    """As raw(), of an op that only graphs of old producers may have; its attribute T is
    that of the first input."""
    definition = op_def_registry.get_registered_ops()[op]

    def call(*inputs):
        graph = tf.GraphDef()
        graph.versions.producer = producer
        names = ["input%d" % i for i in range(len(inputs))]
        for name_, x in zip(names, inputs):
            fed = graph.node.add(name=name_, op="Placeholder")
            fed.attr["dtype"].type = x.dtype.as_datatype_enum
        node = graph.node.add(name=op, op=op, input=names)
        node.attr["T"].type = inputs[0].dtype.as_datatype_enum
        for key, value in (attrs or {}).items():
            node.attr[key].CopyFrom(attr_value(value))
        outputs = ["%s:%d" % (op, i) for i in range(len(definition.output_arg))]
        made = tf.import_graph_def(graph, dict(zip(names, inputs)), outputs)
        return made[0] if len(made) == 1 else made

    return call


class Row:
    """One op: how it is called, with which types and inputs."""

    def __init__(self, op, types, samples, call=None, attrs=None, domain=(-2, 2), gradient=False,
                 same_type=False, tolerance=None, launches=True, copies=False,
                 grad_inputs=None, also=()):
        self.op = op
        self.types = types
        self.samples = samples
        self.call = call or (None if lacks(op) else raw(op, attrs))
        self.domain = domain
        self.gradient = gradient
        self.grad_inputs = grad_inputs  # which inputs; all random floats if None
        self.same_type = same_type  # the reference also computes float16 as such
        self.tolerance = tolerance or {}
        self.launches = launches  # False: it only passes its input on
        self.copies = copies  # it may be a plain copy of memory, which has no tag
        self.attrs = attrs
        self.also = also if gradient else ()  # ops that the gradient must run
        if not lacks(op):
            covered.update([op, *self.also])


def moved(op, samples, types=MOVABLE, gradient=False, **more):
    """The row of an op that only moves elements."""
    return Row(op, types, samples, domain=(0, 100), gradient=gradient, copies=True, **more)


def renamed(row, op):
    """The row for an op that only old graphs have, under another name."""
    def call(*inputs):
        with tf.Graph().as_default() as graph:
            names = ["input%d" % i for i in range(len(inputs))]
            row.call(*[tf.placeholder(x.dtype, x.shape, name) for x, name in zip(inputs, names)])
        definition = graph.as_graph_def()
        definition.versions.producer = 8
        node = definition.node[-1]
        attributes = {a.name for a in op_def_registry.get_registered_ops()[op].attr}
        for attribute in set(node.attr) - attributes:
            del node.attr[attribute]
        node.op = op
        return tf.import_graph_def(definition, dict(zip(names, inputs)), [node.name + ":0"])

    return Row(op, row.types, row.samples, call)


def variants(rows):
    return [(row, dtype) for row in rows if not lacks(row.op) for dtype in row.types]


def name(value):
    if not isinstance(value, Row):
        return str(value)
    if not value.attrs:
        return value.op
    return value.op + "-" + "-".join(str(v).replace(" ", "") for v in value.attrs.values() if v)


def ints(*values):
    """A constant int32 input: a scalar or a vector."""
    return np.array(values[0] if len(values) == 1 else values, np.int32)


def axes(*values):
    return np.array(values, np.int32)


def ids(*values, dtype=np.int32):
    return np.array(values, dtype)


def zeros(*shape):
    return np.zeros(shape, np.float32)


def draw(rng, shape, dtype, domain):
    low, high = domain
    if dtype == "bool":
        return np.asarray(rng.rand(*shape) < 0.5)
    if np.issubdtype(np.dtype(dtype), np.complexfloating):
        return np.asarray(rng.uniform(low, high, shape) + 1j * rng.uniform(low, high, shape)
                          ).astype(dtype)
    if np.issubdtype(np.dtype(dtype), np.floating):
        return np.asarray(rng.uniform(low, high, shape)).astype(dtype)
    if np.issubdtype(np.dtype(dtype), np.unsignedinteger):
        low = max(low, 0)
    return np.asarray(rng.randint(int(np.ceil(low)), int(high) + 1, shape)).astype(dtype)


def values_of(row, sample, dtype, rng):
    result = []
    for given in sample:
        if isinstance(given, np.ndarray):
            result.append(given)
        elif callable(given):
            result.append(np.asarray(given(rng, dtype)))
        else:
            result.append(draw(rng, given, dtype, row.domain))
    return result


def config():
    options = tf.ConfigProto(allow_soft_placement=False)
    # The graph that is written here is the one that runs.
    options.graph_options.optimizer_options.opt_level = tf.OptimizerOptions.L0
    options.graph_options.rewrite_options.disable_meta_optimizer = True
    return options


def differentiable(tensor):
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def as_list(outputs):
    if isinstance(outputs, tf.Operation):
        return []
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def shaped(call, *shapes):
    """`call`, with outputs' shapes that only the data tells: gradients have to know them."""
    def told(*inputs):
        outputs = as_list(call(*inputs))
        for output, shape in zip(outputs, shapes):
            output.set_shape(shape)
        return outputs
    return told


def outputs_and_gradients(row, inputs, device, weights):
    """The call's outputs, then the gradients of its weighted sum."""
    with tf.device(device):
        outputs = as_list(row.call(*inputs))
        if not row.gradient:
            return outputs, []
        chosen = row.grad_inputs
        if chosen is None:
            chosen = [i for i, x in enumerate(inputs) if differentiable(x)]
        floats = [y for y in outputs if differentiable(y)]
        while len(weights) < len(floats):
            seed = len(weights) + 1
            weights.append(lambda y, seed=seed: weight(y, seed))
        grad_ys = [weights[i](y) for i, y in enumerate(floats)]
        gradients = tf.gradients(floats, [inputs[i] for i in chosen], grad_ys)
        return outputs, [g for g in gradients if g is not None]


def weight(y, seed):
    """Deterministic gradient of an output, fed so that no op computes it."""
    shape = y.shape.as_list()
    rng = np.random.RandomState(seed)
    values = rng.uniform(-1, 1, shape).astype(np.float16)  # the same in any type
    if y.dtype.is_complex:
        values = values + 1j * rng.uniform(-1, 1, shape).astype(np.float16)
    with tf.device(CPU):
        return tf.constant(values.astype(y.dtype.as_numpy_dtype))


def placeholder(row, value, dtype):
    """For a value; gradients want to know integers, such as axes, beforehand."""
    if row.gradient and np.issubdtype(value.dtype, np.integer):
        return tf.constant(value)
    return tf.placeholder(dtype, value.shape)


def work_done(row):
    """How much work of each of the row's ops the device was sent so far."""
    copies = directml.statistics()["device_copies"] if row.copies else 0
    launches = collections.Counter()
    for tag, count in directml.launches_by_tag().items():
        for op in tag.split("+"):  # launches that were merged
            launches[op] += count
    return {op: launches[op] + copies for op in (row.op, *row.also)}


def check(row, dtype):
    rng = np.random.RandomState(len(row.op) + len(dtype))
    widen = dtype == "float16" and not row.same_type
    feeds, expected, actual, labels = {}, [], [], []
    with tf.Graph().as_default():
        for sample in row.samples:
            values = values_of(row, sample, dtype, rng)
            with tf.device(CPU):
                inputs = [placeholder(row, v, v.dtype) for v in values]
                reference_inputs = [
                    placeholder(row, v, np.float32 if widen and v.dtype == np.float16 else v.dtype)
                    for v in values
                ]
            for tensor, value in zip(inputs + reference_inputs, values + values):
                if tensor.op.type == "Placeholder":
                    feeds[tensor] = value
            weights = []
            want = sum(outputs_and_gradients(row, reference_inputs, CPU, weights), [])
            got = sum(outputs_and_gradients(row, inputs, DML, weights), [])
            assert len(want) == len(got)
            expected += want
            actual += got
            shapes = [v.shape if v.dtype == np.dtype(dtype) else v.tolist() for v in values]
            labels += ["%s %s, output %d" % (row.op, shapes, i) for i in range(len(got))]
        before = work_done(row)
        with tf.Session(config=config()) as session:
            wants, gots = session.run([expected, actual], feeds)
    if row.launches:
        after = work_done(row)
        idle = [op for op in after if after[op] == before[op]]
        assert not idle, "did not run on the device: " + ", ".join(idle)
    for label, want, got in zip(labels, wants, gots):
        compare(label, want, got, dtype, row.tolerance.get(dtype))


def compare(label, want, got, dtype, tolerance=None):
    want, got = np.asarray(want), np.asarray(got)
    assert got.shape == want.shape, "%s: shape %s, expected %s" % (label, got.shape, want.shape)
    if got.dtype == np.float16 and want.dtype == np.float32:
        with np.errstate(over="ignore"):
            want = want.astype(np.float16)  # overflows as the device's result does
    assert got.dtype == want.dtype, "%s: %s, expected %s" % (label, got.dtype, want.dtype)
    if not np.issubdtype(want.dtype, np.inexact):
        np.testing.assert_array_equal(got, want, label)
        return
    relative, absolute = tolerance or TOLERANCES[dtype if dtype in TOLERANCES else "float32"]
    wide = np.complex128 if np.issubdtype(want.dtype, np.complexfloating) else np.float64
    np.testing.assert_allclose(got.astype(wide), want.astype(wide), relative, absolute,
                               equal_nan=True, err_msg=label)


def run(call, inputs, device=DML):
    """What `call` returns on a device, for inputs of shapes that graph construction
    does not know."""
    with tf.Graph().as_default():
        with tf.device(CPU):
            placeholders = [tf.placeholder(v.dtype, None) for v in inputs]
        with tf.device(device):
            fetches = call(*placeholders)
        with tf.Session(config=config()) as session:
            return session.run(fetches, dict(zip(placeholders, inputs)))


def evaluate(build, device=DML):
    """What the tensors are that `build` makes on a device."""
    return run(build, [], device)


def run_traced(session, fetches, feeds=None):
    """The values, how many nodes of each op the graphs that ran have, those of functions
    included, and how many launches each op made."""
    options = tf.RunOptions(output_partition_graphs=True)
    metadata = tf.RunMetadata()
    before = directml.launches_by_tag()
    values = session.run(fetches, feeds, options, metadata)
    after = directml.launches_by_tag()
    ops = collections.Counter()
    for partition in metadata.partition_graphs:
        ops.update(node.op for node in partition.node)
        for function in partition.library.function:
            ops.update(node.op for node in function.node_def)
    return values, ops, {op: n - before.get(op, 0) for op, n in after.items()}


def error_of(call, inputs):
    """The message with which `call` fails on the device."""
    try:
        run(call, inputs)
    except tf.errors.OpError as error:
        return error.message
    raise AssertionError("no error")
