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


def train(device, x, layout, unbiased=0, side=None, activation="NONE"):
    scale, offset = vectors(x.shape[1])
    y = place(device, np.zeros_like(x), layout)
    outputs = [device.empty(scale.shape) for _ in range(3)]
    device.batch_norm_training(
        place(device, x, layout),
        device.tensor(scale),
        device.tensor(offset),
        EPSILON,
        unbiased,
        side,
        activation,
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
        None,
        "NONE",
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
        y, device.tensor(scale), device.tensor(offset), EPSILON, 0, None, "NONE", y,
        None, None, None
    )
    mean, variance = statistics(x)
    helpers.check(y, normalize(x, mean, 1 / np.sqrt(variance + EPSILON), scale, offset))


# By one launch, two and three; by single elements and by packs.
FUSED_SHAPES = [(4, 5, 3), (2, 8, 5, 4), (41, 6, 70), (5, 16, 20, 30), (17, 4, 251, 250)]
ACTIVATIONS = {"NONE": (-np.inf, np.inf), "RELU": (0, np.inf), "RELU6": (0, 6)}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", FUSED_SHAPES, ids=str)
def test_what_follows_training_is_the_same_to_the_bit(device, dtype, layout, activation, shape):
    x, side = (helpers.random(shape, dtype, -8, 8, seed=s) for s in (1, 2))
    plain, statistics = train(device, x, layout)
    plain = plain.numpy()
    for added in (None, side):
        y, same = train(device, x, layout, 0,
                        None if added is None else place(device, added, layout), activation)
        expected = plain if added is None else plain + added  # rounded to dtype twice
        np.testing.assert_array_equal(y.numpy(), np.clip(expected, *ACTIVATIONS[activation]))
        for value, before in zip(same, statistics):
            np.testing.assert_array_equal(value.numpy(), before.numpy())


@pytest.mark.parametrize("output", ["x", "side"])
@pytest.mark.parametrize("shape", [(2, 8, 5, 4), (5, 16, 20, 30)], ids=str)
def test_what_follows_training_in_place(device, output, shape):
    x, side = (helpers.random(shape, seed=s) for s in (1, 2))
    given = {"x": device.tensor(x), "side": device.tensor(side)}
    expected, _ = train(device, x, "contiguous", 0, device.tensor(side), "RELU")
    scale, offset = (device.tensor(v) for v in vectors(shape[1]))
    device.batch_norm_training(given["x"], scale, offset, EPSILON, 0, given["side"], "RELU",
                               given[output], None, None, None)
    np.testing.assert_array_equal(given[output].numpy(), expected.numpy())


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
        None,
        "NONE",
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


def backward(device, dy, activated, activation, x, layout, training=1):
    """(dx, dscale, doffset) of tensors of the host."""
    scale, _ = vectors(x.shape[1])
    mean, variance = statistics(x)
    inverse = (1 / np.sqrt(variance + EPSILON)).astype(np.float32)
    dx = place(device, np.zeros_like(x), layout)
    sums = [device.empty(scale.shape) for _ in range(2)]
    device.batch_norm_gradient(
        training, place(device, dy, layout),
        None if activated is None else place(device, activated, layout), activation,
        place(device, x, layout),
        *(device.tensor(v) for v in (scale, mean.astype(np.float32), inverse)), dx, *sums)
    return [value.numpy() for value in (dx, *sums)]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("activation, low, high", [("RELU", 0, np.inf), ("RELU6", 0, 6)])
@pytest.mark.parametrize("shape", FUSED_SHAPES, ids=str)
def test_gradient_through_an_activation_is_the_same_to_the_bit(
        device, dtype, layout, activation, low, high, shape):
    x, dy = helpers.random(shape, dtype), helpers.random(shape, dtype, seed=5)
    activated = np.clip(helpers.random(shape, dtype, -8, 8, seed=6), low, high).astype(dtype)
    activated.flat[0] = np.nan  # is not larger than 0
    activated.flat[1] = np.inf
    masked = np.where((activated > low) & ((activated < high) | (activation == "RELU")), dy, 0)
    expected = backward(device, masked.astype(dtype), None, "NONE", x, layout)
    for got, want in zip(backward(device, dy, activated, activation, x, layout), expected):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("activated_layout", LAYOUTS)
