"""Batch and layer normalization, softmax and the cross-entropy of labels; reductions."""

import numpy as np

from .family import Family, flat, pick, size_text

EPSILON = 1e-3


class BatchNorm(Family):
    """Training, on images NHWC: output, mean, variance."""

    limit = {"float32": 1e-4, "float16": 5e-3}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        channels = ((self.sizes[-1],), "float32")
        self.inputs = {"x": self.sizes, "scale": channels, "offset": channels}
        self.outputs = {
            "y": self.sizes, "mean": channels, "variance": channels, "deviation": channels,
        }
        self.flops = 8 * int(np.prod(self.sizes))
        self.label = size_text(self.sizes)

    @property
    def bytes(self):
        # The mean must be known before the first output, so the input is read twice.
        return Family.bytes.fget(self) + int(np.prod(self.sizes)) * self.dtype.itemsize

    def enqueue(self, tensors, prepare):
        t = tensors
        return prepare(
            "batch_norm_training", t["x"].transpose(0, 3, 1, 2), t["scale"], t["offset"], EPSILON,
            True, None, "NONE", t["y"].transpose(0, 3, 1, 2), t["mean"], t["variance"],
            t["deviation"],
        )

    def _channel(self, host, channel):
        x = host["x"][..., channel].astype(np.float64)
        mean, variance = x.mean(), x.var()
        return x, mean, variance, 1 / np.sqrt(variance + EPSILON)

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        # Few channels, since each needs its statistics.
        channels = np.unique(index[3][:4])
        index = index[:3] + (channels[np.arange(len(index[3])) % len(channels)],)
        values, means = np.zeros(len(index[0])), []
        for channel in channels:
            x, mean, _, inverse = self._channel(host, channel)
            means.append(mean)
            y = (x - mean) * inverse * host["scale"][channel] + host["offset"][channel]
            chosen = index[3] == channel
            values[chosen] = y[tuple(part[chosen] for part in index[:3])]
        yield "y", flat(index, self.sizes), values
        yield "mean", channels, np.array(means)

    def torch(self, torch, make):
        n, height, width, channels = self.sizes
        x = make(n, channels, height, width)
        values = [make(channels).float() for _ in range(4)]
        return lambda: torch.nn.functional.batch_norm(
            x, values[0], values[1].abs(), values[2], values[3], True, 0.1, EPSILON
        )

    def tensorflow(self, tf, t):
        return tf.raw_ops.FusedBatchNormV2(
            x=t["x"], scale=t["scale"], offset=t["offset"], mean=[], variance=[],
            epsilon=EPSILON, is_training=True,
        ).y


class BatchNormGradient(BatchNorm):
    def __init__(self, parameters, dtype):
        BatchNorm.__init__(self, parameters, dtype)
        channels = ((self.sizes[-1],), "float32")
        self.inputs = {
            "dy": self.sizes, "x": self.sizes, "scale": channels, "mean": channels,
            "deviation": channels,
        }
        self.outputs = {"dx": self.sizes, "dscale": channels, "doffset": channels}
        self.flops = 12 * int(np.prod(self.sizes))

    @property
    def bytes(self):
        return BatchNorm.bytes.fget(self) + int(np.prod(self.sizes)) * self.dtype.itemsize

    def host_input(self, name, random):
        values = Family.host_input(self, name, random)
        # Any statistics will do: the formula takes them as they are given.
        return np.abs(values) + np.float32(0.5) if name == "deviation" else values

    def enqueue(self, tensors, prepare):
        t = tensors
        return prepare(
            "batch_norm_gradient", True, t["dy"].transpose(0, 3, 1, 2), None, "NONE",
            t["x"].transpose(0, 3, 1, 2), t["scale"], t["mean"], t["deviation"],
            t["dx"].transpose(0, 3, 1, 2), t["dscale"], t["doffset"],
        )

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        channels = np.unique(index[3][:4])
        index = index[:3] + (channels[np.arange(len(index[3])) % len(channels)],)
        values, scales, offsets = np.zeros(len(index[0])), [], []
        for channel in channels:
            dy = host["dy"][..., channel].astype(np.float64)
            inverse = float(host["deviation"][channel])
            x = (host["x"][..., channel].astype(np.float64) - host["mean"][channel]) * inverse
            scales.append((dy * x).sum())
            offsets.append(dy.sum())
            dx = host["scale"][channel] * inverse * (dy - dy.mean() - x * (dy * x).mean())
            chosen = index[3] == channel
            values[chosen] = dx[tuple(part[chosen] for part in index[:3])]
        yield "dx", flat(index, self.sizes), values
        yield "dscale", channels, np.array(scales)
        yield "doffset", channels, np.array(offsets)

    def torch(self, torch, make):
        n, height, width, channels = self.sizes
        x, dy = make(n, channels, height, width), make(n, channels, height, width)
        scale, mean, inverse = (make(channels).float().abs() + 0.5 for _ in range(3))
        backward = torch.ops.aten.native_batch_norm_backward
        return lambda: backward(
            dy, x, scale, mean, inverse, mean, inverse, True, EPSILON, [True, True, True]
        )

    def tensorflow(self, tf, t):
        return tf.raw_ops.FusedBatchNormGradV2(
            y_backprop=t["dy"], x=t["x"], scale=t["scale"], reserve_space_1=t["mean"],
            reserve_space_2=t["deviation"], epsilon=EPSILON, is_training=True,
        ).x_backprop


