"""Cast between any two types."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, name, tf, variants

CASTABLE = FLOATS + ("int8", "int32", "int64", "uint8", "bool")


def fractions(rng, dtype):
    return np.array([0.0, 0.5, 1.0, 1.5, 2.5, 99.9, 0.1], np.float32).astype(dtype)


ROWS = [
    Row("Cast", tuple(t for t in CASTABLE if t != to), [[(3, 5)], [()], [(0,)], [fractions]],
        domain=(0, 100), attrs={"DstT": to}, call=lambda x, to=to: tf.raw_ops.Cast(x=x, DstT=to))
    for to in ("float32", "float16", "int32", "int64", "uint8", "bool")
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_cast(row, dtype):
    check(row, dtype)
