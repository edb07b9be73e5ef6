"""Rows by index: gathers, scatters, sums of segments."""

import numpy as np

from .family import Family, flat, pick, size_text

EXACT = {"float32": 0.0, "float16": 0.0, "float64": 0.0}


class Gather(Family):
    limit = EXACT

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

    def tensorflow(self, tf, t):
        return tf.gather(t["params"], t["indices"], axis=1)


class GatherNd(Family):
    """Rows of a tensor by vectors of indices: places in its outer dimensions."""

    limit = EXACT

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.outer, self.inner = tuple(parameters["sizes"]), parameters["inner"]
        self.count = parameters["indices"]
        rows = int(np.prod(self.outer, dtype=np.int64))
        self.inputs = {
            "params": (rows, self.inner), "indices": ((self.count, len(self.outer)), "int32"),
        }
        self.outputs = {"y": (self.count, self.inner)}
        self.label = "%d of %s of %d" % (self.count, size_text(self.outer), self.inner)

    @property
    def bytes(self):
        # Only the rows that are asked for.
        return self.count * (2 * self.inner * self.dtype.itemsize + 4 * len(self.outer))

    def host_input(self, name, random):
        if name == "indices":
            return np.stack(
                [random.randint(0, size, self.count) for size in self.outer], 1
            ).astype(np.int32)
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        t = tensors
        return prepare("gather_nd", t["params"], list(self.outer), t["indices"], t["y"])

    def expected(self, host, random):
        index = pick(random, *self.outputs["y"])
        rows = flat(host["indices"][index[0]].T, self.outer)
        yield "y", flat(index, self.outputs["y"]), host["params"][rows, index[1]].astype(float)

    def torch(self, torch, make):
        params = make(*self.outer, self.inner)
        indices = [
            torch.randint(0, size, (self.count,), device=params.device) for size in self.outer
        ]
        return lambda: params[tuple(indices)]

    def tensorflow(self, tf, t):
        return tf.gather_nd(tf.reshape(t["params"], self.outer + (self.inner,)), t["indices"])


class Scatter(Family):
    """Updates of rows in place; of `targets` rows alone, where that is given."""

    limit = {"float32": 1e-4, "float16": 5e-3, "float64": 1e-12}
    sign = {"ADD": 1.0, "SUBTRACT": -1.0}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.rows, self.inner = parameters["rows"], parameters["inner"]
        self.count = parameters["indices"]
        self.targets = parameters.get("targets", self.rows)
        self.inputs = {
            "y": (self.rows, self.inner), "indices": ((self.count,), "int32"),
            "updates": (self.count, self.inner),
        }
        self.outputs = {"y": self.inputs["y"]}
        self.flops = self.count * self.inner
        self.label = "%s %d into %dx%d" % (
            parameters["op"].lower(), self.count, self.rows, self.inner,
        )
        if self.targets != self.rows:
            self.label += ", of %d rows" % self.targets

    @property
    def bytes(self):
        # Of the rows, those that are updated.
        touched = min(self.count, self.targets)
        return self.count * 4 + (self.count + 2 * touched) * self.inner * self.dtype.itemsize

    def host_input(self, name, random):
        if name == "indices":
            # The targets lie anywhere among the rows.
            targets = np.linspace(0, self.rows - 1, self.targets).astype(np.int32)
            return targets[random.randint(0, self.targets, self.count)]
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        t = tensors
        return prepare("scatter", self.parameters["op"], t["indices"], t["updates"], t["y"])

    def expected(self, host, random):
        index = pick(random, *self.outputs["y"])
        index[0][: len(index[0]) // 2] = random.choice(host["indices"], len(index[0]) // 2)
        sums = _sums_of_rows(host["indices"], host["updates"], *index)
        values = host["y"][index].astype(np.float64) + self.sign[self.parameters["op"]] * sums
        yield "y", flat(index, self.outputs["y"]), values

    def torch(self, torch, make):
        y, updates = make(self.rows, self.inner), make(self.count, self.inner)
        indices = torch.randint(0, self.targets, (self.count,), device=y.device)
        sign = self.sign[self.parameters["op"]]
        return lambda: y.index_add_(0, indices, updates, alpha=sign)

    def tensorflow(self, tf, t):
        kernel = {"ADD": tf.raw_ops.TensorScatterAdd, "SUBTRACT": tf.raw_ops.TensorScatterSub}
        return kernel[self.parameters["op"]](
            tensor=t["y"], indices=t["indices"][:, None], updates=t["updates"]
        )


class SegmentSum(Family):
    """Sums of rows by segment, sorted or not, as the gradient of an embedding."""

    limit = Scatter.limit

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.rows, self.inner = parameters["rows"], parameters["inner"]
        self.count = parameters["indices"]
        self.sorted = parameters.get("sorted", False)
        self.inputs = {
            "data": (self.count, self.inner), "segments": ((self.count,), "int32"),
        }
        self.outputs = {"sums": (self.rows, self.inner)}
        self.flops = self.count * self.inner
        self.label = "%dx%d into %d%s" % (
            self.count, self.inner, self.rows, ", sorted" if self.sorted else "",
        )

    def host_input(self, name, random):
        if name == "segments":
            segments = random.randint(0, self.rows, self.count).astype(np.int32)
            return np.sort(segments) if self.sorted else segments
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        t = tensors
        clear = prepare("fill", t["sums"], 0)
        add = prepare("scatter", "ADD", t["segments"], t["data"], t["sums"])

        def launch():
            clear()
            add()

        return launch

    def expected(self, host, random):
        index = pick(random, *self.outputs["sums"])
        index[0][: len(index[0]) // 2] = random.choice(host["segments"], len(index[0]) // 2)
        sums = _sums_of_rows(host["segments"], host["data"], *index)
        yield "sums", flat(index, self.outputs["sums"]), sums

    def torch(self, torch, make):
        data = make(self.count, self.inner)
        segments = torch.randint(0, self.rows, (self.count,), device=data.device)
        zeros = torch.zeros(self.rows, self.inner, dtype=data.dtype, device=data.device)
        return lambda: zeros.index_add(0, segments, data)

    def tensorflow(self, tf, t):
        return tf.math.unsorted_segment_sum(t["data"], t["segments"], self.rows)


def _sums_of_rows(indices, updates, rows, columns):
    """In float64, of the updates with these rows' numbers, one column each."""
    order = np.argsort(indices, kind="stable")
    first = np.searchsorted(indices, rows, "left", order)
    last = np.searchsorted(indices, rows, "right", order)
    return np.array([
        updates[order[start:end], column].astype(np.float64).sum()
        for start, end, column in zip(first, last, columns)
    ])


FAMILIES = {
    "gather": Gather,
    "gather_nd": GatherNd,
    "scatter": Scatter,
    "segment_sum": SegmentSum,
}