def test_gradient_through_an_activation_of_another_layout(device, activated_layout):
    shape = (3, 16, 5, 8)
    x, dy = helpers.random(shape), helpers.random(shape, seed=5)
    activated = np.maximum(helpers.random(shape, seed=6), 0)
    scale, _ = vectors(shape[1])
    mean, variance = statistics(x)
    mean = mean.astype(np.float32)
    inverse = (1 / np.sqrt(variance + EPSILON)).astype(np.float32)
    dx, *sums = device.empty(shape), device.empty(scale.shape), device.empty(scale.shape)
    device.batch_norm_gradient(
        0, device.tensor(dy), place(device, activated, activated_layout), "RELU",
        device.tensor(x), *(device.tensor(v) for v in (scale, mean, inverse)), dx, *sums)
    masked = np.where(activated > 0, dy, 0)
    for got, want in zip((dx, *sums), gradients(0, masked, x, scale, mean, inverse)):
        helpers.check(got, want)


@pytest.mark.parametrize("activation, activated, message", [
    ("ELU", True, "RELU and RELU6"), ("RELU", False, "its output"), ("NONE", True, "there is none"),
])
def test_gradient_says_what_is_wrong_with_the_activation(
        device, dml, activation, activated, message):
    x, vector = device.empty((2, 3, 4)), device.empty((3,))
    with pytest.raises(dml.DmlError, match=message):
        device.batch_norm_gradient(1, x, x if activated else None, activation, x, vector, vector,
                                   vector, device.empty(x.shape), device.empty((3,)),
                                   device.empty((3,)))


# The layers of ResNet-50 for a batch of 8 images of 64 x 64: of one launch each, but for the
# first, where channels are innermost.
RESNET_SHAPES = [
    (8, 64, 32, 32),
    (8, 64, 16, 16),
    (8, 256, 16, 16),
    (8, 128, 8, 8),
    (8, 512, 8, 8),
    (8, 256, 4, 4),
    (8, 1024, 4, 4),
    (8, 512, 2, 2),
    (8, 2048, 2, 2),
]
# Of so many elements that several groups must share a channel, or may read it twice only
# where caches hold all of it.
SHARED_SHAPES = [(11, 1, 67, 67), (11, 7, 67, 67), (20011, 1)]


def launches_of_training(device, dtype, layout, shape):
    """Forward, backward; with an activation and what is added."""
    x = place(device, helpers.random(shape, dtype), layout)
    dy = place(device, helpers.random(shape, dtype, seed=5), layout)
    y = place(device, np.zeros(shape, dtype), layout)
    scale, offset = (device.tensor(v) for v in vectors(shape[1]))
    mean, variance, inverse, *sums = (device.empty(scale.shape) for _ in range(5))

    def forward():
        device.batch_norm_training(x, scale, offset, EPSILON, 0, dy, "RELU", y, mean, variance,
                                   inverse)

    def backward():
        device.batch_norm_gradient(1, dy, y, "RELU6", x, scale, mean, inverse, y, *sums)

    return helpers.launches(device, forward), helpers.launches(device, backward)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("shape", RESNET_SHAPES, ids=str)
def test_layers_take_one_launch(device, dtype, layout, shape):
    first = shape == RESNET_SHAPES[0] and layout == "channels last"
    launches = 2 if first else 1
    assert launches_of_training(device, dtype, layout, shape) == (launches, launches)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
@pytest.mark.parametrize("shape", SHARED_SHAPES, ids=str)
def test_shared_channels_take_two_launches(device, dtype, layout, shape):
    assert launches_of_training(device, dtype, layout, shape) == (2, 2)


def test_large_tensors_take_one_launch_only_by_whole_transactions(device):
    # As many elements of a channel, of more channels than caches hold, innermost.
    assert launches_of_training(device, "float32", "channels last", (2000, 512)) == (1, 1)
    assert launches_of_training(device, "float32", "channels last", (2000, 1024)) == (2, 2)
    assert launches_of_training(device, "float32", "channels last", (900, 2048)) == (1, 1)


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
            source, vector, device.tensor(offset), EPSILON, 0, None, "NONE", y, mean, variance,
            inverse
        )

    def backward():
        device.batch_norm_gradient(
            1, gradient, None, "NONE", source, vector, mean, inverse, y, *reversed(sums)
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
        1, empty, None, "NONE", empty, vector, vector, vector, empty, scale_gradient,
        offset_gradient
    )
    helpers.check(scale_gradient, np.zeros(3))
    helpers.check(offset_gradient, np.zeros(3))
    with pytest.raises(dml.DmlError, match="no elements"):
        device.batch_norm_training(empty, vector, vector, EPSILON, 0, None, "NONE", empty,
                                   None, None, None)
    no_channels, nothing = device.empty((2, 0, 4)), device.empty((0,))
    device.batch_norm_training(
        no_channels, nothing, nothing, EPSILON, 0, None, "NONE", no_channels, None, None, None
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
            device.empty(*x), vector, vector, EPSILON, 0, None, "NONE", device.empty(*y),
            None, None, None
        )
    assert error.value.code == dml.Code.INVALID_ARGUMENT
