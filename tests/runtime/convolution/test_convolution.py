"""Convolutions and their gradients against NumPy in float64."""

import itertools

import helpers
import numpy as np
import pytest


def windows(attributes, x_sizes, taps, y_sizes):
    """Yields (tap, slices of positions, slices of x) where they meet."""
    for tap in itertools.product(*(range(t) for t in taps)):
        positions, elements = [], []
        for d, t in enumerate(tap):
            stride = attributes["strides"][d]
            shift = t * attributes["dilations"][d] - attributes["pad_before"][d]
            inside = [q for q in range(y_sizes[d]) if 0 <= q * stride + shift < x_sizes[d]]
            positions.append(inside)
            elements.append([q * stride + shift for q in inside])
        yield tap, np.ix_(*positions), np.ix_(*elements)


def reference(attributes, x, w, y_gradient):
    """(output, input gradient, filter gradient), in the contract's order."""
    groups = attributes["groups"]
    x, w, dy = (t.astype(np.float64) for t in (x, w, y_gradient))
    y, dx, dw = np.zeros_like(dy), np.zeros_like(x), np.zeros_like(w)
    in_channels, out_channels = x.shape[1] // groups, w.shape[0] // groups
    for tap, q, i in windows(attributes, x.shape[2:], w.shape[2:], dy.shape[2:]):
        for n, g in itertools.product(range(x.shape[0]), range(groups)):
            ins = slice(g * in_channels, (g + 1) * in_channels)
            outs = slice(g * out_channels, (g + 1) * out_channels)
            w_tap = w[(outs, slice(None)) + tap]
            seen = x[n, ins][(slice(None),) + i]
            given = dy[n, outs][(slice(None),) + q]
            for o, c in itertools.product(range(out_channels), range(in_channels)):
                y[n, g * out_channels + o][q] += w_tap[o, c] * seen[c]
                dx[n, g * in_channels + c][i] += w_tap[o, c] * given[o]
                dw[(g * out_channels + o, c) + tap] += (given[o] * seen[c]).sum()
    return y, dx, dw


