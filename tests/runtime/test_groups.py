"""Small launches of one program that become one: the same bits in fewer launches."""

import gc

import helpers
import numpy as np
import pytest
import test_optimizer
from merging import bits, learn, least, merging, one_by_one  # noqa: F401

SHAPES = [(), (1029,), (5, 7), (4096,), (1,), (3,), (257,), (2, 2, 2)]


def steps_of(device, name, values, flag=False):
    """Has each variable make a step, and its tensors as they are then."""
    tensors = [{key: device.tensor(value) for key, value in each.items()} for each in values]

    def work():
        for each in tensors:
            device.apply_optimizer(name, list(each.values()), use_nesterov=flag,
                                   update_slots=flag)

    return tensors, work


def results(tensors):
    return [[bits(tensor.numpy()) for tensor in each.values()] for each in tensors]


@pytest.mark.parametrize("dtype", test_optimizer.TYPES)
@pytest.mark.parametrize("name", test_optimizer.OPTIMIZERS)
def test_an_optimizers_step_is_one_launch(device, name, dtype):
    if dtype == "float64" and name in test_optimizer.NO_FLOAT64:
        return
    order = test_optimizer.OPTIMIZERS[name][1]
    values = [test_optimizer.draw(order, dtype, shape, shape) for shape in SHAPES]
    _, work = steps_of(device, name, values, flag=True)
    learn(device, work)
    before = device.statistics()
    tensors, work = steps_of(device, name, values, flag=True)
    work()
    found = results(tensors)
    grown = {key: value - before[key] for key, value in device.statistics().items()}
    assert grown["launches"] + grown["merged_launches"] == len(SHAPES)
    with one_by_one(device):
        tensors, work = steps_of(device, name, values, flag=True)
        work()
        assert found == results(tensors)
    _, growth = least(device, work)
    assert growth["launches"] == 1
    assert growth["merged_launches"] == len(SHAPES) - 1


def test_many_variables_take_sixteen_at_a_time(device):
    values = [test_optimizer.draw("var lr grad", "float32", (10 + i,), (10 + i,))
              for i in range(35)]
    tensors, work = steps_of(device, "SGD", values)
    learn(device, work)
    _, growth = least(device, work)
    assert growth["launches"] == 3
    assert growth["barriers"] <= 1


def test_gradients_memory_serves_nothing_else_meanwhile(device):
    """Each gradient is given back as soon as its step is enqueued, as TensorFlow does."""
    shape = (1000,)
    variables = [device.tensor(np.zeros(shape, np.float32)) for _ in range(12)]
    rate = device.tensor(np.float32(1))

    def work():
        for number, variable in enumerate(variables):
            gradient = device.tensor(np.full(shape, number, np.float32))
            device.apply_optimizer("SGD", [variable, rate, gradient])
            del gradient
            # Would have the memory, and be filled before the step is launched.
            other = device.empty(shape)
            device.fill(other, 100.0)
            del other

    learn(device, work)
    _, growth = least(device, work)
    assert growth["merged_launches"] == 11
    steps = -variables[1].numpy()[0]
    for number, variable in enumerate(variables):
        np.testing.assert_array_equal(variable.numpy(), np.full(shape, -number * steps))


def test_kept_memory_goes_back(device, dml):
    with device.open_pool() as pool:
        variables = [pool.tensor(np.zeros(100, np.float32)) for _ in range(3)]
        rate = pool.tensor(np.float32(1))

        def work():
            for variable in variables:
                device.apply_optimizer("SGD", [variable, rate, pool.tensor(np.ones(100, "f"))])

        learn(device, work)
        in_use = pool.statistics()["bytes_in_use"]
        work()
        device.sync()
        gc.collect()
        assert pool.statistics()["bytes_in_use"] == in_use
        work()  # the pool goes while it waits
    device.sync()


def test_sums_of_many_tensors_are_one_launch(device):
    """As the gradients of biases."""
    tensors = [device.tensor(helpers.random((rows, columns), seed=rows))
               for rows, columns in [(8, 32), (100, 64), (7, 5), (33, 10), (1, 3)]]

    def work():
        sums = [device.empty((1, tensor.shape[1])) for tensor in tensors]
        for tensor, total in zip(tensors, sums):
            device.reduce("SUM", tensor, total, 1)
        return sums

    with one_by_one(device):
        expected = [bits(total.numpy()) for total in work()]
    learn(device, work)
    sums, growth = least(device, work)
    assert [bits(total.numpy()) for total in sums] == expected
    # One for each program: some sum in other orders.
    assert growth["launches"] < len(tensors)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_products_are_one_launch(device, dtype):
    """As a layer's queries, keys and values, and the gradients of their weights."""
    rng = np.random.RandomState(1)
    x = device.tensor(rng.uniform(-1, 1, (24, 64)).astype(dtype))
    weights = [device.tensor(rng.uniform(-1, 1, (64, columns)).astype(dtype))
               for columns in (64, 64, 60, 7)]

    def work():
        products = [device.empty((24, weight.shape[1]), dtype) for weight in weights]
        for weight, product in zip(weights, products):
            device.gemm(x, weight, product)
        return products

    with one_by_one(device):
        expected = [bits(product.numpy()) for product in work()]
    learn(device, work)
    products, growth = least(device, work)
    assert [bits(product.numpy()) for product in products] == expected
    assert growth["launches"] < len(weights)  # some are of other programs


