"""An adapter without float64: nodes of float64 run on the CPU, and say so."""

PROGRAM = """
import numpy as np

rng = np.random.RandomState(3)
a, b = rng.rand(5, 7), rng.rand(7, 3)
c = a + 1j * rng.rand(5, 7)
image, kernel = rng.rand(2, 6, 6, 3), rng.rand(3, 3, 3, 4)
with tf.device("/device:DML:0"):
    x, y = v1.placeholder(tf.float64, [None, 7]), v1.placeholder(tf.float64, [7, 3])
    p, k = v1.placeholder(tf.float64, [2, 6, 6, 3]), v1.placeholder(tf.float64, [3, 3, 3, 4])
    z = v1.placeholder(tf.complex128, [5, 7])
    product = tf.matmul(x, y)
    results = [
        (product, a @ b),
        (tf.reduce_sum(product, axis=1), (a @ b).sum(1)),
        (tf.cast(x + 1.5, tf.float32), (a + 1.5).astype(np.float32)),
        (tf.math.equal(x, tf.transpose(tf.transpose(x))), np.ones((5, 7), bool)),
        (tf.math.top_k(x, 2).values, -np.sort(-a)[:, :2]),
        (x[:0] * 2.0, a[:0]),
        (tf.gradients(tf.nn.l2_loss(tf.nn.conv2d(p, k, 1, "SAME")), [k])[0], None),
        (tf.cast(x, tf.float32) * 2, a.astype(np.float32) * 2),
        (tf.raw_ops.ConjugateTranspose(x=z, perm=[1, 0]), c.conj().T),
        (tf.raw_ops.Where(condition=z), np.argwhere(c)),
    ]
with v1.Session() as session:
    feeds = {x: a, y: b, z: c, p: image, k: kernel}
    for got, (_, want) in zip(session.run([r for r, _ in results], feeds), results):
        if want is not None:
            assert got.dtype == want.dtype and got.shape == want.shape
            np.testing.assert_allclose(got, want, 1e-6 if got.dtype == np.float32 else 1e-12)
        else:
            assert np.abs(got).min() > 0
import tensorflow_directml
print(sorted(tensorflow_directml.launches_by_tag()))
"""


def test_float64_runs_on_the_cpu(run_python, faulty_loader):
    result = run_python(
        PROGRAM,
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_FEATURE="shaderFloat64",
        TF_CPP_MIN_LOG_LEVEL="0",
    )
    assert "Mul" in result.out and "MatMul" not in result.out
    assert "Where" in result.out  # only looks at bits
    for op in ("MatMul", "Sum", "Cast", "Equal", "Conv2DBackpropFilter", "ConjugateTranspose"):
        line = f"does not compute in float64: {op} of float64"
        assert result.err.count(line) == 1, result.err[-3000:]


def test_float64_runs_on_the_device(run_python):
    result = run_python(PROGRAM, TF_CPP_MIN_LOG_LEVEL="0")
    assert "MatMul" in result.out
    assert "does not compute in float64" not in result.err


VARIABLES = """
import numpy as np

def train(device, resource):
    results = []
    with tf.Graph().as_default(), tf.device(device):
        variable = v1.Variable(np.linspace(1, 2, 12).reshape(4, 3), use_resource=resource)
        row = tf.nn.embedding_lookup(variable, [1, 3, 1])
        updates = [
            v1.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(variable * variable)),
            v1.train.AdagradOptimizer(0.1).minimize(tf.reduce_sum(row)),
            v1.train.FtrlOptimizer(0.1).minimize(tf.reduce_sum(variable * variable)),
            v1.assign_add(variable, np.ones((4, 3))),
            v1.scatter_nd_add(variable, [[1], [1]], np.ones((2, 3))),
            v1.scatter_update(variable, [0], np.full((1, 3), 7.0)),
        ]
        with v1.Session(config=v1.ConfigProto(allow_soft_placement=False)) as session:
            session.run(v1.global_variables_initializer())
            for update in updates + updates[:1]:
                session.run(update)
                results.append(session.run(variable))
    return results

for resource in (False, True):
    for want, got in zip(train("/cpu:0", resource), train("/device:DML:0", resource)):
        np.testing.assert_allclose(got, want, 1e-12)
import tensorflow_directml
print(sorted(tensorflow_directml.launches_by_tag()))
"""
UPDATES = ["ApplyAdam", "SparseApplyAdagrad", "AssignAdd", "ScatterNdAdd"]


def test_float64_variables_are_updated_on_the_cpu(run_python, faulty_loader):
    result = run_python(
        VARIABLES,
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_FEATURE="shaderFloat64",
        TF_CPP_MIN_LOG_LEVEL="0",
    )
    for op in UPDATES:
        assert op not in result.out
        line = f"does not compute in float64: {op} of float64"
        assert result.err.count(line) == 1, result.err[-3000:]
    # They stay on the device: assignment by index only moves bits.
    assert "'ScatterUpdate'" in result.out and "'ResourceScatterUpdate'" in result.out


def test_float64_variables_are_updated_on_the_device(run_python):
    result = run_python(VARIABLES, TF_CPP_MIN_LOG_LEVEL="0")
    for op in UPDATES:
        assert f"'{op}'" in result.out
    assert "does not compute in float64" not in result.err
    assert "program for it with these types: ApplyFtrl runs on the CPU" in result.err


LAYERS = """
import numpy as np

v1.enable_v2_behavior()
x = tf.constant(np.random.RandomState(0).normal(size=[2, 4, 3]))
for kind in (tf.compat.v2.keras.layers.LSTM, tf.compat.v2.keras.layers.GRU):
    layer = kind(5, dtype=tf.float64)
    with tf.device("/cpu:0"):
        want = layer(x).numpy()
    for call in (layer, tf.function(lambda x: layer(x))):
        np.testing.assert_allclose(call(x).numpy(), want, 1e-12)
import tensorflow_directml
print(sorted(tensorflow_directml.launches_by_tag()))
"""


def test_recurrent_layers_of_float64(run_python, faulty_loader):
    assert "'CudnnRNN'" in run_python(LAYERS).out
    lacking = run_python(LAYERS, TF_DIRECTML_VULKAN_LOADER=faulty_loader,
                         FAULT_FEATURE="shaderFloat64")
    assert "'CudnnRNN'" not in lacking.out
