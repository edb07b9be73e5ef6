"""Clipping by the norm of all inputs against NumPy in float64."""

import helpers
import numpy as np
import pytest
from merging import bits, learn, least, merging, one_by_one  # noqa: F401

SIZES = {
    "one": [(5,)],
    "few": [(3, 4), (), (7,), (1, 1, 1)],
    "empty": [(0, 3), (), (11, 13), (0,)],
    "one part and many": [(300, 301), (1,), (16384,), (16385,), (2, 1024, 33)],
}


def draw(sizes, scale=1):
    return [scale * helpers.random(size, seed=i) for i, size in enumerate(sizes)]


def clip(device, inputs, clip_norm, in_place=False):
    """The outputs and the norm, as arrays."""
    tensors = [device.tensor(x) for x in inputs]
    outputs = tensors if in_place else [device.empty(x.shape) for x in inputs]
    norm = device.empty(())
    device.clip_by_global_norm(tensors, device.tensor(np.float32(clip_norm)), outputs, norm)
    return [y.numpy() for y in outputs], norm.numpy()


def norm_of(inputs):
    return np.sqrt(sum(np.square(x.astype(np.float64)).sum() for x in inputs))


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("sizes", SIZES.values(), ids=list(SIZES))
def test_clips(device, sizes, in_place):
    inputs = draw(sizes)
    expected = norm_of(inputs)
    outputs, norm = clip(device, inputs, expected / 3, in_place)
    np.testing.assert_array_max_ulp(norm, np.float32(expected), 2)
    for x, y in zip(inputs, outputs):
        np.testing.assert_allclose(y, x / 3, 1e-6)


@pytest.mark.parametrize("clip_norm", [1e6, 3e7])
def test_below_the_norm_inputs_are_scaled_by_one(device, clip_norm):
    inputs = draw(SIZES["few"])
    scale = np.float32(clip_norm) * (np.float32(1) / np.float32(clip_norm))
    for x, y in zip(inputs, clip(device, inputs, clip_norm)[0]):
        assert bits(y) == bits(x * scale)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 3e38])
def test_a_norm_that_is_not_finite(device, value):
    inputs = draw(SIZES["few"])
    inputs[2][3] = value
    outputs, norm = clip(device, inputs, 1)
    assert not np.isfinite(norm)
    assert all(np.isnan(y).all() for y in outputs)


def test_nothing_but_zeros(device):
    outputs, norm = clip(device, [np.zeros(9, np.float32), np.zeros((2, 3), np.float32)], 2)
    assert norm == 0 and not any(y.any() for y in outputs)
    assert clip(device, [np.zeros((0, 4), np.float32)], 2)[1] == 0
    assert clip(device, [], 2)[1] == 0


def test_the_same_input_twice_and_parts_of_tensors(device):
    """Which begin where vectors do not."""
    whole = device.tensor(helpers.random((40,)))
    part = whole.view((29,), offset=1)
    outputs = [device.empty((29,)) for _ in range(3)]
    norm = device.empty(())
    device.clip_by_global_norm([part, part, part], device.tensor(np.float32(0.5)), outputs, norm)
    x = whole.numpy()[1:30]
    np.testing.assert_allclose(norm.numpy(), norm_of([x, x, x]), 1e-6)
    for y in outputs:
        np.testing.assert_allclose(y.numpy(), x * 0.5 / norm_of([x, x, x]), 1e-6)


@pytest.mark.parametrize("count, launches", [(1, 2), (16, 2), (17, 4)])
def test_launches(device, count, launches):
    inputs = draw([(1 + i, 30 + i % 3) for i in range(count)])
    with one_by_one(device):
        expected = [bits(x) for x in [*clip(device, inputs, 1)[0], clip(device, inputs, 1)[1]]]
    tensors = [device.tensor(x) for x in inputs]
    clip_norm = device.tensor(np.float32(1))

    def work():
        outputs, norm = [device.empty(x.shape) for x in inputs], device.empty(())
        device.clip_by_global_norm(tensors, clip_norm, outputs, norm)
        return [*outputs, norm]

    learn(device, work)
    results, growth = least(device, work)
    assert growth["launches"] == launches
    assert [bits(y.numpy()) for y in results] == expected


def test_errors(device, dml):
    x, y, one = (device.tensor(np.ones(n, np.float32)) for n in ((8,), (8,), ()))
    norm = device.empty(())

    def refused(text, inputs, clip_norm, outputs, norm):
        with pytest.raises(dml.DmlError, match=text) as error:
            device.clip_by_global_norm(inputs, clip_norm, outputs, norm)
        assert error.value.code == dml.Code.INVALID_ARGUMENT

    refused("2 inputs do not give 1 outputs", [x, x], one, [y], norm)
    refused("must be a scalar", [x], x, [y], norm)
    refused("must be a scalar", [x], one, [y], device.empty((1,)))
    refused("equal sizes", [x], one, [device.empty((7,))], norm)
    refused("float32", [device.empty((8,), "float16")], one, [y], norm)
    refused("overlaps", [x, y], one, [y, x], norm)
    refused("overlaps", [x, x], one, [y, x], norm)
    refused("overlaps", [x, y], one, [device.empty((8,))] * 2, norm)
    refused("overlaps", [x], one, [y], one)
    np.testing.assert_array_equal(x.numpy(), np.ones(8))
