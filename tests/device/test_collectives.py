"""Collective ops over two devices of one process, and what they refuse."""

SESSION = """
import numpy as np
from tensorflow.python.ops import collective_ops as ops

def config():
    half = v1.GPUOptions.Experimental.VirtualDevices(memory_limit_mb=[64, 64])
    experimental = v1.GPUOptions.Experimental(virtual_devices=[half])
    config = v1.ConfigProto(gpu_options=v1.GPUOptions(experimental=experimental))
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config

options = v1.RunOptions(output_partition_graphs=True)
options.experimental.collective_graph_key = 1

def run(build, inputs, config=config(), metadata=None, known=True, options=options):
    '''What build(x, i) gives on device i for each of the inputs, or the error.'''
    with tf.Graph().as_default():
        results, feeds = [], {}
        for i, x in enumerate(inputs):
            with tf.device("/gpu:%d" % i):
                fed = v1.placeholder(x.dtype, x.shape if known else None)
                feeds[fed] = x
                results.append(build(fed, i))
        with v1.Session(config=config) as session:
            try:
                for _ in range(2):  # the group forms in the first one
                    values = session.run(results, feeds, options, metadata)
                return values
            except tf.errors.OpError as error:
                return said(error)

def said(error):
    return " ".join([type(error).__name__] + error.message.split())
"""

FUSED = """
from tensorflow.core.protobuf import rewriter_config_pb2
fused = config()
rewrites = fused.graph_options.rewrite_options
rewrites.disable_meta_optimizer = False
rewrites.scoped_allocator_optimization = rewriter_config_pb2.RewriterConfig.ON
rewrites.scoped_allocator_opts.enable_op.append("CollectiveReduce")
"""


def test_values(run_python):
    result = run_python(
        SESSION
        + """
import tensorflow_directml
random = np.random.RandomState(0)
for dtype in ("float32", "float64", "int64"):
    for shape in ([7], [3, 5], [2000, 3], [], [1]):
        pair = [random.uniform(-4, 4, shape).astype(dtype) for _ in range(2)]
        for merge, final, want in (
                ("Add", "Id", pair[0] + pair[1]), ("Mul", "Id", pair[0] * pair[1]),
                ("Add", "Div", ((pair[0] + pair[1]) / 2).astype(dtype))):
            got = run(lambda x, i: ops.all_reduce(x, 2, 1, 1, merge, final), pair)
            for value in got:
                assert value.dtype == dtype, (value, dtype)
                np.testing.assert_allclose(value, want, rtol=1e-6)
for dtype in ("float32", "float64", "int32", "int64"):
    pair = [random.randint(0, 99, [2, 3]).astype(dtype) for _ in range(2)]
    for value in run(lambda x, i: ops.all_gather(x, 2, 1, 1), pair):
        np.testing.assert_array_equal(value, np.concatenate(pair))
    got = run(lambda x, i: ops.broadcast_send(x, [2, 3], x.dtype, 2, 1, 1) if i == 0 else
              ops.broadcast_recv([2, 3], x.dtype, 2, 1, 1), pair)
    for value in got:
        np.testing.assert_array_equal(value, pair[0])
tags = tensorflow_directml.launches_by_tag()
print("launches", tags["Add"], tags["Mul"], tags["Div"])
"""
    )
    assert all(int(n) > 0 for n in result.out.split("launches")[1].split()), result.out


