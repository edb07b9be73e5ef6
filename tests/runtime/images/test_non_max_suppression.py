"""Non-maximum suppression against a plain loop."""

import helpers
import numpy as np
import pytest


def overlap(a, b):
    """Of box a with boxes b, as a part of the union."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    low = np.maximum(np.minimum(a[:2], a[2:]), np.minimum(b[:, :2], b[:, 2:]))
    high = np.minimum(np.maximum(a[:2], a[2:]), np.maximum(b[:, :2], b[:, 2:]))
    both = np.prod(np.maximum(high - low, 0), axis=1)
    areas = np.abs(np.prod(b[:, 2:] - b[:, :2], axis=1))
    area = abs(np.prod(a[2:] - a[:2]))
    union = area + areas - both
    return np.where((area == 0) | (areas == 0), 0, both / np.where(union == 0, 1, union))


def expected(boxes, scores, most, threshold, lowest):
    left = [i for i in np.argsort(-scores, kind="stable") if scores[i] > lowest]
    kept = []
    while left and len(kept) < most:
        kept.append(left.pop(0))
        if left:
            alone = overlap(boxes[kept[-1]], boxes[left]) <= threshold
            left = [i for i, keep in zip(left, alone) if keep]
    return kept


def suppress(device, boxes, scores, most, threshold, lowest=-3.4e38):
    selected, count = device.empty((most,), "int32"), device.empty((), "int32")
    device.non_max_suppression(device.tensor(boxes), device.tensor(scores), threshold, lowest,
                               selected, count)
    return selected.numpy()[:int(count.numpy())].tolist()


def draw(count, seed=0, side=8):
    """Boxes with corners in any order, at coordinates that few float32 roundings harm."""
    generator = np.random.RandomState(seed)
    corners = generator.randint(0, side * 16, (count, 4)) / np.float32(16)
    scores = generator.permutation(count).astype(np.float32) / 7 - 3
    return corners.astype(np.float32), scores


@pytest.mark.parametrize("most", [1, 3, 40, 5000])
@pytest.mark.parametrize("count", [0, 1, 2, 31, 32, 33, 64, 300, 2500])
def test_counts(device, count, most):
    boxes, scores = draw(count, count)
    for threshold, lowest in ((0.3, -100.0), (0.55, 0.0)):
        want = expected(boxes, scores, most, threshold, lowest)
        assert suppress(device, boxes, scores, most, threshold, lowest) == want


def test_more_than_one_launch_takes(device):
    """Groups of three boxes that may overlap each other, far from all others."""
    count = 16400
    boxes, scores = draw(count, 1, 2)
    boxes[:, 2:] = boxes[:, :2] + 1
    boxes += np.arange(count)[:, None] // 3 * np.float32(4)
    before = device.statistics()["launches"]
    got = suppress(device, boxes, scores, count, 0.25)
    launches = device.statistics()["launches"] - before
    device.top_k(device.tensor(scores[None]), device.empty((1, count)),
                 device.empty((1, count), "int32"))
    sorting = device.statistics()["launches"] - before - launches
    assert launches == sorting + 4
    groups = []
    for first in range(0, count, 3):
        group = slice(first, min(first + 3, count))
        kept = expected(boxes[group], scores[group], 3, 0.25, -np.inf)
        groups += [first + i for i in kept]
    groups.sort(key=lambda i: -scores[i])
    assert got == groups


def test_equal_scores_stay_in_order(device):
    boxes = np.array([[0, 0, 1, 1], [0, 2, 1, 3], [0, 0, 1, 1], [0, 4, 1, 5]], np.float32)
    assert suppress(device, boxes, np.ones(4, np.float32), 4, 0.5) == [0, 1, 3]


def test_an_overlap_of_the_threshold_is_kept(device):
    boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 2]], np.float32)
    scores = np.array([2, 1], np.float32)
    assert suppress(device, boxes, scores, 2, 0.5) == [0, 1]
    assert suppress(device, boxes, scores, 2, 0.499) == [0]


def test_boxes_without_area_overlap_nothing(device):
    boxes = np.array([[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 1, 1]], np.float32)
    assert suppress(device, boxes, np.array([3, 2, 1], np.float32), 3, 0.0) == [0, 1, 2]


def test_scores_that_are_no_numbers(device):
    boxes = np.array([[i, 0, i + 1, 1] for i in range(5)], np.float32)
    scores = np.array([np.nan, 1, -np.inf, np.inf, -1], np.float32)
    assert suppress(device, boxes, scores, 5, 0.5) == [3, 1, 4]


def test_none_are_asked_for(device):
    boxes, scores = draw(5)
    assert suppress(device, boxes, scores, 0, 0.5) == []


@pytest.mark.parametrize("shapes", [
    [(5, 3), (5,), (2,), ()], [(5, 4), (4,), (2,), ()], [(5, 4), (5,), (2, 1), ()],
    [(5, 4), (5,), (2,), (1,)],
])
def test_says_what_is_wrong(device, dml, shapes):
    boxes, scores = (device.empty(shape) for shape in shapes[:2])
    selected, count = (device.empty(shape, "int32") for shape in shapes[2:])
    with pytest.raises(dml.DmlError, match=r"takes float32 boxes \[n, 4\]") as error:
        device.non_max_suppression(boxes, scores, 0.5, 0.0, selected, count)
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_layouts_that_it_does_not_take(device, dml):
    boxes = helpers.empty(device, (5, 4), "float32", "transposed")
    with pytest.raises(dml.DmlError, match="contiguous"):
        device.non_max_suppression(boxes, device.empty((5,)), 0.5, 0.0, device.empty((2,), "int32"),
                                   device.empty((), "int32"))
