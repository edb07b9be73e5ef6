"""Element-wise launches that become one: the same bits in fewer launches."""

import gc
import importlib

import helpers
import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from merging import PASSES, bits, check_lost_device, learn, least, merging, one_by_one  # noqa: F401

UNARY = ["NEGATE", "ABS", "SQUARE", "RELU", "RELU6", "TANH", "SIGMOID", "EXP", "SOFTPLUS", "ELU",
         "SQRT", "RECIPROCAL", "SIGN", "FLOOR", "ERF", "LOG1P"]
BINARY = ["ADD", "SUBTRACT", "MULTIPLY", "DIVIDE", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE",
          "DIVIDE_NO_NAN", "RELU_GRADIENT", "TANH_GRADIENT", "SIGMOID_GRADIENT", "POW"]
COMPARISONS = ["LESS", "GREATER_EQUAL", "EQUAL"]
LOGIC = ["LOGICAL_AND", "LOGICAL_OR"]
TERNARY = ["MULTIPLY_ADD", "CLIP_BY_VALUE", "INTERPOLATE"]
REDUCTIONS = ["SUM", "MEAN", "PRODUCT", "MAX", "MIN", "SUM_SQUARE", "L2"]


def draw_numbers(device, which, out):
    """Of a generator whose counter is about to overflow into all of its words."""
    ones = 0xFFFFFFFF
    device.random("UNIFORM", (ones - which, ones, ones, which), (1, ones - which), 0, 0, out)


class Graph:
    """Operations on values by number; the first ones are inputs."""

    def __init__(self, types, sizes):
        self.types = list(types)  # of the values
        self.inputs = len(self.types)
        self.sizes = sizes
        # (operation, numbers of operands, in place?), of reductions (operation, [number], axes)
        self.steps = []
        self.dropped = {}  # step: values that nobody holds after it

    def add(self, operation, operands, dtype, in_place=False):
        self.steps.append((operation, operands, in_place))
        self.types.append(dtype)
        return len(self.types) - 1

    def run(self, device, inputs, alone=False):
        """The values that are held at the end, by number. `alone`: one launch after another."""
        values = [device.tensor(x) for x in inputs]
        for number, (operation, operands, in_place) in enumerate(self.steps):
            dtype = self.types[self.inputs + number]
            tensors = [values[o].broadcast_to(self.sizes) for o in operands]
            out = (values[operands[0]] if in_place is True else
                   device.empty(self.sizes, dtype))
            if operation == "CAST":
                device.cast(tensors[0], out)
            elif operation == "UNIFORM":
                draw_numbers(device, number, out)
            elif operation in REDUCTIONS:
                out = device.empty([1 if axis in in_place else size
                                    for axis, size in enumerate(self.sizes)], dtype)
                device.reduce(operation, tensors[0], out)
            else:
                device.elementwise(operation, tensors, out)
            values.append(out)
            if in_place is True:
                values[operands[0]] = None
            for value in self.dropped.get(number, ()):
                values[value] = None
            del tensors, out
            if alone:
                device.sync()
        return {i: v.numpy() for i, v in enumerate(values) if v is not None}


