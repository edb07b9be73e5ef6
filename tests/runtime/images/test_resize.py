"""Resizing and its gradient against matrices of weights, one for each dimension."""

import helpers
import numpy as np
import pytest

MODES = ["NEAREST", "LINEAR"]
COORDINATES = ["LEGACY", "ALIGN_CORNERS", "HALF_PIXEL"]
SIZES = [
    # input's and output's height and width
    ((1, 1), (1, 1)),
    ((4, 5), (4, 5)),
    ((4, 5), (8, 15)),
    ((9, 7), (3, 4)),
    ((3, 8), (7, 2)),
    ((1, 1), (6, 5)),
    ((6, 5), (1, 1)),
    ((2, 3), (2, 31)),
    ((40, 2), (13, 2)),
    ((2, 3), (41, 50)),
]
TYPES = [
    ("float32", "float32"),
    ("float16", "float16"),
    ("float16", "float32"),
    ("float64", "float64"),
    ("float64", "float32"),
]


def weights(mode, coordinates, size, outputs):
    """[outputs, size]: what each output element is made of."""
    scale = np.float32(size) / np.float32(outputs)
    if coordinates == "ALIGN_CORNERS" and outputs > 1:
        scale = np.float32(size - 1) / np.float32(outputs - 1)
    o = np.arange(outputs, dtype=np.float32)
    half = np.float32(0.5 if coordinates == "HALF_PIXEL" else 0)
    matrix = np.zeros((outputs, size))
    each = np.arange(outputs)
    if mode == "NEAREST":
        x = (o + half) * scale
        chosen = np.floor(x + np.float32(0.5)) if coordinates == "ALIGN_CORNERS" else np.floor(x)
        matrix[each, np.clip(chosen, 0, size - 1).astype(int)] = 1
        return matrix
    x = (o + half) * scale - half
    weight = (x - np.floor(x)).astype(np.float64)
    for chosen, share in [(np.floor(x), 1 - weight), (np.ceil(x), weight)]:
        np.add.at(matrix, (each, np.clip(chosen, 0, size - 1).astype(int)), share)
    return matrix


def both(mode, coordinates, sizes):
    """The matrices of height and width."""
    return [weights(mode, coordinates, *pair) for pair in zip(*sizes)]


def place(device, array, layout):
    if layout == "channels last":
        last = np.ascontiguousarray(array.transpose(0, 2, 3, 1))
        return device.tensor(last).transpose(0, 3, 1, 2)
    return helpers.upload(device, array, layout)


def empty(device, shape, dtype, layout):
    """With contents that show where an operator wrote nothing."""
    return place(device, np.full(shape, 77, dtype), layout)


def check(device, mode, coordinates, sizes, types, layout):
    # Float32's coordinates are off by more where they are larger.
    tolerance = 2e-3 if "float16" in types else 2e-5
    height, width = both(mode, coordinates, sizes)
    x = helpers.random((2, 3) + sizes[0], types[0])
    y = empty(device, (2, 3) + sizes[1], types[1], layout)
    device.resize(mode, coordinates, place(device, x, layout), y)
    expected = np.einsum("yh,xw,nchw->ncyx", height, width, x.astype(np.float64))
    helpers.check(y, expected, tolerance)

    dy = helpers.random((2, 3) + sizes[1], types[1], seed=1)
    dx = empty(device, (2, 3) + sizes[0], types[0], layout)
    device.resize_gradient(mode, coordinates, place(device, dy, layout), dx)
    expected = np.einsum("yh,xw,ncyx->nchw", height, width, dy.astype(np.float64))
    helpers.check(dx, expected, tolerance)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("coordinates", COORDINATES)
@pytest.mark.parametrize("mode", MODES)
def test_values(device, mode, coordinates, sizes):
    check(device, mode, coordinates, sizes, TYPES[0], "contiguous")
    check(device, mode, coordinates, sizes, TYPES[0], "channels last")


