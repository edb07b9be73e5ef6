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
    error_of,
    lacks,
    run,
    tf,  # fmt: skip
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
GENERATOR = dict(key=np.array([0x123456789ABCDEF0], np.uint64),
                 counter=np.array([3, 1 << 40], np.uint64), alg=np.array(PHILOX, np.int32))


@of_2x
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("op", sorted(OF_GENERATORS))
def test_stateless_of_a_generator(op, dtype):
    check(op, dtype, dtype=dtype, **GENERATOR)


@of_2x
@pytest.mark.parametrize("dtype", INDICES)
def test_integers_of_a_generator(dtype):
    check("StatelessRandomUniformIntV2", dtype, minval=np.array(-7, dtype),
          maxval=np.array(1000, dtype), **GENERATOR)
    check("StatelessRandomUniformFullIntV2", dtype, dtype=dtype, **GENERATOR)


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

    assert "Unsupported algorithm id: 2" in error_of(draw, [GENERATOR["key"],
                                                            GENERATOR["counter"]])
