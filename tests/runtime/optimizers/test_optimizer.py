"""Optimizer steps against their formulas in float64."""

import helpers
import numpy as np
import pytest

SCALARS = {
    "lr": 0.05,
    "momentum": 0.9,
    "rho": 0.8,
    "epsilon": 0.01,
    "beta1": 0.9,
    "beta2": 0.99,
    "beta1_power": 0.81,
    "beta2_power": 0.97,
    "l1": 0.3,
    "l2": 0.2,
    "l2_shrinkage": 0.1,
    "lr_power": -0.5,
    "other_power": -0.7,
    "alpha": 1.5,
    "logbase": 0.7,
    "sign_decay": 0.9,
    "beta": 0.8,
}


def sgd(s, t, flag):
    t["var"] -= s["lr"] * t["grad"]


def momentum(s, t, nesterov):
    t["accum"] = t["accum"] * s["momentum"] + t["grad"]
    step = t["grad"] + t["accum"] * s["momentum"] if nesterov else t["accum"]
    t["var"] -= s["lr"] * step


def keras_momentum(s, t, nesterov):
    t["accum"] = t["accum"] * s["momentum"] - s["lr"] * t["grad"]
    if nesterov:
        t["var"] += t["accum"] * s["momentum"] - s["lr"] * t["grad"]
    else:
        t["var"] += t["accum"]


def adagrad(s, t, update_slots):
    t["accum"] += t["grad"] ** 2 if update_slots else 0
    t["var"] -= s["lr"] * t["grad"] / np.sqrt(t["accum"])


def adagrad_v2(s, t, update_slots):
    t["accum"] += t["grad"] ** 2 if update_slots else 0
    t["var"] -= s["lr"] * t["grad"] / (np.sqrt(t["accum"]) + s["epsilon"])


def adam(s, t, nesterov):
    rate = s["lr"] * np.sqrt(1 - s["beta2_power"]) / (1 - s["beta1_power"])
    t["m"] = s["beta1"] * t["m"] + (1 - s["beta1"]) * t["grad"]
    t["v"] = s["beta2"] * t["v"] + (1 - s["beta2"]) * t["grad"] ** 2
    m = s["beta1"] * t["m"] + (1 - s["beta1"]) * t["grad"] if nesterov else t["m"]
    t["var"] -= rate * m / (np.sqrt(t["v"]) + s["epsilon"])


def amsgrad(s, t, flag):
    rate = s["lr"] * np.sqrt(1 - s["beta2_power"]) / (1 - s["beta1_power"])
    t["m"] = s["beta1"] * t["m"] + (1 - s["beta1"]) * t["grad"]
    t["v"] = s["beta2"] * t["v"] + (1 - s["beta2"]) * t["grad"] ** 2
    t["vhat"] = np.maximum(t["vhat"], t["v"])
    t["var"] -= rate * t["m"] / (np.sqrt(t["vhat"]) + s["epsilon"])


def rmsprop(s, t, flag):
    t["ms"] = s["rho"] * t["ms"] + (1 - s["rho"]) * t["grad"] ** 2
    t["mom"] = s["momentum"] * t["mom"] + s["lr"] * t["grad"] / np.sqrt(t["ms"] + s["epsilon"])
    t["var"] -= t["mom"]


def centered_rmsprop(s, t, flag):
    t["ms"] = s["rho"] * t["ms"] + (1 - s["rho"]) * t["grad"] ** 2
    t["mg"] = s["rho"] * t["mg"] + (1 - s["rho"]) * t["grad"]
    variance = t["ms"] - t["mg"] ** 2
    t["mom"] = s["momentum"] * t["mom"] + s["lr"] * t["grad"] / np.sqrt(variance + s["epsilon"])
    t["var"] -= t["mom"]


def adadelta(s, t, flag):
    t["accum"] = s["rho"] * t["accum"] + (1 - s["rho"]) * t["grad"] ** 2
    step = np.sqrt((t["update"] + s["epsilon"]) / (t["accum"] + s["epsilon"])) * t["grad"]
    t["update"] = s["rho"] * t["update"] + (1 - s["rho"]) * step**2
    t["var"] -= s["lr"] * step


def ftrl(s, t, flag):
    power = -s["lr_power" if "lr_power" in t else "other_power"]
    shrinkage = s["l2_shrinkage"] if "l2_shrinkage" in t else 0
    before, after = t["accum"], t["accum"] + t["grad"] ** 2
    gradient = t["grad"] + 2 * shrinkage * t["var"]
    t["linear"] += gradient - (after**power - before**power) / s["lr"] * t["var"]
    t["accum"] = after
    quadratic = after**power / s["lr"] + 2 * s["l2"]
    var = (s["l1"] * np.sign(t["linear"]) - t["linear"]) / quadratic
    t["var"] = np.where(np.abs(t["linear"]) > s["l1"], var, 0)


