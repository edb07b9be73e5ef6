"""OneHot."""

import numpy as np
import pytest
from harness import check, ints, moved, name, tf, variants


def one_hot(dtype):
    on, off = np.array(1, dtype), np.array(0, dtype)
    return lambda i: tf.raw_ops.OneHot(indices=i, depth=4, on_value=on, off_value=off, axis=0)


ROWS = [
    moved("OneHot", [[ints([0, 2], [1, 5])], [ints(1)], [np.zeros((0,), np.int32)],
                     [np.array([3, -1, 1], np.int64)], [np.array([3, 1], np.uint8)]],
          (dtype,), call=one_hot(dtype))
    for dtype in ("float32", "float16", "int32", "int64", "bool")
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_one_hot(row, dtype):
    check(row, dtype)
