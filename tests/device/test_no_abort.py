"""Where TensorFlow's base classes would end the process: see docs/architecture.md."""


def test_the_cpus_kernels_have_threads_on_the_device(run_python):
    """Those that run for nodes of the device, on the host."""
    result = run_python(
        """
import numpy as np
with tf.Graph().as_default(), tf.device("/device:DML:0"):
    x = v1.placeholder_with_default(np.arange(1 << 16, dtype="int32"), [None])
    results = [tf.reduce_sum(x * 2 + 1), tf.unique(x)[0], tf.range(0, 5)]
    config = v1.ConfigProto(allow_soft_placement=False)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    with v1.Session(config=config) as session:
        print(session.run(results[0]), len(session.run(results[1])), session.run(results[2]))
"""
    )
    assert result.out.split()[:2] == ["0", "65536"]  # 2^32, as int32


def test_references_are_checked_before_kernels(run_python):
    """A value where a reference is wanted, in a graph that no Python function makes."""
    result = run_python(
        """
definition = v1.GraphDef()
x = definition.node.add(name="x", op="Placeholder")
x.attr["dtype"].type = 1
for op in ("AssignAdd", "ApplyGradientDescent", "ScatterAdd"):
    graph = v1.GraphDef()
    graph.CopyFrom(definition)
    node = graph.node.add(name="y", op=op, device="/device:DML:0", input=["x"] * 3)
    if op == "AssignAdd":
        del node.input[2]
    node.attr["T"].type = 1
    if op == "ScatterAdd":
        node.attr["Tindices"].type = 3
        index = graph.node.add(name="i", op="Placeholder")
        index.attr["dtype"].type = 3
        node.input[1] = "i"
    try:
        with tf.Graph().as_default(), v1.Session() as session:
            tf.import_graph_def(graph, name="")
            session.run("y:0", {"x:0": 1.0})
    except (ValueError, tf.errors.OpError) as error:
        print("ref" in str(error))
"""
    )
    assert result.out.split() == ["True"] * 3, result.out


def test_collectives_where_there_are_none(run_python):
    """Partial runs of a session have nothing that finds the others."""
    result = run_python(
        """
from tensorflow.python.ops import collective_ops
with tf.Graph().as_default(), tf.device("/gpu:0"):
    x = v1.placeholder(tf.float32, [3])
    alone = collective_ops.all_reduce(x, 2, 1, 1, "Add", "Id")
    with v1.Session() as session:
        run = session.partial_run_setup([alone], [x])
        try:
            session.partial_run(run, alone, {x: [1.0, 2.0, 3.0]})
        except tf.errors.OpError as error:
            print(type(error).__name__, error.message)
"""
    )
    assert "FailedPrecondition" in result.out and "collectives" in result.out, result.out


def test_copies_to_other_kinds_of_devices(run_python):
    """By way of the host: TensorFlow finds no copy between the two kinds."""
    result = run_python(
        """
import numpy as np, tensorflow_directml
with tf.Graph().as_default(), v1.Session() as session:
    x = v1.placeholder(tf.float32, [3])
    for there, back in (("/gpu:0", "/device:XLA_CPU:0"), ("/device:XLA_CPU:0", "/gpu:0")):
        with tf.device(there):
            y = tf.exp(x)
        with tf.device(back):
            z = y * 2
        print(session.run(z, {x: [0.0, 0.0, 0.0]}).tolist())
print(sorted(tensorflow_directml.launches_by_tag()))
"""
    )
    assert result.out.splitlines() == [str([2.0] * 3)] * 2 + [str(["Exp", "Mul"])]


def test_kernels_look_at_ranks_first(run_python):
    """TensorFlow's kernel for the CPU ends the process here (tensor_shape.cc, CheckDimsEqual)."""
    result = run_python(
        """
import numpy as np
from tensorflow.python.ops import gen_rnn_ops
config = v1.ConfigProto(allow_soft_placement=False)
with tf.Graph().as_default(), v1.Session(config=config) as session:
    inputs = [v1.placeholder(tf.float32) for _ in range(16)]
    with tf.device("/gpu:0"):
        results = [gen_rnn_ops.lstm_block_cell_grad(*inputs, use_peephole=peephole)[0]
                   for peephole in (False, True)]
    empty = np.zeros([0, 0], "float32")
    for result in results:
        for known in range(16):
            feeds = [empty] * known + [0.0] * (16 - known)
            try:
                session.run(result, dict(zip(inputs, feeds)))
                print("ran", known)
            except tf.errors.InvalidArgumentError as error:
                print(" ".join(error.message.split()))
"""
    )
    lines = result.out.splitlines()
    assert len(lines) == 32 and all(" must " in line for line in lines)
    assert "x must be 2D" in lines[0] and "cs_prev must be 2D" in lines[1]
