"""Layer norm and its gradient, against float64."""

import helpers
import numpy as np
import pytest

# Few and many rows; rows that one lane holds, several, and none; odd and packed.
SIZES = [(1, 1), (3, 5), (128, 64), (7, 768), (70, 33), (5, 1024), (2, 2049), (3, 5000), (2, 9001),
         (1000, 16), (2500, 4)]
EPSILON = 1e-5


def reference(x, scale, offset, dy):
    """(y, mean, inverse deviation, dx, dscale, doffset)."""
    x, scale, offset, dy = (array.astype(np.float64) for array in (x, scale, offset, dy))
    mean = x.mean(1, keepdims=True)
    inverse = 1 / np.sqrt(x.var(1, keepdims=True) + EPSILON)
    normal, g = (x - mean) * inverse, dy * scale
    dx = inverse * (g - g.mean(1, keepdims=True)
                    - normal * (g * normal).mean(1, keepdims=True))
    y = normal * scale + offset
    return y, mean[:, 0], inverse[:, 0], dx, (dy * normal).sum(0), dy.sum(0)


def inputs(rows, n, dtype, shift=0.0):
    x = (helpers.random((rows, n), "float64", seed=1) + shift).astype(dtype)
    return (x, *(helpers.random(shape, dtype, seed=seed)
                 for seed, shape in ((2, (n,)), (3, (n,)), (4, (rows, n)))))


def run(device, arrays, layout="contiguous"):
    x, scale, offset, dy = (helpers.upload(device, array, layout) for array in arrays)
    rows, n = arrays[0].shape
    matrix = lambda: helpers.empty(device, (rows, n), arrays[0].dtype, layout)  # noqa: E731
    vector = lambda: helpers.empty(device, (n,), arrays[0].dtype, layout)  # noqa: E731
    mean, inverse = (helpers.empty(device, (rows,), "float32", layout) for _ in range(2))
    y, dx, dscale, doffset = matrix(), matrix(), vector(), vector()
    device.layer_norm(x, scale, offset, EPSILON, y, mean, inverse)
    device.layer_norm_gradient(dy, x, scale, mean, inverse, dx, dscale, doffset)
    return y, mean, inverse, dx, dscale, doffset


def check(device, arrays, layout="contiguous"):
    rows = arrays[0].shape[0]
    for actual, expected in zip(run(device, arrays, layout), reference(*arrays)):
        # Sums over rows are as large as their number allows.
        scale = max(1.0, np.sqrt(rows), np.abs(expected).max(initial=0))
        helpers.check(actual, expected, helpers.TOLERANCE[np.dtype(actual.numpy().dtype)] * scale)


@pytest.mark.parametrize("rows,n", SIZES, ids=str)
def test_float32(device, rows, n):
    check(device, inputs(rows, n, "float32"))


@pytest.mark.parametrize("rows,n", [(3, 5), (40, 64), (7, 768), (2, 4100)], ids=str)
def test_float16(device, rows, n):
    check(device, inputs(rows, n, "float16"))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    check(device, inputs(6, 24, "float32"), layout)


def test_a_mean_far_from_zero_costs_no_digits(device):
    """The variance is that of the centred row."""
    check(device, inputs(5, 768, "float32", shift=100.0)[:1] + inputs(5, 768, "float32")[1:])


def test_rows_of_equal_elements(device):
    x = np.full((3, 40), 7, np.float32)
    y, mean, inverse, dx, _, _ = run(device, (x, *inputs(3, 40, "float32")[1:]))
    helpers.check(y, np.broadcast_to(inputs(3, 40, "float32")[2], x.shape))
    helpers.check(mean, x[:, 0])
    helpers.check(inverse, np.full(3, EPSILON**-0.5), 1e-3)
    assert np.isfinite(dx.numpy()).all()


def test_nan_stays_in_its_row(device):
    x = inputs(4, 64, "float32")[0]
    x[1, 3], x[2, 5] = np.nan, np.inf
    y = run(device, (x, *inputs(4, 64, "float32")[1:]))[0].numpy()
    assert np.isnan(y[1:3]).all() and np.isfinite(y[[0, 3]]).all()


@pytest.mark.parametrize("rows,n,backward", [
    (128, 64, 2), (40, 768, 2), (3, 4096, 2), (3, 2047, 2), (3, 2049, 3), (2, 9001, 3),
])
def test_launches(device, rows, n, backward):
    arrays = inputs(rows, n, "float32")
    x, scale, offset, dy = (device.tensor(array) for array in arrays)
    mean, inverse = device.empty((rows,)), device.empty((rows,))
    assert helpers.launches(
        device, lambda: device.layer_norm(x, scale, offset, 0.1, x, mean, inverse)) == 1
    assert helpers.launches(device, lambda: device.layer_norm_gradient(
        dy, x, scale, mean, inverse, dy, device.empty((n,)), device.empty((n,)))) == backward


@pytest.mark.parametrize("rows,n", [(9, 64), (3, 5000)])
def test_in_place(device, rows, n):
    arrays = inputs(rows, n, "float32")
    expected = reference(*arrays)
    x, scale, offset, dy = (device.tensor(array) for array in arrays)
    y, mean, inverse = device.empty((rows, n)), device.empty((rows,)), device.empty((rows,))
    device.layer_norm(x, scale, offset, EPSILON, y, mean, inverse)
    dscale, doffset = device.empty((n,)), device.empty((n,))
    device.layer_norm_gradient(dy, x, scale, mean, inverse, dy, dscale, doffset)
    device.layer_norm(x, scale, offset, EPSILON, x, None, None)
    for actual, wanted in zip((x, dy, dscale, doffset), (expected[0], *expected[3:])):
        helpers.check(actual, wanted, 1e-4)


def test_no_rows(device):
    arrays = inputs(0, 6, "float32")
    dscale, doffset = run(device, arrays)[4:]
    helpers.check(dscale, np.zeros(6))
    helpers.check(doffset, np.zeros(6))


def test_new_sizes_compile_nothing(device):
    check(device, inputs(4, 64, "float32"))
    before = device.statistics()["programs_compiled"]
    check(device, inputs(9, 96, "float32"))
    check(device, inputs(300, 64, "float32"))
    assert device.statistics()["programs_compiled"] == before


@pytest.mark.parametrize("x,scale,y,message", [
    ((2, 3), (2,), (2, 3), "layer_norm: scale"),
    ((2, 3), (3,), (3, 2), "layer_norm: output"),
    ((2, 3, 4), (4,), (2, 3, 4), r"must be float32 or float16 \[rows, n\]"),
    ((2, 0), (0,), (2, 0), "have no elements"),
])
def test_says_what_is_wrong(device, dml, x, scale, y, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.layer_norm(device.empty(x), device.empty(scale), device.empty(scale), 0.1,
                          device.empty(y), None, None)
    assert error.value.code == dml.Code.INVALID_ARGUMENT
