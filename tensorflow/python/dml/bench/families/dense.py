"""Matrix products, of dense and of sparse matrices."""

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

    def tensorflow(self, tf, t):
        a, b = t["a"], t["b"]
        transposes = dict(zip(("transpose_a", "transpose_b"), self.transposes))
        if self.batch == 1:
            a, b = (tf.reshape(x, x.shape[1:]) for x in (a, b))
        return tf.matmul(a, b, **transposes)


class SparseMatmul(Family):
    """c = a x b of a sparse matrix a, given by its entries in row-major order."""

    limit = {"float32": 1e-4, "float16": 5e-3, "float64": 1e-12}

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.entries = parameters["entries"]
        rows, depth, columns = (parameters[name] for name in ("rows", "depth", "columns"))
        self.sizes = rows, depth, columns
        self.inputs = {
            "places": ((self.entries, 2), "int64"), "values": (self.entries,),
            "b": (depth, columns),
        }
        self.outputs = {"c": (rows, columns)}
        self.flops = 2 * self.entries * columns
        self.label = "%d of %dx%d by %d" % (self.entries, rows, depth, columns)

    @property
    def bytes(self):
        # Of b, the rows that an entry asks for.
        rows, depth, columns = self.sizes
        rows_read = min(self.entries, depth)
        return self.entries * (16 + self.dtype.itemsize) + (
            (rows_read + rows) * columns * self.dtype.itemsize
        )

    def host_input(self, name, random):
        if name == "places":
            rows, depth, _ = self.sizes
            places = np.stack([random.randint(0, size, self.entries) for size in (rows, depth)], 1)
            return places[np.lexsort(places.T[::-1])].astype(np.int64)
        return Family.host_input(self, name, random)

    def enqueue(self, tensors, prepare):
        t = tensors
        clear = prepare("fill", t["c"], 0)
        rows, inner = (t["places"][:, d] for d in range(2))
        product = prepare("sparse_matmul", rows, inner, t["values"], t["b"], t["c"])

        def launch():
            clear()
            product()

        return launch

    def expected(self, host, random):
        index = pick(random, *self.outputs["c"])
        rows, inner = host["places"].T
        index[0][: len(index[0]) // 2] = random.choice(rows, len(index[0]) // 2)
        values = []
        for row, column in zip(*index):
            start, end = np.searchsorted(rows, [row, row + 1])
            b = host["b"][inner[start:end], column].astype(np.float64)
            values.append((host["values"][start:end] * b).sum())
        yield "c", flat(index, self.outputs["c"]), np.array(values)

    def torch(self, torch, make):
        rows, depth, columns = self.sizes
        b, values = make(depth, columns), make(self.entries)
        places = torch.stack([
            torch.randint(0, size, (self.entries,), device=b.device) for size in (rows, depth)
        ])
        a = torch.sparse_coo_tensor(places, values, (rows, depth)).coalesce()
        return lambda: torch.sparse.mm(a, b)

    def tensorflow(self, tf, t):
        return tf.raw_ops.SparseTensorDenseMatMul(
            a_indices=t["places"], a_values=t["values"], a_shape=self.sizes[:2], b=t["b"]
        )


FAMILIES = {"gemm": Gemm, "sparse_matmul": SparseMatmul}
