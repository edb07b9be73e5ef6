"""Index vectors in a sorted table, against a dictionary."""

import numpy as np
import pytest


@pytest.mark.parametrize("depth", [0, 1, 2, 5])
@pytest.mark.parametrize("count, rows", [(0, 3), (1, 1), (77, 40), (300, 1031), (5, 0)])
def test_vectors_are_found(device, depth, count, rows):
    rng = np.random.RandomState(count + depth)
    far = np.int64(1) << 40  # so that both words of an index count
    table = np.unique(rng.randint(-3, 4, (rows, depth)).astype(np.int64) * far, axis=0)
    if depth == 0:
        table = table[:1]
    start = rng.randint(-5, 6, depth).astype(np.int64)
    vectors = rng.randint(-4, 5, (count, depth)).astype(np.int64) * far + start
    found = device.empty((count,), "int64")
    device.find_vectors(device.tensor(vectors), device.tensor(start), device.tensor(table), found)
    places = {tuple(row): i for i, row in enumerate(table.tolist())}
    want = [places.get(tuple(vector), -1) for vector in (vectors - start).tolist()]
    np.testing.assert_array_equal(found.numpy(), np.array(want, np.int64).reshape(count))


def test_the_first_of_equal_rows(device):
    table = device.tensor(np.array([[1], [2], [2], [2], [3]], np.int64))
    found = device.empty((3,), "int64")
    device.find_vectors(device.tensor(np.array([[2], [3], [4]], np.int64)),
                        device.tensor(np.zeros(1, np.int64)), table, found)
    np.testing.assert_array_equal(found.numpy(), [1, 4, -1])


def test_says_what_is_wrong(device, dml):
    good = [device.empty(shape, "int64") for shape in ((4, 2), (2,), (3, 2), (4,))]
    for index, shape, dtype, message in [
        (0, (4, 2), "int32", "vectors .* must be contiguous, int64, of rank 2"),
        (1, (3,), "int64", "do not fit"), (2, (3, 1), "int64", "do not fit"),
        (3, (3,), "int64", "do not fit"),
    ]:
        arguments = list(good)
        arguments[index] = device.empty(shape, dtype)
        with pytest.raises(dml.DmlError, match=message):
            device.find_vectors(*arguments)