@st.composite
def graphs(draw, most_steps=20, reductions=False):
    rows, columns = draw(st.sampled_from(
        [(8, 8), (40, 24), (7, 4), (4, 7), (2, 32768)] if reductions else
        [(1, 1), (1, 3), (4, 1), (1, 5), (8, 8), (10, 100), (1, 4099), (7, 4), (4, 7), (3, 12)]))
    types = draw(st.lists(st.sampled_from(["float32", "float16", "bool"]), min_size=2, max_size=5))
    graph = Graph(types, (rows, columns))
    alive = list(range(len(types)))
    for number in range(draw(st.integers(2, most_steps))):
        def value(*wanted):
            fitting = [i for i in alive if graph.types[i] in wanted]
            return draw(st.sampled_from(fitting[-6:])) if fitting else None

        if draw(st.integers(0, 7)) == 0:
            alive.append(graph.add("UNIFORM", [], draw(st.sampled_from(["float32", "float16"]))))
            continue
        x = value("float32", "float16", "bool")
        dtype = graph.types[x]
        if reductions and dtype != "bool" and draw(st.integers(0, 2)) == 0:
            result = graph.add(draw(st.sampled_from(REDUCTIONS)), [x], dtype,
                               draw(st.sampled_from([(0,), (1,), (0, 1)])))
            # What it takes goes, or it does itself, unread.
            dropped = draw(st.sampled_from([[], [x], [x], [result]]))
            graph.dropped[number] = [i for i in dropped if i >= graph.inputs]
            if x in graph.dropped[number]:
                alive.remove(x)
            if not alive:
                break
            continue
        operands, operation, made = [x], None, dtype
        if dtype == "bool":
            operation = draw(st.sampled_from(["LOGICAL_NOT", "CAST", "SELECT", *LOGIC]))
            if operation == "CAST":
                made = draw(st.sampled_from(["float32", "float16"]))
            elif operation in LOGIC:
                operands.append(value("bool"))
            elif operation == "SELECT":
                y = value("float32", "float16", "bool")
                operands += [y, value(graph.types[y])]
                made = graph.types[y]
        else:
            kind = draw(st.integers(0, 9))
            if kind < 3:
                operation = draw(st.sampled_from(UNARY))
            elif kind < 7:
                operation = draw(st.sampled_from(BINARY))
                operands.append(value(dtype))
            elif kind == 7:
                operation = draw(st.sampled_from(TERNARY))
                operands += [value(dtype), value(dtype)]
            elif kind == 8:
                operation = draw(st.sampled_from(COMPARISONS))
                operands.append(value(dtype))
                made = "bool"
            else:
                operation = "CAST"
                made = draw(st.sampled_from(sorted({"float32", "float16", "bool"} - {dtype})))
        # Inputs may be broadcast: nothing is written over them.
        in_place = (made == graph.types[operands[0]] and operation != "CAST"
                    and operands[0] >= graph.inputs and operands.count(operands[0]) == 1
                    and draw(st.integers(0, 3)) == 0)
        alive.append(graph.add(operation, operands, made, in_place))
        if in_place:
            alive.remove(operands[0])
        dropped = [i for i in alive[:-1] if i >= graph.inputs and draw(st.integers(0, 2)) == 0]
        for i in dropped:
            alive.remove(i)
        graph.dropped[number] = dropped
    seed = draw(st.integers(0, 100))
    inputs = []
    for i, dtype in enumerate(types):
        sizes = draw(st.sampled_from(
            [(rows, columns)] * 3 + [(1, 1), (1, columns), (rows, 1)]))
        x = helpers.random(sizes, "float32", seed=seed + i)
        inputs.append(x > 0 if dtype == "bool" else x.astype(dtype))
    return graph, inputs


def check_graph(device, graph, inputs):
    expected = graph.run(device, inputs, alone=True)
    for _ in range(PASSES + 1):
        values = graph.run(device, inputs)
        device.finish_programs()
        assert values.keys() == expected.keys()
        for number, value in values.items():
            assert bits(value) == bits(expected[number]), (number, graph.steps, graph.dropped)


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(case=graphs())
def test_graphs_are_equal_to_the_bit(device, case):
    check_graph(device, *case)


@hypothesis.settings(max_examples=20, deadline=None)
@hypothesis.given(case=graphs(most_steps=8, reductions=True))
def test_graphs_with_reductions_are_equal_to_the_bit(device, case):
    check_graph(device, *case)


