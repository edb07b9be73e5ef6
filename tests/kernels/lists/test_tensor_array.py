"""Tensor arrays, and the loops that are made of them: values and gradients as
on the CPU, on the device alone."""

import numpy as np
import pytest
import tensorflow_directml as directml
from tensorflow.python.framework import kernels
from tensorflow.python.ops import gen_data_flow_ops as ops

import tensorflow as tf

v1 = tf.compat.v1
DML = "/device:DML:0"
CPU = "/device:CPU:0"


def session(soft=False):
    config = v1.ConfigProto(allow_soft_placement=soft)
    # Grappler would fold constants on the host.
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return v1.Session(config=config)


def evaluate(build, device=DML, **feed):
    """Builds on the device alone and returns the values."""
    with tf.Graph().as_default():
        with tf.device(device):
            fetches = build()
        with session() as s:
            return s.run(fetches)


def same_on_both(build):
    before = directml.statistics()["launches"]
    np.testing.assert_equal(evaluate(build), evaluate(build, CPU))
    return directml.statistics()["launches"] - before


def array(size=3, dtype=tf.float32, **options):
    return tf.TensorArray(dtype, size, tensor_array_name="numbers", **options)


def values(*shape):
    return tf.constant(np.arange(np.prod(shape)).reshape(shape), tf.float32)


def fails(build, message, error=tf.errors.InvalidArgumentError):
    with pytest.raises(error, match=message):
        evaluate(build)


TYPES = [
    tf.float32, tf.float16, tf.float64, tf.int8, tf.int16, tf.int64,
    tf.uint8, tf.uint16, tf.uint32, tf.uint64, tf.bool,
]  # fmt: skip
# A row that TensorFlow would let a tensor begin at, and others.
SHAPES = [(4,), (4, 3), (4, 16), (4, 2, 5), (4, 0), (1, 3), (4, 1)]


@pytest.mark.parametrize("dtype", TYPES, ids=lambda t: t.name)
def test_every_type_goes_in_and_out(dtype):
    numbers = np.array([[1, 0, 2], [3, 4, 0]]).astype(dtype.as_numpy_dtype)

    def build():
        x = tf.constant(numbers)
        ta = array(2, dtype, clear_after_read=False).unstack(x)
        unwritten = array(2, dtype, element_shape=[3]).write(0, x[0])
        return (ta.read(0), ta.gather([1, 0]), ta.stack(), ta.concat(), unwritten.read(1),
                array(2, dtype, infer_shape=False).split(x[:, 0], [0, 2]).read(1))  # fmt: skip

    read, gathered, stacked, joined, zeros, part = evaluate(build)
    np.testing.assert_array_equal(read, numbers[0])
    np.testing.assert_array_equal(gathered, numbers[[1, 0]])
    np.testing.assert_array_equal(stacked, numbers)
    np.testing.assert_array_equal(joined, numbers.reshape(-1))
    np.testing.assert_array_equal(zeros, np.zeros_like(numbers[0]))
    np.testing.assert_array_equal(part, numbers[:, 0])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_unstack_then_stack_is_the_same(shape):
    def build():
        x = values(*shape)
        ta = array(shape[0], clear_after_read=False).unstack(x)
        return x, ta.stack(), ta.read(shape[0] - 1), ta.size()

    x, stacked, last, size = evaluate(build)
    np.testing.assert_array_equal(stacked, x)
    np.testing.assert_array_equal(last, x[-1])
    assert size == shape[0]


@pytest.mark.parametrize("row", [(), (3,), (16,)], ids=str)
@pytest.mark.parametrize("lengths", [[2, 0, 3], [5], [1, 1, 1, 1, 1]], ids=str)
def test_split_then_concat_is_the_same(row, lengths):
    def build():
        x = values(5, *row)
        ta = array(len(lengths), infer_shape=False, clear_after_read=False)
        ta = ta.split(x, lengths)
        joined, sizes = ops.tensor_array_concat_v3(ta.handle, ta.flow, dtype=tf.float32)
        return x, joined, sizes, ta.read(0)

    x, joined, sizes, first = evaluate(build)
    np.testing.assert_array_equal(joined, x)
    np.testing.assert_array_equal(sizes, lengths)
    np.testing.assert_array_equal(first, x[: lengths[0]])


def test_empty_arrays_have_the_shape_they_are_told():
    def build():
        ta = array(0, element_shape=[2, 3])
        return ta.stack(), ta.concat()

    stacked, joined = evaluate(build)
    assert stacked.shape == (0, 2, 3)
    assert joined.shape[0] == 0


