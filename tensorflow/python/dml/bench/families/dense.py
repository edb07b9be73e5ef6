"""Matrix products."""

import numpy as np

from .family import Family, flat, pick


class Gemm(Family):
    """c = a x b, batched; transposed operands lie in memory as their transposes."""

    limit = {"float32": 2e-5, "float16": 2e-3, "float64": 1e-12}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.batch = parameters.get("batch", 1)
        m, k, n = (parameters[name] for name in "mkn")
        self.sizes = m, k, n
        self.transposes = parameters["transpose_a"], parameters["transpose_b"]
        a = (self.batch, k, m) if self.transposes[0] else (self.batch, m, k)
        b = (self.batch, n, k) if self.transposes[1] else (self.batch, k, n)
        self.inputs = {"a": a, "b": b}
        self.outputs = {"c": (self.batch, m, n)}
        self.flops = 2 * self.batch * m * k * n
        self.label = "%d x %d x %d%s%s" % (
            m, n, k,
            " batch %d" % self.batch if self.batch > 1 else "",
            {(0, 0): "", (1, 0): " TN", (0, 1): " NT", (1, 1): " TT"}[
                tuple(int(t) for t in self.transposes)
            ],
        )

    def _operands(self, a, b):
        return (
            a.transpose(0, 2, 1) if self.transposes[0] else a,
            b.transpose(0, 2, 1) if self.transposes[1] else b,
        )

    def enqueue(self, tensors, prepare):
        a, b = self._operands(tensors["a"], tensors["b"])
        return prepare("gemm", a, b, tensors["c"])

    def expected(self, host, random):
        a, b = self._operands(host["a"], host["b"])
        m, _, n = self.sizes
        index = pick(random, self.batch, m, n)
        rows = a[index[0], index[1], :].astype(np.float64)
        columns = b[index[0], :, index[2]].astype(np.float64)
        yield "c", flat(index, self.outputs["c"]), (rows * columns).sum(axis=1)

    def torch(self, torch, make):
        a, b = make(*self.inputs["a"]), make(*self.inputs["b"])
        a = a.transpose(1, 2) if self.transposes[0] else a
        b = b.transpose(1, 2) if self.transposes[1] else b
        if self.batch == 1:
            a, b = a[0], b[0]
        return lambda: torch.matmul(a, b)


FAMILIES = {"gemm": Gemm}
