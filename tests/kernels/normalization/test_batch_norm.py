"""Batch normalization with its gradients."""

import numpy as np
import pytest
from harness import DML, check, config, directml, error_of, name, removed, tf, variants, zeros
from networks import nn

GRADIENTS = {
    "FusedBatchNorm": "FusedBatchNormGrad",
    "FusedBatchNormV2": "FusedBatchNormGradV2",
    "FusedBatchNormV3": "FusedBatchNormGradV3",
}


def normalize(op, training):
    def call(x, scale, offset, mean, variance):
        if training:
            mean, variance = tf.zeros([0]), tf.zeros([0])
        outputs = getattr(tf.raw_ops, op)(x=x, scale=scale, offset=offset, mean=mean,
                                          variance=variance, is_training=training, epsilon=1e-3)
        # In inference the CPU leaves its other outputs as they are.
        return list(outputs[:3 if training else 1])
    return call


def vector(low, high):
    return lambda rng, dtype: rng.uniform(low, high, 3).astype(np.float32)


NORMAL_ROWS = [
    nn(op, [[shape, vector(0.5, 2), vector(-1, 1), vector(-1, 1), vector(0.5, 2)]
            for shape in ((4, 3, 5, 3), (1, 1, 2, 3))],
       types=types, call=normalize(op, training), attrs={"is_training": training},
       grad_inputs=[0, 1, 2], same_type=True, also=(GRADIENTS[op],))
    for training in (True, False)
    for op, types in [("FusedBatchNorm", ("float32",)), ("FusedBatchNormV2", ("float32",)),
                      ("FusedBatchNormV3", ("float32", "float16"))]
]


def channels(low, high):
    return lambda rng, dtype: rng.uniform(low, high, 3).astype(dtype)


def by_given(scales, gradient=False):
    """By a mean and a variance that are given, as before FusedBatchNorm."""
    op = "BatchNormWithGlobalNormalization" + ("Grad" if gradient else "")
    parameters = [channels(-1, 1), channels(0.5, 2)]
    samples = [[shape, *parameters, channels(0.5, 2), shape if gradient else channels(-1, 1)]
               for shape in ((4, 3, 5, 3), (1, 1, 2, 3), (0, 2, 2, 3))]
    return nn(op, samples, gradient=False, call=removed(op, given_attrs(scales)),
              attrs=given_attrs(scales), tolerance={"float16": (1e-2, 1e-2)})


def given_attrs(scales):
    return {"variance_epsilon": 1e-3, "scale_after_normalization": scales}


GLOBAL_ROWS = [by_given(scales, gradient) for scales in (True, False) for gradient in (False, True)]


@pytest.mark.parametrize("row, dtype", variants(NORMAL_ROWS + GLOBAL_ROWS), ids=name)
def test_normalization(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("shape, count", [((2, 3, 3, 8), 1), ((16, 32, 32, 8), 2)], ids=str)
def test_a_step_takes_few_launches(shape, count):
    """Forward and backward; nothing is filled or copied for outputs of no use."""
    with tf.Graph().as_default(), tf.device(DML):
        x = tf.Variable(tf.random.normal(shape))
        scale, offset = tf.Variable(tf.ones(8)), tf.Variable(tf.zeros(8))
        y, *_ = tf.raw_ops.FusedBatchNormV3(x=x, scale=scale, offset=offset, mean=[],
                                            variance=[], is_training=True)
        gradients = tf.gradients(y, [x, scale, offset], grad_ys=x)
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            session.run(gradients)  # fills a zero that the kernels keep
            copies, launches = directml.statistics()["device_copies"], directml.launches_by_tag()
            session.run(gradients)
            later = directml.launches_by_tag()
    for op in ("FusedBatchNormV3", "FusedBatchNormGradV3"):
        assert later[op] - launches[op] == count
    assert directml.statistics()["device_copies"] == copies


def test_shared_outputs_are_not_written_to():
    """The mean and the saved mean are one tensor, which later ops must not reuse."""
    x = np.random.RandomState(3).uniform(1, 2, (4, 3, 3, 5)).astype(np.float32)
    with tf.Graph().as_default(), tf.device(DML):
        images = tf.placeholder(tf.float32, x.shape)
        outputs = tf.raw_ops.FusedBatchNormV3(x=images, scale=tf.ones(5), offset=tf.zeros(5),
                                              mean=[], variance=[], is_training=True)
        # In place, if it may.
        negative = -outputs.batch_mean
        with tf.control_dependencies([negative]):
            saved = tf.identity(outputs.reserve_space_1) * 1
        zero = outputs.reserve_space_3 + 1
        with tf.Session(config=config()) as session:
            for _ in range(2):
                found = session.run([negative, saved, zero], {images: x})
    mean = x.mean((0, 1, 2))
    np.testing.assert_allclose(found[0], -mean, rtol=1e-5)
    np.testing.assert_allclose(found[1], mean, rtol=1e-5)
    assert found[2] == 1


@pytest.mark.parametrize("index, value, message", [
    (0, zeros(2, 3), "input must be 4-dimensional"),
    (1, zeros(1, 3), "mean must be 1-dimensional"),
    (2, zeros(2), "var must have as many elements as the input has channels, 3"),
    (4, zeros(2), "gamma must have as many elements as the input has channels, 3"),
])
def test_errors_of_a_global_normalization(index, value, message):
    inputs = [zeros(1, 2, 2, 3), zeros(3), zeros(3), zeros(3), zeros(3)]
    inputs[index] = value
    call = removed("BatchNormWithGlobalNormalization", given_attrs(True))
    assert message in error_of(call, inputs)
