"""Element-wise launches and a reduction of what they make, as one: the same bits."""

import gc

import helpers
import numpy as np
import pytest
from merging import bits, check_lost_device, learn, least, merging, one_by_one  # noqa: F401

# Operation, sizes, axes that are reduced, and the launches of the reduction alone.
CASES = [
    ("SUM", (33, 72), (1,), 1),
    ("SUM", (33, 72), (0,), 1),
    ("MEAN", (33, 72), (0, 1), 1),
    ("MAX", (6, 4, 5, 16), (0, 2), 1),
    ("PRODUCT", (6, 4, 5, 16), (1, 3), 1),
    ("MIN", (2, 140000), (1,), 2),
    ("MEAN", (140000,), (0,), 2),
    ("SUM", (24000, 8), (0,), 2),
]


def reduced(sizes, axes):
    return [1 if axis in axes else size for axis, size in enumerate(sizes)]


def scaled_squares(device, x, scale, operation, axes, keep=False):
    """The reduction of (x * scale)^2, and both of what it is made of where they are kept."""
    scaled, squares = device.empty(x.shape, x.dtype), device.empty(x.shape, x.dtype)
    result = device.empty(reduced(x.shape, axes), x.dtype)
    device.elementwise("MULTIPLY", [x, scale.broadcast_to(x.shape)], scaled)
    device.elementwise("SQUARE", [scaled], squares)
    device.reduce(operation, squares, result)
    return (result, scaled, squares) if keep else (result,)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("operation, sizes, axes, passes", CASES)
def test_a_reduction_is_of_the_chain(device, dtype, operation, sizes, axes, passes):
    x = device.tensor(helpers.random(sizes, dtype, low=-0.1, high=0.1))
    scale = device.tensor(np.array([1.5], dtype))
    for keep in (False, True):
        def work(keep=keep):
            return scaled_squares(device, x, scale, operation, axes, keep)

        with one_by_one(device):
            expected = [bits(t.numpy()) for t in work()]
        learn(device, work)
        results, growth = least(device, work)
        assert [bits(t.numpy()) for t in results] == expected, (operation, keep)
        assert growth["launches"] == passes, (operation, keep)
        assert growth["merged_launches"] == 2


def mean_of_casts(device, x):
    """As of a loss that was computed in another type."""
    y, mean = device.empty(x.shape, "float16"), device.empty((64, 1), "float16")
    device.cast(x, y)
    device.reduce("MEAN", y, mean)
    return mean


def accuracy(device, x):
    """The mean of bools."""
    squares, below = device.empty(x.shape), device.empty(x.shape, "bool")
    counted, mean = device.empty(x.shape), device.empty((1, 1))
    device.elementwise("SQUARE", [x], squares)
    device.elementwise("LESS", [squares, x], below)
    device.cast(below, counted)
    device.reduce("MEAN", counted, mean)
    return mean


def largest_draws(device, x):
    draws, top = device.empty(x.shape), device.empty((1, x.shape[1]))
    device.random("UNIFORM", (1, 2, 3, 4), (5, 6), 0, 0, draws)
    device.reduce("MAX", draws, top)
    return top


@pytest.mark.parametrize("work", [mean_of_casts, accuracy, largest_draws])
def test_casts_bools_and_random_numbers(device, work):
    x = device.tensor(helpers.random((64, 128)))
    with one_by_one(device):
        expected = work(device, x).numpy()
    assert np.isfinite(expected).all() and expected.any()
    learn(device, lambda: work(device, x))
    result, growth = least(device, lambda: work(device, x))
    assert growth["launches"] == 1
    assert bits(result.numpy()) == bits(expected)


@pytest.mark.parametrize("sizes, axes", [
    ((33, 7), (1,)),  # rows are no whole packs
    ((7, 33), (0,)),
    ((3,), (0,)),
])
def test_others_stay_as_they_are(device, sizes, axes):
    x, scale = device.tensor(helpers.random(sizes)), device.tensor(np.float32([1.5]))

    def work():
        return scaled_squares(device, x, scale, "SUM", axes)[0]

    with one_by_one(device):
        expected = bits(work().numpy())
    learn(device, work)
    result, growth = least(device, work)
    assert growth["launches"] == 2
    assert bits(result.numpy()) == expected


def test_sums_of_squares_stay_as_they_are(device):
    x, scale = device.tensor(helpers.random((64, 64))), device.tensor(np.float32([1.5]))
    learn(device, lambda: scaled_squares(device, x, scale, "L2", (1,)))
    _, growth = least(device, lambda: scaled_squares(device, x, scale, "L2", (1,)))
    assert growth["launches"] == 2


def test_what_is_not_held_is_not_written(device):
    """The mean of squares reads its input, and writes parts and a number."""
    count = 1 << 17
    x = device.tensor(helpers.random((count,)))

    def work():
        squares, mean = device.empty(x.shape), device.empty((1,))
        device.elementwise("SQUARE", [x], squares)
        device.reduce("MEAN", squares, mean)
        return mean

    with one_by_one(device):
        expected, single = least(device, work)
    assert single["launches"] == 3
    learn(device, work)
    mean, growth = least(device, work)
    assert bits(mean.numpy()) == bits(expected.numpy())
    assert growth["launches"] == 2
    assert growth["merged_launches"] == 1
    parts = single["launch_bytes"] - 3 * 4 * count
    assert growth["launch_bytes"] == 4 * count + parts < 5 * count


