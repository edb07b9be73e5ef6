"""Lost devices, adapters that cannot be opened, and forks, as TensorFlow's users
meet them. The loader fails calls as a test asks."""

TRAIN = """
import numpy as np
def train():
    with tf.Graph().as_default():
        with tf.device("/device:DML:0"):
            x = v1.placeholder(tf.float32, [None, 8])
            w = v1.get_variable("w", [8, 1], initializer=v1.zeros_initializer())
            loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0))
            step = v1.train.GradientDescentOptimizer(0.05).minimize(loss)
        data = np.random.RandomState(0).rand(32, 8).astype(np.float32)
        with v1.Session() as s:
            s.run(v1.global_variables_initializer())
            return [float(s.run([loss, step], {x: data})[0]) for _ in range(20)]
"""

LOSE_AND_TRAIN = (
    TRAIN
    + """
import ctypes, os
import tensorflow_directml.runtime as runtime
loader = ctypes.CDLL(os.environ["TF_DIRECTML_VULKAN_LOADER"])
loader.stand_in_allocated.restype = ctypes.c_uint64
def held():
    return sum(loader.stand_in_allocated(0, t) for t in range(32))

first = train()
with tf.Graph().as_default(), tf.device("/device:DML:0"):
    v = v1.get_variable("v", [16 << 20], initializer=v1.ones_initializer())
    session = v1.Session()
    session.run(v.initializer)
    y = tf.reduce_sum(v)
assert held() > 64 << 20
os.environ.update(FAULT_CALL="vkQueueSubmit", FAULT_RESULT="-4")
try:
    session.run(y)
    print("no error")
except tf.errors.UnavailableError as e:
    print("lost" if "was lost" in e.message else e.message)
del os.environ["FAULT_CALL"]
again = train()  # while the session that lost it, and its variable, live on
print(held() < 64 << 20, again == first, again[-1] < again[0])
try:
    session.run(y)
    print("no error")
except tf.errors.UnavailableError:
    print("still lost")
session.close()
print(train() == first)
"""
)


def test_after_a_loss_a_new_session_trains(run_python, vulkan_stand_in, faulty_loader):
    result = run_python(
        LOSE_AND_TRAIN, TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in, STAND_IN_LOADER=faulty_loader
    )
    assert result.out.split("\n")[:4] == ["lost", "True True True", "still lost", "True"]


def test_an_adapter_that_cannot_be_opened_is_left_out(run_python, vulkan_stand_in):
    result = run_python(
        TRAIN
        + """
with v1.Session() as s:
    print(sorted(d.name[-13:] for d in s.list_devices() if d.device_type == "DML"))
print(len(train()))
""",
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS="adapter discrete; name Broken; uuid 1; unopenable -3\n"
        "adapter discrete; name Works; uuid 2",
        TF_CPP_MIN_LOG_LEVEL="1",
    )
    assert result.out.split() == ["['/device:DML:0']", "20"]
    assert "Broken" in result.err and "can't be opened" in result.err


def test_without_any_sessions_run_on_the_cpu(run_python, faulty_loader):
    result = run_python(
        "with v1.Session() as s:\n    print(s.run(tf.constant(1.0) + 1.0))\n",
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_CALL="vkCreateDevice",
        FAULT_RESULT="-4",
    )
    assert result.out.split() == ["2.0"]
    assert "vkCreateDevice" in result.err


def test_without_direct3d_sessions_run_on_the_cpu(run_python, tmp_path):
    (tmp_path / "libdxcore.so").write_bytes(b"no library")
    result = run_python(
        "with v1.Session() as s:\n    print(s.run(tf.constant(1.0) + 1.0))\n",
        TF_DIRECTML_BACKEND="d3d12",
        LD_LIBRARY_PATH=str(tmp_path),
    )
    assert result.out.split() == ["2.0"]
    assert "libdxcore.so cannot be opened" in result.err


FORK = """
import os, signal, sys
def fork(inside):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            inside()
        except tf.errors.OpError as error:
            print(type(error).__name__, "spawn" in error.message, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]
def session(**counts):
    with v1.Session(config=v1.ConfigProto(device_count=counts)) as s:
        pass
"""


def test_a_forked_process_gets_an_error(run_python):
    result = run_python(
        FORK
        + """
session()
print(os.WEXITSTATUS(fork(session)), fork(lambda: session(GPU=0)), flush=True)
session()
"""
    )
    assert result.out.splitlines() == ["FailedPreconditionError True", "1 0"]


# Of a parent that knows its GPU, and has not opened it.
TOUCHES_NONE = """
def touches_none():
    import tensorflow_directml
    with tf.Graph().as_default(), tf.device("/cpu:0"):
        y = tf.constant(2.0) + 1.0
        with v1.Session(config=v1.ConfigProto(device_count={"GPU": 0})) as s:
            assert s.run(y) == 3.0
"""


def test_so_does_one_whose_parent_listed_gpus(run_python, vulkan_stand_in):
    result = run_python(
        FORK + TRAIN + TOUCHES_NONE + """
assert tf.config.experimental.list_physical_devices("DML")
print(os.WEXITSTATUS(fork(train)), fork(touches_none), len(train()), flush=True)
""",
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS="adapter discrete",
    )
    assert result.out.splitlines() == ["FailedPreconditionError True", "1 0 20"]


def test_what_wants_no_device_lists_none(run_python, vulkan_stand_in):
    """The child opens the GPU by the runtime: TensorFlow's threads stayed behind."""
    result = run_python(
        FORK + TOUCHES_NONE + """
from tensorflow_directml import runtime
touches_none()
print(fork(lambda: runtime.open(0)))
""",
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS="adapter discrete",
    )
    assert result.out.split() == ["0"]


def test_workers_of_keras_touch_no_device(run_python, vulkan_stand_in):
    result = run_python(
        """
import numpy as np
class Batches(tf.keras.utils.Sequence):
    def __len__(self):
        return 6
    def __getitem__(self, index):
        return np.full((4, 3), index, np.float32), np.full((4, 1), index, np.float32)
with tf.device("/gpu:0"):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
model.compile("sgd", "mse")
history = model.fit_generator(
    Batches(), epochs=2, verbose=0, workers=2, use_multiprocessing=True)
import tensorflow_directml
print(len(history.history["loss"]), sum(tensorflow_directml.launches_by_tag().values()) > 0)
""",
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS="adapter discrete",
    )
    assert result.out.split() == ["2", "True"], result.err
    assert "forked" not in result.err


def test_so_does_eager_execution(run_python):
    result = run_python(
        FORK
        + """
v1.enable_eager_execution()
with tf.device("/device:DML:0"):
    x = tf.ones([4])
    (x + x).numpy()
def inside():
    with tf.device("/device:DML:0"):
        (x + x).numpy()
print(os.WEXITSTATUS(fork(inside)), flush=True)
"""
    )
    kind, status = result.out.splitlines()
    assert kind.endswith("True") and status == "1"


def test_a_process_forked_before_the_first_session_computes(run_python):
    """Before its parent has listed GPUs, or behind that where there are none."""
    result = run_python(
        FORK
        + TRAIN
        + """
print(fork(train))
import tensorflow_directml
if all(adapter.type.name == "ADAPTER_SOFTWARE" for adapter in tensorflow_directml.adapters()):
    tf.config.experimental.list_physical_devices()
    assert fork(train) == 0
print(len(train()))
"""
    )
    assert result.out.split() == ["0", "20"]
