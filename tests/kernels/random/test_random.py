"""Random numbers equal the CPU's for the same seeds, run after run."""

import numpy as np
import pytest
from harness import (
    CPU,
    DML,
    FLOATS,
    INDICES,
    compare,
    config,
    covered,
    directml,
    error_of,
    evaluate,
    lacks,
    raw,
    run,
    tf,
    zeros,
)

SHAPES = [[], [0], [1], [5], [7, 11], [1031]]
# Normals go through logarithms and sines, whose last bits differ.
TOLERANCE = {"float32": (1e-4, 1e-5), "float16": (2e-3, 1e-3), "float64": (1e-13, 1e-14)}
TYPES = FLOATS + ("float64",)


def draw_thrice(device, op, arguments):
    with tf.Graph().as_default():
        with tf.device(device):
            draw = getattr(tf.raw_ops, op)
            fetches = [draw(shape=np.array(shape, np.int32), **arguments) for shape in SHAPES]
        with tf.Session(config=config()) as session:
            return [session.run(fetches) for _ in range(3)]


def check(op, numbers, **arguments):
    wants, gots = draw_thrice(CPU, op, arguments), draw_thrice(DML, op, arguments)
    for turn, (want, got) in enumerate(zip(wants, gots)):
        for shape, w, g in zip(SHAPES, want, got):
            compare("%s %s, run %d" % (op, shape, turn), w, g, numbers, TOLERANCE.get(numbers))


STATEFUL = ["RandomUniform", "RandomStandardNormal", "TruncatedNormal"]
STATELESS = ["StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal"]
covered.update(STATEFUL + STATELESS + ["RandomUniformInt", "StatelessRandomUniformInt"])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("op", STATEFUL)
def test_stateful(op, dtype):
    check(op, dtype, dtype=dtype, seed=5, seed2=9)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("op", STATELESS)
def test_stateless(op, dtype):
    check(op, dtype, dtype=dtype, seed=[5, -9])


@pytest.mark.parametrize("dtype", INDICES)
def test_integers(dtype):
    limits = dict(minval=np.array(-7, dtype), maxval=np.array(1000, dtype))
    check("RandomUniformInt", dtype, seed=5, seed2=9, **limits)
    check("StatelessRandomUniformInt", dtype, seed=[5, 9], **limits)


# TensorFlow 2.x makes a generator of the seed first, and says which algorithm it is for.
OF_GENERATORS = {"StatelessRandomUniformV2", "StatelessRandomNormalV2",
                 "StatelessTruncatedNormalV2"}  # fmt: skip
PHILOX, THREEFRY, AUTO_SELECT = 1, 2, 3
if not lacks("StatelessRandomUniformV2"):
    covered.update(OF_GENERATORS | {
        "StatelessRandomUniformIntV2", "StatelessRandomUniformFullIntV2", "StatelessRandomGetAlg",
        "StatelessRandomGetKeyCounter", "StatelessRandomGetKeyCounterAlg", "RngReadAndSkip",
    })
of_2x = pytest.mark.skipif(lacks("StatelessRandomUniformV2"), reason="came after TensorFlow 1.15")
KEY_AND_COUNTER = dict(key=np.array([0x123456789ABCDEF0], np.uint64),
                       counter=np.array([3, 1 << 40], np.uint64), alg=np.array(PHILOX, np.int32))


@of_2x
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("op", sorted(OF_GENERATORS))
def test_stateless_of_a_generator(op, dtype):
    check(op, dtype, dtype=dtype, **KEY_AND_COUNTER)


@of_2x
@pytest.mark.parametrize("dtype", INDICES)
def test_stateless_integers_of_a_generator(dtype):
    check("StatelessRandomUniformIntV2", dtype, minval=np.array(-7, dtype),
          maxval=np.array(1000, dtype), **KEY_AND_COUNTER)
    check("StatelessRandomUniformFullIntV2", dtype, dtype=dtype, **KEY_AND_COUNTER)


