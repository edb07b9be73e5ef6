"""Einsum: sums of products over labelled dimensions, against NumPy's."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import Row, check, compare, covered, draw, error_of, run, tf, zeros

covered.add("Einsum")

EQUATIONS = [
    # One input: sums, diagonals, orders.
    ("->", ()), ("ab->", (3, 5)), ("abc->ca", (3, 4, 5)), ("aab->a", (3, 3, 4)), ("aa->", (3, 3)),
    ("aabcc->a", (3, 3, 5, 4, 4)), ("ab->b", (0, 3)), ("a...a->a...", (2, 3, 4, 2)),
    ("...ijk->...ki", (2, 3, 4, 5)), ("...->...", ()),
    # Two: matrix products by strides and by copies, batches of them.
    (",->", (), ()), ("ab,bc->ac", (40, 70), (70, 33)), ("ba,cb->ca", (7, 4), (3, 7)),
    ("bij,bjk->bki", (2, 3, 4), (2, 4, 5)), ("nij,jk->nik", (5, 2, 3), (3, 4)),
    ("abc,cbd->ad", (3, 4, 5), (5, 4, 2)), ("abc,bad->abcd", (3, 2, 3), (2, 3, 4)),
    ("ijj,k->ik", (2, 3, 3), (4,)), ("aba,a->b", (3, 4, 3), (3,)), ("ab,ab->", (3, 4), (3, 4)),
    ("a,a->a", (300,), (300,)), ("a,b->ba", (3,), (5,)), ("ab,cd->ac", (3, 4), (5, 6)),
    ("ab,bc->ac", (3, 0), (0, 4)), ("ab,bc->ac", (0, 3), (3, 4)),
    ("...ij,...jk->...ik", (5, 1, 2, 3), (7, 3, 4)), ("i...j,j...k->...ik", (2, 1, 3), (3, 4, 5)),
    ("abcdefghi,ia->hgfedcb", (2, 1, 2, 3, 1, 2, 1, 3, 2), (2, 2)),
]
TYPES = ("float32", "float16", "float64", "complex64", "complex128")


def einsum(equation):
    return lambda *inputs: tf.raw_ops.Einsum(inputs=list(inputs), equation=equation)


def launches():
    return directml.launches_by_tag().get("Einsum", 0)


@pytest.mark.parametrize("dtype", TYPES)
def test_einsum(dtype):
    rng = np.random.RandomState(3)
    for equation, *shapes in EQUATIONS[:: 1 if dtype == "float32" else 3]:
        inputs = [draw(rng, shape, dtype, (-2, 2)) for shape in shapes]
        before = launches()
        got = run(einsum(equation), inputs)
        assert launches() > before or len(inputs) == 1 or not got.size
        wide = np.complex128 if got.dtype.kind == "c" else np.float64
        want = np.einsum(equation, *[x.astype(wide) for x in inputs])
        tolerance = {"float32": (1e-5, 1e-5), "complex64": (1e-5, 1e-5)}.get(dtype)
        compare(equation, want.astype(dtype), got, dtype, tolerance)


# NumPy has no inverse of diagonals.
DIAGONALS = [("a->aa", (4,)), ("ab->baa", (3, 4)), ("a,ab->aab", (3,), (3, 2))]


@pytest.mark.parametrize("equation, shapes", [(e, shapes) for e, *shapes in DIAGONALS])
def test_repeated_output_labels(equation, shapes):
    check(Row("Einsum", (), [shapes], call=einsum(equation)), "float32")


# Of shapes that graph construction, which checks the equation, does not know.
@pytest.mark.parametrize("equation, inputs, message", [
    ("ij,jk->ik", [zeros(1, 2, 3), zeros(3, 4)], "Expected input 0 to have rank 2 but got: 3"),
    ("...ij,jk->...ik", [zeros(3), zeros(3, 4)], "to have rank at least 2 but got: 1"),
    ("ij,jk->ik", [zeros(2, 3), zeros(4, 4)], "Expected dimension 3 at axis 0"),
    ("...ij,...jk->...ik", [zeros(5, 2, 3), zeros(7, 3, 4)], "Invalid broadcasting dimensions"),
    ("...ij,...jk->ik", [zeros(2, 2, 3), zeros(3, 4)], "no ellipsis"),
])
def test_errors(equation, inputs, message):
    assert message in error_of(einsum(equation), inputs)
