"""Random numbers equal the CPU's for the same seeds, run after run."""

import numpy as np
import pytest
from harness import CPU, DML, FLOATS, INDICES, compare, config, covered, tf

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
    for run, (want, got) in enumerate(zip(wants, gots)):
        for shape, w, g in zip(SHAPES, want, got):
            compare("%s %s, run %d" % (op, shape, run), w, g, numbers, TOLERANCE.get(numbers))


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
