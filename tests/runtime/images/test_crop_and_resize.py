"""Boxes of images, resized, and their gradients."""

import helpers
import numpy as np
import pytest


def side(low, high, size, crop):
    """The places of a crop's elements, in float32 as the device computes them."""
    low, high, last = np.float32(low), np.float32(high), np.float32(size - 1)
    if crop <= 1:
        return np.array([np.float32(0.5) * (low + high) * last], np.float32)
    step = (high - low) * last / np.float32(crop - 1)
    return np.float32(low * last) + np.arange(crop, dtype=np.float32) * step


def matrices(mode, box, image, crop):
    rows, rows_inside = weights_of(mode, side(box[0], box[2], image[1], crop[0]), image[1])
    columns, columns_inside = weights_of(mode, side(box[1], box[3], image[2], crop[1]), image[2])
    return rows, columns, np.outer(rows_inside, columns_inside)


def weights_of(mode, places, size):
    """[crop, size]: what each crop element is made of, and which are inside."""
    matrix = np.zeros((len(places), size))
    inside = (places >= 0) & (places <= size - 1)
    for i in np.flatnonzero(inside):
        place = float(places[i])
        low = int(np.floor(place))
        if mode == "NEAREST":
            matrix[i, int(np.floor(place + 0.5))] = 1
        else:
            matrix[i, low] = 1 - (place - low)
            if place > low:
                matrix[i, low + 1] = place - low
    return matrix, inside


BOXES = np.array(
    [[0, 0, 1, 1], [0.1, 0.2, 0.8, 0.7], [0.9, 0.8, 0.1, 0.3], [-0.3, 0.2, 0.7, 1.4],
     [0.5, 0.5, 0.5, 0.5], [1.5, 1.5, 2, 2], [np.nan, 0, 1, 1]], np.float32)
INDEX = np.array([0, 1, 1, 0, 1, 0, 0], np.int32)
SIZES = [((2, 6, 7, 3), (4, 5)), ((2, 5, 4, 1), (9, 1)), ((2, 1, 1, 2), (2, 3)),
         ((2, 6, 7, 3), (1, 1))]


def crops_of(mode, x, crop, outside):
    y = np.full((len(BOXES), *crop, x.shape[3]), outside, np.float64)
    for n, (box, index) in enumerate(zip(BOXES, INDEX)):
        rows, columns, inside = matrices(mode, box, x.shape, crop)
        made = np.einsum("ih,jw,hwc->ijc", rows, columns, x[index].astype(np.float64))
        y[n][inside] = made[inside]
    return y


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize("mode", ["LINEAR", "NEAREST"])
@pytest.mark.parametrize("shape,crop", SIZES, ids=str)
def test_crop_and_resize(device, shape, crop, mode, dtype):
    x = helpers.random(shape, dtype)
    y = device.empty((len(BOXES), *crop, shape[3]))
    device.crop_and_resize(mode, device.tensor(x), device.tensor(BOXES), device.tensor(INDEX),
                           7.5, y)
    helpers.check(y, crops_of(mode, x, crop, 7.5))


def test_crops_of_the_whole_image_reach_its_end(device):
    """The last element is inside where float32, rounded correctly, says so."""
    box, index = device.tensor(np.array([[0, 0, 1, 1]], np.float32)), device.tensor(INDEX[:1])
    for size in (2, 3, 4, 6, 11):
        x = device.tensor(np.ones((1, size, size, 1), np.float32))
        for crop in (2, 4, 8, 14, 23, 50):
            y = device.empty((1, crop, 1, 1))
            device.crop_and_resize("LINEAR", x, box, index, 7.5, y)
            outside = side(0, 1, size, crop) > size - 1
            np.testing.assert_array_equal(y.numpy()[0, :, 0, 0], np.where(outside, 7.5, 1))