def test_two_reductions_of_one_value(device):
    x = device.tensor(helpers.random((64, 128)))

    def work():
        y, rows, columns = device.empty(x.shape), device.empty((64, 1)), device.empty((1, 128))
        device.elementwise("EXP", [x], y)
        device.reduce("MAX", y, rows)
        device.reduce("SUM", y, columns)
        return rows, columns

    with one_by_one(device):
        expected = [bits(t.numpy()) for t in work()]
    learn(device, work)
    results, growth = least(device, work)
    assert [bits(t.numpy()) for t in results] == expected
    # The second one reads what the first one's launch writes.
    assert growth["launches"] == 2


def test_what_follows_reads_the_result(device):
    """As in a softmax: x - max, of the value and of the reduction of it."""
    x = device.tensor(helpers.random((64, 128)))

    def work():
        y, top, out = device.empty(x.shape), device.empty((64, 1)), device.empty(x.shape)
        device.elementwise("TANH", [x], y)
        device.reduce("MAX", y, top)
        device.elementwise("SUBTRACT", [y, top.broadcast_to(x.shape)], out)
        return out

    with one_by_one(device):
        expected = bits(work().numpy())
    learn(device, work)
    out, growth = least(device, work)
    assert bits(out.numpy()) == expected
    assert growth["launches"] == 2


@pytest.mark.parametrize("sizes", [(64, 256), (512, 512)])
def test_small_ones_are_grouped(device, sizes):
    """Of several, the launches become one, and so do second ones."""
    inputs = [device.tensor(helpers.random(sizes, seed=i)) for i in range(4)]

    def work():
        results = []
        for x in inputs:
            y, total = device.empty(sizes), device.empty((1, 1))
            device.elementwise("EXP", [x], y)
            device.reduce("SUM", y, total)
            results.append(total)
        return results

    with one_by_one(device):
        expected, single = least(device, work)
    for _ in range(3):
        learn(device, work)
    results, growth = least(device, work)
    assert [bits(t.numpy()) for t in results] == [bits(t.numpy()) for t in expected]
    assert growth["launches"] == (1 if single["launches"] == 8 else 2)


def test_a_result_that_nobody_reads(device):
    x, scale = device.tensor(helpers.random((64, 64))), device.tensor(np.float32([1.5]))
    learn(device, lambda: scaled_squares(device, x, scale, "SUM", (1,)))
    results = scaled_squares(device, x, scale, "SUM", (1,), keep=True)
    expected = [bits(t.numpy()) for t in results[1:]]
    _, growth = least(device, lambda: scaled_squares(device, x, scale, "SUM", (1,))[1:])
    assert growth["launches"] == 1
    kept, growth = least(
        device, lambda: scaled_squares(device, x, scale, "SUM", (1,), keep=True)[1:])
    assert growth["launches"] == 1
    assert [bits(t.numpy()) for t in kept] == expected


def test_memory_goes_while_it_waits(dml, device):
    with device.open_pool() as pool:
        def work():
            x = pool.empty((70000,)).write(np.full(70000, 0.5, np.float32))
            y, total = pool.empty((70000,)), pool.empty((1,))
            device.elementwise("SQUARE", [x], y)
            device.reduce("SUM", y, total)
            return total

        learn(device, work)
        total = work()
        gc.collect()
        pool.trim()
        assert total.numpy()[0] == 17500
        del total
        gc.collect()


def test_an_error_leaves_what_waits(device, dml):
    x = device.tensor(helpers.random((64, 64)))

    def work(fail=False):
        y, rows = device.empty(x.shape), device.empty((64, 1))
        device.elementwise("EXP", [x], y)
        if fail:
            with pytest.raises(dml.DmlError, match="sizes"):
                device.reduce("SUM", y, device.empty((63, 1)))
        device.reduce("SUM", y, rows)
        return rows

    with one_by_one(device):
        expected = bits(work().numpy())
    learn(device, work)
    rows, growth = least(device, lambda: work(fail=True))
    assert growth["launches"] == 1
    assert bits(rows.numpy()) == expected


def test_tags_say_what_was_merged(device, dml):
    x = device.tensor(helpers.random((70000,)))

    def tagged():
        y, mean = device.empty(x.shape), device.empty((1,))
        with dml.tag("Square"):
            device.elementwise("SQUARE", [x], y)
        with dml.tag("Mean"):
            device.reduce("MEAN", y, mean)

    learn(device, tagged)
    before = device.launches_by_tag().get("Square+Mean", 0)
    least(device, tagged)
    assert device.launches_by_tag()["Square+Mean"] > before


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_large_tensors_by_pieces(dtype):
    """Where pieces of a reduction are those of its operand, their sums are of another type."""
    code = f"""
        device = dml.open(0)
        x = device.tensor(np.random.RandomState(0).rand(8, 4096).astype("{dtype}"))
        for axes in (8, 1), (1, 1):
            for _ in range(4):
                y, z = device.empty(x.shape, x.dtype), device.empty(axes, x.dtype)
                device.elementwise("SQUARE", [x], y)
                device.reduce("SUM", y, z)
                del y
                device.sync()
                device.finish_programs()
                print(z.numpy().tobytes().hex())
        """
    said = [helpers.run_python(code, TF_DIRECTML_MERGING=merged,
                               TF_DIRECTML_LAUNCH_ELEMENTS="4096") for merged in "01"]
    assert said[0].stdout and said[0].stdout == said[1].stdout, said[1].stderr


def test_a_lost_device_has_nothing_waiting():
    check_lost_device(70000, 'device.reduce("SUM", y, z)', (1,), "70000 * np.tanh(1)",
                      TF_DIRECTML_MERGING="1")