class LayerNorm(Family):
    """Of rows, with what their gradient needs of them."""

    limit = {"float32": 1e-4, "float16": 5e-3}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        row, column = (self.sizes[:1], "float32"), self.sizes[1:]
        self.inputs = {"x": self.sizes, "scale": column, "offset": column}
        self.outputs = {"y": self.sizes, "mean": row, "deviation": row}
        self.flops = 8 * int(np.prod(self.sizes))
        self.label = size_text(self.sizes)

    def enqueue(self, tensors, prepare):
        t = tensors
        return prepare(
            "layer_norm", t["x"], t["scale"], t["offset"], EPSILON, t["y"], t["mean"],
            t["deviation"],
        )

    def expected(self, host, random):
        chosen = pick(random, self.sizes[0], count=8)[0]
        x = host["x"][chosen].astype(np.float64)
        mean = x.mean(axis=1, keepdims=True)
        x -= mean
        x /= np.sqrt((x * x).mean(axis=1, keepdims=True) + EPSILON)
        width = self.sizes[1]
        y = x * host["scale"].astype(np.float64) + host["offset"]
        yield "y", chosen[:, None] * width + np.arange(width), y
        yield "mean", chosen, mean[:, 0]

    def torch(self, torch, make):
        width = self.sizes[1]
        x, scale, offset = make(*self.sizes), make(width), make(width)
        layer_norm = torch.nn.functional.layer_norm
        return lambda: layer_norm(x, [width], scale, offset, EPSILON)

    def tensorflow(self, tf, t):
        mean, variance = tf.nn.moments(t["x"], [1], keep_dims=True)
        return tf.nn.batch_normalization(
            t["x"], mean, variance, t["offset"], t["scale"], EPSILON
        )


class LayerNormGradient(LayerNorm):
    limit = {"float32": 2e-4, "float16": 5e-3}

    def __init__(self, parameters, dtype):
        LayerNorm.__init__(self, parameters, dtype)
        row, column = (self.sizes[:1], "float32"), self.sizes[1:]
        self.inputs = {
            "dy": self.sizes, "x": self.sizes, "scale": column, "mean": row, "deviation": row,
        }
        self.outputs = {"dx": self.sizes, "dscale": column, "doffset": column}
        self.flops = 14 * int(np.prod(self.sizes))

    def host_input(self, name, random):
        values = Family.host_input(self, name, random)
        # Any statistics will do: the formula takes them as they are given.
        return np.abs(values) + np.float32(0.5) if name == "deviation" else values

    def enqueue(self, tensors, prepare):
        names = ("dy", "x", "scale", "mean", "deviation", "dx", "dscale", "doffset")
        return prepare("layer_norm_gradient", *[tensors[name] for name in names])

    def _normal(self, host, rows, columns):
        inverse = host["deviation"].astype(np.float64)[rows, None]
        mean = host["mean"].astype(np.float64)[rows, None]
        return (host["x"][rows][:, columns].astype(np.float64) - mean) * inverse, inverse

    def expected(self, host, random):
        everything = slice(None)
        chosen = pick(random, self.sizes[0], count=8)[0]
        x, inverse = self._normal(host, chosen, everything)
        g = host["dy"][chosen].astype(np.float64) * host["scale"]
        dx = inverse * (g - g.mean(axis=1, keepdims=True)
                        - x * (g * x).mean(axis=1, keepdims=True))
        width = self.sizes[1]
        yield "dx", chosen[:, None] * width + np.arange(width), dx
        columns = pick(random, width, count=8)[0]
        x, _ = self._normal(host, everything, columns)
        dy = host["dy"][:, columns].astype(np.float64)
        yield "dscale", columns, (dy * x).sum(axis=0)
        yield "doffset", columns, dy.sum(axis=0)

    def torch(self, torch, make):
        rows, width = self.sizes
        x, dy, scale = make(rows, width), make(rows, width), make(width)
        mean, inverse = (make(rows, 1).float().abs() + 0.5 for _ in range(2))
        backward = torch.ops.aten.native_layer_norm_backward
        return lambda: backward(
            dy, x, [width], mean, inverse, scale, scale, [True, True, True]
        )

    def tensorflow(self, tf, t):
        x = (t["x"] - t["mean"][:, None]) * t["deviation"][:, None]
        g = t["dy"] * t["scale"]
        dx = t["deviation"][:, None] * (
            g - tf.reduce_mean(g, 1, keepdims=True)
            - x * tf.reduce_mean(g * x, 1, keepdims=True)
        )
        return [dx, tf.reduce_sum(t["dy"] * x, 0), tf.reduce_sum(t["dy"], 0)]


