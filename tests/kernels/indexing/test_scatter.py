"""Scatters to rows of ref and resource variables."""

import numpy as np
import pytest
from harness import CPU, DML, compare, config, covered, tf

SCATTERS = ["Update", "Add", "Sub", "Mul", "Div", "Min", "Max"]
covered.update(prefix + "Scatter" + op for prefix in ("", "Resource") for op in SCATTERS)


def scatter(device, op, dtype, index, resource, scalar):
    rng = np.random.RandomState(6)
    with tf.Graph().as_default():
        with tf.device(device):
            variable = tf.Variable(rng.uniform(1, 2, (6, 3)).astype(dtype), use_resource=resource)
            indices = np.array([[4, 0], [4, 4]], index)
            shape = () if scalar else (2, 2, 3)
            # Updates to one row in any order: equal values.
            updates = np.full(shape, 1.5).astype(dtype)
            if resource:
                update = getattr(tf.raw_ops, "ResourceScatter" + op)(
                    resource=variable.handle, indices=indices, updates=updates)
            else:
                update = getattr(tf.raw_ops, "Scatter" + op)(
                    ref=variable._ref(), indices=indices, updates=updates).op
            read = variable.read_value()
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            session.run(update)
            return session.run(read)


@pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
@pytest.mark.parametrize("op", SCATTERS)
def test_scatter(op, resource):
    for dtype, index, scalar in [("float32", "int32", False), ("float32", "int64", True),
                                 ("float16", "int32", False), ("float64", "int64", False)]:
        want = scatter(CPU, op, dtype, index, resource, scalar)
        got = scatter(DML, op, dtype, index, resource, scalar)
        compare(op, want, got, dtype)


@pytest.mark.parametrize("dtype", ["bool", "int64"])
def test_scatter_update_of_any_type(dtype):
    # Variables that are references are not on the device in bool, as with CUDA.
    for resource in (False, True) if dtype == "int64" else (True,):
        want = scatter(CPU, "Update", dtype, "int32", resource, False)
        got = scatter(DML, "Update", dtype, "int32", resource, False)
        compare("Update", want, got, dtype)
