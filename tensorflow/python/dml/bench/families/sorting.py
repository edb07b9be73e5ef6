"""Along rows: the largest elements, and running sums."""

import numpy as np

from .family import Family, flat, pick, size_text


class TopK(Family):
    """The k largest of each row, in order, and where they are."""

    limit = {"float32": 0.0, "float16": 0.0, "float64": 0.0}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.rows, self.n, self.k = (parameters[name] for name in ("rows", "n", "k"))
        self.inputs = {"x": (self.rows, self.n)}
        self.outputs = {
            "values": (self.rows, self.k), "indices": ((self.rows, self.k), "int32"),
        }
        self.flops = self.rows * self.n
        self.label = "%d of %dx%d" % (self.k, self.rows, self.n)

    def enqueue(self, tensors, prepare):
        return prepare("top_k", tensors["x"], tensors["values"], tensors["indices"])

    def expected(self, host, random):
        chosen = pick(random, self.rows, count=8)[0]
        x = host["x"][chosen]
        # Of equal elements the first comes first.
        indices = np.argsort(-x.astype(np.float64), axis=1, kind="stable")[:, : self.k]
        places = chosen[:, None] * self.k + np.arange(self.k)
        yield "values", places, np.take_along_axis(x, indices, 1)
        yield "indices", places, indices

    def torch(self, torch, make):
        x = make(self.rows, self.n)
        return lambda: torch.topk(x, self.k)

    def tensorflow(self, tf, t):
        return tf.raw_ops.TopKV2(input=t["x"], k=self.k, sorted=True).values


class Scan(Family):
    """Running sums along an axis."""

    limit = {"float32": 1e-4, "float16": 5e-3, "float64": 1e-12}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.sizes, self.axis = tuple(parameters["sizes"]), parameters["axis"]
        self.inputs, self.outputs = {"x": self.sizes}, {"y": self.sizes}
        self.flops = int(np.prod(self.sizes))
        self.label = "sum %s along %d" % (size_text(self.sizes), self.axis)

    def enqueue(self, tensors, prepare):
        return prepare("scan", "SUM", tensors["x"], self.axis, 0, 0, tensors["y"])

    def expected(self, host, random):
        index = pick(random, *self.sizes)
        values = []
        for place in zip(*index):
            part = list(place)
            part[self.axis] = slice(place[self.axis] + 1)
            values.append(host["x"][tuple(part)].astype(np.float64).sum())
        yield "y", flat(index, self.sizes), np.array(values)

    def torch(self, torch, make):
        x = make(*self.sizes)
        return lambda: torch.cumsum(x, self.axis)

    def tensorflow(self, tf, t):
        return tf.cumsum(t["x"], self.axis)


FAMILIES = {"top_k": TopK, "scan": Scan}
