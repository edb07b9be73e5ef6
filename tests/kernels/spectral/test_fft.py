"""Fourier transforms."""

import numpy as np
import pytest
from harness import Row, check, draw, error_of, name, raw, renamed, run, tf, variants

COMPLEX = ("complex64", "complex128")
# Of sums of many numbers.
LOOSE = {"float32": (1e-4, 1e-5), "complex64": (1e-4, 3e-5), "complex128": (1e-12, 1e-12)}
LINES = [[(8,)], [(1,)], [(3, 7)], [(2, 3, 60)], [(0, 4)], [(4, 0)], [(2, 67)]]
PLANES = [[(4, 6)], [(3, 5, 8)], [(2, 1, 9)], [(2, 0, 3)], [(33, 64)]]
BOXES = [[(3, 4, 5)], [(2, 3, 4, 7)], [(2, 1, 1, 3)]]


def lengths(*values):
    return np.array(values, np.int32)


def row(op, samples, types=COMPLEX, **more):
    return Row(op, types, samples, tolerance=LOOSE, **more)


def real(op, dtype, samples, **more):
    return Row(op, (dtype,), samples, tolerance=LOOSE, **more)


# Cut to size, or whole; even and odd lengths.
FROM_REAL = {
    "RFFT": [
        [(8,), lengths(8)],
        [(3, 9), lengths(9)],
        [(3, 9), lengths(6)],
        [(2, 3, 1), lengths(1)],
    ],
    "RFFT2D": [[(4, 6), lengths(4, 6)], [(2, 5, 9), lengths(4, 7)], [(3, 5, 8), lengths(5, 8)]],
    "RFFT3D": [[(3, 4, 5), lengths(3, 4, 5)], [(2, 3, 4, 6), lengths(2, 4, 5)]],
}
TO_REAL = {
    "IRFFT": [
        [(5,), lengths(8)],
        [(3, 5), lengths(9)],
        [(3, 9), lengths(6)],
        [(2, 1), lengths(1)],
    ],
    "IRFFT2D": [[(4, 4), lengths(4, 6)], [(2, 5, 9), lengths(4, 7)], [(3, 5, 5), lengths(5, 8)]],
    "IRFFT3D": [[(3, 4, 3), lengths(3, 4, 5)], [(2, 3, 4, 6), lengths(2, 4, 5)]],
}

ROWS = [
    row(inverse + op, samples, gradient=True)
    for inverse in ("", "I") for op, samples in (("FFT", LINES), ("FFT2D", PLANES))
] + [
    row(inverse + "FFT3D", BOXES, gradient=True) for inverse in ("", "I")
] + [
    real(op, dtype, samples)
    for rows, dtype in ((FROM_REAL, "float32"), (TO_REAL, "complex64"))
    for op, samples in rows.items()
]  # fmt: skip


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_fft(row, dtype):
    check(row, dtype)


# Names of old graphs, which the CPU has no kernels for.
LEGACY = [
    renamed(row(inverse + op, samples, ("complex64",)), "Batch" + inverse + op)
    for inverse in ("", "I")
    for op, samples in (("FFT", LINES), ("FFT2D", PLANES), ("FFT3D", BOXES))
]  # fmt: skip


@pytest.mark.parametrize("row", LEGACY, ids=name)
def test_old_names(row):
    function = {"FFT": np.fft.fftn, "IFFT": np.fft.ifftn}[row.op[len("Batch"):].rstrip("23D")]
    axes = range(-int(row.op[-2]), 0) if row.op.endswith("D") else [-1]
    for (shape,) in row.samples:
        x = draw(np.random.RandomState(5), shape, "complex64", (-2, 2))
        (got,) = run(row.call, [x])
        want = function(x, axes=axes) if x.size else x
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=3e-5)


def test_short_time_fourier_transform():
    """As scripts for audio use it, with its inverse and the gradient."""
    signal = np.random.RandomState(0).randn(2, 4000).astype(np.float32)

    def call(signal):
        spectrum = tf.signal.stft(signal, frame_length=400, frame_step=160)
        back = tf.signal.inverse_stft(spectrum, frame_length=400, frame_step=160)
        mel = tf.signal.linear_to_mel_weight_matrix(20, 257, 16000, 20.0, 7000.0)
        power = tf.math.log(tf.matmul(tf.abs(spectrum), tf.tile(mel[None], [2, 1, 1])) + 1e-3)
        return [tf.abs(spectrum), power, back, tf.gradients(tf.reduce_sum(power), signal)[0]]

    check(Row("RFFT", (), [[signal]], call=call, tolerance={"float32": (1e-3, 1e-4)}), "float32")


@pytest.mark.parametrize("n", [999, 2048, 10007])
def test_long_lines(n):
    """Against NumPy: the CPU's own are not this precise."""
    x = np.random.RandomState(n).randn(2, n).astype(np.float32)
    length = np.array([n], np.int32)
    whole = run(raw("FFT"), [x.astype(np.complex64)])
    half = run(raw("RFFT"), [x, length])
    np.testing.assert_allclose(whole, np.fft.fft(x), rtol=0, atol=1e-6 * n)
    np.testing.assert_allclose(half, np.fft.rfft(x), rtol=0, atol=1e-6 * n)
    np.testing.assert_allclose(run(raw("IRFFT"), [half, length]), x, rtol=0, atol=1e-5)


def test_an_input_of_no_elements_is_zeros():
    call = raw("RFFT")
    got = run(call, [np.zeros((2, 0), np.float32), np.array([4], np.int32)])
    np.testing.assert_array_equal(got, np.zeros((2, 3)))


@pytest.mark.parametrize("op, dtype", [("RFFT", np.float32), ("IRFFT", np.complex64)])
def test_no_length(op, dtype):
    """Which ends the process on the CPU."""
    got = run(raw(op), [np.ones((4, 5), dtype), np.array([0], np.int32)])
    assert got.shape == (4, 0)


def zeros(*shape, dtype=np.float32):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    "op, inputs, message",
    [
        (
            "FFT2D",
            [zeros(4, dtype=np.complex64)],
            "Input must have rank of at least 2 but got: [4]",
        ),
        ("RFFT", [zeros(4), lengths(4, 4)], "fft_length must have shape [1]"),
        (
            "RFFT",
            [zeros(4), lengths(5)],
            "Input dimension 0 must have length of at least 5 but got: 4",
        ),
        ("RFFT", [zeros(4), lengths(-2)], "must not be negative"),
        ("IRFFT", [zeros(4, dtype=np.complex64), lengths(8)], "at least 5 but got: 4"),
    ],
)
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
