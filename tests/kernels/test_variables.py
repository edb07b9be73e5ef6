"""Updates of variables in place: optimizers and scatters, ref and resource."""

import numpy as np
import pytest
from harness import CPU, DML, FLOATS, compare, config, covered, tf

# name, variables, (name, value) of the scalars in the op's order, attributes
OPTIMIZERS = [
    ("GradientDescent", ["var"], {"alpha": 0.1}, "delta", {}),
    ("Momentum", ["var", "accum"], {"lr": 0.1, "momentum": 0.9}, "grad", {}),
    ("Momentum", ["var", "accum"], {"lr": 0.1, "momentum": 0.9}, "grad", {"use_nesterov": True}),
    ("Adagrad", ["var", "accum"], {"lr": 0.1}, "grad", {}),
    ("Adagrad", ["var", "accum"], {"lr": 0.1}, "grad", {"update_slots": False}),
    ("AdagradV2", ["var", "accum"], {"lr": 0.1, "epsilon": 0.01}, "grad", {}),
    ("Adam", ["var", "m", "v"], {"beta1_power": 0.9, "beta2_power": 0.99, "lr": 0.1, "beta1": 0.9,
                                 "beta2": 0.99, "epsilon": 0.01}, "grad", {}),
    ("Adam", ["var", "m", "v"], {"beta1_power": 0.9, "beta2_power": 0.99, "lr": 0.1, "beta1": 0.9,
                                 "beta2": 0.99, "epsilon": 0.01}, "grad", {"use_nesterov": True}),
    ("RMSProp", ["var", "ms", "mom"], {"lr": 0.1, "rho": 0.9, "momentum": 0.5, "epsilon": 0.01},
     "grad", {}),
    ("CenteredRMSProp", ["var", "mg", "ms", "mom"],
     {"lr": 0.1, "rho": 0.9, "momentum": 0.5, "epsilon": 0.01}, "grad", {}),
    ("Adadelta", ["var", "accum", "accum_update"], {"lr": 0.1, "rho": 0.9, "epsilon": 0.01},
     "grad", {}),
    ("Ftrl", ["var", "accum", "linear"], {"lr": 0.1, "l1": 0.3, "l2": 0.2, "lr_power": -0.5},
     "grad", {}),
    ("FtrlV2", ["var", "accum", "linear"],
     {"lr": 0.1, "l1": 0.3, "l2": 0.2, "l2_shrinkage": 0.1, "lr_power": -0.75}, "grad", {}),
    ("ProximalGradientDescent", ["var"], {"alpha": 0.1, "l1": 0.3, "l2": 0.2}, "delta", {}),
    ("ProximalAdagrad", ["var", "accum"], {"lr": 0.1, "l1": 0.3, "l2": 0.2}, "grad", {}),
    ("AdaMax", ["var", "m", "v"], {"beta1_power": 0.9, "lr": 0.1, "beta1": 0.9, "beta2": 0.99,
                                   "epsilon": 0.01}, "grad", {}),
    ("AddSign", ["var", "m"], {"lr": 0.1, "alpha": 1.5, "sign_decay": 0.9, "beta": 0.8},
     "grad", {}),
    ("PowerSign", ["var", "m"], {"lr": 0.1, "logbase": 0.7, "sign_decay": 0.9, "beta": 0.8},
     "grad", {}),
    ("AdagradDA", ["var", "gradient_accumulator", "gradient_squared_accumulator"],
     {"lr": 0.1, "l1": 0.3, "l2": 0.2, "global_step": np.int64(3)}, "grad", {}),
]
KERAS = ("KerasMomentum", ["var", "accum"], {"lr": 0.1, "momentum": 0.9}, "grad")
# Three updates in a row, each of several roundings.
TOLERANCE = {"float32": (1e-4, 1e-5), "float16": (2e-2, 1e-2)}
SHAPE = (3, 7)


def make_variable(value, resource):
    return tf.Variable(value, use_resource=resource)


