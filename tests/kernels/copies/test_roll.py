"""Roll."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, ints, name, raw, variants

ROWS = [
    Row("Roll", FLOATS + ("int32", "int64", "bool"), [
        [(7,), ints(2), ints(0)], [(3, 5), ints(-1, 12), ints(0, 1)],
        [(2, 3, 4), ints(1, 1, 3), ints(-1, -1, 0)], [(0, 3), ints(1), ints(0)],
        [(5, 2), ints(5), ints(0)],
    ], copies=True),
    Row("Roll", FLOATS, [[(3, 5), ints(-1, 2), ints(0, 1)]], copies=True, gradient=True),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_roll(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("Roll", {}, [np.zeros(3, np.float32), ints(1), ints(1)], "axis 1 is out of range"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
