"""Optimizers, of ref and resource variables."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import CPU, DML, compare, config, covered, tf

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
TYPES = ("float32", "float16", "float64")
RESOURCE_ONLY = [
    ("KerasMomentum", ["var", "accum"], {"lr": 0.1, "momentum": 0.9}, "grad", {}),
    ("KerasMomentum", ["var", "accum"], {"lr": 0.1, "momentum": 0.9}, "grad",
     {"use_nesterov": True}),
    ("AdamWithAmsgrad", ["var", "m", "v", "vhat"],
     {"beta1_power": 0.9, "beta2_power": 0.99, "lr": 0.1, "beta1": 0.9, "beta2": 0.99,
      "epsilon": 0.01}, "grad", {}),
]
# The device has no programs for powers of float64: these run on the host.
ON_HOST = ("Ftrl", "FtrlV2", "PowerSign")
DENSE = ("GradientDescent", "Adam", "AdamWithAmsgrad", "AdaMax", "AddSign", "PowerSign")
SPARSE = [case for case in OPTIMIZERS + RESOURCE_ONLY if case[0] not in DENSE]
# Three updates in a row, each of several roundings.
TOLERANCE = {"float32": (1e-4, 1e-5), "float16": (2e-2, 1e-2), "float64": (1e-12, 1e-13)}
SHAPE = (3, 7)


def three_updates(device, optimizer, slots, scalars, gradient, attributes, dtype, resource,
                  rows=None):
    """The variables after three steps, of `rows` if given."""
    rng = np.random.RandomState(4)
    sparse = "" if rows is None else "Sparse"
    op = ("ResourceApply" if resource else "Apply").replace("Apply", sparse + "Apply") + optimizer
    with tf.Graph().as_default():
        with tf.device(device):
            start = {name: rng.uniform(1, 2, SHAPE).astype(dtype) for name in slots}
            # CenteredRMSProp takes the root of ms - mg^2.
            start.update({"mg": np.zeros(SHAPE, dtype)} if "mg" in slots else {})
            variables = {name: tf.Variable(start[name], use_resource=resource) for name in slots}
            arguments = {k: v.handle if resource else v._ref() for k, v in variables.items()}
            arguments.update({k: tf.constant(v, "int64" if isinstance(v, np.int64) else dtype)
                              for k, v in scalars.items()})
            if sparse:
                gradient = "grad"
                arguments["indices"] = tf.constant(rows)
            shape = SHAPE if rows is None else (len(rows),) + SHAPE[1:]
            arguments[gradient] = tf.constant(rng.uniform(-1, 1, shape), dtype)
            update = getattr(tf.raw_ops, op)(**arguments, **attributes)
            fetches = [variables[name].read_value() for name in slots]
        before = directml.launches_by_tag().get(op, 0)
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(3):
                session.run(update.op if isinstance(update, tf.Tensor) else update)
            result = session.run(fetches)
        launches = directml.launches_by_tag().get(op, 0) - before
        on_device = device == DML and not (dtype == "float64" and optimizer in ON_HOST)
        assert (launches > 0) == on_device, op
        return result


def check_optimizer(case, dtype, resource, rows=None):
    # The reference is as wide as the device's result, at least.
    wide = "float64" if dtype == "float64" else "float32"
    wants = three_updates(CPU, *case, wide, resource, rows)
    gots = three_updates(DML, *case, dtype, resource, rows)
    for slot, want, got in zip(case[1], wants, gots):
        compare("%s: %s" % (case[0], slot), want, got, dtype, TOLERANCE[dtype])


def case_name(case):
    return case[0] + "".join(case[4])


for case in OPTIMIZERS:
    covered.update(["Apply" + case[0], "ResourceApply" + case[0]])
covered.update("ResourceApply" + case[0] for case in RESOURCE_ONLY)
covered.update("ResourceSparseApply" + case[0] for case in SPARSE)
covered.update("SparseApply" + case[0] for case in SPARSE if case not in RESOURCE_ONLY)


@pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("case", OPTIMIZERS, ids=case_name)
def test_optimizer(case, dtype, resource):
    check_optimizer(case, dtype, resource)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("case", RESOURCE_ONLY, ids=case_name)
def test_resource_only_optimizer(case, dtype):
    check_optimizer(case, dtype, True)


@pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("case", SPARSE, ids=case_name)
def test_sparse_optimizer(case, dtype, resource):
    if case in RESOURCE_ONLY and not resource:
        return
    # Repeated rows step once each.
    rows = np.array([2, 0, 2, 2], "int64" if resource else "int32")
    check_optimizer(case, dtype, resource, rows)


def test_sparse_optimizer_skips_rows_out_of_range():
    case = OPTIMIZERS[3]
    want = three_updates(CPU, *case, "float32", True, np.array([1], "int32"))
    got = three_updates(DML, *case, "float32", True, np.array([1, -1, 3], "int32"))
    np.testing.assert_array_equal(got[0][[0, 2]], want[0][[0, 2]])
    assert (got[0][1] != 0).all()


@pytest.mark.parametrize("shape, dimension", [((2,), 1), ((2, 6), 1), ((2, 7, 1), 2)], ids=str)
def test_rows_of_another_shape_are_an_error(shape, dimension):
    """Also those of more dimensions than the variable, which have as many elements."""
    with tf.Graph().as_default(), tf.device(DML):
        start = np.zeros(SHAPE, "f")
        variable, momentum = [tf.Variable(start, use_resource=True) for _ in range(2)]
        gradient = tf.placeholder(tf.float32, None)
        update = tf.raw_ops.ResourceSparseApplyMomentum(
            var=variable.handle, accum=momentum.handle, lr=0.1, grad=gradient,
            indices=tf.constant([0, 1]), momentum=0.9)
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            with pytest.raises(tf.errors.InvalidArgumentError, match="must match in dimension %d"
                               % dimension):
                session.run(update, {gradient: np.ones(shape, "f")})


@pytest.mark.parametrize("keras", [False, True], ids=["v1", "keras"])
@pytest.mark.parametrize("name", ["Adam", "Adagrad", "RMSprop", "SGD", "Adadelta", "Ftrl"])
def test_embedding_learns_on_the_device(name, keras):
    """A lookup's gradient, with repeated rows, through a whole optimizer."""
    def train(device):
        with tf.Graph().as_default(), tf.device(device):
            table = tf.Variable(np.linspace(-1, 1, 24, dtype="f").reshape(8, 3),
                                use_resource=keras)
            rows = tf.nn.embedding_lookup(table, tf.constant([1, 5, 1, 7], tf.int64))
            loss = tf.reduce_sum(rows * tf.constant([1.0, -2.0, 3.0]))
            if keras:
                optimizer = getattr(tf.keras.optimizers, name)(0.1)
                step = optimizer.get_updates(loss, [table])
            else:
                v1 = {"RMSprop": "RMSPropOptimizer", "SGD": "GradientDescentOptimizer"}
                optimizer = getattr(tf.train, v1.get(name, name + "Optimizer"))(0.1)
                step = optimizer.minimize(loss)
            with tf.Session(config=config()) as session:
                session.run(tf.global_variables_initializer())
                for _ in range(2):
                    session.run(step)
                return session.run(table)
    np.testing.assert_allclose(train(DML), train(CPU), 1e-4, 1e-5)


def test_uninitialized_variable():
    with tf.Graph().as_default(), tf.device(DML):
        variable = tf.Variable(np.zeros(3, np.float32), use_resource=False)
        update = tf.raw_ops.ApplyGradientDescent(
            var=variable._ref(), alpha=1.0, delta=np.ones(3, "f"))
        with tf.Session(config=config()) as session:
            with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized"):
                session.run(update)
