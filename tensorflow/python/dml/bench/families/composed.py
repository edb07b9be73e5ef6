"""What models make of several operators: layer normalization, dropout.

The runtime has no operator for either. Each launches what TensorFlow launches, and tensors
that die between are given back, so that launches are joined as they are below it.
"""

import numpy as np

from .family import Family, flat, pick, size_text

EPSILON = 1e-3


def _sequence(launches):
    def launch():
        for each in launches:
            each()

    return launch


class LayerNorm(Family):
    """tf.nn.moments and tf.nn.batch_normalization over rows, with gain and offset."""

    limit = {"float32": 1e-4, "float16": 5e-3}
    merged = True

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        rows, columns = self.sizes
        self.inputs = {
            "x": self.sizes, "gain": (1, columns), "offset": (1, columns), "epsilon": (1, 1),
        }
        self.outputs = {"y": self.sizes}
        row = (rows, 1)
        self.scratch = {
            "mean": row, "variance": row, "sum": row, "root": row,
            **dict.fromkeys(("squares", "factor", "scaled", "shift", "rest"), self.sizes),
        }
        self.flops = 8 * int(np.prod(self.sizes))
        self.label = size_text(self.sizes)

    def host_input(self, name, random):
        if name == "epsilon":
            return np.full((1, 1), EPSILON, self.dtype)
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        t = dict(tensors)
        over_rows = {name: t[name].broadcast_to(self.sizes)
                     for name in ("mean", "root", "gain", "offset")}
        epsilon = t["epsilon"].broadcast_to(t["variance"].sizes)

        def step(op, inputs, output):
            return prepare("elementwise", op, inputs, output)

        return _sequence([
            prepare("reduce", "MEAN", t["x"], t["mean"]),
            step("SQUARED_DIFFERENCE", [t["x"], over_rows["mean"]], t["squares"]),
            prepare("reduce", "MEAN", t["squares"], t["variance"]),
            step("ADD", [t["variance"], epsilon], t["sum"]),
            step("RSQRT", [t["sum"]], t["root"]),
            step("MULTIPLY", [over_rows["root"], over_rows["gain"]], t["factor"]),
            step("MULTIPLY", [t["x"], t["factor"]], t["scaled"]),
            step("MULTIPLY", [over_rows["mean"], t["factor"]], t["shift"]),
            step("SUBTRACT", [over_rows["offset"], t["shift"]], t["rest"]),
            step("ADD", [t["scaled"], t["rest"]], t["y"]),
        ])

    def expected(self, host, random):
        chosen = pick(random, self.sizes[0], count=8)[0]
        x = host["x"][chosen].astype(np.float64)
        x -= x.mean(axis=1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=1, keepdims=True) + EPSILON)
        width = self.sizes[1]
        y = x * host["gain"].astype(np.float64) + host["offset"]
        yield "y", chosen[:, None] * width + np.arange(width), y

    def torch(self, torch, make):
        width = self.sizes[1]
        x, gain, offset = make(*self.sizes), make(width), make(width)
        layer_norm = torch.nn.functional.layer_norm
        return lambda: layer_norm(x, [width], gain, offset, EPSILON)

    def tensorflow(self, tf, t):
        mean, variance = tf.nn.moments(t["x"], [1], keep_dims=True)
        return tf.nn.batch_normalization(
            t["x"], mean, variance, t["offset"], t["gain"], EPSILON
        )


class Dropout(Family):
    """tf.nn.dropout: a random number decides whether an element is kept, and scaled."""

    RATE = 0.25
    merged = True
    counter, key = (1, 2, 3, 4), (5, 6)

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes = tuple(parameters["sizes"])
        one = (1,) * len(self.sizes)
        self.inputs = {"x": self.sizes, "rate": one, "scale": one}
        self.outputs = {"y": self.sizes}
        self.scratch = {
            "noise": self.sizes, "kept": (self.sizes, "bool"), "mask": self.sizes,
            "scaled": self.sizes,
        }
        # Of Philox, ten rounds of two products, each of two words, make four numbers.
        self.flops = 14 * int(np.prod(self.sizes))
        self.label = size_text(self.sizes)

    def host_input(self, name, random):
        if name in ("rate", "scale"):
            value = self.RATE if name == "rate" else 1 / (1 - self.RATE)
            return np.full((1,) * len(self.sizes), value, self.dtype)
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        t = tensors
        rate, scale = (t[name].broadcast_to(self.sizes) for name in ("rate", "scale"))
        return _sequence([
            prepare("random", "UNIFORM", self.counter, self.key, 0, 0, t["noise"]),
            prepare("elementwise", "GREATER_EQUAL", [t["noise"], rate], t["kept"]),
            prepare("cast", t["kept"], t["mask"]),
            prepare("elementwise", "MULTIPLY", [t["x"], scale], t["scaled"]),
            prepare("elementwise", "MULTIPLY", [t["scaled"], t["mask"]], t["y"]),
        ])

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        place = flat(index, self.sizes)
        words = _philox(self.counter, self.key, place // 4)[np.arange(len(place)), place % 4]
        bits = {"float32": 23, "float16": 10}[self.dtype.name]
        noise = (words & np.uint64((1 << bits) - 1)).astype(np.float64) / (1 << bits)
        scale = host["scale"].ravel()[0].astype(np.float64)
        yield "y", place, host["x"][index] * scale * (noise >= self.RATE)

    def torch(self, torch, make):
        x = make(*self.sizes)
        return lambda: torch.nn.functional.dropout(x, self.RATE)

    def tensorflow(self, tf, t):
        return tf.nn.dropout(t["x"], rate=self.RATE)


def _philox(counter, key, blocks):
    """Philox 4x32-10 (Salmon et al. 2011) of counter + block: words [blocks, 4]."""
    words = [np.uint64(0xFFFFFFFF) & np.uint64(word) for word in counter]
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    c, carry = [], np.asarray(blocks, np.uint64)
    for word in words:
        total = word + carry
        c.append(total & low)
        carry = total >> shift
    k = [np.uint64(word) for word in key]
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(b >> shift) ^ c[1] ^ k[0], b & low, (a >> shift) ^ c[3] ^ k[1], a & low]
        k = [(k[0] + np.uint64(0x9E3779B9)) & low, (k[1] + np.uint64(0xBB67AE85)) & low]
    return np.stack(c, 1)


FAMILIES = {"layer_norm": LayerNorm, "dropout": Dropout}
