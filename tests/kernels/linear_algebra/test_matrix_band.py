"""Bands and diagonals of matrices."""

import numpy as np
import pytest
from harness import MOVABLE, Row, check, covered, error_of, ints, name, renamed, tf, variants


def band(op, samples, types=MOVABLE, gradient=False, **more):
    return Row(op, types, samples, gradient=gradient, **more)


def count(value):
    return np.array(value, np.int64)


def element(rng, dtype):
    return np.array(1, dtype)


MATRICES = [(4, 5), (2, 5, 3), (1, 1), (3, 0, 2), (2, 1, 3, 3)]
ROWS = [
    band("MatrixBandPart", [
        [shape, count(lower), count(upper)] for shape in MATRICES
        for lower, upper in [(0, 0), (-1, 0), (0, -1), (-1, -1)]
    ] + [[(6, 7), count(2), count(1)]]),
    band("MatrixBandPart", [[(6, 7), ints(2), ints(1)]], ("float32",)),
    band("MatrixDiag", [[(4,)], [(2, 3)], [(2, 0)], [(1, 1)], [(2, 3, 4)]]),
    band("MatrixDiagPart", [[shape] for shape in MATRICES]),
    band("MatrixSetDiag",
         [[(4, 5), (4,)], [(2, 5, 3), (2, 3)], [(1, 1), (1,)], [(2, 0, 3), (2, 0)]]),
    band("MatrixDiagV2", [
        [(3,), ints(0), ints(-1), ints(-1), element],
        [(3,), ints(2), ints(-1), ints(-1), element],
        [(2, 3), ints(-1), ints(4), ints(6), element],
        [(3, 4), ints(-1, 1), ints(-1), ints(-1), element],
        [(2, 2, 3), ints(1, 2), ints(3), ints(5), element],
    ]),
    band("MatrixDiagPartV2", [
        [(4, 5), ints(1), element],
        [(2, 5, 3), ints(-2, 1), element],
        [(2, 3, 4), ints(-2, -1), element],
        [(3, 6), ints(-2, 5), element],
    ]),
    band("MatrixSetDiagV2", [
        [(4, 5), (4,), ints(1)],
        [(2, 5, 3), (2, 4, 3), ints(-2, 1)],
        [(3, 4), (2, 2), ints(-2, -1)],
    ]),
    band("MatrixDiagV3", [[(3,), ints(2), ints(-1), ints(-1), element],
                          [(2, 3), ints(-1), ints(4), ints(6), element]]),
    band("MatrixSetDiagV3", [[(4, 5), (4,), ints(1)]]),
    *[row for align in ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT") for row in (
        band("MatrixDiagV3", [
            [(3, 4), ints(-1, 1), ints(-1), ints(-1), element],
            [(2, 2, 3), ints(1, 2), ints(3), ints(5), element],
            [(2, 2, 3), ints(-2, -1), ints(5), ints(3), element],
        ], ("float32", "uint8", "complex128"), attrs={"align": align}),
        band("MatrixDiagPartV3", [
            [(4, 5), ints(1), element],
            [(2, 5, 3), ints(-2, 1), element],
            [(2, 3, 4), ints(-2, -1), element],
            [(3, 6), ints(-2, 5), element],
        ], ("float32", "uint8", "complex128"), attrs={"align": align}),
        band("MatrixSetDiagV3", [
            [(2, 5, 3), (2, 4, 3), ints(-2, 1)],
            [(3, 4), (2, 2), ints(-2, -1)],
        ], ("float32", "uint8", "complex128"), attrs={"align": align}),
    )],
    band("Diag", [[(4,)], [(2, 3)], [(0,)]], ("float32", "float64", "int32", "int64")),
    band("DiagPart", [[(4, 4)], [(2, 3, 2, 3)], [(0, 0)]],
         ("float32", "float64", "int32", "int64")),
]
# TensorFlow 1.15 has gradients of one diagonal only.
GRADIENTS = [
    band("MatrixBandPart", [[(4, 5), count(1), count(0)]], ("float32",), True),
    band("MatrixDiag", [[(2, 3)]], ("float32",), True),
    band("MatrixDiagPart", [[(2, 4, 4)]], ("float32",), True),
    band("MatrixSetDiag", [[(2, 4, 5), (2, 4)]], ("float32",), True),
]
# What old graphs call these ops.
OLD_NAMES = [row for row in ROWS if "bool" in row.types
             and row.op in ("MatrixBandPart", "MatrixDiag", "MatrixDiagPart", "MatrixSetDiag")]
covered.update("Batch" + row.op for row in OLD_NAMES)


@pytest.mark.parametrize("row, dtype", variants(ROWS + GRADIENTS), ids=name)
def test_matrix_band(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("row", OLD_NAMES, ids=name)
def test_names_in_old_graphs(row):
    check(renamed(row, "Batch" + row.op), "float32")


def test_errors():
    square = np.zeros((3, 3), np.float32)
    assert "number of rows" in error_of(tf.linalg.band_part, [square, count(4), count(0)])
    assert "must be scalar" in error_of(tf.linalg.band_part, [square, ints(1, 1), ints(0)])
    diagonals = [np.zeros((2,), np.float32), np.array(0, np.int32)]
    sizes = [np.array(size, np.int32) for size in (1, -1)] + [np.array(0, np.float32)]
    call = lambda *x: tf.raw_ops.MatrixDiagV2(  # noqa: E731
        diagonal=x[0], k=x[1], num_rows=x[2], num_cols=x[3], padding_value=x[4])
    assert "rows is too small" in error_of(call, diagonals + sizes)
    call = lambda x, d: tf.raw_ops.MatrixSetDiag(input=x, diagonal=d)  # noqa: E731
    assert "don't match" in error_of(call, [square, np.zeros(2, np.float32)])
