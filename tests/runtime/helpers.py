"""Inputs, memory layouts and comparisons for the runtime's tests."""

import os
import pathlib
import subprocess
import sys
import textwrap

import numpy as np

# How the elements of a test tensor lie in memory; see upload().
LAYOUTS = ["contiguous", "transposed", "gaps", "reversed", "unaligned"]

# Relative to the largest expected magnitude, one rounding of the result type
# plus what float32 accumulation may lose.
TOLERANCE = {
    np.dtype("float16"): 2e-3,
    np.dtype("float32"): 1e-5,
    np.dtype("float64"): 1e-12,
    np.dtype("complex64"): 1e-5,
    np.dtype("complex128"): 1e-12,
}


def random(shape, dtype="float32", low=-2.0, high=2.0, seed=0):
    """Reproducible values of any type; integers and bools from the same range."""
    generator = np.random.RandomState(seed)
    dtype = np.dtype(dtype)
    if dtype == np.bool_:
        return generator.rand(*shape) < 0.5 if shape else np.bool_(True)
    if dtype.kind in "iu":
        low = max(int(low), np.iinfo(dtype).min)
        return np.asarray(generator.randint(low, max(int(high), low + 1) + 1, shape), dtype)
    if dtype.kind == "c":
        parts = generator.uniform(low, high, (2, *shape))
        return np.asarray(parts[0] + 1j * parts[1], dtype)
    return np.asarray(generator.uniform(low, high, shape), dtype)


def upload(device, array, layout="contiguous"):
    """A device tensor of `array`'s elements, in one of LAYOUTS."""
    array = np.asarray(array)
    return empty(device, array.shape, array.dtype, layout).write(array)


def empty(device, shape, dtype="float32", layout="contiguous"):
    """An undefined tensor in one of LAYOUTS.

    contiguous: row-major; transposed: the first dimension is the innermost;
    gaps: unused elements after each; reversed: negative strides; unaligned:
    starts one element after an aligned address.
    """
    if layout == "contiguous":
        return device.empty(shape, dtype)
    if layout == "transposed":
        return device.empty(shape[::-1], dtype).transpose()
    if layout == "gaps":
        roomy = device.empty(tuple(2 * size + 1 for size in shape), dtype)
        return roomy[tuple(slice(1, 2 * size + 1, 2) for size in shape)]
    if layout == "reversed":
        return device.empty(shape, dtype)[(slice(None, None, -1),) * len(shape)]
    if layout == "unaligned":
        count = int(np.prod(shape, dtype=np.int64))
        return device.empty(count + 1, dtype).view(shape, offset=1)
    raise ValueError(f"unknown layout {layout!r}")


def check(tensor, expected, tolerance=None):
    """Compares a device tensor with a reference, in float64 or complex128.

    Integers and bools must be equal. Floats may differ by `tolerance` (by
    default TOLERANCE of the tensor's type) times the larger of 1 and the
    expected element's magnitude; NaN and infinities must be where they belong.
    What a complex number is off may lie in either part.
    """
    actual = tensor.numpy()
    expected = np.asarray(expected)
    assert actual.shape == expected.shape
    if actual.dtype.kind == "c":
        check_complex(actual, expected, TOLERANCE[actual.dtype] if tolerance is None else tolerance)
        return
    if actual.dtype.kind != "f":
        np.testing.assert_array_equal(actual, expected.astype(actual.dtype))
        return
    # What the type cannot hold is infinite in it.
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = expected.astype(actual.dtype).astype(np.float64)
    expected = np.where(np.isfinite(rounded), expected.astype(np.float64), rounded)
    limit = TOLERANCE[actual.dtype] if tolerance is None else tolerance
    np.testing.assert_allclose(
        actual.astype(np.float64), expected, rtol=limit, atol=limit, equal_nan=True
    )


def check_complex(actual, expected, limit):
    actual, expected = np.broadcast_arrays(
        actual.astype(np.complex128), expected.astype(np.complex128)
    )
    finite = np.isfinite(expected)
    for part in (np.real, np.imag):
        np.testing.assert_array_equal(part(actual)[~finite], part(expected)[~finite])
    np.testing.assert_allclose(actual[finite], expected[finite], rtol=limit, atol=limit)


def launches(device, work):
    """How many launches `work` takes."""
    before = device.statistics()["launches"]
    work()
    return device.statistics()["launches"] - before


def run_python(code, before="", **variables):
    """Runs code in a process of its own, with `dml` and `np` imported; `before` before that.

    For what ends or spoils a process: faults, lost devices, the environment.
    """
    preamble = before + "\nimport conftest, importlib, numpy as np\n" + (
        "dml = importlib.import_module('tensorflow_directml.runtime')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", preamble + textwrap.dedent(code)],
        cwd=str(pathlib.Path(__file__).parent),
        env=dict(os.environ, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
    )