class Softmax(Family):
    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        self.inputs, self.outputs = {"x": self.sizes}, {"y": self.sizes}
        self.flops = 5 * int(np.prod(self.sizes))
        self.label = size_text(self.sizes)

    def enqueue(self, tensors, prepare):
        return prepare("softmax", False, tensors["x"], tensors["y"])

    def expected(self, host, random):
        width = self.sizes[-1]
        rows = host["x"].reshape(-1, width)
        chosen = pick(random, len(rows), count=8)[0]
        x = np.exp(rows[chosen].astype(np.float64))
        yield "y", chosen[:, None] * width + np.arange(width), x / x.sum(axis=1, keepdims=True)

    def torch(self, torch, make):
        x = make(*self.sizes)
        return lambda: torch.softmax(x, -1)

    def tensorflow(self, tf, t):
        return tf.nn.softmax(t["x"])


class CrossEntropy(Family):
    """Loss and gradient at once, of labels as numbers."""

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        rows = self.sizes[:1]
        self.inputs = {"logits": self.sizes, "labels": (rows, "int32")}
        self.outputs = {"loss": rows, "gradient": self.sizes}
        self.flops = 8 * int(np.prod(self.sizes))
        self.label = size_text(self.sizes)

    def host_input(self, name, random):
        if name == "labels":
            return random.randint(0, self.sizes[1], self.sizes[0]).astype(np.int32)
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        return prepare(
            "sparse_softmax_cross_entropy",
            *[tensors[name] for name in ("logits", "labels", "loss", "gradient")]
        )

    def expected(self, host, random):
        chosen = pick(random, self.sizes[0], count=8)[0]
        x = np.exp(host["logits"][chosen].astype(np.float64))
        x /= x.sum(axis=1, keepdims=True)
        at = (np.arange(len(chosen)), host["labels"][chosen])
        yield "loss", chosen, -np.log(x[at])
        x[at] -= 1
        yield "gradient", chosen[:, None] * self.sizes[1] + np.arange(self.sizes[1]), x

    def torch(self, torch, make):
        x = make(*self.sizes).requires_grad_()
        labels = torch.randint(0, self.sizes[1], (self.sizes[0],), device=x.device)
        loss = torch.nn.functional.cross_entropy
        return lambda: torch.autograd.grad(loss(x, labels, reduction="sum"), x)

    def tensorflow(self, tf, t):
        return tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
            features=t["logits"], labels=t["labels"]
        ).loss


class Reduce(Family):
    REFERENCES = {
        "SUM": lambda x, axes: x.sum(axis=axes),
        "MEAN": lambda x, axes: x.mean(axis=axes),
        "SUM_SQUARE": lambda x, axes: (x * x).sum(axis=axes),
    }
    limit = {"float32": 1e-4, "float16": 5e-3, "float64": 1e-12}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes, self.axes = tuple(parameters["sizes"]), tuple(parameters["axes"])
        kept = tuple(1 if d in self.axes else s for d, s in enumerate(self.sizes))
        self.inputs, self.outputs = {"x": self.sizes}, {"y": kept}
        self.flops = int(np.prod(self.sizes))
        self.label = "%s %s over %s" % (
            parameters["op"].lower(), size_text(self.sizes), ",".join(str(a) for a in self.axes),
        )

    def enqueue(self, tensors, prepare):
        return prepare("reduce", self.parameters["op"], tensors["x"], tensors["y"])

    def expected(self, host, random):
        index = pick(random, *self.outputs["y"], count=32)
        values = []
        for place in zip(*index):
            part = tuple(slice(None) if d in self.axes else p for d, p in enumerate(place))
            x = host["x"][part].astype(np.float64)
            values.append(self.REFERENCES[self.parameters["op"]](x, None))
        yield "y", flat(index, self.outputs["y"]), np.array(values)

    def torch(self, torch, make):
        x = make(*self.sizes)
        return {
            "SUM": lambda: torch.sum(x, self.axes),
            "MEAN": lambda: torch.mean(x, self.axes),
            "SUM_SQUARE": lambda: torch.linalg.vector_norm(x, 2, self.axes),
        }[self.parameters["op"]]

    def tensorflow(self, tf, t):
        x = tf.square(t["x"]) if self.parameters["op"] == "SUM_SQUARE" else t["x"]
        reduce = tf.reduce_mean if self.parameters["op"] == "MEAN" else tf.reduce_sum
        return reduce(x, self.axes, keepdims=True)


FAMILIES = {
    "batch_norm": BatchNorm,
    "batch_norm_gradient": BatchNormGradient,
    "layer_norm": LayerNorm,
    "layer_norm_gradient": LayerNormGradient,
    "softmax": Softmax,
    "cross_entropy": CrossEntropy,
    "reduce": Reduce,
}
