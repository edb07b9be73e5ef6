"""What models make of several operators: dropout.

The runtime has no operator for it. It launches what TensorFlow launches, and tensors
that die between are given back, so that launches are joined as they are below it.
"""

import numpy as np

from .family import Family, flat, pick, size_text


def _sequence(launches):
    def launch():
        for each in launches:
            each()

    return launch


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


FAMILIES = {"dropout": Dropout}