def operations_of_floats():
    """(name, number of operands) of all that make floats of floats, without parameter."""
    numbers = importlib.import_module("tensorflow_directml.api").ENUMS["dml_elementwise_op"]
    for name, number in sorted(numbers.items(), key=lambda item: item[1]):
        if "LEAKY" not in name and name not in ("IDENTITY", "SELECT"):
            yield name, 1 if number < numbers["ADD"] else 2 if number < numbers["SELECT"] else 3


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_every_operation_is_equal_to_the_bit(device, dml, dtype):
    """Those that chains know, and those that they leave alone: seven at a time share an input."""
    inputs = [device.tensor(helpers.random((100,), dtype, seed=i)) for i in range(3)]
    known = []
    for name, count in operations_of_floats():
        try:
            device.elementwise(name, inputs[:count], device.empty((100,), dtype))
            known.append((name, count))
        except dml.DmlError as error:
            assert error.code == dml.Code.INVALID_ARGUMENT, name

    def run(operations, alone):
        first = device.empty((100,), dtype)
        results = []
        for name, operands in [("NEGATE", inputs[:1])] + [
                (name, [first, *inputs[1:count]]) for name, count in operations]:
            out = first if not results else device.empty((100,), dtype)
            device.elementwise(name, operands, out)
            results.append(out)
            if alone:
                device.sync()
        return [bits(result.numpy()) for result in results[1:]]

    assert len(known) > 60
    for begin in range(0, len(known), 7):
        operations = known[begin:begin + 7]
        expected = run(operations, alone=True)
        for _ in range(PASSES):
            assert run(operations, alone=False) == expected, operations
            device.finish_programs()


def gelu(device, x):
    """Of what is called inside, only the result is held."""
    sizes = x.shape
    half, one, scale, cubic = (device.tensor(np.float32([c])).broadcast_to(sizes)
                               for c in (0.5, 1, 0.7978845608, 0.044715))

    def op(name, *operands):
        out = device.empty(sizes, "float32")
        device.elementwise(name, operands, out)
        return out

    t = op("MULTIPLY", op("MULTIPLY", op("SQUARE", x), x), cubic)
    t = op("TANH", op("MULTIPLY", op("ADD", t, x), scale))
    return op("MULTIPLY", op("MULTIPLY", op("ADD", t, one), half), x)


def test_a_chain_is_one_launch(device):
    x = device.tensor(helpers.random((1000,)))
    expected = gelu(device, x).numpy()
    learn(device, lambda: gelu(device, x))
    y, growth = least(device, lambda: gelu(device, x))
    # Nine operations, of which a program has room for eight.
    assert growth["launches"] == 2
    assert growth["merged_launches"] == 7
    assert bits(y.numpy()) == bits(expected)


def test_new_sizes_have_the_programs(device):
    x = device.tensor(helpers.random((1000,)))
    learn(device, lambda: gelu(device, x))
    before = device.statistics()["programs_compiled"]
    for sizes in [(7,), (33, 5), (2, 3, 4, 5)]:
        x = device.tensor(helpers.random(sizes))
        _, growth = least(device, lambda x=x: gelu(device, x))
        assert growth["launches"] == 2, sizes
    device.finish_programs()
    assert device.statistics()["programs_compiled"] == before


def operations(device, x, names):
    """Each of the result of the one before."""
    values = [x]
    for name in names:
        values.append(device.empty(x.shape))
        device.elementwise(name, [values[-2]], values[-1])
    return values[1:]


def test_a_longer_chain_takes_the_place_of_its_beginnings(device):
    def chains():
        return [p for p in device.programs() if p.shader == "chain_f32_f16"]

    x = device.tensor(helpers.random((1000,)))
    names = ["SOFTSIGN", "SQUARE", "SOFTSIGN", "NEGATE", "SOFTSIGN"]
    with one_by_one(device):
        expected = [bits(value.numpy()) for value in operations(device, x, names)]
    before = set(chains())
    for length in (2, 4, 5):
        learn(device, lambda length=length: operations(device, x, names[:length]))
        # What was launched last has the new one, and the old one's work is done.
        operations(device, x, names[:length])
        device.sync()
        device.finish_programs()
        assert len(set(chains()) - before) == 1, length
    for length in (2, 3, 4, 5):
        values, growth = least(device, lambda n=length: operations(device, x, names[:n]))
        assert growth["launches"] == 1, length
        assert [bits(value.numpy()) for value in values] == expected[:length]


