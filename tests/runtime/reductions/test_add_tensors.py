"""Sums of several tensors against NumPy, to the bit where floats are added in order."""

import helpers
import numpy as np
import pytest

TYPES = ["float32", "float16", "float64", "int32", "int64", "complex64", "complex128"]


def expected_sum(inputs):
    """One after the other in the type, float16 in float32."""
    wide = np.float32 if inputs[0].dtype == np.float16 else inputs[0].dtype
    total = inputs[0].astype(wide)
    for term in inputs[1:]:
        total = total + term.astype(wide)
    return total.astype(inputs[0].dtype)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 8), (13, 79), (5, 1031)], ids=str)
def test_one_launch(device, dtype, count, shape):
    inputs = [helpers.random(shape, dtype, -99, 99, seed=i) for i in range(count)]
    tensors, y = [device.tensor(x) for x in inputs], device.empty(shape, dtype)
    assert helpers.launches(device, lambda: device.add_tensors(tensors, y)) == 1
    np.testing.assert_array_equal(y.numpy(), expected_sum(inputs))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("count,expected", [(9, 2), (15, 2), (16, 3)])
def test_many_inputs(device, dtype, count, expected):
    inputs = [helpers.random((41,), dtype, seed=i) for i in range(count)]
    tensors, y = [device.tensor(x) for x in inputs], device.empty((41,), dtype)
    assert helpers.launches(device, lambda: device.add_tensors(tensors, y)) == expected
    total = expected_sum(inputs[:8])
    for i in range(8, count, 7):
        total = expected_sum([total, *inputs[i : i + 7]])
    np.testing.assert_array_equal(y.numpy(), total)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int64"])
@pytest.mark.parametrize("at", [0, 1, 7])
def test_in_place_of_an_input(device, dtype, at):
    inputs = [helpers.random((5, 53), dtype, seed=i) for i in range(8)]
    tensors = [device.tensor(x) for x in inputs]
    device.add_tensors(tensors, tensors[at])
    np.testing.assert_array_equal(tensors[at].numpy(), expected_sum(inputs))


@pytest.mark.parametrize("dtype", TYPES)
def test_one_tensor_twice_and_unaligned(device, dtype):
    x, y = helpers.random((1027,), dtype), helpers.random((1027,), dtype, seed=1)
    tensor, made = device.tensor(x), helpers.empty(device, (1027,), dtype, "unaligned")
    device.add_tensors([tensor, tensor, helpers.upload(device, y, "unaligned")], made)
    np.testing.assert_array_equal(made.numpy(), expected_sum([x, x, y]))


def test_not_a_number_and_infinities(device):
    x = np.array([np.nan, np.inf, np.inf, -0.0, 1e38], np.float32)
    y = np.array([1, -np.inf, 1, -0.0, 3e38], np.float32)
    z = device.empty((5,))
    device.add_tensors([device.tensor(x), device.tensor(y)], z)
    with np.errstate(over="ignore", invalid="ignore"):
        np.testing.assert_array_equal(z.numpy(), x + y)
    assert np.signbit(z.numpy()[3])


def test_empty(device):
    empty = device.empty((0, 3))
    assert helpers.launches(device, lambda: device.add_tensors([empty, empty], empty)) == 0


@pytest.mark.parametrize(
    "inputs,output,message",
    [
        ([], ((2,), "float32"), "nothing"),
        ([((2,), "float32"), ((3,), "float32")], ((2,), "float32"), "type and sizes"),
        ([((2,), "float32"), ((2,), "float16")], ((2,), "float32"), "type and sizes"),
        ([((2,), "bool")], ((2,), "bool"), "no program"),
    ],
)
def test_says_what_is_wrong(device, dml, inputs, output, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.add_tensors([device.empty(*x) for x in inputs], device.empty(*output))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_refuses_gaps(device, dml):
    roomy = device.empty((4, 4))
    with pytest.raises(dml.DmlError, match="gaps"):
        device.add_tensors([roomy[:, ::2], roomy[:, 1::2]], device.empty((4, 2)))
