"""What moves memory: element-wise, bias, transpose, concat, gather, optimizers."""

import numpy as np

from .family import Family, flat, pick, size_text

# Reference, and PyTorch's way.
OPERATIONS = {
    "RELU": (lambda x: np.maximum(x, 0), lambda torch, x: torch.relu(x)),
    "RELU6": (lambda x: np.clip(x, 0, 6), lambda torch, x: torch.clamp(x, 0, 6)),
    "SIGMOID": (lambda x: 1 / (1 + np.exp(-x)), lambda torch, x: torch.sigmoid(x)),
    "TANH": (np.tanh, lambda torch, x: torch.tanh(x)),
    "ADD": (lambda x, y: x + y, lambda torch, x, y: x + y),
    "MULTIPLY": (lambda x, y: x * y, lambda torch, x, y: x * y),
    "MULTIPLY_ADD": (lambda x, y, z: x * y + z, lambda torch, x, y, z: torch.addcmul(z, x, y)),
    "RELU_GRADIENT": (
        lambda dy, x: dy * (x > 0),
        lambda torch, dy, x: torch.ops.aten.threshold_backward(dy, x, 0),
    ),
    "RELU6_GRADIENT": (
        lambda dy, x: dy * ((x > 0) & (x < 6)),
        lambda torch, dy, x: torch.ops.aten.hardtanh_backward(dy, x, 0, 6),
    ),
    "SIGMOID_GRADIENT": (
        lambda y, dy: dy * y * (1 - y),
        lambda torch, y, dy: torch.ops.aten.sigmoid_backward(dy, y),
    ),
    "TANH_GRADIENT": (
        lambda y, dy: dy * (1 - y * y),
        lambda torch, y, dy: torch.ops.aten.tanh_backward(dy, y),
    ),
}


class Elementwise(Family):
    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        self.names = ["x", "y", "z"][: parameters["inputs"]]
        self.inputs = dict.fromkeys(self.names, self.sizes)
        self.outputs = {"out": self.sizes}
        self.flops = int(np.prod(self.sizes))
        self.label = "%s %s" % (parameters["op"].lower(), size_text(self.sizes))
        self.reference, self.torch_operation = OPERATIONS[parameters["op"]]

    def enqueue(self, tensors, prepare):
        inputs = [tensors[name] for name in self.names]
        return prepare("elementwise", self.parameters["op"], inputs, tensors["out"])

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        values = [host[name][index].astype(np.float64) for name in self.names]
        yield "out", flat(index, self.sizes), self.reference(*values)

    def torch(self, torch, make):
        values = [make(*self.sizes) for _ in self.names]
        return lambda: self.torch_operation(torch, *values)


class Bias(Family):
    """Rows plus a vector, which repeats by a stride of 0."""

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        self.inputs = {"x": self.sizes, "bias": self.sizes[-1:]}
        self.outputs = {"y": self.sizes}
        self.flops = int(np.prod(self.sizes))
        self.label = size_text(self.sizes)

    def enqueue(self, tensors, prepare):
        bias = tensors["bias"].broadcast_to(self.sizes)
        return prepare("elementwise", "ADD", [tensors["x"], bias], tensors["y"])

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        values = host["x"][index].astype(np.float64) + host["bias"][index[-1]]
        yield "y", flat(index, self.sizes), values

    def torch(self, torch, make):
        x, bias = make(*self.sizes), make(self.sizes[-1])
        return lambda: x + bias


class Transpose(Family):
    limit = {"float32": 0.0, "float16": 0.0, "float64": 0.0}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes, self.axes = tuple(parameters["sizes"]), tuple(parameters["axes"])
        self.inputs = {"x": self.sizes}
        self.outputs = {"y": tuple(self.sizes[axis] for axis in self.axes)}
        self.label = "%s by %s" % (size_text(self.sizes), ",".join(str(a) for a in self.axes))

    def enqueue(self, tensors, prepare):
        return prepare("copy_tensor", tensors["x"].transpose(*self.axes), tensors["y"])

    def expected(self, host, random):
        index = pick(random, *self.outputs["y"])
        values = host["x"].transpose(*self.axes)[index].astype(np.float64)
        yield "y", flat(index, self.outputs["y"]), values

    def torch(self, torch, make):
        x = make(*self.sizes).permute(*self.axes)
        return lambda: x.contiguous()


class Concat(Family):
    """Images NHWC side by side in their channels."""

    limit = Transpose.limit

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        space, parts = tuple(parameters["sizes"]), parameters["parts"]
        self.inputs = {"x%d" % i: space + (part,) for i, part in enumerate(parts)}
        self.sizes = space + (sum(parts),)
        self.outputs = {"y": self.sizes}
        self.label = "%s c%s" % (size_text(space), "+".join(str(part) for part in parts))

    def enqueue(self, tensors, prepare):
        launches, start = [], 0
        for name in sorted(self.inputs):
            end = start + self.inputs[name][-1]
            launches.append(prepare("copy_tensor", tensors[name], tensors["y"][..., start:end]))
            start = end

        def launch():
            for part in launches:
                part()

        return launch

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        whole = np.concatenate([host[name] for name in sorted(self.inputs)], axis=-1)
        yield "y", flat(index, self.sizes), whole[index].astype(np.float64)

    def torch(self, torch, make):
        parts = [make(*sizes) for sizes in self.inputs.values()]
        return lambda: torch.cat(parts, -1)


