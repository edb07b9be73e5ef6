"""Batch normalization and its gradient against NumPy in float64."""

import helpers
import numpy as np
import pytest

FLOATS = ["float32", "float16"]
EPSILON = 1e-3

# [batch, channels, spatial...]. The long ones divide a channel among groups.
SHAPES = [
    (1, 1),
    (7, 3),
    (4, 5, 6),
    (2, 3, 5, 7),
    (2, 33, 4, 4),
    (1, 2, 2, 3, 4),
    (3, 300, 2, 1),
    (2, 1, 80, 80),
    (2, 3, 70, 70),
    # Packs of 4 and 8 elements, along space or channels; so many that an
    # invocation takes several of them.
    (2, 8, 4, 4),
    (3, 12, 2, 6),
    (5, 16, 20, 24),
    (33, 24, 3, 56),
    (67, 64, 20),
]


def axes(x):
    return tuple(d for d in range(x.ndim) if d != 1)


def wide(vector, x):
    """A vector over channels, to be broadcast against x."""
    return np.asarray(vector, np.float64).reshape((1, -1) + (1,) * (x.ndim - 2))


def place(device, array, layout):
    """A device tensor of `array`, channels outer, innermost, or by a layout."""
    if layout == "channels last":
        order = (0,) + tuple(range(2, array.ndim)) + (1,)
        tensor = device.tensor(np.ascontiguousarray(array.transpose(order)))
        back = (0, array.ndim - 1) + tuple(range(1, array.ndim - 1))
        return tensor.transpose(*back)
    return helpers.upload(device, array, layout)


LAYOUTS = ["contiguous", "channels last", "transposed", "gaps", "reversed", "unaligned"]


def statistics(x):
    x = np.asarray(x, np.float64)
    return x.mean(axes(x)), x.var(axes(x))


def normalize(x, mean, inverse_stddev, scale, offset):
    x = np.asarray(x, np.float64)
    return (x - wide(mean, x)) * wide(inverse_stddev * np.float64(scale), x) + wide(offset, x)


def vectors(channels):
    return (
        helpers.random((channels,), "float32", 0.5, 2, seed=1),
        helpers.random((channels,), "float32", seed=2),
    )


def train(device, x, layout, unbiased=0):
    scale, offset = vectors(x.shape[1])
    y = place(device, np.zeros_like(x), layout)
    outputs = [device.empty(scale.shape) for _ in range(3)]
    device.batch_norm_training(
        place(device, x, layout),
        device.tensor(scale),
        device.tensor(offset),
        EPSILON,
        unbiased,
        y,
        *outputs
    )
    return y, outputs


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("unbiased", [0, 1])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_training(device, dtype, layout, unbiased, shape):
    x = helpers.random(shape, dtype)
    y, (mean, variance, inverse_stddev) = train(device, x, layout, unbiased)
    scale, offset = vectors(shape[1])
    expected_mean, expected_variance = statistics(x)
    inverse = 1 / np.sqrt(expected_variance + EPSILON)
    count = x.size // shape[1]
    helpers.check(y, normalize(x, expected_mean, inverse, scale, offset))
    helpers.check(mean, expected_mean)
    helpers.check(
        variance,
        expected_variance * (count / (count - 1) if unbiased and count > 1 else 1),
    )
    helpers.check(inverse_stddev, inverse)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(3, 4, 5, 6), (3, 16, 5, 8)], ids=str)
def test_layouts(device, layout, shape, dtype):
    x = helpers.random(shape, dtype)
    scale, offset = vectors(shape[1])
    y, _ = train(device, x, layout)
    mean, variance = statistics(x)
    helpers.check(y, normalize(x, mean, 1 / np.sqrt(variance + EPSILON), scale, offset))


