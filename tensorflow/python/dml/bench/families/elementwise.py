"""What moves memory: element-wise, bias, transpose, concat."""

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

    def tensorflow(self, tf, t):
        op, values = self.parameters["op"], [t[name] for name in self.names]
        if op == "MULTIPLY_ADD":
            return values[0] * values[1] + values[2]
        if op.endswith("_GRADIENT"):
            # Those of RELU and RELU6 take the gradient first, as these do; the others second.
            name = {"RELU": "ReluGrad", "RELU6": "Relu6Grad", "SIGMOID": "SigmoidGrad",
                    "TANH": "TanhGrad"}[op[: -len("_GRADIENT")]]
            named = ("gradients", "features") if name.startswith("Relu") else ("y", "dy")
            return getattr(tf.raw_ops, name)(**dict(zip(named, values)))
        return {
            "RELU": tf.nn.relu, "RELU6": tf.nn.relu6, "SIGMOID": tf.sigmoid, "TANH": tf.tanh,
            "ADD": tf.add, "MULTIPLY": tf.multiply,
        }[op](*values)


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

    def tensorflow(self, tf, t):
        return tf.nn.bias_add(t["x"], t["bias"])


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

    def tensorflow(self, tf, t):
        return tf.transpose(t["x"], self.axes)


def _parts_text(parts):
    if len(parts) > 4:
        return "%d in %d parts" % (sum(parts), len(parts))
    return "+".join(str(part) for part in parts)


class Concat(Family):
    """Images NHWC side by side in their channels."""

    limit = Transpose.limit

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        space, parts = tuple(parameters["sizes"]), parameters["parts"]
        self.names = ["x%d" % i for i in range(len(parts))]
        self.inputs = {name: space + (part,) for name, part in zip(self.names, parts)}
        self.sizes = space + (sum(parts),)
        self.outputs = {"y": self.sizes}
        self.label = "%s c%s" % (size_text(space), _parts_text(parts))

    def enqueue(self, tensors, prepare):
        parts = [tensors[name] for name in self.names]
        return prepare("join_parts", parts, len(self.sizes) - 1, tensors["y"])

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        whole = np.concatenate([host[name] for name in self.names], axis=-1)
        yield "y", flat(index, self.sizes), whole[index].astype(np.float64)

    def torch(self, torch, make):
        parts = [make(*sizes) for sizes in self.inputs.values()]
        return lambda: torch.cat(parts, -1)

    def tensorflow(self, tf, t):
        return tf.concat([t[name] for name in self.names], -1)


FAMILIES = {
    "elementwise": Elementwise,
    "bias": Bias,
    "transpose": Transpose,
    "concat": Concat,
}