def test_gradients_in_one_buffer(run_python):
    """Grappler's scoped allocators; without the device's own the process would abort."""
    result = run_python(
        SESSION
        + FUSED
        + """
def build(x, i):
    x = tf.reshape(x, [6])  # Grappler lays out what has a known shape, which fed tensors lack
    parts = [ops.all_reduce(tf.exp(x * k), 2, 1, k, "Add", "Id") for k in (1, 2, 3)]
    return [tf.identity(part) for part in parts]

pair = [np.linspace(0, 1, 6).astype("float32"), np.linspace(-1, 0, 6).astype("float32")]
metadata = v1.RunMetadata()
options.trace_level = v1.RunOptions.FULL_TRACE  # allocators are wrapped
for device in run(build, pair, fused, metadata):
    for k, value in zip((1, 2, 3), device):
        np.testing.assert_allclose(value, np.exp(pair[0] * k) + np.exp(pair[1] * k), rtol=1e-5)
print(sorted({node.op for graph in metadata.partition_graphs for node in graph.node
              if node.op.startswith("_Scoped") and "DML" in node.device}))
"""
    )
    assert "'_ScopedAllocator', '_ScopedAllocatorConcat', '_ScopedAllocatorSplit'" in result.out


def test_shapes_that_grappler_does_not_know(run_python):
    """It takes them for scalars; without a care, kernels that pass tensors on would abort."""
    result = run_python(
        SESSION
        + FUSED
        + """
with tf.Graph().as_default(), v1.Session(config=fused) as session:
    shape = v1.placeholder(tf.int32, [None])
    results, feeds = [], {}
    for i in range(2):
        with tf.device("/gpu:%d" % i):
            x = v1.placeholder(tf.float32, None)
            feeds[x] = np.ones(6, "float32")
            parts = [tf.reshape(tf.exp(x * k), shape) for k in (1, 2)]
            results += [tf.identity(ops.all_reduce(part, 2, 1, k, "Add", "Id"))
                        for k, part in enumerate(parts)]
    for sizes in ([2, 3], []):
        feeds[shape] = sizes
        if not sizes:
            feeds.update({x: np.float32([1.0]) for x in list(feeds) if x is not shape})
        try:
            print([float(np.max(value)) for value in session.run(results, feeds, options)])
        except tf.errors.OpError as error:
            print(said(error))
"""
    )
    unknown, scalars = result.out.strip().splitlines()
    assert "InvalidArgumentError" in unknown and "bound check fail" in unknown
    assert scalars.startswith("[5.43")


