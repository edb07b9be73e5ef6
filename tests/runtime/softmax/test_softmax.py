"""Softmax, log-softmax and the cross-entropies against NumPy in float64."""

import helpers
import numpy as np
import pytest

FLOATS = ["float32", "float16", "float64"]


def log_softmax(x):
    x = np.asarray(x, np.float64)
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def softmax(x):
    return np.exp(log_softmax(x))


REFERENCE = {0: softmax, 1: log_softmax}

# ---- Softmax -----------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("log", REFERENCE)
@pytest.mark.parametrize(
    "shape",
    [
        (1,),
        (10,),
        (3, 1),
        (7, 10),
        (300, 3),
        (2, 5000),
        (2, 3, 4, 65),
        (2, 1, 2, 1, 2, 1, 2, 3),
        # Packs of 4 and 8 elements, and lengths where fewer or more of them are held.
        (5, 8),
        (3, 1000),
        (3, 1001),
        (2, 2047),
        (2, 2049),
        (3, 4096),
        (2, 8192),
        (2, 8200),
        (2, 40000),
    ],
    ids=str,
)
def test_softmax(device, dtype, log, shape):
    x = helpers.random(shape, dtype, -8, 8)
    y = device.empty(shape, dtype)
    device.softmax(log, device.tensor(x), y)
    helpers.check(y, REFERENCE[log](x))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("log", REFERENCE)
def test_layouts(device, layout, log):
    x = helpers.random((5, 6, 7))
    y = helpers.empty(device, (5, 6, 7), "float32", layout)
    device.softmax(log, helpers.upload(device, x, layout), y)
    helpers.check(y, REFERENCE[log](x))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("columns", [64, 20000])
@pytest.mark.parametrize("gap,offset", [(8, 0), (8, 1), (3, 0), (8, 4)])
def test_rows_that_begin_anywhere(device, dtype, columns, gap, offset):
    # Each row aligned, or none, or some.
    x = helpers.random((3, columns), dtype, -8, 8)
    tensors = []
    for array in (x, np.zeros_like(x)):
        roomy = device.empty(3 * (columns + gap) + offset, dtype)
        tensors.append(roomy.view((3, columns), (columns + gap, 1), offset).write(array))
    device.softmax(0, *tensors)
    helpers.check(tensors[1], softmax(x))


@pytest.mark.parametrize("columns", [3, 300, 20000, 20001])
def test_rows_whose_maximum_comes_late(device, columns):
    # A row that is read once more scales what it has summed so far.
    x = np.stack([
        np.linspace(-90, 90, columns),
        np.linspace(90, -90, columns),
        np.where(np.arange(columns) == columns - 1, 0, -np.inf),
        np.where(np.arange(columns) == 0, 0, -np.inf),
        np.full(columns, -3e38),
        np.where(np.arange(columns) == columns // 2, np.nan, 1),
        np.full(columns, -np.inf),
        np.where(np.arange(columns) == columns // 2, np.inf, 1),
    ]).astype(np.float32)
    y = device.empty(x.shape)
    device.softmax(0, device.tensor(x), y)
    with np.errstate(invalid="ignore"):
        helpers.check(y, softmax(x), 1e-6)


@pytest.mark.parametrize("columns", [4, 1000, 20000])
def test_long_rows_in_place(device, columns):
    x = helpers.random((3, columns), "float32", -8, 8)
    y = device.tensor(x)
    device.softmax(1, y, y)
    helpers.check(y, log_softmax(x))


def test_channels_of_an_image(device):
    # The classes are not innermost in memory: neighbouring rows are.
    x = helpers.random((2, 9, 40))
    y = device.empty((2, 9, 40))
    device.softmax(0, device.tensor(x).transpose(0, 2, 1), y.transpose(0, 2, 1))
    helpers.check(y, softmax(x.transpose(0, 2, 1)).transpose(0, 2, 1))


def test_in_place(device):
    x = helpers.random((4, 300))
    y = device.tensor(x)
    device.softmax(0, y, y)
    helpers.check(y, softmax(x))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)], ids=str)
def test_empty(device, shape):
    before = device.statistics()["launches"]
    device.softmax(0, device.empty(shape), device.empty(shape))
    assert device.statistics()["launches"] == before