def test_programs_of_chains_are_bounded():
    """Whatever order work comes in; and what comes late has some of its own."""
    result = helpers.run_python(
        """
        import itertools

        device = dml.open(0)
        x, y, z = (device.empty((64,)) for _ in range(3))
        names = ["NEGATE", "ABS", "SQUARE", "RELU", "TANH", "EXP", "SQRT", "SIGN", "RSQRT",
                 "LOG1P", "EXPM1", "SIGMOID"]

        def see(first, second):
            for _ in range(2):
                device.elementwise(first, [x], y)
                device.elementwise(second, [y], z)
                device.sync()
            device.finish_programs()

        def chains():
            return [p.constants for p in device.programs() if p.shader == "chain_f32_f16"]

        for pair in itertools.product(names, names):
            see(*pair)
        full = chains()
        see("SOFTPLUS", "ELU")
        assert chains() == full
        for _ in range(40000):  # each is a chain that ends
            device.elementwise("NEGATE", [x], y)
        see("SOFTPLUS", "ELU")
        device.elementwise("NEGATE", [x], y)
        device.sync()
        device.finish_programs()
        now = chains()
        print(len(full), len(now), len(set(now) - set(full)))
        """, TF_DIRECTML_BACKEND="null", TF_DIRECTML_MERGING="1")
    assert result.stdout.split() == ["128", "128", "1"], result.stdout + result.stderr


def test_broadcast_inputs_are_of_chains(device):
    """As in a layer norm: each row has a number, and each column has one."""
    x = device.tensor(helpers.random((6, 32)))
    rows = device.tensor(helpers.random((6, 1))).broadcast_to((6, 32))
    columns = device.tensor(helpers.random((32,))).broadcast_to((6, 32))

    def work():
        centered, scaled = device.empty((6, 32)), device.empty((6, 32))
        device.elementwise("SUBTRACT", [x, rows], centered)
        device.elementwise("MULTIPLY", [centered, columns], scaled)
        return scaled

    expected = work().numpy()
    learn(device, work)
    scaled, growth = least(device, work)
    assert growth["launches"] == 1
    assert bits(scaled.numpy()) == bits(expected)


def dropout(device, x, rate, scale, which=0):
    """What is kept, and the mask that the gradient takes, as TensorFlow computes them."""
    noise, mask, scaled, y = (device.empty(x.shape, x.dtype) for _ in range(4))
    kept = device.empty(x.shape, "bool")
    draw_numbers(device, which, noise)
    device.elementwise("GREATER_EQUAL", [noise, rate.broadcast_to(x.shape)], kept)
    device.cast(kept, mask)
    device.elementwise("MULTIPLY", [x, scale.broadcast_to(x.shape)], scaled)
    device.elementwise("MULTIPLY", [scaled, mask], y)
    return y, mask


@pytest.mark.parametrize("sizes", [(1000,), (7, 5), (9,)])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_dropout_is_one_launch(device, dtype, sizes):
    x = device.tensor(helpers.random(sizes, dtype))
    rate, scale = (device.tensor(np.array([n], dtype)) for n in (0.3, 1 / 0.7))
    with one_by_one(device):
        expected = [t.numpy() for t in dropout(device, x, rate, scale)]
    assert len(set(expected[1].ravel())) == 2
    learn(device, lambda: dropout(device, x, rate, scale))
    kept, growth = least(device, lambda: dropout(device, x, rate, scale))
    assert (growth["launches"], growth["merged_launches"]) == (1, 4)
    assert [bits(t.numpy()) for t in kept] == [bits(t) for t in expected]


def test_a_chain_draws_once(device):
    """A second draw begins a chain of its own, also where both are joined."""
    x = device.tensor(helpers.random((100,)))
    rate, scale = (device.tensor(np.float32([n])) for n in (0.5, 2))

    def twice():
        y, _ = dropout(device, dropout(device, x, rate, scale, 1)[0], rate, scale, 2)
        z, _ = dropout(device, x, rate, scale, 3)
        total = device.empty(x.shape)
        device.elementwise("ADD", [y, z], total)
        return total

    with one_by_one(device):
        expected = bits(twice().numpy())
    learn(device, twice)
    total, growth = least(device, twice)
    assert growth["launches"] == 3
    assert bits(total.numpy()) == expected