def test_refusals(run_python):
    """Errors where TensorFlow would abort, or wait."""
    result = run_python(
        SESSION
        + """
def pair(*shapes, dtype="float32"):
    return [np.ones(shape, dtype) for shape in shapes]

print(run(lambda x, i: ops.all_reduce(x, 2, 1, 1, "Add", "Id"), pair([4], [4], dtype="float16")))
print(run(lambda x, i: ops.all_reduce(x, 2, 1, 1, "Add", "Id"), pair([4], [6])))
print(run(lambda x, i: ops.all_reduce(x, 2, 1, 1, "Add", "Id"), pair([4], [4], dtype="int32")))
print(run(lambda x, i: tf.raw_ops.CollectiveGather(
    input=x, group_size=2, group_key=1, instance_key=1, shape=tf.TensorShape(None)), pair([], []),
    known=False))
print(run(lambda x, i: ops.broadcast_send(x, [4], x.dtype, 2, 1, 1) if i == 0 else
          ops.broadcast_recv([6], x.dtype, 2, 1, 1), pair([4], [6])))
# Members that part after the group has formed.
with tf.Graph().as_default(), v1.Session(config=config()) as session:
    fed, results = [], []
    for i in range(2):
        with tf.device("/gpu:%d" % i):
            fed.append(v1.placeholder(tf.float32, [None]))
            results.append(ops.all_reduce(fed[-1], 2, 1, 1, "Add", "Id"))
    for sizes in ((4, 4), (5, 5), (4, 6), (3, 3)):
        try:
            values = session.run(results, dict(zip(fed, pair(*sizes))), options)
            print([value.tolist() for value in values])
        except tf.errors.OpError as error:
            print(said(error))
# A group that is never whole, and an instance of two kinds.
alone = v1.RunOptions(timeout_in_ms=500)
alone.experimental.collective_graph_key = 1
print(run(lambda x, i: ops.all_reduce(x, 2, 1, 1, "Add", "Id"), pair([4]), options=alone))
print(run(lambda x, i: ops.all_reduce(x, 2, 1, 1, "Add", "Id") if i == 0 else
          ops.all_gather(x, 2, 1, 1), [np.ones(8, "float32"), np.ones(4, "float32")]))
# An op fails that the others' collective waits for.
print(run(lambda x, i: ops.all_reduce(
    x if i == 0 else tf.ensure_shape(x, [6]), 2, 1, 1, "Add", "Id"), pair([4], [4]), known=False))
# And the process goes on.
values = run(lambda x, i: ops.all_reduce(x, 2, 1, 1, "Add", "Id"), pair([4], [4]))
print([value.tolist() for value in values])
"""
    )
    lines = result.out.strip().splitlines()
    (half, shapes, int32, scalar, broadcast, four, five, parted, three, alone, kinds,
     failed, well) = lines
    assert "InvalidArgumentError" in half and "CollectiveReduce" in half
    assert "InvalidArgumentError" in shapes and "[4]" in shapes and "[6]" in shapes
    assert "InvalidArgumentError" in int32 and "CollectiveReduce" in int32
    assert "InvalidArgumentError" in scalar and "scalar" in scalar
    assert "InvalidArgumentError" in broadcast and "[6]" in broadcast
    assert four == str([[2.0] * 4] * 2) and five == str([[2.0] * 5] * 2)
    assert "InvalidArgumentError" in parted and "[4]" in parted and "[6]" in parted
    assert three == str([[2.0] * 3] * 2)
    assert "DeadlineExceededError" in alone
    assert "InvalidArgumentError" in kinds and "instance_key, 1," in kinds
    assert "InvalidArgumentError" in failed and "[6]" in failed
    # Who only waited is not at fault.
    assert "ancelled" not in failed + shapes + broadcast + parted + kinds
    assert well == str([[2.0] * 4] * 2)


def test_what_asks_for_nccl(run_python):
    """tf.contrib.nccl's functions, and their gradients."""
    result = run_python(
        SESSION
        + """
from tensorflow.python.ops import nccl_ops
x, y = np.float32([1, -2, 3]), np.float32([4, 5, -6])
with tf.Graph().as_default():
    pair = []
    for i, value in enumerate((x, y)):
        with tf.device("/gpu:%d" % i):
            pair.append(tf.identity(v1.placeholder_with_default(value, [3])))
    sums = nccl_ops.all_sum(pair)
    with tf.device("/gpu:1"):
        one = nccl_ops.reduce_sum(pair)
        loss = tf.reduce_sum(sums[0] * 2) + tf.reduce_sum(sums[1] * 3)
    results = [sums, nccl_ops.all_prod(pair), nccl_ops.all_min(pair), nccl_ops.all_max(pair),
               one, nccl_ops.broadcast(pair[1]), tf.gradients(loss, pair)]
    print([tensor.device for tensor in sums + [one]])
    try:
        nccl_ops.all_sum([tf.zeros([3])])
    except ValueError as error:
        print(error)
    with v1.Session(config=config()) as session:
        sums, products, least, most, one, sent, gradients = session.run(results)
for i in range(2):
    np.testing.assert_array_equal(sums[i], x + y)
    np.testing.assert_array_equal(products[i], x * y)
    np.testing.assert_array_equal(least[i], np.minimum(x, y))
    np.testing.assert_array_equal(most[i], np.maximum(x, y))
    np.testing.assert_array_equal(gradients[i], [5, 5, 5])
np.testing.assert_array_equal(one, x + y)
np.testing.assert_array_equal(sent, y)
"""
    )
    devices, refusal = result.out.strip().splitlines()
    assert devices == str(["/device:GPU:0", "/device:GPU:1", "/device:GPU:1"])
    assert "Device assignment required" in refusal
    assert result.err.count("NCCL is for CUDA") == 1