def test_a_dynamic_array_grows():
    def build():
        ta = array(0, dynamic_size=True, element_shape=[2])
        ta = ta.write(3, [1.0, 2.0]).scatter([1], [[3.0, 4.0]])
        size = ta.size()
        with tf.control_dependencies([size]):
            return size, ta.stack()

    size, stacked = evaluate(build)
    assert size == 4
    np.testing.assert_array_equal(stacked, [[0, 0], [3, 4], [0, 0], [1, 2]])


ERRORS = {
    "write beyond": (lambda: array().write(3, 1.0).flow,
                     "Tried to write to index 3 but array is not resizeable and size is: 3"),
    "write before": (lambda: array().write(-1, 1.0).flow, "Tried to write to index -1"),
    "write twice": (lambda: array().write(2, 1.0).write(2, 2.0).flow,
                    "TensorArray numbers_.*: Could not write to TensorArray index 2 because "
                    "it has already been written to"),
    "read beyond": (lambda: array().read(3), "Tried to read from index 3 but array size is: 3"),
    "read unwritten": (lambda: array().read(0), "element shape is not fully defined"),
    "gather beyond": (lambda: array(2).unstack([1.0, 2.0]).gather([0, 2]),
                      "Tried to read from index 2"),
    "scatter beyond": (lambda: array(2).scatter([0, 2], [1.0, 2.0]).flow,
                       r"Max scatter index must be < array size \(2 vs. 2\)"),
    "scatter counts": (lambda: ops.tensor_array_scatter_v3(
        array(2).handle, [0], of_any_shape([1.0, 2.0]), 0.0),
        r"len\(indices\) == values.shape\[0\]"),
    "split counts": (lambda: array(2).split([1.0, 2.0], [2]).flow,
                     r"not equal to the size of lengths \(2 vs. 1\)"),
    "split sum": (lambda: array(1).split([1.0, 2.0, 3.0], [1]).flow,
                  r"sum of lengths is 1 and value's shape is: \[3\]"),
    "split negative": (lambda: array(2).split([1.0], [2, -1]).flow, "lengths: -1"),
    "concat scalars": (lambda: concat_scalars(), "saw a scalar shape at index 0"),
    "stack of unequal": (lambda: stack_of_unequal(), "inconsistent shapes"),
    "shape": (lambda: ops.tensor_array_write_v3(
        array(2, element_shape=[3]).handle, 0, of_any_shape([1.0, 2.0]), 0.0),
        r"value shape is \[2\] which is incompatible"),
    "type": (lambda: ops.tensor_array_read_v3(array(2).handle, 0, 0.0, dtype=tf.float64),
             "TensorArray dtype is float but Op requested dtype double"),
    "size": (lambda: array(-1).flow, "Size should be >= 0"),
    "closed": (lambda: use_after_close(), "has already been closed"),
}  # fmt: skip


def of_any_shape(value):
    """Hides the shape from TensorFlow, which else finds the mistake itself."""
    return v1.placeholder_with_default(tf.constant(value), None)


def concat_scalars():
    ta = array(1).write(0, 1.0)
    return ops.tensor_array_concat_v3(ta.handle, ta.flow, dtype=tf.float32)


def stack_of_unequal():
    ta = array(2, infer_shape=False).write(0, [1.0]).write(1, [1.0, 2.0])
    return ops.tensor_array_gather_v3(ta.handle, [0, 1], ta.flow, dtype=tf.float32)


def use_after_close():
    ta = array()
    with tf.control_dependencies([ta.close()]):
        return ops.tensor_array_size_v3(ta.handle, ta.flow)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_mistakes_are_named(name):
    fails(*ERRORS[name])


def test_a_read_clears_by_default():
    def build():
        ta = array(1).write(0, 1.0)
        first = ta.read(0)
        with tf.control_dependencies([first]):
            return ta.read(0)

    fails(build, "Could not read index 0 twice because it was cleared")