def multiply_add(device, x, y, z):
    product = device.empty(x.shape)
    total = device.empty(x.shape)
    device.elementwise("MULTIPLY", [x, y], product)
    device.elementwise("ADD", [product, z], total)
    return product, total


@pytest.fixture()
def three(device):
    return [device.tensor(helpers.random((100,), seed=i)) for i in range(3)]


def test_what_is_held_is_written(device, three):
    learn(device, lambda: multiply_add(device, *three))
    (product, total), growth = least(device, lambda: multiply_add(device, *three))
    assert growth["launches"] == 1
    x, y, z = (t.numpy() for t in three)
    assert bits(product.numpy()) == bits(x * y)
    assert bits(total.numpy()) == bits(x * y + z)


def test_other_work_sees_what_waits(device, three):
    learn(device, lambda: multiply_add(device, *three))
    x, y, z = (t.numpy() for t in three)
    _, total = multiply_add(device, *three)
    copied = device.empty(total.shape)
    device.copy(copied.data, total.data, 400)
    _, total = multiply_add(device, *three)
    summed = device.empty((1,))
    device.reduce("SUM", total, summed, 1)
    _, total = multiply_add(device, *three)
    overwritten = device.tensor(x)
    device.copy_from_host(three[0].data, np.zeros(100, np.float32))
    assert bits(copied.numpy()) == bits(x * y + z)
    assert bits(total.numpy()) == bits(x * y + z)
    np.testing.assert_allclose(summed.numpy()[0], (x * y + z).sum(), rtol=1e-5)
    assert bits(overwritten.numpy()) == bits(x)


def test_tags_say_what_was_merged(device, dml, three):
    def tagged():
        product, total = device.empty((100,)), device.empty((100,))
        with dml.tag("Mul"):
            device.elementwise("MULTIPLY", three[:2], product)
        with dml.tag("Tanh"):
            device.elementwise("TANH", [product], total)

    learn(device, tagged)
    before = device.launches_by_tag().get("Mul+Tanh", 0)
    least(device, tagged)
    assert device.launches_by_tag()["Mul+Tanh"] > before


def test_an_error_leaves_what_waits(device, dml, three):
    learn(device, lambda: multiply_add(device, *three))
    x, y, z = (t.numpy() for t in three)
    product = device.empty((100,))
    device.elementwise("MULTIPLY", three[:2], product)
    with pytest.raises(dml.DmlError, match="sizes"):
        device.elementwise("ADD", [product, three[2]], device.empty((99,)))
    total = device.empty((100,))
    device.elementwise("ADD", [product, three[2]], total)
    assert bits(total.numpy()) == bits(x * y + z)


def test_memory_goes_while_work_waits(dml, device, three):
    """Inputs and results are given back, and so is the heap that they are in."""
    learn(device, lambda: multiply_add(device, *three))
    with device.open_pool() as pool:
        inputs = [pool.empty((100,)) for _ in range(3)]
        for tensor in inputs:
            tensor.write(np.ones(100, np.float32))
        outputs = [pool.empty((100,)) for _ in range(2)]
        device.elementwise("MULTIPLY", inputs[:2], outputs[0])
        device.elementwise("ADD", [outputs[0], inputs[2]], outputs[1])
        del inputs, outputs
        gc.collect()
        pool.trim()
    device.sync()


def test_can_be_switched_off():
    result = helpers.run_python(
        """
        device = dml.open(0)
        x = device.tensor(np.ones(100, np.float32))
        for _ in range(6):
            y = device.empty((100,))
            device.elementwise("TANH", [x], y)
            z = device.empty((100,))
            device.elementwise("EXP", [y], z)
            device.sync()
            device.finish_programs()
        print(device.statistics()["launches"], device.statistics()["merged_launches"])
        """, TF_DIRECTML_MERGING="0")
    assert result.stdout.split() == ["12", "0"], result.stderr


def test_a_lost_device_has_nothing_waiting():
    check_lost_device(100, 'device.elementwise("EXP", [y], z)', (100,), "np.exp(np.tanh(1))")