@of_2x
@pytest.mark.parametrize("draw", [
    lambda: tf.random.stateless_uniform([5, 7], [3, -4]),
    lambda: tf.random.stateless_normal([5, 7], [3, -4]),
    lambda: tf.random.stateless_truncated_normal([5, 7], [3, -4]),
    lambda: tf.random.stateless_uniform([5, 7], [3, -4], -5, 900, tf.int32),
    lambda: tf.random.experimental.stateless_split([3, -4], 3),
], ids=["uniform", "normal", "truncated", "integers", "split"])  # fmt: skip
def test_seeds_give_the_numbers_of_the_cpu(draw):
    compare("numbers", run(draw, [], CPU), run(draw, []), "float32", TOLERANCE["float32"])


@of_2x
def test_other_algorithms_are_refused():
    def draw(key, counter):
        return tf.raw_ops.StatelessRandomUniformV2(shape=[3], key=key, counter=counter,
                                                   alg=THREEFRY)

    assert "Unsupported algorithm id: 2" in error_of(
        draw, [KEY_AND_COUNTER["key"], KEY_AND_COUNTER["counter"]])
GENERATOR = ["StatefulUniform", "StatefulStandardNormalV2", "StatefulTruncatedNormal"]
covered.update(GENERATOR + ["StatefulUniformInt", "StatefulUniformFullInt", "RngSkip",
                            "ParameterizedTruncatedNormal"])
STATE = [-(1 << 61) + 5, -2, 0x123456789]  # its counter carries into its upper half


def draw_from_generator(device, op, dtype, limits=()):
    """Numbers of each shape, the state behind each, and again after some are left out."""
    with tf.Graph().as_default():
        with tf.device(device):
            state = tf.Variable(np.array(STATE, np.int64), use_resource=True)
            # Integers between limits are of these' type.
            arguments = dict(zip(("minval", "maxval"), limits)) or {"dtype": dtype}
            fetches, order = [], []
            for shape in SHAPES:
                with tf.control_dependencies(order):
                    numbers = getattr(tf.raw_ops, op)(
                        resource=state.handle, algorithm=np.int64(1),
                        shape=np.array(shape, np.int64), **arguments)
                with tf.control_dependencies([numbers]):
                    behind = tf.raw_ops.ReadVariableOp(resource=state.handle, dtype=tf.int64)
                    copied = tf.identity_n([behind])[0] + 0
                with tf.control_dependencies([copied]):
                    skip = tf.raw_ops.RngSkip(resource=state.handle, algorithm=np.int64(1),
                                              delta=np.int64(1 << 52))
                fetches += [numbers, copied]
                order = [skip]
        with tf.Session(config=config()) as session:
            session.run(state.initializer)
            before = directml.launches_by_tag()
            found = session.run(fetches)
            after = directml.launches_by_tag()
            return found, after.get(op, 0) - before.get(op, 0)


def check_generator(op, dtype, limits=()):
    (want, _), (got, launches) = (draw_from_generator(device, op, dtype, limits)
                                  for device in (CPU, DML))
    for i, (w, g) in enumerate(zip(want, got)):
        compare("%s, output %d" % (op, i), w, g, dtype, TOLERANCE.get(dtype))
    assert launches == 2 * sum(np.prod(shape) > 0 for shape in SHAPES)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("op", GENERATOR)
def test_numbers_of_a_generator(op, dtype):
    check_generator(op, dtype)


@pytest.mark.parametrize("dtype", INDICES)
def test_integers_of_a_generator(dtype):
    check_generator("StatefulUniformInt", dtype, (np.array(-7, dtype), np.array(1000, dtype)))


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint64"])
def test_all_bits_of_a_generator(dtype):
    check_generator("StatefulUniformFullInt", dtype)


def test_a_generator_lives_on_the_device():
    with tf.Graph().as_default(), tf.device(DML):
        generator = tf.random.experimental.Generator.from_seed(7)
        numbers = generator.normal([5])
        with tf.control_dependencies([numbers]):
            generator.skip(3)
            more = generator.uniform([4], 2, 9, tf.int32)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            first, second = session.run([numbers, more]), session.run([numbers, more])
    assert not np.array_equal(first[0], second[0]) and np.isfinite(first[0]).all()
    assert (first[1] >= 2).all() and (first[1] < 9).all()