def row(batch, channels, size, out_channels, taps, stride=1, dilation=1, pad=0, groups=1,
        after=None):
    """A case; the output's size follows, with `after` of padding at the end."""
    rank = len(size)
    many = lambda v: tuple(v) if isinstance(v, (tuple, list)) else (v,) * rank  # noqa: E731
    stride, dilation, pad = many(stride), many(dilation), many(pad)
    after = pad if after is None else many(after)
    out = tuple(
        max(0, (s + b + a - (t - 1) * d - 1) // st + 1)
        for s, b, a, t, d, st in zip(size, pad, after, taps, dilation, stride)
    )
    attributes = dict(
        spatial_rank=rank, strides=stride, dilations=dilation, pad_before=pad, groups=groups
    )
    return (
        attributes,
        (batch, channels) + tuple(size),
        (out_channels, channels // groups) + tuple(taps),
        (batch, out_channels) + out,
    )


ROWS = {
    "3x3": row(2, 5, (7, 6), 4, (3, 3), pad=1),
    "3x3 wide": row(1, 8, (9, 12), 68, (3, 3), pad=1),
    "3x3 stride 2": row(2, 3, (8, 7), 5, (3, 3), stride=2, pad=(0, 1), after=1),
    "stride 3, taps 2": row(1, 3, (10, 11), 2, (2, 2), stride=3),
    "stride 2 and 3, dilation 2": row(1, 2, (11, 13), 3, (3, 2), stride=(2, 3), dilation=2, pad=1),
    "dilation 3": row(1, 2, (9, 10), 3, (2, 3), dilation=3, pad=3),
    "1x1": row(2, 6, (4, 5), 7, (1, 1)),
    "1x1 stride 2": row(2, 6, (5, 5), 7, (1, 1), stride=2),
    "1x1, one position": row(3, 6, (1, 1), 7, (1, 1)),
    "window is input": row(2, 4, (3, 3), 5, (3, 3)),
    "window as wide as input": row(3, 1, (9, 6), 5, (3, 6)),
    "window as wide as input, channels": row(2, 4, (9, 6), 5, (3, 6), stride=(1, 5)),
    "window as high as input": row(2, 3, (6, 9), 5, (6, 2), stride=(3, 2), pad=(0, 1)),
    "window is input, 3-d": row(2, 3, (2, 4, 3), 5, (2, 4, 3), stride=2),
    "one position, stride": row(2, 3, (5, 5), 4, (3, 3), stride=7, pad=1),
    "one position, dilation": row(2, 3, (5, 5), 4, (3, 3), stride=3, dilation=2),
    "window as wide as input, groups": row(2, 4, (7, 6), 6, (3, 6), groups=2),
    "5x3, uneven pads": row(1, 4, (6, 5), 3, (5, 3), pad=(2, 0), after=(1, 2)),
    "1-d": row(2, 3, (17,), 4, (5,), stride=2, pad=2),
    "3-d": row(1, 2, (4, 5, 3), 3, (2, 3, 2), stride=(1, 2, 1), pad=1),
    "groups": row(2, 6, (5, 4), 9, (3, 3), pad=1, groups=3),
    "groups, stride 2": row(1, 4, (6, 6), 6, (3, 3), stride=2, pad=1, groups=2),
    "depthwise": row(2, 5, (6, 7), 5, (3, 3), pad=1, groups=5),
    "depthwise, stride 2": row(1, 20, (7, 6), 20, (3, 3), stride=2, pad=1, groups=20),
    "depthwise x 3, 5x5": row(1, 4, (8, 9), 12, (5, 5), dilation=(1, 2), pad=2, groups=4),
    "depthwise 1-d": row(2, 3, (12,), 6, (4,), stride=3, pad=1, groups=3),
    "depthwise 1x1": row(3, 2, (7, 5), 2, (1, 1), groups=2),
    "depthwise, two taps": row(2, 3, (6, 7), 3, (1, 2), groups=3),
    "depthwise, window as wide as input": row(2, 3, (5, 40), 6, (2, 40), groups=3),
    "depthwise, window is input": row(3, 3, (6, 11), 3, (6, 11), stride=7, groups=3),
    "depthwise, wide windows, stride 2": row(
        1, 2, (5, 41), 4, (3, 37), stride=(1, 2), pad=1, groups=2),
    "depthwise, wide windows, dilation 2": row(1, 2, (9, 30), 2, (3, 14), dilation=2, pad=(2, 0),
                                               groups=2),
    "depthwise, windows beyond input": row(1, 2, (3, 4), 2, (7, 9), pad=(3, 4), groups=2),
    "depthwise 3-d, windows beyond input": row(1, 2, (2, 3, 2), 2, (3, 7, 5), stride=(1, 2, 1),
                                               pad=(1, 3, 2), groups=2),
    "deep": row(1, 160, (3, 3), 3, (3, 3), pad=1),
    "many positions": row(1, 3, (40, 36), 4, (3, 3), pad=1),
}


def upload(device, array, layout):
    """Channels first (row-major) or last: TF's NCHW and NHWC, OIHW and HWIO."""
    if layout == "channels first":
        return helpers.upload(device, array)
    if layout == "unaligned":
        return helpers.upload(device, array, "unaligned")
    if layout == "hwio":
        moved = np.moveaxis(array, (0, 1), (-1, -2))
        inverse = [array.ndim - 1, array.ndim - 2] + list(range(array.ndim - 2))
    else:
        moved = np.moveaxis(array, 1, -1)
        inverse = [0, array.ndim - 1] + list(range(1, array.ndim - 1))
    return helpers.upload(device, np.ascontiguousarray(moved)).transpose(*inverse)


def run_all(device, case, dtype="float32", layout="channels last", filter_layout="hwio"):
    attributes, x_sizes, w_sizes, y_sizes = case
    x = helpers.random(x_sizes, dtype, -1, 1, 1)
    w = helpers.random(w_sizes, dtype, -1, 1, 2)
    dy = helpers.random(y_sizes, dtype, -1, 1, 3)
    x_tensor, dy_tensor = upload(device, x, layout), upload(device, dy, layout)
    w_tensor = upload(device, w, filter_layout)
    # Results start as NaN: every element must be written.
    nan = lambda sizes: np.full(sizes, np.nan, dtype)  # noqa: E731
    y = upload(device, nan(y_sizes), layout)
    dx = upload(device, nan(x_sizes), layout)
    dw = upload(device, nan(w_sizes), filter_layout)
    device.convolution(attributes, x_tensor, w_tensor, None, "NONE", y)
    device.convolution_backward_data(attributes, w_tensor, dy_tensor, dx)
    device.convolution_backward_filter(attributes, x_tensor, dy_tensor, dw)
    limit = helpers.TOLERANCE[np.dtype(dtype)] * 4
    for actual, expected in zip((y, dx, dw), reference(attributes, x, w, dy)):
        helpers.check(actual, expected, limit)


@pytest.mark.parametrize("layout, filter_layout",
                         [("channels last", "hwio"), ("channels first", "channels first")])
@pytest.mark.parametrize("name", ROWS)
def test_float32(device, name, layout, filter_layout):
    run_all(device, ROWS[name], "float32", layout, filter_layout)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize("name", ["3x3 stride 2", "1x1", "groups", "depthwise, stride 2", "3-d"])
def test_other_types(device, name, dtype):
    run_all(device, ROWS[name], dtype)


@pytest.mark.parametrize("name", ["3x3", "1x1", "depthwise"])
def test_unaligned(device, name):
    run_all(device, ROWS[name], "float32", "unaligned", "unaligned")


def planned(device, dml, case, layout="channels last", filter_layout="hwio"):
    """The programs of each direction."""
    attributes, x_sizes, w_sizes, y_sizes = case
    x, y = (upload(device, np.zeros(sizes, "f"), layout) for sizes in (x_sizes, y_sizes))
    w = upload(device, np.zeros(w_sizes, "f"), filter_layout)
    calls = [
        lambda: device.convolution(attributes, x, w, None, "NONE", y),
        lambda: device.convolution_backward_data(attributes, w, y, x),
        lambda: device.convolution_backward_filter(attributes, x, y, w),
    ]
    found = []
    for call in calls:
        with dml.plan() as programs:
            call()
        found.append({program.shader for program in programs})
    return found


def test_windows_of_the_whole_image_are_products(device, dml):
    """In channels last, what one window covers is one dimension with the channels."""
    for programs in planned(device, dml, row(4, 6, (5, 7), 8, (5, 7), stride=3)):
        assert programs <= {"gemm_f32", "split_reduce_f32"}
    # Filters in that order, images not: no one dimension.
    case = row(4, 6, (5, 7), 8, (5, 7))
    for programs in planned(device, dml, case, "channels first", "hwio"):
        assert "convolution_f32" in programs
    both_first = planned(device, dml, case, "channels first", "channels first")
    assert all(programs <= {"gemm_f32", "split_reduce_f32"} for programs in both_first)


def test_taps_beside_the_image_are_passed_over(device, dml):
    """Of depthwise windows, where most taps are."""
    wide = row(2, 3, (5, 40), 6, (2, 40), groups=3)
    for case, clipped in ((wide, (False, True)), (ROWS["depthwise"], (False, False)),
                          (ROWS["depthwise, windows beyond input"], (True, True))):
        attributes, x_sizes, w_sizes, y_sizes = case
        x, w, y = (device.empty(sizes) for sizes in (x_sizes, w_sizes, y_sizes))
        with dml.plan() as programs:
            device.convolution(attributes, x, w, None, "NONE", y)
            device.convolution_backward_data(attributes, w, y, x)
        assert [program.shader for program in programs] == ["depthwise_f32"] * 2
        assert tuple(program.constants[3] != 1 for program in programs) == clipped


def test_images_of_one_position_are_one_product(device):
    """Rows of a product, not a product of one row each."""
    for case in (row(40, 64, (1, 1), 48, (1, 1)), row(40, 4, (5, 7), 48, (5, 7))):
        attributes, x_sizes, w_sizes, y_sizes = case
        x, y = (upload(device, np.zeros(size, "f"), "channels last") for size in (x_sizes, y_sizes))
        w = upload(device, np.zeros(w_sizes, "f"), "hwio")
        device.convolution(attributes, x, w, None, "NONE", y)
        tile = device.last_tile()
        device.gemm(device.empty((40, w_sizes[1] * w_sizes[2] * w_sizes[3])),
                    device.empty((w_sizes[1] * w_sizes[2] * w_sizes[3], 48)),
                    device.empty((40, 48)))
        assert tile == device.last_tile()


def tile_of_gradient(device, case):
    """The tile that the input's gradient takes: its classes of rows and columns among it."""
    attributes, x_sizes, w_sizes, y_sizes = case
    x, y = (upload(device, np.zeros(sizes, "f"), "channels last") for sizes in (x_sizes, y_sizes))
    device.convolution_backward_data(attributes, upload(device, np.zeros(w_sizes, "f"), "hwio"),
                                     y, x)
    return device.last_tile()


def test_a_window_as_wide_as_the_image_is_no_window(device):
    """The columns of its gradient's product are the image's, not the one of each position."""
    wide = row(16, 1, (56, 64), 32, (3, 64))
    narrow = row(16, 64, (56, 1), 32, (3, 1))
    assert tile_of_gradient(device, wide) == tile_of_gradient(device, narrow)
    not_as_wide = row(16, 1, (56, 64), 32, (3, 63))
    assert tile_of_gradient(device, wide) != tile_of_gradient(device, not_as_wide)


@pytest.mark.parametrize("activation", ["NONE", "RELU", "RELU6", "ELU"])
@pytest.mark.parametrize("name", ["3x3", "1x1", "depthwise", "groups", "deep"])
def test_bias_and_activation(device, name, activation):
    attributes, x_sizes, w_sizes, y_sizes = ROWS[name]
    x, w = helpers.random(x_sizes, seed=1), helpers.random(w_sizes, seed=2)
    bias = helpers.random(y_sizes[1:2], seed=3)
    v = reference(attributes, x, w, np.zeros(y_sizes))[0]
    v = v + bias.reshape((-1,) + (1,) * attributes["spatial_rank"])
    expected = {
        "NONE": v,
        "RELU": np.maximum(v, 0),
        "RELU6": np.clip(v, 0, 6),
        "ELU": np.where(v < 0, np.expm1(np.minimum(v, 0)), v),
    }[activation]
    y = device.empty(y_sizes)
    device.convolution(
        attributes, upload(device, x, "channels last"), upload(device, w, "hwio"),
        helpers.upload(device, bias, "gaps"), activation, y,
    )
    helpers.check(y, expected, 1e-4)


EMPTY = {
    "batch": row(0, 3, (5, 5), 4, (3, 3), pad=1),
    "batch, 1x1": row(0, 3, (5, 5), 4, (1, 1)),
    "batch, depthwise": row(0, 3, (5, 5), 3, (3, 3), pad=1, groups=3),
    "output": row(2, 3, (2, 2), 4, (3, 3)),
    "output, depthwise": row(2, 3, (2, 2), 3, (3, 3), groups=3),
    "in channels": row(2, 0, (5, 5), 4, (3, 3)),
    "out channels": row(2, 3, (5, 5), 0, (3, 3)),
}


@pytest.mark.parametrize("name", EMPTY)
def test_empty(device, name):
    """Results that are not empty are zero."""
    run_all(device, EMPTY[name])


def test_a_new_batch_compiles_nothing(device):
    def run(batch):
        attributes, x, w, y = row(batch, 8, (6, 6), 12, (3, 3), stride=2, pad=1)
        x, w, y = device.empty(x), device.empty(w), device.empty(y)
        device.convolution(attributes, x, w, None, "NONE", y)
        device.convolution_backward_data(attributes, w, y, x)
        device.convolution_backward_filter(attributes, x, y, w)

    run(8)
    before = device.statistics()
    run(16)
    run(5)
    run(400)
    after = device.statistics()
    assert after["launches"] > before["launches"] + 9, "no sum was split: the test proves nothing"
    assert after["programs_compiled"] == before["programs_compiled"]


GOOD = row(1, 4, (5, 5), 6, (3, 3), pad=1, groups=2)


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(groups=3), "groups"),
        (dict(groups=0), "groups"),
        (dict(strides=(0, 1)), "stride"),
        (dict(dilations=(1, -1)), "dilation"),
        (dict(pad_before=(-1, 0)), "padding"),
        (dict(strides=(2**30, 1)), "32-bit"),
        (dict(spatial_rank=1), "rank"),
        (dict(x=(2, 4, 5, 5)), "batch"),
        (dict(x=(1, 6, 5, 5)), "in channels"),
        (dict(w=(8, 2, 3, 3)), "out channels"),
    ],
)
def test_says_what_is_wrong(device, dml, change, message):
    attributes, x, w, y = GOOD
    attributes = dict(attributes, **{k: v for k, v in change.items() if k in attributes})
    x, w = device.empty(change.get("x", x)), device.empty(change.get("w", w))
    y = device.empty(y)
    calls = [
        lambda: device.convolution(attributes, x, w, None, "NONE", y),
        lambda: device.convolution_backward_data(attributes, w, y, x),
        lambda: device.convolution_backward_filter(attributes, x, y, w),
    ]
    for call in calls:
        with pytest.raises(dml.DmlError, match=message) as error:
            call()
        assert error.value.code == dml.Code.INVALID_ARGUMENT