def shrink(x, threshold):
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0)


def proximal_sgd(s, t, flag):
    moved = t["var"] - s["lr"] * t["grad"]
    t["var"] = shrink(moved, s["lr"] * s["l1"]) / (1 + s["l2"] * s["lr"])


def proximal_adagrad(s, t, flag):
    t["accum"] += t["grad"] ** 2
    rate = s["lr"] / np.sqrt(t["accum"])
    t["var"] = shrink(t["var"] - rate * t["grad"], rate * s["l1"]) / (1 + s["l2"] * rate)


def adamax(s, t, flag):
    t["m"] = s["beta1"] * t["m"] + (1 - s["beta1"]) * t["grad"]
    t["v"] = np.maximum(s["beta2"] * t["v"], np.abs(t["grad"]))
    t["var"] -= s["lr"] / (1 - s["beta1_power"]) * t["m"] / (t["v"] + s["epsilon"])


def sign_of_step(s, t):
    t["m"] = s["beta"] * t["m"] + (1 - s["beta"]) * t["grad"]
    return s["sign_decay"] * np.sign(t["grad"]) * np.sign(t["m"])


def add_sign(s, t, flag):
    t["var"] -= s["lr"] * (s["alpha"] + sign_of_step(s, t)) * t["grad"]


def power_sign(s, t, flag):
    t["var"] -= s["lr"] * np.exp(s["logbase"] * sign_of_step(s, t)) * t["grad"]


def adagrad_da(s, t, flag):
    t["sum"] += t["grad"]
    t["squares"] += t["grad"] ** 2
    steps = STEPS
    divisor = s["l2"] * steps * s["lr"] + np.sqrt(t["squares"])
    t["var"] = -s["lr"] * shrink(t["sum"], s["l1"] * steps) / divisor


STEPS = 2

OPTIMIZERS = {
    "SGD": (sgd, "var lr grad"),
    "MOMENTUM": (momentum, "var accum lr grad momentum"),
    "KERAS_MOMENTUM": (keras_momentum, "var accum lr grad momentum"),
    "ADAGRAD": (adagrad, "var accum lr grad"),
    "ADAM": (adam, "var m v beta1_power beta2_power lr beta1 beta2 epsilon grad"),
    "AMSGRAD": (amsgrad, "var m v vhat beta1_power beta2_power lr beta1 beta2 epsilon grad"),
    "RMSPROP": (rmsprop, "var ms mom lr rho momentum epsilon grad"),
    "CENTERED_RMSPROP": (centered_rmsprop, "var mg ms mom lr rho momentum epsilon grad"),
    "ADADELTA": (adadelta, "var accum update lr rho epsilon grad"),
    "ADAGRAD_V2": (adagrad_v2, "var accum lr epsilon grad"),
    "FTRL": (ftrl, "var accum linear grad lr l1 l2 lr_power"),
    "FTRL_V2": (ftrl, "var accum linear grad lr l1 l2 l2_shrinkage other_power"),
    "PROXIMAL_SGD": (proximal_sgd, "var lr l1 l2 grad"),
    "PROXIMAL_ADAGRAD": (proximal_adagrad, "var accum lr l1 l2 grad"),
    "ADAMAX": (adamax, "var m v beta1_power lr beta1 beta2 epsilon grad"),
    "ADD_SIGN": (add_sign, "var m lr alpha sign_decay beta grad"),
    "POWER_SIGN": (power_sign, "var m lr logbase sign_decay beta grad"),
    "ADAGRAD_DA": (adagrad_da, "var sum squares grad lr l1 l2 steps"),
}


# These take powers, which float64 has none of on the device.
NO_FLOAT64 = ("FTRL", "FTRL_V2", "POWER_SIGN")
# These step whole variables only.
DENSE = ("SGD", "ADAM", "AMSGRAD", "ADAMAX", "ADD_SIGN", "POWER_SIGN")
TYPES = ["float32", "float16", "float64"]