def three_updates(device, optimizer, slots, scalars, gradient, attributes, dtype, resource):
    rng = np.random.RandomState(4)
    op = getattr(tf.raw_ops, ("ResourceApply" if resource else "Apply") + optimizer)
    with tf.Graph().as_default():
        with tf.device(device):
            start = {name: rng.uniform(1, 2, SHAPE).astype(dtype) for name in slots}
            # CenteredRMSProp takes the root of ms - mg^2.
            start.update({"mg": np.zeros(SHAPE, dtype)} if "mg" in slots else {})
            variables = {name: make_variable(start[name], resource) for name in slots}
            arguments = {k: v.handle if resource else v._ref() for k, v in variables.items()}
            arguments.update({k: tf.constant(v, "int64" if isinstance(v, np.int64) else dtype)
                              for k, v in scalars.items()})
            arguments[gradient] = tf.constant(rng.uniform(-1, 1, SHAPE), dtype)
            update = op(**arguments, **attributes)
            fetches = [variables[name].read_value() for name in slots]
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(3):
                session.run(update.op if isinstance(update, tf.Tensor) else update)
            return session.run(fetches)


def check_optimizer(case, dtype, resource):
    wide = "float32"  # the reference's type
    wants = three_updates(CPU, *case, wide, resource)
    gots = three_updates(DML, *case, dtype, resource)
    for slot, want, got in zip(case[1], wants, gots):
        compare("%s: %s" % (case[0], slot), want, got, dtype, TOLERANCE[dtype])


for case in OPTIMIZERS:
    covered.update(["Apply" + case[0], "ResourceApply" + case[0]])
covered.add("ResourceApplyKerasMomentum")


@pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda c: c[0] + "".join(c[4]))
def test_optimizer(case, dtype, resource):
    check_optimizer(case, dtype, resource)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("dtype", FLOATS)
def test_keras_momentum(nesterov, dtype):
    check_optimizer(KERAS + ({"use_nesterov": nesterov},), dtype, True)


SCATTERS = ["Update", "Add", "Sub", "Mul", "Div", "Min", "Max"]
covered.update(prefix + "Scatter" + op for prefix in ("", "Resource") for op in SCATTERS)


def scatter(device, op, dtype, index, resource, scalar):
    rng = np.random.RandomState(6)
    with tf.Graph().as_default():
        with tf.device(device):
            variable = make_variable(rng.uniform(1, 2, (6, 3)).astype(dtype), resource)
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
                                 ("float16", "int32", False)]:
        want = scatter(CPU, op, dtype, index, resource, scalar)
        got = scatter(DML, op, dtype, index, resource, scalar)
        compare(op, want, got, dtype)


covered.update(["ResourceGather", "StridedSliceAssign", "ResourceStridedSliceAssign"])


def assign_slice_and_gather(device, resource):
    with tf.Graph().as_default():
        with tf.device(device):
            variable = make_variable(np.arange(20, dtype=np.float32).reshape(5, 4), resource)
            before = variable.read_value()
            with tf.control_dependencies([before]):
                update = variable[1:4:2, ::-1].assign(np.full((2, 4), 7, np.float32))
            with tf.control_dependencies([update]):
                rows = tf.gather(variable, [3, 0, 3])
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            return session.run([before, rows])


@pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
def test_assign_to_a_slice(resource):
    wants = assign_slice_and_gather(CPU, resource)
    for want, got in zip(wants, assign_slice_and_gather(DML, resource)):
        # What was read before the assignment of a resource stays as it was.
        if resource or want.shape[0] == 3:
            np.testing.assert_array_equal(got, want)


def test_uninitialized_variable():
    with tf.Graph().as_default(), tf.device(DML):
        variable = tf.Variable(np.zeros(3, np.float32), use_resource=False)
        update = tf.raw_ops.ApplyGradientDescent(
            var=variable._ref(), alpha=1.0, delta=np.ones(3, "f"))
        with tf.Session(config=config()) as session:
            with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized"):
                session.run(update)
