"""Matrix products."""

import pytest
from harness import INDICES, check, error_of, name, raw, variants, zeros
from networks import nn

MATRIX_ROWS = [
    nn("MatMul", [[(3, 4), (4, 5)], [(1, 1), (1, 1)], [(0, 3), (3, 2)], [(2, 0), (0, 3)],
                  [(33, 17), (17, 65)]]),
    nn("MatMul", [[(4, 3), (4, 5)]], attrs={"transpose_a": True}),
    nn("MatMul", [[(3, 4), (5, 4)]], attrs={"transpose_b": True}),
    nn("MatMul", [[(4, 3), (5, 4)]], attrs={"transpose_a": True, "transpose_b": True}),
    nn("BatchMatMul", [[(2, 3, 4), (2, 4, 5)], [(3, 4), (4, 5)], [(0, 3, 4), (0, 4, 5)]]),
    nn("BatchMatMul", [[(2, 4, 3), (2, 5, 4)]], attrs={"adj_x": True, "adj_y": True}),
    nn("BatchMatMulV2", [[(2, 1, 3, 4), (5, 4, 2)], [(3, 4), (2, 4, 5)]]),
    nn("MatMul", [[(4, 3), (5, 4)], [(0, 3), (2, 0)]], types=INDICES, domain=(-9, 9),
       gradient=False, attrs={"transpose_a": True, "transpose_b": True}),
    nn("BatchMatMul", [[(2, 4, 3), (2, 5, 4)]], types=("int32",), domain=(-9, 9),
       gradient=False, attrs={"adj_x": True, "adj_y": True}),
    nn("BatchMatMulV2", [[(2, 1, 3, 4), (5, 4, 2)]], types=("int32",), domain=(-9, 9),
       gradient=False),
    *[nn("BatchMatMulV3", [[(2, 1, 3, 4), (5, 4, 2)]], types=(dtype,), gradient=False,
         attrs={"Tout": dtype}) for dtype in ("float32", "float64", "int32")],
]


@pytest.mark.parametrize("row, dtype", variants(MATRIX_ROWS), ids=name)
def test_matrices(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("MatMul", {}, [zeros(2, 3), zeros(2, 3)],
     "Matrix size-incompatible: In[0]: [2,3], In[1]: [2,3]"),
    ("MatMul", {}, [zeros(3), zeros(3, 1)], "In[0] is not a matrix"),
    ("BatchMatMulV2", {}, [zeros(2, 2, 3), zeros(3, 3, 2)],
     "must have compatible batch dimensions"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