@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("shift", [1000.0, -30000.0])
def test_large_mean(device, layout, shift):
    # The mean of squares less the square of the mean would lose everything.
    x = (helpers.random((8, 3, 40, 40)) + np.float32(shift)).astype(np.float32)
    x[0, :, 0, 0] = 0  # nor may one outlier, the first element, spoil the rest
    y, (mean, variance, _) = train(device, x, layout)
    scale, offset = vectors(3)
    expected_mean, expected_variance = statistics(x)
    helpers.check(mean, expected_mean, 1e-6)
    helpers.check(variance, expected_variance, 1e-5)
    inverse = 1 / np.sqrt(expected_variance + EPSILON)
    # An output cannot be better than the mean that float32 can hold.
    tolerance = np.abs(inverse).max() * abs(shift) * 1e-6
    helpers.check(y, normalize(x, expected_mean, inverse, scale, offset), max(tolerance, 1e-5))


@pytest.mark.parametrize("count", [9001, 20011])
def test_parts_of_unequal_length(device, count):
    # A channel is divided among groups, of which the last has fewer elements.
    x = np.zeros((count, 1), np.float32)
    x[count // 2 + 1 :] = 1000
    _, (mean, variance, _) = train(device, x, "contiguous")
    expected_mean, expected_variance = statistics(x)
    helpers.check(mean, expected_mean, 1e-6)
    helpers.check(variance, expected_variance, 1e-6)


def test_strided_vectors_and_absent_outputs(device):
    x = helpers.random((4, 5, 3))
    scale, offset = vectors(5)
    y, variance = device.empty(x.shape), helpers.empty(device, (5,), "float32", "gaps")
    device.batch_norm_training(
        device.tensor(x),
        helpers.upload(device, scale, "reversed"),
        helpers.upload(device, offset, "gaps"),
        EPSILON,
        0,
        y,
        None,
        variance,
        None,
    )
    mean, expected_variance = statistics(x)
    helpers.check(variance, expected_variance)
    inverse = 1 / np.sqrt(expected_variance + EPSILON)
    helpers.check(y, normalize(x, mean, inverse, scale, offset))


def test_in_place(device):
    x = helpers.random((4, 5, 3))
    scale, offset = vectors(5)
    y = device.tensor(x)
    device.batch_norm_training(
        y, device.tensor(scale), device.tensor(offset), EPSILON, 0, y, None, None, None
    )
    mean, variance = statistics(x)
    helpers.check(y, normalize(x, mean, 1 / np.sqrt(variance + EPSILON), scale, offset))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(7, 3), (2, 3, 5, 7), (1, 2, 2, 3, 4)], ids=str)
def test_inference(device, dtype, layout, shape):
    x = helpers.random(shape, dtype)
    scale, offset = vectors(shape[1])
    mean = helpers.random(scale.shape, seed=3)
    variance = helpers.random(scale.shape, "float32", 0.1, 2, seed=4)
    y = place(device, np.zeros_like(x), layout)
    device.batch_norm_inference(
        place(device, x, layout),
        *(device.tensor(v) for v in (scale, offset, mean, variance)),
        epsilon=EPSILON,
        side=None,
        activation="NONE",
        output=y
    )
    inverse = 1 / np.sqrt(variance.astype(np.float64) + EPSILON)
    helpers.check(y, normalize(x, mean, inverse, scale, offset))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("activation", ["NONE", "RELU", "RELU6", "ELU"])
@pytest.mark.parametrize("shape", [(7, 3), (2, 8, 5, 4)], ids=str)
def test_what_follows_inference(device, dtype, layout, activation, shape):
    x, side = (helpers.random(shape, dtype, -8, 8, seed=s) for s in (1, 2))
    scale, offset = vectors(shape[1])
    mean = helpers.random(scale.shape, seed=3)
    variance = helpers.random(scale.shape, "float32", 0.1, 2, seed=4)
    inverse = 1 / np.sqrt(variance.astype(np.float64) + EPSILON)
    expected = normalize(x, mean, inverse, scale, offset) + side
    if activation == "ELU":
        expected = np.where(expected < 0, np.expm1(np.minimum(expected, 0)), expected)
    elif activation != "NONE":
        expected = np.clip(expected, 0, 6 if activation == "RELU6" else None)
    given = [device.tensor(v) for v in (scale, offset, mean, variance)]
    y = place(device, np.zeros_like(x), layout)
    device.batch_norm_inference(place(device, x, layout), *given, EPSILON,
                                place(device, side, "channels last"),
                                activation, y)
    helpers.check(y, expected)
    y = place(device, x, layout)  # in place
    device.batch_norm_inference(y, *given, EPSILON, place(device, side, layout), activation, y)
    helpers.check(y, expected)