def draw(order, dtype, shape, gradient_shape):
    values = {}
    for seed, tensor in enumerate(order.split()):
        size = gradient_shape if tensor == "grad" else shape
        if tensor in SCALARS:
            values[tensor] = np.array(SCALARS[tensor], dtype)
        elif tensor == "steps":
            values[tensor] = np.array(STEPS, np.int64)
        elif tensor in ("var", "grad", "m", "mom", "linear", "sum"):
            values[tensor] = helpers.random(size, dtype, -1, 1, seed)
        elif tensor == "mg":
            values[tensor] = helpers.random(size, dtype, -0.1, 0.1, seed)
        else:
            values[tensor] = helpers.random(size, dtype, 0.2, 1, seed)
    return values


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("shape", [(), (0, 3), (1029,), (5, 7)], ids=str)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps(device, dml, name, shape, flag, dtype):
    step, order = OPTIMIZERS[name]
    values = draw(order, dtype, shape, shape)
    tensors = {key: device.tensor(value) for key, value in values.items()}
    if dtype == "float64" and name in NO_FLOAT64:
        with pytest.raises(dml.DmlError, match="must be float16 or float32, and is float64"):
            device.apply_optimizer(name, list(tensors.values()), use_nesterov=0, update_slots=0)
        return
    expected = {key: np.array(value, np.float64) for key, value in values.items()}
    for _ in range(2):
        device.apply_optimizer(
            name, list(tensors.values()), use_nesterov=flag, update_slots=flag
        )
        step(expected, expected, flag)
    for key, tensor in tensors.items():
        helpers.check(tensor, expected[key], 4e-3 if dtype == "float16" else None)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name not in DENSE])
def test_steps_of_rows(device, name, flag, dtype):
    if dtype == "float64" and name in NO_FLOAT64:
        return
    step, order = OPTIMIZERS[name]
    for rows, inner, count, index_dtype in [(7, 3, 9, "int32"), (2, 300, 3, "int64"),
                                            (600, 1, 300, "int32"), (4, 2, 0, "int32")]:
        values = draw(order, dtype, (rows, inner), (count, inner))
        indices = np.random.RandomState(1).randint(-1, rows + 1, count).astype(index_dtype)
        if index_dtype == "int64" and count:
            indices[0] = 2**32
        tensors = {key: device.tensor(value) for key, value in values.items()}
        device.apply_optimizer_to_rows(
            name, list(tensors.values()), device.tensor(indices), use_nesterov=flag,
            update_slots=flag,
        )
        expected = {key: np.array(value, np.float64) for key, value in values.items()}
        for i, row in enumerate(indices):
            if not 0 <= row < rows:
                continue
            slots = [key for key in expected if expected[key].ndim == 2 and key != "grad"]
            views = {**expected, "grad": expected["grad"][i]}
            views.update((key, expected[key][row].copy()) for key in slots)
            step(expected, views, flag)
            for key in slots:
                expected[key][row] = views[key]
        for key, tensor in tensors.items():
            helpers.check(tensor, expected[key], 6e-3 if dtype == "float16" else None)


def test_very_many_steps_of_one_row(device):
    steps = 100003
    var, accum = device.tensor(np.zeros((2, 1), "f")), device.tensor(np.zeros((2, 1), "f"))
    lr, momentum = device.tensor(np.float32(1)), device.tensor(np.float32(0))
    grad = np.ones((steps, 1), "f")
    grad[-1] = 5
    indices = device.tensor(np.ones(steps, np.int32))
    device.apply_optimizer_to_rows(
        "MOMENTUM", [var, accum, lr, device.tensor(grad), momentum], indices)
    helpers.check(var, np.array([[0], [-steps - 4.0]]), 0)
    helpers.check(accum, np.array([[0], [5.0]]), 0)


def test_errors_of_rows(device, dml):
    var, grad = device.empty((3, 2)), device.empty((4, 2))
    rate = device.tensor(np.float32(1))
    indices = device.tensor(np.zeros(4, np.int32))
    with pytest.raises(dml.DmlError, match="sgd has no step of rows"):
        device.apply_optimizer_to_rows("SGD", [var, rate, grad], indices)
    tensors = [var, rate, rate, rate, grad]
    with pytest.raises(dml.DmlError, match="must be like the variable"):
        device.apply_optimizer_to_rows("PROXIMAL_SGD", tensors, indices[:3])
    with pytest.raises(dml.DmlError, match="vector of int32 or int64"):
        device.apply_optimizer_to_rows("PROXIMAL_SGD", tensors, grad[0])


def test_errors(device, dml):
    var, grad = device.empty((3,)), device.empty((3,))
    rate = device.tensor(np.float32(1))
    with pytest.raises(dml.DmlError, match="takes 3 tensors, not 2"):
        device.apply_optimizer("SGD", [var, rate])
    with pytest.raises(dml.DmlError, match="must be a scalar"):
        device.apply_optimizer("SGD", [var, grad, grad])
    with pytest.raises(dml.DmlError, match="like the variable"):
        device.apply_optimizer("SGD", [var, rate, device.empty((4,))])
    with pytest.raises(dml.DmlError, match="overlap"):
        device.apply_optimizer("SGD", [var, rate, var])
    with pytest.raises(dml.DmlError, match="contiguous"):
        device.apply_optimizer("SGD", [var, rate, device.empty((6,))[::2]])
    with pytest.raises(dml.DmlError, match="must be float"):
        whole = device.tensor(np.ones(3, np.int32))
        device.apply_optimizer("SGD", [whole, rate, whole])