def test_random_numbers_are_one_launch(device):
    def work():
        drawn = [device.empty((100 + i,)) for i in range(6)]
        for i, numbers in enumerate(drawn):
            device.random("UNIFORM", (i, 0, 0, 0), (1, 2), 0, 1, numbers)
        return drawn

    with one_by_one(device):
        expected = [bits(numbers.numpy()) for numbers in work()]
    learn(device, work)
    drawn, growth = least(device, work)
    assert [bits(numbers.numpy()) for numbers in drawn] == expected
    assert growth["launches"] == 1


def test_copies_that_broadcast_become_one_with_what_takes_them(device):
    rows, x = device.tensor(helpers.random((6, 1))), device.tensor(helpers.random((6, 32)))

    def work():
        tiled, product = device.empty((6, 32)), device.empty((6, 32))
        device.copy_tensor(rows.broadcast_to((6, 32)), tiled)
        device.elementwise("MULTIPLY", [tiled, x], product)
        return product

    expected = bits(rows.numpy() * x.numpy())
    learn(device, work)
    product, growth = least(device, work)
    assert bits(product.numpy()) == expected
    assert growth["launches"] == 1


def test_sums_of_few_tensors_become_one_with_what_they_come_from(device):
    terms = [device.tensor(helpers.random((1000,), seed=i)) for i in range(4)]

    def work():
        total, squares = device.empty((1000,)), device.empty((1000,))
        device.add_tensors(terms, total)
        device.elementwise("SQUARE", [total], squares)
        return squares

    with one_by_one(device):
        expected = bits(work().numpy())
    learn(device, work)
    squares, growth = least(device, work)
    assert bits(squares.numpy()) == expected
    assert growth["launches"] == 1


def test_chains_of_one_program_are_one_launch(device):
    """As moving averages: variable -= (variable - value) * decay."""
    sizes = [(64,), (100,), (7,), (256,), (1,)]
    variables = [device.tensor(helpers.random(size, seed=1)) for size in sizes]
    values = [device.tensor(helpers.random(size, seed=2)) for size in sizes]
    decay = device.tensor(np.float32(0.1))

    def work():
        for variable, value in zip(variables, values):
            difference, delta = device.empty(value.shape), device.empty(value.shape)
            device.elementwise("SUBTRACT", [variable, value], difference)
            device.elementwise("MULTIPLY", [difference, decay.broadcast_to(value.shape)], delta)
            del difference
            device.elementwise("SUBTRACT", [variable, delta], variable)
            del delta

    expected = [variable.numpy() for variable in variables]
    learn(device, work)
    learn(device, work)
    _, growth = least(device, work)
    # Those of whole vectors of four, and others, differ in the spread of one element.
    assert growth["launches"] <= 2
    taken = 3 + 3 + 10
    for variable, value, now in zip(expected, values, variables):
        x = value.numpy()
        for _ in range(taken):
            variable = variable - (variable - x) * np.float32(0.1)
        assert bits(now.numpy()) == bits(variable)


def test_a_lost_device_has_nothing_waiting():
    result = helpers.run_python(
        """
        def work(device, variables):
            rate = device.tensor(np.float32(1))
            for variable in variables:
                gradient = device.tensor(np.ones(100, np.float32))
                device.apply_optimizer("SGD", [variable, rate, gradient])
        def zeros(device):
            return [device.tensor(np.zeros(100, np.float32)) for _ in range(5)]
        device = dml.open(0)
        variables = zeros(device)
        for _ in range(4):
            work(device, variables)
            device.finish_programs()
        device.sync()
        device.inject_failure("DEVICE_LOST")
        try:
            work(device, variables)
            device.sync()
        except dml.DmlError as error:
            print(error.code == dml.Code.DEVICE_LOST)
        del variables
        again = dml.open(0)
        variables = zeros(again)
        work(again, variables)
        print(all((v.numpy() == -1).all() for v in variables))
        """)
    assert result.stdout.split() == ["True", "True"], result.stderr