def test_images_that_are_not_there(device):
    y = device.empty((2, 1, 1, 1))
    device.crop_and_resize("LINEAR", device.tensor(np.ones((1, 2, 2, 1), np.float32)),
                           device.tensor(BOXES[:2]), device.tensor(np.array([-1, 1], np.int32)),
                           3, y)
    helpers.check(y, np.full((2, 1, 1, 1), 3))


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize("mode", ["LINEAR", "NEAREST"])
@pytest.mark.parametrize("shape,crop", SIZES, ids=str)
def test_image_gradient(device, shape, crop, mode, dtype):
    dy = helpers.random((len(BOXES), *crop, shape[3]))
    dx = device.tensor(np.full(shape, 77, dtype))
    device.crop_and_resize_image_gradient(
        mode, device.tensor(dy), device.tensor(BOXES), device.tensor(INDEX), dx)
    expected = image_gradient_of(mode, shape, dy, BOXES, INDEX)
    helpers.check(dx, expected, 1e-5 if dtype != "float16" else None)


def image_gradient_of(mode, shape, dy, boxes, box_index):
    dx = np.zeros(shape)
    for box, index, dcrop in zip(boxes, box_index, dy.astype(np.float64)):
        rows, columns, _ = matrices(mode, box, shape, dcrop.shape)
        dx[index] += np.einsum("ih,jw,ijc->hwc", rows, columns, dcrop, optimize=True)
    return dx


# One launch takes about 49000 crop elements: these need several.
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize("count,crop", [(1, (300, 300)), (7, (100, 99)), (2, (1, 60000))], ids=str)
def test_image_gradient_of_many_crop_elements(device, count, crop, dtype):
    shape = (1, 2, 2, 1)
    boxes, index = np.tile(BOXES[0], (count, 1)), np.zeros(count, np.int32)
    dy = helpers.random((count, *crop, 1), "float32", 0.5, 1.5) / np.float32(np.prod(crop))
    dx = device.tensor(np.full(shape, 77, dtype))
    device.crop_and_resize_image_gradient(
        "LINEAR", device.tensor(dy), device.tensor(boxes), device.tensor(index), dx)
    expected = image_gradient_of("LINEAR", shape, dy, boxes, index)
    helpers.check(dx, expected, 2e-4 if dtype != "float16" else None)


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize("shape,crop", SIZES[:2] + [((2, 9, 8, 40), (3, 3))], ids=str)
def test_boxes_gradient(device, shape, crop, dtype):
    x, dy = helpers.random(shape, dtype), helpers.random((len(BOXES), *crop, shape[3]), seed=1)
    y = device.empty((len(BOXES), 4))
    device.crop_and_resize_boxes_gradient(
        device.tensor(dy), device.tensor(x), device.tensor(BOXES), device.tensor(INDEX), y)
    expected = np.zeros((len(BOXES), 4))
    for n, (box, index) in enumerate(zip(BOXES, INDEX)):
        rows = side(box[0], box[2], shape[1], crop[0])
        columns = side(box[1], box[3], shape[2], crop[1])
        for i, j in np.ndindex(*crop):
            row, column = float(rows[i]), float(columns[j])
            if not (0 <= row <= shape[1] - 1 and 0 <= column <= shape[2] - 1):
                continue
            corner = {}
            for name, at in (("t", np.floor(row)), ("b", np.ceil(row))):
                for other, to in (("l", np.floor(column)), ("r", np.ceil(column))):
                    corner[name + other] = x[index, int(at), int(to)].astype(np.float64)
            fy, fx = row - np.floor(row), column - np.floor(column)
            down = (corner["bl"] - corner["tl"]) * (1 - fx) + (corner["br"] - corner["tr"]) * fx
            across = (corner["tr"] - corner["tl"]) * (1 - fy) + (corner["br"] - corner["bl"]) * fy
            for k, (moved, size, at, count) in enumerate(
                    [(down, shape[1], i, crop[0]), (across, shape[2], j, crop[1])]):
                ratio = at / (count - 1) if count > 1 else 0.5
                gradient = (dy[n, i, j] * moved).sum() * (size - 1)
                expected[n, k] += gradient * (1 - ratio)
                expected[n, k + 2] += gradient * ratio
    helpers.check(y, expected, 1e-4)


def test_crop_says_what_is_wrong(device, dml):
    boxes, index = device.tensor(BOXES), device.tensor(INDEX)
    with pytest.raises(dml.DmlError, match="takes a float image") as error:
        device.crop_and_resize("LINEAR", device.empty((2, 3, 3, 2)), boxes, index, 0,
                               device.empty((len(BOXES), 2, 2, 3)))
    assert error.value.code == dml.Code.INVALID_ARGUMENT