@pytest.mark.parametrize("state, algorithm, message", [
    ([1, 2, 3], 2, "Unsupported algorithm id: 2"),
    ([1, 2], 1, "the size of state must be at least 3; got 2"),
    ([[1, 2, 3]], 1, "RNG state must have one and only one dimension, not 2"),
])
def test_errors_of_a_generator(state, algorithm, message):
    with tf.Graph().as_default(), tf.device(DML):
        variable = tf.Variable(np.array(state, np.int64), use_resource=True)
        numbers = tf.raw_ops.StatefulUniform(resource=variable.handle, shape=[3],
                                             algorithm=np.int64(algorithm), dtype=tf.float32)
        with tf.Session(config=config()) as session:
            session.run(variable.initializer)
            with pytest.raises(tf.errors.InvalidArgumentError, match=message):
                session.run(numbers)


def truncated(shape, *parameters, dtype=np.float32):
    arguments = [np.asarray(p, dtype) for p in parameters]
    def call():
        names = ("means", "stdevs", "minvals", "maxvals")
        return tf.raw_ops.ParameterizedTruncatedNormal(
            shape=np.array(shape, np.int32), seed=5, seed2=9, **dict(zip(names, arguments)))
    def launches():
        return directml.launches_by_tag().get("ParameterizedTruncatedNormal", 0)

    before = launches()
    numbers = evaluate(call)
    assert numbers.dtype == dtype
    assert (launches() > before) == (numbers.size > 0)
    return numbers


# mean, deviation, bounds: normals inside, a narrow middle, tails of both sides.
LAWS = [(0, 1, -np.inf, 0.5), (3, 2, 0, 9), (1, 0.5, 1.1, 1.3), (0, 1, 3, np.inf),
        (-2, 3, -np.inf, -14), (0, 1, 4, 4.5), (0, 1, -1, 1)]


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
@pytest.mark.parametrize("law", LAWS, ids=str)
def test_truncated_normals_have_their_moments(law, dtype):
    mean, deviation, low, high = law
    numbers = truncated((200, 100), *law, dtype=dtype).astype(np.float64)
    assert numbers.min() >= low - 0.01 and numbers.max() <= high + 0.01
    # By Simpson's rule over what matters of the interval.
    x = np.linspace(max(low, mean - 9 * deviation), min(high, mean + 9 * deviation), 20001)
    weights = np.exp(-((x - mean) / deviation) ** 2 / 2)
    want = np.average(x, weights=weights)
    spread = np.sqrt(np.average((x - want) ** 2, weights=weights))
    assert abs(numbers.mean() - want) < 5 * spread / np.sqrt(numbers.size) + 2e-3
    assert abs(numbers.std() - spread) < 0.05 * spread + 2e-3


def test_truncated_normals_of_batches():
    numbers = truncated((3, 1000), [0, 10, -5], 1.0, [-1, 9, -np.inf], [np.inf, 9.5, -5])
    assert (numbers[0] >= -1).all() and (numbers[2] <= -5).all()
    assert (numbers[1] >= 9).all() and (numbers[1] <= 9.5).all()
    assert truncated((0, 4), 0, 1, -1, 1).shape == (0, 4)
    # As with CUDA, where the parameters make no distribution.
    assert np.isnan(truncated((3, 2), [0, 0, 0], [1, -1, 1], [-1, -1, 2], [1, 1, 1])[1:]).all()


@pytest.mark.parametrize("shape, means, message", [
    ([3, 2], zeros(1, 1), "Input means should be a scalar or vector, got shape: [1,1]"),
    ([3, 2], zeros(2), "Input means should have length 1 or shape[0], got shape: [2]"),
    (3, zeros(), "Input shape should be a vector"),
])
def test_errors_of_truncated_normals(shape, means, message):
    ends = [np.float32(end) for end in (1, -1, 1)]
    inputs = [np.array(shape, np.int32), means, *ends]
    assert message in error_of(raw("ParameterizedTruncatedNormal"), inputs)
