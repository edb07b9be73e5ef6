#!/usr/bin/env python3
"""From which size on the host computes linear algebra faster than an adapter does.

    benchmarks/linear_algebra.py [--ops NAME...] [--sizes N...] [--batches N...] [--seconds S]

A row for each op, size and batch of float32 matrices: the device's time for its operator, by
the runtime; and the host's, as an op has it that falls back to it: copies of its arguments, the
CPU's kernel, copies of its results. Least of several runs, each finished before the next one
begins. Needs an installed tensorflow-directml. The limits in kernels/dml/linear_algebra are made
of this on Mesa's software driver.
"""

import argparse
import time

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow_directml import runtime

CPU, DML = "/device:CPU:0", "/device:DML:0"


def positive(rng, batch, n):
    x = rng.normal(size=(batch, n, n)).astype(np.float32)
    return x @ x.transpose(0, 2, 1) / n + np.eye(n, dtype=np.float32)


def on_device(device, op, a):
    """What to call to have the device compute the op once."""
    batch, n, _ = a.shape
    x = device.empty(a.shape).write(a)
    y, z = device.empty(a.shape), device.empty(a.shape)
    vector, flags = device.empty((batch, n)), device.empty(batch, "int32")
    scalar = device.empty(batch)
    return {
        "MatrixTriangularSolve": lambda: device.triangular_solve(1, 0, x, y, z, flags),
        "Cholesky": lambda: device.cholesky(x, y, flags),
        "CholeskyGrad": lambda: device.cholesky_gradient(x, y, z),
        "MatrixSolve": lambda: device.linear_solve(0, x, y, z, flags),
        "MatrixInverse": lambda: device.linear_solve(0, x, None, z, flags),
        "MatrixDeterminant": lambda: device.determinant(x, scalar, None),
        "Qr": lambda: device.qr(x, y, z),
        "SelfAdjointEigV2": lambda: device.self_adjoint_eigen(x, vector, y),
        "Svd": lambda: device.svd(x, vector, y, z),
    }[op]


TWO_INPUTS = ("MatrixTriangularSolve", "MatrixSolve", "CholeskyGrad")
OPS = {
    "MatrixTriangularSolve": lambda x, y: tf.linalg.triangular_solve(x, y),
    "Cholesky": tf.linalg.cholesky,
    "CholeskyGrad": lambda x, y: tf.raw_ops.CholeskyGrad(l=x, grad=y),
    "MatrixSolve": tf.linalg.solve,
    "MatrixInverse": tf.linalg.inv,
    "MatrixDeterminant": tf.linalg.det,
    "Qr": tf.linalg.qr,
    "SelfAdjointEigV2": tf.linalg.eigh,
    "Svd": tf.linalg.svd,
}


def least(work, seconds):
    """The least time of a call, in ms, of as many as fit, three at least."""
    work()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return 1e3 * min(times)


def device_time(device, op, a, seconds):
    enqueue = on_device(device, op, a)
    before = device.statistics()["launches"]
    enqueue()
    launches = device.statistics()["launches"] - before
    device.sync()

    def work():
        enqueue()
        device.sync()

    return least(work, seconds), launches


def host_time(op, a, seconds):
    with tf.Graph().as_default():
        with tf.device(DML):
            inputs = [tf.get_variable("x%d" % i, initializer=a)
                      for i in range(1 + (op in TWO_INPUTS))]
        with tf.device(CPU):
            outputs = OPS[op](*(tf.identity(x) for x in inputs))
        with tf.device(DML):
            outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            copied = tf.group(*(tf.identity(y) for y in outputs))
        options = tf.ConfigProto()
        options.graph_options.rewrite_options.disable_meta_optimizer = True
        with tf.Session(config=options) as session:
            session.run(tf.global_variables_initializer())
            return least(session.make_callable(copied), seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ops", nargs="+", choices=sorted(OPS), default=list(OPS), metavar="NAME")
    parser.add_argument("--sizes", nargs="+", type=int, default=[8, 64, 256, 512])
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 16])
    parser.add_argument("--seconds", type=float, default=0.3, help="for each figure")
    args = parser.parse_args()
    print("| op | n | batch | launches | device, ms | host, ms | host / device |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    rng = np.random.RandomState(0)
    with runtime.open(0) as device:
        for op in args.ops:
            for n in args.sizes:
                for batch in args.batches:
                    a = positive(rng, batch, n)
                    ours, launches = device_time(device, op, a, args.seconds)
                    host = host_time(op, a, args.seconds)
                    print("| %s | %d | %d | %d | %.3g | %.3g | %.2g |" % (
                        op, n, batch, launches, ours, host, host / ours), flush=True)


if __name__ == "__main__":
    main()
