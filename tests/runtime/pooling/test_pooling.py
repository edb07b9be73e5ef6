"""Pooling and its gradients against a window-by-window reference."""

import itertools

import helpers
import numpy as np
import pytest

FLOATS = ["float32", "float16", "float64"]


class Case:
    """Shape [batch, channels, spatial...], attributes, and output's space."""

    def __init__(self, shape, window, strides, pad, output):
        self.shape, self.space = shape, shape[2:]
        self.output = output
        self.output_shape = shape[:2] + output
        self.attributes = {"window": window, "strides": strides, "pad_before": pad}

    def __str__(self):
        words = [self.shape, *self.attributes.values(), self.output]
        return "-".join("x".join(map(str, word)) for word in words)

    def windows(self):
        """Yields (output's place, slices of the input, whether it has elements)."""
        window, strides, pad = self.attributes.values()
        for place in itertools.product(*map(range, self.output)):
            begins = [o * s - p for o, s, p in zip(place, strides, pad)]
            box = tuple(
                slice(max(b, 0), max(min(b + w, n), 0))
                for b, w, n in zip(begins, window, self.space)
            )
            yield place, box, all(side.start < side.stop for side in box)


CASES = [
    Case((1, 1, 1), (1,), (1,), (0,), (1,)),
    Case((2, 3, 9), (2,), (2,), (0,), (4,)),
    Case((2, 3, 8, 8), (2, 2), (2, 2), (0, 0), (4, 4)),
    Case((2, 5, 7, 6), (3, 3), (1, 1), (1, 1), (7, 6)),
    Case((2, 5, 7, 6), (3, 2), (2, 3), (0, 1), (4, 2)),  # padded after, too
    Case((1, 2, 5, 5), (1, 1), (3, 2), (0, 0), (2, 3)),  # gaps between windows
    Case((1, 2, 6, 6), (6, 6), (1, 1), (0, 0), (1, 1)),
    Case((1, 2, 3, 4), (2, 2), (2, 2), (3, 2), (4, 4)),  # some wholly in padding
    Case((1, 3, 4, 5, 6), (2, 3, 2), (2, 1, 2), (0, 1, 0), (2, 5, 3)),
    Case((3, 40, 5, 5), (3, 3), (2, 2), (1, 1), (3, 3)),
]

LAYOUTS = ["contiguous", "channels last", "transposed", "gaps", "reversed", "unaligned"]


def place(device, array, layout):
    if layout == "channels last":
        order = (0,) + tuple(range(2, array.ndim)) + (1,)
        tensor = device.tensor(np.ascontiguousarray(array.transpose(order)))
        return tensor.transpose(0, array.ndim - 1, *range(1, array.ndim - 1))
    return helpers.upload(device, array, layout)


def empty(device, shape, dtype, layout):
    """With contents that show where an operator wrote nothing."""
    return place(device, np.full(shape, 77, dtype), layout)


def flat(x, box):
    """The elements of a box of space, as [batch, channels, elements]."""
    return x[(slice(None), slice(None)) + box].reshape(x.shape[0], x.shape[1], -1)


def at(place):
    return (slice(None), slice(None)) + place


def max_pool(case, x):
    y = np.full(case.output_shape, -np.inf)
    for o, box, inside in case.windows():
        if inside:
            elements = flat(x, box)
            y[at(o)] = np.where(np.isnan(elements), -np.inf, elements).max(-1)
    return y


def first_largest(x, box):
    elements = flat(x, box)
    return np.where(np.isnan(elements), -np.inf, elements).argmax(-1)[..., None]


def max_pool_gather(case, x, values):
    y = np.zeros(case.output_shape)
    for o, box, inside in case.windows():
        if inside:
            chosen = np.take_along_axis(flat(values, box), first_largest(x, box), -1)
            y[at(o)] = chosen[..., 0]
    return y


def max_pool_gradient(case, x, dy):
    dx = np.zeros(case.shape)
    for o, box, inside in case.windows():
        if inside:
            part = dx[(slice(None), slice(None)) + box]
            share = np.zeros(flat(dx, box).shape)
            np.put_along_axis(share, first_largest(x, box), dy[at(o)][..., None], -1)
            part += share.reshape(part.shape)
    return dx


def average_pool(case, x):
    y = np.zeros(case.output_shape)
    for o, box, inside in case.windows():
        if inside:
            y[at(o)] = flat(x, box).mean(-1)
    return y


def average_pool_gradient(case, dy):
    dx = np.zeros(case.shape)
    for o, box, inside in case.windows():
        if inside:
            count = flat(dx, box).shape[-1]
            dx[(slice(None), slice(None)) + box] += (dy[at(o)] / count).reshape(
                case.shape[:2] + (1,) * len(case.space)
            )
    return dx


ROWS = [(case, layout) for case in CASES for layout in ("contiguous", "channels last")]
ROWS += [(CASES[4], layout) for layout in LAYOUTS[2:]]
each_row = pytest.mark.parametrize("case,layout", ROWS, ids=str)
each_type = pytest.mark.parametrize("dtype", FLOATS)


