"""Non-maximum suppression."""

import numpy as np
import pytest
from harness import Row, check, error_of, ints, name, raw, run, tf, variants


def boxes(rng, dtype):
    """Corners in any order; some boxes near others."""
    made = rng.uniform(0, 1, (60, 4))
    made[30:] = made[:30] + rng.uniform(-0.1, 0.1, (30, 4))
    return made.astype(dtype)


def scores(rng, dtype):
    return rng.permutation(60).astype(dtype) / 60


def number(value, dtype=np.float32):
    return np.array(value, dtype)


def none(*shape):
    return np.zeros(shape, np.float32)


LIMITS = [(60, 0.5), (7, 0.3), (0, 0.5), (100, 1.0)]
ROWS = [
    Row("NonMaxSuppressionV2", ("float32",), [
        [boxes, scores, ints(most), number(overlap)] for most, overlap in LIMITS
    ] + [[none(0, 4), none(0), ints(3), number(0.5)],
         [np.float32([[0, 0, 1, 2]]), none(1), ints(3), number(0.5)]]),
    Row("NonMaxSuppressionV3", ("float32",), [
        [boxes, scores, ints(most), number(overlap), number(score)]
        for most, overlap in LIMITS for score in (-1, 0.4, 2)
    ]),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_non_max_suppression(row, dtype):
    check(row, dtype)


def test_a_box_without_area_is_selected_once():
    """The CPU's kernel repeats it: it does not overlap itself."""
    got = run(raw("NonMaxSuppressionV2"), [none(2, 4), none(2), ints(5), number(0.5)])
    np.testing.assert_array_equal(got, [0, 1])


def test_float16_thresholds():
    given = [boxes(np.random.RandomState(1), np.float32), scores(np.random.RandomState(1), "f4"),
             ints(9)]
    got, want = (run(raw("NonMaxSuppressionV3"), given + [number(0.5, t), number(0.25, t)])
                 for t in (np.float16, np.float32))
    np.testing.assert_array_equal(got, want)


def test_as_models_call_it():
    rng = np.random.RandomState(3)
    inputs = [boxes(rng, np.float32), scores(rng, np.float32)]

    def call(boxes, scores):
        kept = tf.image.non_max_suppression(boxes, scores, 20, 0.4, 0.1)
        return [kept, tf.gather(boxes, kept)]

    for got, want in zip(run(call, inputs), run(call, inputs, "/device:CPU:0")):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("inputs, message", [
    ([none(3, 4), none(3), ints(-1), number(0.5)], "must not be negative: -1"),
    ([none(3, 4), none(3), np.array([2], np.int32), number(0.5)], "must be 0-D, got shape [1]"),
    ([none(3, 4), none(3), ints(2), none(1)], "iou_threshold must be 0-D, got shape [1]"),
    ([none(3, 4), none(3), ints(2), number(1.5)], "iou_threshold must be in [0, 1]"),
    ([none(3, 4), none(3), ints(2), number(np.nan)], "iou_threshold must be in [0, 1]"),
    ([none(3), none(3), ints(2), number(0.5)], "boxes must be a rank 2 tensor!"),
    ([none(3, 5), none(3), ints(2), number(0.5)], "boxes must be Nx4"),
    ([none(3, 4), none(3, 1), ints(2), number(0.5)], "scores must be a vector!"),
    ([none(3, 4), none(2), ints(2), number(0.5)], "scores has incompatible shape"),
])
def test_errors(inputs, message):
    assert message in error_of(raw("NonMaxSuppressionV2"), inputs)