@pytest.mark.parametrize("log", REFERENCE)
def test_extreme_values(device, log):
    inf, nan = np.inf, np.nan
    x = np.array(
        [[1e30, -inf, 3], [-1e30, -1e30, -1e30], [88, -88, 0], [1, nan, 2], [-inf, -inf, -inf]],
        np.float32,
    )
    y = device.empty(x.shape)
    device.softmax(log, device.tensor(x), y)
    with np.errstate(all="ignore"):
        expected = REFERENCE[log](x)
    helpers.check(y, expected)


def test_rows_sum_to_one(device):
    x = helpers.random((3, 20000), "float32", -30, 30)
    y = device.empty(x.shape)
    device.softmax(0, device.tensor(x), y)
    np.testing.assert_allclose(y.numpy().astype(np.float64).sum(1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    "x,y,message",
    [
        (((), "float32"), ((), "float32"), "at least one dimension"),
        (((2, 3), "float32"), ((2, 2), "float32"), "sizes of input"),
        (((2, 3), "float32"), ((2, 3), "float16"), "must have the type"),
    ],
)
def test_says_what_is_wrong(device, dml, x, y, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.softmax(0, device.empty(*x), device.empty(*y))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_integers_are_unimplemented(device, dml):
    with pytest.raises(dml.DmlError) as error:
        device.softmax(0, device.empty((2, 3), "int32"), device.empty((2, 3), "int32"))
    assert error.value.code == dml.Code.UNIMPLEMENTED


# ---- Cross-entropy -----------------------------------------------------------


def cross_entropy(logits, labels):
    labels = np.asarray(labels, np.float64)
    logs = log_softmax(logits)
    return -(labels * logs).sum(1), np.exp(logs) - labels


SHAPES = [(1, 1), (7, 10), (300, 3), (2, 5000), (33, 65), (5, 64), (3, 1001), (2, 4104), (2, 20000)]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropy(device, dtype, shape):
    logits = helpers.random(shape, dtype, -8, 8)
    labels = softmax(helpers.random(shape, dtype, seed=1)).astype(dtype)
    loss, backprop = device.empty(shape[:1], dtype), device.empty(shape, dtype)
    device.softmax_cross_entropy(device.tensor(logits), device.tensor(labels), loss, backprop)
    expected = cross_entropy(logits, labels)
    helpers.check(loss, expected[0])
    helpers.check(backprop, expected[1])


@pytest.mark.parametrize("wanted", ["loss", "backprop"])
@pytest.mark.parametrize("sparse", [False, True])
def test_one_output(device, wanted, sparse):
    logits = helpers.random((7, 10))
    classes = np.arange(7, dtype=np.int32)
    labels = np.eye(10, dtype=np.float32)[classes]
    outputs = {"loss": None, "backprop": None}
    outputs[wanted] = device.empty((7,) if wanted == "loss" else (7, 10))
    if sparse:
        device.sparse_softmax_cross_entropy(
            device.tensor(logits), device.tensor(classes), **outputs
        )
    else:
        device.softmax_cross_entropy(device.tensor(logits), device.tensor(labels), **outputs)
    helpers.check(outputs[wanted], cross_entropy(logits, labels)[wanted == "backprop"])


@pytest.mark.parametrize("axis", [0, 1])
def test_broadcast_labels(device, axis):
    logits = helpers.random((7, 10))
    labels = helpers.random((1, 10) if axis == 0 else (7, 1), "float32", 0, 1)
    view = device.tensor(labels).view((7, 10), (0, 1) if axis == 0 else (1, 0))
    loss, backprop = device.empty((7,)), device.empty((7, 10))
    device.softmax_cross_entropy(device.tensor(logits), view, loss, backprop)
    expected = cross_entropy(logits, np.broadcast_to(labels, (7, 10)))
    helpers.check(loss, expected[0])
    helpers.check(backprop, expected[1])


@pytest.mark.parametrize("sparse", [False, True])
def test_backprop_in_place(device, sparse):
    logits = helpers.random((5, 700))
    classes = np.array([0, 699, 350, 255, 256], np.int64)
    labels = np.eye(700, dtype=np.float32)[classes]
    both, loss = device.tensor(logits), device.empty((5,))
    if sparse:
        device.sparse_softmax_cross_entropy(both, device.tensor(classes), loss, both)
    else:
        device.softmax_cross_entropy(both, device.tensor(labels), loss, both)
    expected = cross_entropy(logits, labels)
    helpers.check(loss, expected[0])
    helpers.check(both, expected[1])


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("sparse", [False, True])
def test_cross_entropy_layouts(device, layout, sparse):
    logits = helpers.random((6, 9))
    classes = np.array([0, 8, 3, 3, 7, 1], np.int32)
    labels = np.eye(9, dtype=np.float32)[classes]
    loss = helpers.empty(device, (6,), "float32", layout)
    backprop = helpers.empty(device, (6, 9), "float32", layout)
    x = helpers.upload(device, logits, layout)
    if sparse:
        device.sparse_softmax_cross_entropy(
            x, helpers.upload(device, classes, layout), loss, backprop
        )
    else:
        device.softmax_cross_entropy(x, helpers.upload(device, labels, layout), loss, backprop)
    expected = cross_entropy(logits, labels)
    helpers.check(loss, expected[0])
    helpers.check(backprop, expected[1])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("index", ["int32", "int64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sparse_cross_entropy(device, dtype, index, shape):
    logits = helpers.random(shape, dtype, -8, 8)
    classes = np.random.RandomState(2).randint(0, shape[1], shape[0]).astype(index)
    loss, backprop = device.empty(shape[:1], dtype), device.empty(shape, dtype)
    device.sparse_softmax_cross_entropy(
        device.tensor(logits), device.tensor(classes), loss, backprop
    )
    expected = cross_entropy(logits, np.eye(shape[1])[classes])
    helpers.check(loss, expected[0])
    helpers.check(backprop, expected[1])


@pytest.mark.parametrize("index", ["int32", "int64"])
def test_invalid_class_gives_nan_in_its_row(device, index):
    logits = helpers.random((4, 5))
    classes = np.array([2, -1, 5, 4], index)
    if index == "int64":
        classes[1] = 2 + (1 << 32)  # not class 2
    loss, backprop = device.empty((4,)), device.empty((4, 5))
    device.sparse_softmax_cross_entropy(
        device.tensor(logits), device.tensor(classes), loss, backprop
    )
    expected = cross_entropy(logits, np.eye(5)[[2, 0, 0, 4]])
    for values in expected:
        values[1:3] = np.nan
    helpers.check(loss, expected[0])
    helpers.check(backprop, expected[1])


def test_no_rows_and_no_classes(device):
    before = device.statistics()["launches"]
    device.softmax_cross_entropy(
        device.empty((0, 3)), device.empty((0, 3)), device.empty((0,)), device.empty((0, 3))
    )
    assert device.statistics()["launches"] == before
    loss = device.empty((2,))
    device.softmax_cross_entropy(
        device.empty((2, 0)), device.empty((2, 0)), loss, device.empty((2, 0))
    )
    helpers.check(loss, [0, 0])


@pytest.mark.parametrize(
    "logits,labels,loss,message",
    [
        ((2, 3, 4), ((2, 3, 4), "float32"), (2,), r"\[batch, classes\]"),
        ((2, 3), ((2, 4), "float32"), (2,), "sizes of logits"),
        ((2, 3), ((2, 3), "float16"), (2,), "must have the type"),
        ((2, 3), ((2, 3), "float32"), (3,), r"loss must be \[2\]"),
    ],
)
def test_cross_entropy_says_what_is_wrong(device, dml, logits, labels, loss, message):
    x = device.empty(logits)
    with pytest.raises(dml.DmlError, match=message) as error:
        device.softmax_cross_entropy(x, device.empty(*labels), device.empty(loss), x)
    assert error.value.code == dml.Code.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "labels,message",
    [(((3,), "int32"), r"labels must be \[2\]"), (((2,), "uint8"), "int32 or int64")],
)
def test_sparse_says_what_is_wrong(device, dml, labels, message):
    x = device.empty((2, 3))
    with pytest.raises(dml.DmlError, match=message) as error:
        device.sparse_softmax_cross_entropy(x, device.empty(*labels), device.empty((2,)), x)
    assert error.value.code == dml.Code.INVALID_ARGUMENT