def ties(shape, dtype):
    """Few distinct values, so that windows have several largest elements."""
    return helpers.random(shape, "int32", -3, 3).astype(dtype)


@each_type
@each_row
def test_max_pool(device, dtype, case, layout):
    x = helpers.random(case.shape, dtype)
    y = empty(device, case.output_shape, dtype, layout)
    device.max_pool(case.attributes, place(device, x, layout), y)
    helpers.check(y, max_pool(case, x.astype(np.float64)))


@each_type
@each_row
def test_max_pool_gradient(device, dtype, case, layout):
    x = ties(case.shape, dtype)
    dy = helpers.random(case.output_shape, dtype, seed=1)
    y = max_pool(case, x.astype(np.float64)).astype(dtype)
    dx = empty(device, case.shape, dtype, layout)
    device.max_pool_gradient(
        case.attributes,
        place(device, x, layout),
        place(device, y, layout),
        place(device, dy, layout),
        dx,
    )
    helpers.check(dx, max_pool_gradient(case, x, dy.astype(np.float64)))


@each_type
@each_row
def test_max_pool_gather(device, dtype, case, layout):
    x, values = ties(case.shape, dtype), helpers.random(case.shape, dtype, seed=1)
    y = empty(device, case.output_shape, dtype, layout)
    device.max_pool_gather(
        case.attributes, place(device, x, layout), place(device, values, layout), y
    )
    helpers.check(y, max_pool_gather(case, x, values))


@pytest.mark.parametrize("with_batch", [0, 1])
@each_type
@each_row
def test_max_pool_argmax(device, dtype, case, layout, with_batch):
    """Where the first largest element is, as the place in channels-last images."""
    x = ties(case.shape, dtype)
    y = empty(device, case.output_shape, dtype, layout)
    places = empty(device, case.output_shape, "int64", layout)
    device.max_pool_argmax(case.attributes, with_batch, place(device, x, layout), y, places)
    helpers.check(y, max_pool(case, x.astype(np.float64)))
    order = (0,) + tuple(range(2, x.ndim)) + (1,)
    numbers = np.empty(tuple(case.shape[d] for d in order), np.int64)
    numbers[:] = np.arange(x.size).reshape(numbers.shape)
    if not with_batch:
        numbers %= x.size // case.shape[0]
    numbers = np.moveaxis(numbers, -1, 1)
    want = max_pool_gather(case, x, numbers)
    inside = np.zeros(case.output, bool)
    for o, _, has_elements in case.windows():
        inside[o] = has_elements
    np.testing.assert_array_equal(places.numpy()[:, :, inside], want[:, :, inside])


@each_type
@each_row
def test_average_pool(device, dtype, case, layout):
    x = helpers.random(case.shape, dtype)
    y = empty(device, case.output_shape, dtype, layout)
    device.average_pool(case.attributes, place(device, x, layout), y)
    helpers.check(y, average_pool(case, x.astype(np.float64)))


@each_type
@each_row
def test_average_pool_gradient(device, dtype, case, layout):
    dy = helpers.random(case.output_shape, dtype)
    dx = empty(device, case.shape, dtype, layout)
    device.average_pool_gradient(case.attributes, place(device, dy, layout), dx)
    helpers.check(dx, average_pool_gradient(case, dy.astype(np.float64)))


def test_max_passes_over_nan_and_takes_minus_infinity(device):
    inf, nan = np.inf, np.nan
    case = Case((1, 1, 6), (2,), (2,), (0,), (3,))
    x = np.array([[[nan, 1, -inf, -inf, 2, nan]]], np.float32)
    y, dx = device.empty((1, 1, 3)), device.empty((1, 1, 6))
    device.max_pool(case.attributes, device.tensor(x), y)
    helpers.check(y, [[[1, -inf, 2]]])
    dy = device.tensor(np.array([[[3, 4, 5]]], np.float32))
    device.max_pool_gradient(case.attributes, device.tensor(x), y, dy, dx)
    helpers.check(dx, [[[0, 3, 4, 0, 5, 0]]])


def test_max_of_nan_where_it_propagates(device):
    nan = np.nan
    case = Case((1, 1, 6), (2,), (2,), (0,), (3,))
    attributes = dict(case.attributes, propagate_nan=1)
    x = device.tensor(np.array([[[nan, 1, nan, nan, 2, 9]]], np.float32))
    y, dx = device.empty((1, 1, 3)), device.empty((1, 1, 6))
    device.max_pool(attributes, x, y)
    helpers.check(y, [[[nan, nan, 9]]])
    values = device.tensor(np.arange(6, dtype=np.float32).reshape(1, 1, 6))
    device.max_pool_gather(attributes, x, values, y)
    helpers.check(y, [[[0, 2, 5]]])
    y = device.tensor(np.array([[[nan, nan, 9]]], np.float32))
    dy = device.tensor(np.array([[[3, 4, 5]]], np.float32))
    device.max_pool_gradient(attributes, x, y, dy, dx)
    helpers.check(dx, [[[3, 0, 4, 0, 0, 5]]])