@pytest.mark.parametrize("types", TYPES, ids=str)
@pytest.mark.parametrize("layout", helpers.LAYOUTS + ["channels last"])
def test_layouts_and_types(device, layout, types):
    check(device, "LINEAR", "HALF_PIXEL", ((4, 5), (7, 3)), types, layout)


def test_the_gradient_repeats_bit_by_bit(device):
    dy = device.tensor(helpers.random((1, 2, 37, 41)))
    results = []
    for _ in range(3):
        dx = device.empty((1, 2, 5, 6))
        device.resize_gradient("LINEAR", "LEGACY", dy, dx)
        results.append(dx.numpy().tobytes())
    assert len(set(results)) == 1


def area_weights(size, outputs, align_corners):
    """[outputs, size]: how much of each element an output covers; at the edge, of what is
    beyond it, too."""
    corners = align_corners and outputs > 1
    scale = np.float32(size - corners) / np.float32(outputs - corners)
    matrix = np.zeros((outputs, size))
    for o in range(outputs):
        begin, end = np.float32(o) * scale, np.float32(o + 1) * scale
        for i in range(int(np.floor(begin)), int(np.ceil(end))):
            matrix[o, min(i, size - 1)] += min(i + 1, end) - max(i, begin)
    return matrix / scale if scale else matrix


@pytest.mark.parametrize("align_corners", [0, 1])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "uint8", "int64"])
def test_area(device, dtype, sizes, align_corners):
    (height, width), (rows, columns) = sizes
    if align_corners and (height == 1 < rows or width == 1 < columns):
        return  # no input to an output: the mean is none
    x = helpers.random((2, height, width, 3), dtype, 0, 100)
    y = device.empty((2, rows, columns, 3))
    device.resize_area(align_corners, device.tensor(x), y)
    want = np.einsum("oh,pw,nhwc->nopc", area_weights(height, rows, align_corners),
                     area_weights(width, columns, align_corners), x.astype(np.float64))
    np.testing.assert_allclose(y.numpy(), want, 1e-4, 1e-3)


def test_empty(device):
    before = device.statistics()["launches"]
    device.resize("LINEAR", "LEGACY", device.empty((0, 3, 2, 2)), device.empty((0, 3, 4, 4)))
    assert device.statistics()["launches"] == before
    # No output at all: nothing flows back.
    dx = device.tensor(np.ones((1, 2, 3, 3), np.float32))
    device.resize_gradient("LINEAR", "LEGACY", device.empty((1, 2, 0, 4)), dx)
    helpers.check(dx, np.zeros((1, 2, 3, 3)))


@pytest.mark.parametrize(
    "x,y,message",
    [
        ((1, 2, 3), (1, 2, 3), r"must be \[batch, channels, height, width\]"),
        ((1, 2, 3, 3), (1, 3, 3, 3), "equal batch and channels"),
        ((1, 2, 0, 3), (1, 2, 3, 3), "no elements to make an output of"),
        ((1, 1, 1, 1), (1, 1, 1, 1 << 22), "sizes must be below"),
    ],
)
def test_says_what_is_wrong(device, dml, x, y, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.resize("LINEAR", "LEGACY", device.empty(x), device.empty(y))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_areas_take_numbers_to_float32(device, dml):
    with pytest.raises(dml.DmlError, match="an output of float32"):
        device.resize_area(0, device.empty((1, 2, 2, 1)), device.empty((1, 3, 3, 1), "float16"))
    with pytest.raises(dml.DmlError, match="equal batch and channels"):
        device.resize_area(0, device.empty((1, 2, 2, 1)), device.empty((2, 3, 3, 1)))


def test_other_types_have_no_program(device, dml):
    x = device.empty((1, 1, 2, 2), "int32")
    with pytest.raises(dml.DmlError, match="float32 and float16") as error:
        device.resize("NEAREST", "LEGACY", x, device.empty((1, 1, 3, 3), "int32"))
    assert error.value.code == dml.Code.UNIMPLEMENTED