class Gather(Family):
    limit = Transpose.limit

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.rows, self.count = parameters["rows"], parameters["indices"]
        self.inner = parameters["inner"]
        self.inputs = {
            "params": (1, self.rows, self.inner), "indices": ((self.count,), "int32"),
        }
        self.outputs = {"y": (1, self.count, self.inner)}
        self.label = "%d of %dx%d" % (self.count, self.rows, self.inner)

    @property
    def bytes(self):
        # Of the table, only the rows that are asked for.
        return self.count * (2 * self.inner * self.dtype.itemsize + 4)

    def host_input(self, name, random):
        if name == "indices":
            return random.randint(0, self.rows, self.count).astype(np.int32)
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        return prepare("gather", tensors["params"], tensors["indices"], tensors["y"])

    def expected(self, host, random):
        index = pick(random, *self.outputs["y"])
        rows = host["indices"][index[1]]
        yield "y", flat(index, self.outputs["y"]), host["params"][0, rows, index[2]].astype(float)

    def torch(self, torch, make):
        table = make(self.rows, self.inner)
        indices = torch.randint(0, self.rows, (self.count,), device=table.device)
        return lambda: torch.nn.functional.embedding(indices, table)


class Optimizer(Family):
    """One update of all weights as one tensor."""

    limit = {"float32": 1e-5, "float16": 5e-3, "float64": 1e-12}
    # State, then scalars before and after the gradient.
    TENSORS = {
        "SGD": (["var"], ["lr"], []),
        "MOMENTUM": (["var", "accum"], ["lr"], ["momentum"]),
        "RMSPROP": (["var", "ms", "mom"], ["lr", "rho", "momentum", "epsilon"], []),
        "ADAM": (
            ["var", "m", "v"],
            ["beta1_power", "beta2_power", "lr", "beta1", "beta2", "epsilon"], [],
        ),
    }
    SCALARS = {
        "lr": 0.01, "momentum": 0.9, "rho": 0.9, "epsilon": 1e-3, "beta1": 0.9, "beta2": 0.99,
        "beta1_power": 0.9, "beta2_power": 0.99,
    }

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.kind, count = parameters["optimizer"], parameters["elements"]
        self.state, before, after = self.TENSORS[self.kind]
        self.order = self.state + before + ["grad"] + after
        self.inputs = {
            name: () if name in self.SCALARS else (count,) for name in self.order
        }
        self.outputs = {name: (count,) for name in self.state}
        self.flops = count * {"SGD": 2, "MOMENTUM": 4, "RMSPROP": 9, "ADAM": 12}[self.kind]
        self.label = "%s %d" % (self.kind.lower(), count)

    def host_input(self, name, random):
        if name in self.SCALARS:
            return np.array(self.SCALARS[name], self.dtype)
        values = Family.host_input(self, name, random)
        return np.abs(values) if name in ("ms", "v") else values

    def enqueue(self, tensors, prepare):
        return prepare("apply_optimizer", self.kind, [tensors[name] for name in self.order])

    def expected(self, host, random):
        index = pick(random, *self.outputs["var"])[0]
        t = {
            name: value.astype(np.float64) if value.ndim == 0 else value[index].astype(np.float64)
            for name, value in host.items()
        }
        if self.kind == "SGD":
            t["var"] -= t["lr"] * t["grad"]
        elif self.kind == "MOMENTUM":
            t["accum"] = t["accum"] * t["momentum"] + t["grad"]
            t["var"] -= t["lr"] * t["accum"]
        elif self.kind == "RMSPROP":
            t["ms"] += (t["grad"] ** 2 - t["ms"]) * (1 - t["rho"])
            step = t["lr"] * t["grad"] / np.sqrt(t["ms"] + t["epsilon"])
            t["mom"] = t["mom"] * t["momentum"] + step
            t["var"] -= t["mom"]
        else:
            rate = t["lr"] * np.sqrt(1 - t["beta2_power"]) / (1 - t["beta1_power"])
            t["m"] += (t["grad"] - t["m"]) * (1 - t["beta1"])
            t["v"] += (t["grad"] ** 2 - t["v"]) * (1 - t["beta2"])
            t["var"] -= rate * t["m"] / (np.sqrt(t["v"]) + t["epsilon"])
        for name in self.state:
            yield name, index, t[name]

    def torch(self, torch, make):
        weights = torch.nn.Parameter(make(*self.inputs["var"]))
        weights.grad = make(*self.inputs["grad"])
        optimizers = torch.optim
        optimizer = {
            "SGD": lambda: optimizers.SGD([weights], 0.01),
            "MOMENTUM": lambda: optimizers.SGD([weights], 0.01, momentum=0.9),
            "RMSPROP": lambda: optimizers.RMSprop([weights], 0.01, momentum=0.9),
            "ADAM": lambda: optimizers.Adam([weights], 0.01),
        }[self.kind]()
        return optimizer.step


FAMILIES = {
    "elementwise": Elementwise,
    "bias": Bias,
    "transpose": Transpose,
    "concat": Concat,
    "gather": Gather,
    "optimizer": Optimizer,
}