def gradient_of_equals(case, x, y, dy, propagate_nan):
    """Each window's to its first element that equals y, if there is one."""
    dx = np.zeros(case.shape)
    for o, box, _ in case.windows():
        part, wanted = x[(slice(None), slice(None)) + box], y[at(o)][..., None]
        same = part.reshape(*x.shape[:2], -1) == wanted
        if propagate_nan:
            same |= np.isnan(part.reshape(*x.shape[:2], -1)) & np.isnan(wanted)
        share = (same & (np.cumsum(same, -1) == 1)) * dy[at(o)][..., None]
        dx[(slice(None), slice(None)) + box] += share.reshape(part.shape)
    return dx


LARGE = [
    Case((2, 3, 12, 11), (7, 5), (1, 1), (3, 2), (12, 11)),
    Case((1, 2, 65), (40,), (3,), (0,), (9,)),
    Case((1, 2, 7, 9, 8), (4, 3, 5), (1, 2, 3), (1, 0, 2), (6, 4, 3)),
    Case((2, 5, 9, 9), (9, 9), (9, 9), (0, 0), (1, 1)),
]


@pytest.mark.parametrize("layout", ["contiguous", "channels last", "reversed"])
@pytest.mark.parametrize("propagate_nan", [0, 1])
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_large_windows(device, dml, case, propagate_nan, layout):
    """Are searched once each; with ties, and with windows of nothing but NaN."""
    x = ties(case.shape, np.float32)
    x[:, 0] = np.nan
    x[:, 1:][helpers.random(x[:, 1:].shape) > 0.9] = np.nan
    # Whole numbers: sums are exact.
    dy = helpers.random(case.output_shape, "int32", -99, 99, seed=1).astype(np.float32)
    attributes = dict(case.attributes, propagate_nan=propagate_nan)
    y, dx = (empty(device, shape, np.float32, layout) for shape in (dy.shape, x.shape))
    device.max_pool(attributes, place(device, x, layout), y)
    arguments = attributes, place(device, x, layout), y, place(device, dy, layout), dx
    with dml.plan() as programs:
        device.max_pool_gradient(*arguments)
    assert [program.shader for program in programs] == [
        "max_pool_places_f32", "max_pool_places_gradient_f32"]
    device.max_pool_gradient(*arguments)
    want = gradient_of_equals(case, x, y.numpy(), dy, propagate_nan)
    np.testing.assert_array_equal(dx.numpy(), want)


def test_small_windows_take_one_launch(device):
    case = CASES[-1]
    x, y = device.empty(case.shape), device.empty(case.output_shape)
    assert helpers.launches(
        device, lambda: device.max_pool_gradient(case.attributes, x, y, y, x)) == 1


def test_empty(device):
    attributes = {"window": (2,), "strides": (2,), "pad_before": (0,)}
    before = device.statistics()["launches"]
    device.max_pool(attributes, device.empty((0, 3, 4)), device.empty((0, 3, 2)))
    device.average_pool(attributes, device.empty((2, 0, 4)), device.empty((2, 0, 2)))
    assert device.statistics()["launches"] == before
    # No output at all: nothing flows back.
    dx, none = device.tensor(np.ones((1, 2, 4), np.float32)), device.empty((1, 2, 0))
    x = device.tensor(np.zeros((1, 2, 4), np.float32))
    device.max_pool_gradient(attributes, x, none, none, dx)
    helpers.check(dx, np.zeros((1, 2, 4)))


def test_new_shapes_compile_nothing(device):
    def run(case):
        x = helpers.random(case.shape)
        y = device.empty(case.output_shape)
        device.average_pool(case.attributes, device.tensor(x), y)
        helpers.check(y, average_pool(case, x.astype(np.float64)))

    run(CASES[0])
    before = device.statistics()["programs_compiled"]
    for case in CASES[1:]:
        run(case)
    assert device.statistics()["programs_compiled"] == before


GOOD = {"window": (2,), "strides": (2,), "pad_before": (0,)}


@pytest.mark.parametrize(
    "attributes,x,y,message",
    [
        (dict(GOOD, window=(0,)), (1, 2, 4), (1, 2, 2), "must be positive"),
        (dict(GOOD, strides=(0,)), (1, 2, 4), (1, 2, 2), "must be positive"),
        (dict(GOOD, pad_before=(-1,)), (1, 2, 4), (1, 2, 2), "not negative"),
        (dict(GOOD, pad_before=(1 << 40,)), (1, 2, 4), (1, 2, 2), "too large"),
        (GOOD, (1, 2, 4, 4), (1, 2, 2), "1 spatial dimensions"),
        (GOOD, (1, 2, 4), (1, 3, 2), "equal batch and channels"),
    ],
)
def test_says_what_is_wrong(device, dml, attributes, x, y, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.max_pool(attributes, device.empty(x), device.empty(y))
    assert error.value.code == dml.Code.INVALID_ARGUMENT