def gradients(training, dy, x, scale, mean, inverse_stddev):
    dy, x = np.asarray(dy, np.float64), np.asarray(x, np.float64)
    normalized = (x - wide(mean, x)) * wide(inverse_stddev, x)
    offset_gradient = dy.sum(axes(x))
    scale_gradient = (dy * normalized).sum(axes(x))
    inner = dy
    if training:
        count = x.size // x.shape[1]
        inner = (
            dy - wide(offset_gradient, x) / count - normalized * wide(scale_gradient, x) / count
        )
    return wide(scale * np.float64(inverse_stddev), x) * inner, scale_gradient, offset_gradient


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("training", [0, 1])
@pytest.mark.parametrize(
    "shape,layout",
    [(shape, layout) for shape in SHAPES for layout in ("contiguous", "channels last")]
    + [((3, 4, 5, 6), layout) for layout in LAYOUTS[2:]],
    ids=str,
)
def test_gradient(device, dtype, training, shape, layout):
    x, dy = helpers.random(shape, dtype), helpers.random(shape, dtype, seed=5)
    scale, _ = vectors(shape[1])
    mean, variance = statistics(x)
    mean = mean.astype(np.float32)
    inverse = (1 / np.sqrt(variance + EPSILON)).astype(np.float32)
    dx = place(device, np.zeros_like(x), layout)
    scale_gradient, offset_gradient = device.empty(scale.shape), device.empty(scale.shape)
    device.batch_norm_gradient(
        training,
        place(device, dy, layout),
        place(device, x, layout),
        *(device.tensor(v) for v in (scale, mean, inverse)),
        input_gradient=dx,
        scale_gradient=scale_gradient,
        offset_gradient=offset_gradient
    )
    expected = gradients(training, dy, x, scale, mean, inverse)
    helpers.check(dx, expected[0])
    # Sums of thousands of numbers around zero: relative to their magnitudes.
    tolerance = 1e-5 * max(1, np.sqrt(x.size // shape[1]) / 10)
    helpers.check(scale_gradient, expected[1], tolerance)
    helpers.check(offset_gradient, expected[2], tolerance)


# The layers of ResNet-50 for a batch of 8 images of 64 x 64, and odd ones whose channels are
# divided among groups.
COUNTED = [
    (8, 64, 32, 32),
    (8, 64, 16, 16),
    (8, 256, 16, 16),
    (8, 128, 8, 8),
    (8, 512, 8, 8),
    (8, 256, 4, 4),
    (8, 1024, 4, 4),
    (8, 512, 2, 2),
    (8, 2048, 2, 2),
    (11, 1, 67, 67),
    (11, 7, 67, 67),
    (20011, 1),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("shape", COUNTED, ids=str)
def test_takes_two_launches(device, dtype, layout, shape):
    x = place(device, helpers.random(shape, dtype), layout)
    dy = place(device, helpers.random(shape, dtype, seed=5), layout)
    y = place(device, np.zeros(shape, dtype), layout)
    scale, offset = (device.tensor(v) for v in vectors(shape[1]))
    mean, variance, inverse, *sums = (device.empty(scale.shape) for _ in range(5))

    def forward():
        device.batch_norm_training(x, scale, offset, EPSILON, 0, y, mean, variance, inverse)

    def backward():
        device.batch_norm_gradient(1, dy, x, scale, mean, inverse, y, *sums)

    assert helpers.launches(device, forward) == 2
    assert helpers.launches(device, backward) == 2


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
def test_large_tensors_take_three_launches(device, dtype, layout):
    # Beside them a launch is nothing: parts are merged once, not by each group.
    shape = (17, 4, 251, 250)
    x, dy = helpers.random(shape, dtype), helpers.random(shape, dtype, seed=5)
    x[:8] += 10
    scale, offset = vectors(4)
    gradient = place(device, dy, layout)
    source, y = place(device, x, layout), place(device, np.zeros_like(x), layout)
    mean, variance, inverse, *sums = (device.empty((4,)) for _ in range(5))
    vector = device.tensor(scale)

    def forward():
        device.batch_norm_training(
            source, vector, device.tensor(offset), EPSILON, 0, y, mean, variance, inverse
        )

    def backward():
        device.batch_norm_gradient(
            1, gradient, source, vector, mean, inverse, y, *reversed(sums)
        )

    assert helpers.launches(device, forward) == 3
    expected_mean, expected_variance = statistics(x)
    expected_inverse = 1 / np.sqrt(expected_variance + EPSILON)
    helpers.check(mean, expected_mean)
    helpers.check(variance, expected_variance)
    helpers.check(inverse, expected_inverse)
    helpers.check(y, normalize(x, expected_mean, expected_inverse, scale, offset))
    assert helpers.launches(device, backward) == 3
    expected = gradients(1, dy, x, scale, mean.numpy(), inverse.numpy())
    helpers.check(y, expected[0])
    tolerance = 1e-6 * np.sqrt(x.size // 4)
    helpers.check(sums[1], expected[1], tolerance)
    helpers.check(sums[0], expected[2], tolerance)


def test_empty(device, dml):
    vector = device.tensor(np.ones(3, np.float32))
    empty = device.empty((0, 3, 4))
    device.batch_norm_inference(
        empty, vector, vector, vector, vector, EPSILON, None, "NONE", empty)
    scale_gradient, offset_gradient = device.empty((3,)), device.empty((3,))
    device.batch_norm_gradient(
        1, empty, empty, vector, vector, vector, empty, scale_gradient, offset_gradient
    )
    helpers.check(scale_gradient, np.zeros(3))
    helpers.check(offset_gradient, np.zeros(3))
    with pytest.raises(dml.DmlError, match="no elements"):
        device.batch_norm_training(empty, vector, vector, EPSILON, 0, empty, None, None, None)
    no_channels, nothing = device.empty((2, 0, 4)), device.empty((0,))
    device.batch_norm_training(
        no_channels, nothing, nothing, EPSILON, 0, no_channels, None, None, None
    )


def test_new_shapes_compile_nothing(device):
    train(device, helpers.random((2, 3, 4)), "contiguous")
    before = device.statistics()["programs_compiled"]
    for shape in [(1, 3, 4), (5, 3, 4), (2, 7, 90, 3), (9, 2)]:
        for layout in ("contiguous", "channels last"):
            train(device, helpers.random(shape), layout)
    assert device.statistics()["programs_compiled"] == before


@pytest.mark.parametrize(
    "x,scale,y,message",
    [
        (((3,), "float32"), ((3,), "float32"), ((3,), "float32"), "spatial"),
        (((2, 3), "float32"), ((2,), "float32"), ((2, 3), "float32"), r"float32 \[3\]"),
        (((2, 3), "float16"), ((3,), "float16"), ((2, 3), "float16"), r"float32 \[3\]"),
        (((2, 3), "float32"), ((3,), "float32"), ((2, 3), "float16"), "type and sizes"),
    ],
)
def test_says_what_is_wrong(device, dml, x, scale, y, message):
    vector = device.empty(*scale)
    with pytest.raises(dml.DmlError, match=message) as error:
        device.batch_norm_training(
            device.empty(*x), vector, vector, EPSILON, 0, device.empty(*y), None, None, None
        )
    assert error.value.code == dml.Code.INVALID_ARGUMENT
