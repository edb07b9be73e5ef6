"""tf.clip_by_global_norm is one op, of two launches for up to 16 gradients."""

import numpy as np
import pytest
from harness import CPU, DML, covered, run_traced
from tensorflow_directml import runtime

import tensorflow as tf

v1 = tf.compat.v1
CLIP = "_DmlClipByGlobalNorm"
covered.add(CLIP)
SHAPES = [(5, 7), (12,), (), (1, 33), (16, 1030), (3,)]
SINGLE = {"L2Loss", "Pack", "Sqrt", "IsFinite", "Select", "Minimum", "Mul", "Reciprocal", "RealDiv"}


def gradients(scale=1, shapes=SHAPES):
    """Of a tensor that nothing folds each."""
    return [tf.negative(fed(shape, seed, scale)) for seed, shape in enumerate(shapes)]


feeds = {}


def fed(shape, seed=0, scale=1.0):
    tensor = v1.placeholder(tf.float32, shape)
    feeds[tensor] = scale * np.random.RandomState(seed).uniform(-2, 2, shape)
    return tensor


def run(build, fuses=True, device=DML, times=1):
    """The values, how many nodes of each op ran, and their launches on the device."""
    options = v1.ConfigProto(allow_soft_placement=False)
    rewrites = options.graph_options.rewrite_options
    rewrites.remapping = rewrites.ON if fuses else rewrites.OFF
    feeds.clear()
    with tf.Graph().as_default():
        with tf.device(device):
            fetches = [tf.convert_to_tensor(fetch) for fetch in build()]
        with v1.Session(config=options) as session:
            session.run(v1.global_variables_initializer())
            for _ in range(times - 1):
                session.run(fetches, feeds)
                with runtime.open(0) as opened:
                    opened.finish_programs()
            return run_traced(session, fetches, feeds)


def check(build, fused=1):
    values, ops, launches = run(build)
    plain, plain_ops, _ = run(build, fuses=False)
    assert ops.get(CLIP, 0) == fused and CLIP not in plain_ops, sorted(ops)
    for other in (plain, run(build, device=CPU)[0]):
        for value, expected in zip(values, other):
            np.testing.assert_allclose(value, expected, rtol=2e-6)
    return values, ops, launches


def clipped(clip_norm, scale=1, shapes=SHAPES):
    def build():
        outputs, norm = tf.clip_by_global_norm(gradients(scale, shapes), clip_norm())
        return [*outputs, norm]

    return build


@pytest.mark.parametrize("clip_norm", [
    lambda: 1.0, lambda: 5.0, lambda: 0.1, lambda: tf.constant(2.5), lambda: fed((), 3) + 4,
    lambda: tf.Variable(3.0, use_resource=True) + 0.5,
])
def test_every_kind_of_clip_norm(clip_norm):
    _, ops, _ = check(clipped(clip_norm))
    assert not SINGLE & set(ops), sorted(ops)


def test_what_is_not_clipped_is_the_same_to_the_bit():
    def build():
        return [*clipped(lambda: 1e6)(), *list(feeds)]

    values, _, _ = check(build)
    for value, x in zip(values, values[len(SHAPES) + 1:]):
        np.testing.assert_array_equal(value, -x)


def test_a_norm_that_is_not_finite():
    values, _, _ = check(clipped(lambda: 1.0, np.inf))
    assert all(np.isnan(value).all() for value in values[:-1])


@pytest.mark.parametrize("count", [2, 16])
def test_two_launches(count):
    shapes = [(3 + i, 9 + i % 3) for i in range(count)]
    launches = min((run(clipped(lambda: 1.0, shapes=shapes), times=5)[2] for _ in range(3)),
                   key=lambda ops: ops[CLIP])
    assert launches[CLIP] == 2, launches


def test_training():
    """With what reads the norm and a gradient beside, and an optimizer behind."""
    def build():
        weights = [tf.Variable(np.full(shape, 0.5, np.float32)) for shape in [(7, 5), (5,)]]
        y = tf.tanh(tf.matmul(fed((4, 7), 1), weights[0]) + weights[1])
        grads = tf.gradients(tf.reduce_sum(y * fed((4, 5), 2)), weights)
        outputs, norm = tf.clip_by_global_norm(grads, 0.25)
        step = v1.train.GradientDescentOptimizer(0.1).apply_gradients(zip(outputs, weights))
        with tf.control_dependencies([step]):
            return [norm * 2, tf.nn.l2_loss(grads[0]), *(w.read_value() for w in weights)]

    _, ops, _ = check(build)
    assert ops["L2Loss"] == 1


def test_indexed_slices_and_gradients_that_are_none():
    def build():
        table = tf.Variable(np.ones((6, 4), np.float32))
        y = tf.gather(table, [1, 3, 1]) * fed((3, 4), 1)
        w = fed((4,), 2)
        grads = tf.gradients(tf.reduce_sum(y * w), [table, w])
        (rows, _, other), norm = tf.clip_by_global_norm([grads[0], None, grads[1]], 1.0)
        assert isinstance(rows, tf.IndexedSlices)
        return [rows.values, other, norm]

    check(build)


def test_two_at_once():
    def build():
        grads = gradients()
        first, _ = tf.clip_by_global_norm(grads[:3], 1.0)
        second, _ = tf.clip_by_global_norm(grads[3:], 2.0)
        return first + second

    check(build, 2)


def test_in_a_function():
    def build():
        @tf.function(autograph=False)
        def clip(*grads):
            outputs, norm = tf.clip_by_global_norm(grads, 1.0)
            return [*outputs, norm]

        return clip(*gradients())

    check(build)


def scaled_alone(grads, norm):
    """The scale is needed by itself."""
    (a, b), _ = tf.clip_by_global_norm(grads, 1.0, norm)
    scale = tf.identity(next(x for x in a.op.inputs[0].op.inputs if x.shape.rank == 0))
    return [a, b, scale * 3]


def of_the_norm(grads, norm):
    """What gradients are clipped to depends on it."""
    outputs, _ = tf.clip_by_global_norm(grads, tf.sqrt(norm), norm)
    return outputs


def of_one(grads, norm):
    """A gradient is not clipped."""
    return tf.clip_by_global_norm(grads[:1], 1.0, norm)[0]


def of_others(grads, norm):
    return tf.clip_by_global_norm([grads[0] + 1, grads[1]], 1.0, norm)[0]


@pytest.mark.parametrize("clip", [scaled_alone, of_the_norm, of_one, of_others])
def test_what_stays_as_it_is(clip):
    def build():
        grads = gradients(shapes=[(4, 5), (6,)])
        return clip(grads, tf.linalg.global_norm(grads))

    check(build, 0)


def test_a_clip_norm_that_is_no_scalar():
    def clip_norm():
        tensor = v1.placeholder(tf.float32, None)
        feeds[tensor] = [1.0]
        return tensor

    with pytest.raises(tf.errors.InvalidArgumentError, match="must be a scalar.*remapping: OFF"):
        run(clipped(clip_norm))


@pytest.mark.parametrize("seed", range(6))
def test_random_gradients(seed):
    random = np.random.RandomState(seed)
    shapes = [tuple(random.randint(0, 40, random.randint(0, 4))) for _ in range(
        random.randint(2, 40))]
    clip_norm = float(random.choice([0.5, 1, 3]))
    check(clipped(lambda: clip_norm, shapes=shapes))
