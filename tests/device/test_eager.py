"""Eager execution, tf.function and input pipelines on the device. Each program
runs in an interpreter of its own, because eager execution is for a process."""

EAGER = "import numpy as np\nv1.enable_eager_execution()\n"


def test_eager_ops_and_tape(run_python):
    result = run_python(
        EAGER
        + """
x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.reduce_sum(x * x + 1.0)
print(x.device[-5:], y.device[-5:], y.numpy(), tape.gradient(y, x).numpy())
x.assign_sub([1.0, 1.0, 1.0])
print(x.numpy(), tf.shape(x).numpy(), x.cpu().device[-5:] if hasattr(x, "cpu") else "")
"""
    )
    assert "DML:0 DML:0 17.0 [2. 4. 6.]" in result.out
    assert "[0. 1. 2.]" in result.out


def test_eager_copies_by_name(run_python):
    result = run_python(
        EAGER
        + """
with tf.device("/cpu:0"):
    host = tf.constant([1.0, 2.0])
with tf.device("/device:DML:0"):
    device = tf.identity(host)
with tf.device("/cpu:0"):
    back = tf.identity(device)
print(host.device[-5:], device.device[-5:], back.device[-5:], back.numpy())
"""
    )
    assert "CPU:0 DML:0 CPU:0 [1. 2.]" in result.out


def test_function_with_control_flow_and_shapes(run_python):
    result = run_python(
        EAGER
        + """
@tf.function
def f(x, n):
    for _ in tf.range(n):
        if tf.reduce_sum(x) > 10.0:
            x = x - tf.cast(tf.shape(x)[0], tf.float32)
        else:
            x = x * 2.0
    return x

print(f(tf.constant([1.0, 2.0]), tf.constant(4)).numpy())
print(f(tf.constant([1.0, 2.0, 3.0]), tf.constant(1)).numpy())
"""
    )
    # 1 2 -> 2 4 -> 4 8 -> 2 6 -> 4 12
    assert "[ 4. 12.]" in result.out or "[2. 6.]" in result.out
    assert "[2. 4. 6.]" in result.out


DATA = """
import numpy as np
data = tf.data.Dataset.from_tensor_slices(np.arange(6, dtype=np.float32)).batch(2)
"""


def test_eager_copy_to_device(run_python):
    result = run_python(
        EAGER
        + DATA
        + """
data = data.apply(tf.data.experimental.copy_to_device("/device:DML:0"))
print([(x.numpy().tolist(), x.device[-5:]) for x in data])
"""
    )
    expected = [([0.0, 1.0], "DML:0"), ([2.0, 3.0], "DML:0"), ([4.0, 5.0], "DML:0")]
    assert str(expected) in result.out


def test_prefetch_to_device(run_python):
    result = run_python(
        DATA
        + """
data = data.apply(tf.data.experimental.prefetch_to_device("/device:DML:0"))
iterator = v1.data.make_initializable_iterator(data)
with tf.device("/device:DML:0"):
    doubled = iterator.get_next() * 2.0
with v1.Session() as s:
    s.run(iterator.initializer)
    print([s.run(doubled).tolist() for _ in range(3)])
    try:
        s.run(doubled)
    except tf.errors.OutOfRangeError:
        print("end")
"""
    )
    assert "[[0.0, 2.0], [4.0, 6.0], [8.0, 10.0]]\nend" in result.out


def test_pipelines_stay_on_the_cpu(run_python):
    result = run_python(
        """
import numpy as np
data = tf.data.Dataset.range(4).map(lambda x: x * x).batch(2)
iterator = v1.data.make_one_shot_iterator(data)
total = tf.reduce_sum(tf.cast(iterator.get_next(), tf.float32))
with v1.Session() as s:
    print(s.run(total), s.run(total))
"""
    )
    assert "1.0 13.0" in result.out


def test_errors_of_a_kernel_reach_python(run_python):
    result = run_python(
        EAGER
        + """
try:
    tf.matmul(tf.zeros([2, 3]), tf.zeros([4, 5]))
except tf.errors.InvalidArgumentError as e:
    print("error:", e.message)
"""
    )
    assert "error:" in result.out and "size" in result.out