def test_the_first_two_versions_of_the_ops():
    # Old graphs have them; TensorFlow builds no new ones.
    graph = v1.GraphDef()
    graph.versions.producer = 15

    def node(name, op, *inputs, **attributes):
        added = graph.node.add(name=name, op=op, input=inputs, device=DML)
        for key, value in attributes.items():
            added.attr[key].CopyFrom(value)

    def number(name, value, dtype):
        tensor = tf.compat.v1.make_tensor_proto(value, dtype)
        node(name, "Const", dtype=type_attr(dtype), value=v1.AttrValue(tensor=tensor))

    def type_attr(dtype):
        return v1.AttrValue(type=dtype.as_datatype_enum)

    floats = type_attr(tf.float32)
    number("two", 2, tf.int32)
    number("zero", 0, tf.int32)
    number("one", 1, tf.int32)
    number("ones", [1], tf.int32)
    number("flow", 0.0, tf.float32)
    number("pair", [1.0, 2.0], tf.float32)
    number("row", [[3.0, 4.0]], tf.float32)
    number("column", [[5.0], [6.0]], tf.float32)
    number("seven", [7.0], tf.float32)
    node("old", "TensorArrayV2", "two", dtype=floats)
    node("written", "TensorArrayWriteV2", "old", "zero", "pair", "flow", T=floats)
    node("scattered", "TensorArrayScatterV2", "old", "ones", "row", "written", T=floats)
    node("read", "TensorArrayReadV2", "old", "one", "scattered", dtype=floats)
    node("oldest", "TensorArray", "two", dtype=floats, clear_after_read=v1.AttrValue(b=False))
    node("unpacked", "TensorArrayUnpack", "oldest", "column", "flow", T=floats)
    node("packed", "TensorArrayPack", "oldest", "unpacked", dtype=floats)
    node("gradient", "TensorArrayGrad", "oldest", "unpacked", source=v1.AttrValue(s=b"g"))
    node("added", "TensorArrayWrite", "gradient", "one", "seven", "unpacked", T=floats)
    node("gradients", "TensorArrayPack", "gradient", "added", dtype=floats)

    with tf.Graph().as_default():
        fetches = tf.import_graph_def(graph, return_elements=["read:0", "packed:0", "gradients:0"])
        with session() as s:
            read, packed, gradients = s.run(fetches)
    np.testing.assert_array_equal(read, [3, 4])
    np.testing.assert_array_equal(packed, [[5], [6]])
    # What the forward array was unpacked to is packed again.
    np.testing.assert_array_equal(gradients, [[0], [7]])


# Gradients.


@pytest.mark.parametrize("row", [(), (3,), (16,)], ids=str)
def test_writes_to_a_gradient_add_up(row):
    def build():
        x = values(3, *row)
        ta = array(3, clear_after_read=False).unstack(x)
        y = 2.0 * ta.read(0) + 3.0 * ta.read(0) + 5.0 * ta.read(0) + 7.0 * ta.stack()[2]
        return tf.gradients(y, x)[0]

    gradient = evaluate(build)
    np.testing.assert_array_equal(gradient[:, ...].reshape(3, -1)[:, 0], [10, 0, 7])


def test_gradients_of_every_op():
    def build():
        x, y = values(4, 3), values(6, 2)
        ta = array(4, clear_after_read=False).unstack(x * x)
        split = array(3, infer_shape=False).split(y * y, [1, 0, 5])
        loss = tf.reduce_sum(ta.stack() * x) + tf.reduce_sum(ta.gather([2, 0]))
        loss += tf.reduce_sum(ta.read(3)) + tf.reduce_sum(split.concat() * y)
        joined = array(2, infer_shape=False).write(0, x).write(1, 2.0 * x).concat()
        loss += tf.reduce_sum(joined * joined)
        return tf.gradients(loss, [x, y])

    assert same_on_both(build) > 0


def test_a_gradient_with_a_shape_in_front():
    def build():
        ta = array(1, element_shape=[2]).write(0, [1.0, 2.0])
        with tf.control_dependencies([ta.flow]):
            gradient, flow = ops.tensor_array_grad_with_shape(ta.handle, ta.flow, [3], source="g")
        return ops.tensor_array_read_v3(gradient, 0, flow, dtype=tf.float32)

    np.testing.assert_array_equal(evaluate(build), np.zeros([3, 2]))


def test_stop_gradient_leaves_zeros():
    def build():
        x = values(3, 2)
        ta = array(3, clear_after_read=False, element_shape=[2]).unstack(x)
        return tf.gradients(ta.read(0) + tf.stop_gradient(ta.read(1)), x)[0]

    np.testing.assert_array_equal(evaluate(build), [[1, 1], [0, 0], [0, 0]])


# Loops.


def loop_with_array():
    x = values(5, 3)
    source = array(5).unstack(x)

    def body(i, total, out):
        total = total * 0.5 + source.read(i)
        return i + 1, total, out.write(i, total * total)

    loop = tf.while_loop(lambda i, *_: i < 5, body, (0, tf.zeros([3]), array(5)))
    y = loop[2].stack()
    return y, tf.gradients(y, x)[0]


