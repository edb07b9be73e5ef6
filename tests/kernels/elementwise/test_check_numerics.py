"""CheckNumerics."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, name, tf, variants

ROWS = [
    Row("CheckNumerics", FLOATS + ("float64",), [[(3, 4)], [()], [(0,)], [(5000,)]],
        attrs={"message": "x"}),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_check_numerics(row, dtype):
    check(row, dtype)


def test_check_numerics_says_what_it_found():
    for values, found in (([1, np.inf], "Inf"), ([np.nan, 1], "NaN"),
                          ([np.nan, -np.inf], "Inf and NaN")):
        message = error_of(lambda x: tf.check_numerics(x, "of x"), [np.array(values, np.float32)])
        assert "of x : Tensor had %s values" % found in message
