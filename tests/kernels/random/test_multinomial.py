"""Draws by probability."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import DML, FLOATS, config, covered, run, tf


def draws(logits, count, dtype="float32"):
    with tf.Graph().as_default(), tf.device(DML):
        samples = tf.random.categorical(tf.constant(np.log(logits), dtype), count, seed=3)
        with tf.Session(config=config()) as session:
            before = directml.launches_by_tag().get("Multinomial", 0)
            first, second = session.run(samples), session.run(samples)
            assert directml.launches_by_tag()["Multinomial"] > before
    assert (first != second).any()
    return first


covered.add("Multinomial")


@pytest.mark.parametrize("dtype", FLOATS + ("float64",))
def test_multinomial_draws_by_probability(dtype):
    with np.errstate(divide="ignore"):
        p = np.array([[0.1, 0.2, 0.7], [0.5, 0.0, 0.5]])
        samples = draws(p, 20000, dtype)
    assert samples.shape == (2, 20000) and samples.dtype == np.int64
    for row, expected in zip(samples, p):
        share = np.bincount(row, minlength=3) / 20000.0
        np.testing.assert_allclose(share, expected, atol=0.015)  # four deviations


covered.add("StatelessMultinomial")


def test_stateless_multinomial_draws_what_its_seed_says():
    logits = np.log([[0.1, 0.2, 0.7]]).astype(np.float32)

    def draw(seed, dtype="int32"):
        return run(lambda x: tf.random.stateless_categorical(x, 20000, seed, dtype), [logits])

    samples = draw([1, 2])
    assert samples.dtype == np.int32
    np.testing.assert_allclose(np.bincount(samples[0]) / 20000.0, [0.1, 0.2, 0.7], atol=0.015)
    np.testing.assert_array_equal(samples, draw([1, 2], "int64"))
    assert (samples != draw([1, 3])).any()