def map_fn():
    x = values(5, 3)
    y = tf.map_fn(lambda row: row * tf.reduce_sum(row), x)
    return y, tf.gradients(y, x)[0]


def scan():
    x = values(5, 3) / 8
    y = tf.scan(lambda total, row: 0.5 * total + row * row, x)
    return y, tf.gradients(y, x)[0]


@pytest.mark.parametrize("build", [loop_with_array, map_fn, scan])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_loops(build, version):
    def run():
        if version == "v1":
            return build()
        v1.enable_control_flow_v2()
        try:
            return build()
        finally:
            v1.disable_control_flow_v2()

    assert same_on_both(run) > 0


# Recurrent networks.

TIME, BATCH, INPUTS, UNITS = 6, 3, 4, 5
# The edge of the graph: feeds enter and fetches leave on the host.
PLUMBING = {"_Arg", "_Retval", "_Send", "_Recv", "_HostSend", "_HostRecv", "Placeholder", "NoOp"}


class Network:
    """A recurrent network over sequences of unequal length, and its gradients."""

    def __init__(self, cell, bidirectional, device):
        self.graph = tf.Graph()
        with self.graph.as_default(), tf.device(device):
            v1.set_random_seed(3)
            self.x = v1.placeholder(tf.float32, [None, None, INPUTS])
            self.lengths = v1.placeholder(tf.int32, [None])
            weights = v1.random_uniform_initializer(-0.5, 0.5, seed=5)
            with v1.variable_scope("network", initializer=weights):
                if bidirectional:
                    pair, _ = v1.nn.bidirectional_dynamic_rnn(
                        cell(UNITS), cell(UNITS), self.x, self.lengths, dtype=tf.float32
                    )
                    y = tf.concat(pair, axis=2)
                else:
                    y, _ = v1.nn.dynamic_rnn(cell(UNITS), self.x, self.lengths, dtype=tf.float32)
            loss = tf.reduce_sum(y * y)
            gradients = tf.gradients(loss, v1.trainable_variables() + [self.x])
            self.fetches = [y, loss] + gradients
            self.initialize = v1.global_variables_initializer()

    def run(self, weights=None, **trace):
        rng = np.random.RandomState(11)
        feed = {self.x: rng.uniform(-1, 1, [BATCH, TIME, INPUTS]), self.lengths: [6, 2, 4]}
        with v1.Session(graph=self.graph) as s:
            s.run(self.initialize)
            variables = self.graph.get_collection("trainable_variables")
            for variable, value in zip(variables, weights or []):
                variable.load(value, s)
            weights = s.run(variables)
            return weights, s.run(self.fetches, feed, **trace)


CELLS = {"BasicLSTM": v1.nn.rnn_cell.BasicLSTMCell, "GRU": v1.nn.rnn_cell.GRUCell}


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both ways"])
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_recurrent_networks(cell, bidirectional):
    weights, expected = Network(CELLS[cell], bidirectional, CPU).run()
    before = directml.statistics()["launches"]
    metadata = v1.RunMetadata()
    options = v1.RunOptions(output_partition_graphs=True)
    network = Network(CELLS[cell], bidirectional, None)
    _, results = network.run(weights, run_metadata=metadata, options=options)
    assert directml.statistics()["launches"] > before
    for result, reference in zip(results, expected):
        np.testing.assert_allclose(result, reference, rtol=2e-4, atol=2e-5)
    ran, strayed = float_operators(metadata)
    assert not strayed
    assert {"TensorArrayReadV3", "TensorArrayWriteV3", "TensorArrayScatterV3",
            "TensorArrayGatherV3", "MatMul", "Sigmoid", "Tanh"} <= ran  # fmt: skip


def float_operators(metadata):
    """What ran on the device, and what of floats ran elsewhere."""
    ran, strayed = set(), set()
    for partition in metadata.partition_graphs:
        for node in partition.node:
            types = [tf.as_dtype(node.attr[a].type) for a in ("T", "dtype") if node.attr[a].type]
            if "/device:DML:" in node.device:
                ran.add(node.op)
            elif node.op not in PLUMBING and any(t.is_floating for t in types):
                known = kernels.get_registered_kernels_for_op(node.op).kernel
                if any(k.device_type == "DML" for k in known):
                    strayed.add((node.op, node.name))
    return ran, strayed
