"""Select, SelectV2, ClipByValue and AddN."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, name, tf, variants


def condition(*shape):
    return lambda rng, dtype: rng.rand(*shape) < 0.5


def select(cond, then, otherwise):
    return tf.raw_ops.Select(condition=cond, x=then, y=otherwise)


SELECTABLE = ("float32", "float16", "int32", "int64", "bool")
ROWS = [
    Row("Select", SELECTABLE, [
        [condition(3, 4), (3, 4), (3, 4)], [condition(3), (3, 4), (3, 4)],
        [condition(), (3, 4), (3, 4)], [condition(0), (0, 4), (0, 4)], [condition(5), (5,), (5,)],
    ], call=select),
    Row("SelectV2", SELECTABLE, [
        [condition(3, 4), (4,), ()], [condition(3, 1), (1, 4), (2, 1, 1)], [condition(0), (1,), ()],
    ]),
    Row("ClipByValue", FLOATS + ("int64", "uint8"), [
        [(3, 4), lambda rng, dtype: np.array(0, dtype), lambda rng, dtype: np.array(1, dtype)],
        [(0,), lambda rng, dtype: np.array(0, dtype), lambda rng, dtype: np.array(1, dtype)],
    ]),
    Row("AddN", FLOATS + ("int64",), [[(3, 4)] * 3, [(3, 4)], [()] * 2, [(0, 3)] * 4],
        call=lambda *inputs: tf.raw_ops.AddN(inputs=list(inputs))),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_select(row, dtype):
    check(row, dtype)


def test_addn_of_different_shapes():
    message = error_of(lambda x, y: tf.raw_ops.AddN(inputs=[x, y]),
                       [np.zeros(2, np.float32), np.zeros(3, np.float32)])
    assert "must have the same size and shape.  Input 0: [2] != input 1: [3]" in message


def test_select_of_too_few_rows():
    message = error_of(select, [np.zeros(2, bool)] + [np.zeros((3, 4), np.float32)] * 2)
    assert "Number of batches of 'then' must match size of 'cond', but saw: 3 vs. 2" in message
