#!/usr/bin/env python3
"""What the layers above the device cost, and how far the kernels are from naive ones.

    benchmarks/overhead.py [--only NAME...]

Each figure is printed with its target. "enqueue" and "barriers" run on the null backend
through the C API; "session", "eager" and "resnet" run TensorFlow, so they need an installed
tensorflow-directml; "naive" runs on the first adapter, or on the software driver. What
lacks its module is said and left out. Exit status 1 when a target is missed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ADDS = 200
MAX_WARMUP = 8  # steps of ResNet-50
CHAIN = 100


def open_device():
    from tensorflow_directml import runtime

    if not runtime.adapters():
        sys.exit(runtime.adapter_problem())
    return runtime, runtime.open(0)


def enqueue():
    """Median of one small operator through the C API, on the null backend (needs cc)."""
    runtime, device = open_device()
    device.close()
    library = runtime.library_path()
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "enqueue")
        source = os.path.join(ROOT, "benchmarks/enqueue.c")
        command = ["cc", "-O2", "-I" + ROOT, source, library, "-o", program]
        subprocess.run([*command, "-Wl,-rpath," + os.path.dirname(library)], check=True)
        output = subprocess.run([program], check=True, stdout=subprocess.PIPE).stdout
    microseconds, allocations = output.split()
    yield "enqueue of a small operator", float(microseconds), "us", 2.0
    # Buffers may still grow now and then; a launch that allocates gives 45000.
    yield "host allocations in 45000 launches", int(allocations), "", 100


def barriers():
    """Barriers of two independent chains of 100, and of one dependent chain."""
    runtime, device = open_device()
    with device:
        def count_of(chains):
            device.sync()
            before = device.statistics()["barriers"]
            for step in range(CHAIN):
                for tensors in chains:
                    device.elementwise("ADD", [tensors[step]] * 2, tensors[step + 1])
            device.sync()
            return device.statistics()["barriers"] - before

        one = [device.empty(64) for _ in range(CHAIN + 1)]
        # Two chains side by side need one barrier a step, as one does: none between them.
        two = [[device.empty(64) for _ in range(CHAIN + 1)] for _ in range(2)]
        yield "barriers of one dependent chain of 100", count_of([one]), "", CHAIN
        yield "barriers of two independent chains of 100", count_of(two), "", CHAIN
        apart = [device.empty(64) for _ in range(2 * CHAIN)]
        device.sync()
        before = device.statistics()["barriers"]
        for source, target in zip(apart[:CHAIN], apart[CHAIN:]):
            device.elementwise("ADD", [source] * 2, target)
        device.sync()
        count = device.statistics()["barriers"] - before
        yield "barriers of 100 independent operators", count, "", 1


def session():
    """A chain of 200 small adds, Grappler off, on DML (null backend) and on the CPU."""
    import numpy as np
    import tensorflow.compat.v1 as tf

    config = tf.ConfigProto(intra_op_parallelism_threads=1)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    config.graph_options.optimizer_options.opt_level = tf.OptimizerOptions.L0
    with tf.Graph().as_default():
        results = {}
        for kind in ("CPU", "DML"):
            with tf.device(f"/device:{kind}:0"):
                start = tf.Variable(np.ones(4, np.float32))
                x = start.read_value()
                for _ in range(ADDS):
                    x = tf.add(x, start)
                results[kind] = x.op
        with tf.Session(config=config) as sess:
            sess.run(tf.global_variables_initializer())
            runs = {kind: sess.make_callable(op) for kind, op in results.items()}
            yield from compare_devices(f"Session.run of {ADDS} adds", runs, 1.5)


def compare_devices(name, runs, target=None):
    """Medians of five rounds of both, in turns, so that both meet the same machine."""
    ratios, medians = [], {kind: [] for kind in runs}
    for _ in range(5):
        times = {kind: [] for kind in runs}
        for _ in range(200):
            for kind, run in runs.items():
                begin = time.perf_counter()
                run()
                times[kind].append(time.perf_counter() - begin)
        for kind, values in times.items():
            medians[kind].append(statistics.median(values[30:]))
        ratios.append(medians["DML"][-1] / medians["CPU"][-1])
    for kind, values in medians.items():
        yield f"{name}, {kind}", 1e6 * statistics.median(values), "us", None
    yield "DML as a multiple of CPU, least", min(ratios), "", None
    yield "DML as a multiple of CPU, most", max(ratios), "", None
    yield "DML as a multiple of CPU", statistics.median(ratios), "", target


def eager():
    """200 small adds one after another in eager mode, DML (null backend) and CPU."""
    import numpy as np
    import tensorflow.compat.v1 as tf

    tf.enable_eager_execution()

    def chain(kind):
        def run():
            with tf.device(f"/device:{kind}:0"):
                y = x
                for _ in range(ADDS):
                    y = tf.add(y, x)
            assert kind in y.device

        with tf.device(f"/device:{kind}:0"):
            x = tf.identity(np.ones(4, np.float32))
        return run

    runs = {kind: chain(kind) for kind in ("CPU", "DML")}
    yield from compare_devices(f"{ADDS} eager adds", runs)


def product_of(program):
    """(kind of matrix product, its tile) of a program, or None if it is none.

    The constants are those of operators/products/tile_config.glsl: the tile first; then
    orders and widths of loads, how results leave, the direction. The widths follow from
    the tile.
    """
    if not program.shader.startswith(("gemm_", "convolution_")):
        return None
    tile, (a_order, _, b_order, _, *rest) = program.constants[:6], program.constants[6:]
    return (program.shader, a_order, b_order, *rest), tile


def is_tile_configuration(program, earlier):
    """Whether the same kind of product had a program before, with another tile."""
    product = product_of(program)
    others = [other for other in map(product_of, earlier) if other and product]
    return any(kind == product[0] and tile != product[1] for kind, tile in others)


def resnet():
    """ResNet-50 training: programs, of batch 8, then 16, 16 and 8 again, and memory."""
    import numpy as np
    import tensorflow.compat.v1 as tf
    import tensorflow_directml as dml

    tf.keras.backend.set_learning_phase(1)
    with tf.Graph().as_default():
        tf.keras.backend.set_learning_phase(1)
        images = tf.placeholder(tf.float32, [None, 224, 224, 3])
        labels = tf.placeholder(tf.int64, [None])
        network = tf.keras.applications.ResNet50(weights=None, input_tensor=images)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.log(network.output))
        train = tf.train.MomentumOptimizer(0.01, 0.9).minimize(loss)
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            warm = quiet = 0
            batches = [8] * MAX_WARMUP + [16, 16, 8]
            while batches:
                batch = batches.pop(0)
                before = dml.programs()
                feed = {images: np.ones((batch, 224, 224, 3)), labels: np.zeros(batch)}
                sess.run(train, feed)
                new = [program for program in dml.programs() if program not in before]
                if not before and not new:
                    sys.exit("The counters see nothing: is the device another library's?")
                learning = len(batches) >= 3
                if learning:
                    warm += 1
                    # Merged and grouped launches get their programs when they were seen a few
                    # times, in the background.
                    quiet = 0 if new else quiet + 1
                    if quiet == 2:
                        del batches[:-3]
                        yield "steps of batch 8 until two compile nothing", warm, "", MAX_WARMUP
                        yield "programs compiled", len(before), "", None
                else:
                    yield f"programs compiled, then batch {batch}", len(new), "", None
                    for program in new:
                        print("   ", program.shader, *program.constants)
                    # A larger batch may want another tile configuration.
                    others = [p for p in new if not is_tile_configuration(p, before)]
                    yield "  that are no new tile configuration", len(others), "", 0
                memory = dml.memory_stats()
                live = memory["peak_bytes_in_use"]
                peak = memory["peak_bytes_reserved"] + memory["scratch_peak_bytes_reserved"]
                if not learning or quiet == 2:
                    yield "  largest live set so far", live / 2**20, "MiB", None
                    yield "  peak memory as a multiple", peak / live, "", 1.15


def naive():
    """GEMM 512 and a 3x3 convolution against the programs with one output an invocation."""
    import numpy as np

    runtime, device = open_device()
    with device:
        random = np.random.RandomState(0)

        def tensor(*sizes):
            return device.tensor(random.uniform(-1, 1, sizes).astype(np.float32))

        def compare(name, operations, ours, plain, results):
            for launch in (ours, plain):
                launch()
            device.sync()
            difference = np.abs(results[0].numpy() - results[1].numpy()).max()
            assert difference < 1e-2, f"{name}: results differ by {difference:g}"
            times = {ours: [], plain: []}
            for _ in range(5):  # in turns
                for launch, values in times.items():
                    start = time.perf_counter()
                    launch()
                    device.sync()
                    values.append(time.perf_counter() - start)
            fast, slow = statistics.median(times[ours]), statistics.median(times[plain])
            yield name, operations / fast / 1e9, "GFLOP/s", None
            yield name + ", naive", operations / slow / 1e9, "GFLOP/s", None
            yield name + ", times the naive one", slow / fast, "", -8.0

        size = 512
        a, b = tensor(size, size), tensor(size, size)
        c = [device.empty((size, size)) for _ in range(2)]
        yield from compare(
            "GEMM 512", 2 * size**3,
            runtime.prepare(device, "gemm", a, b, c[0]),
            runtime.prepare(device, "benchmark_naive_gemm", a, b, c[1]), c,
        )
        # ResNet-50's 3x3 convolution of 128 channels.
        channels, extent, batch = 128, 28, 2
        x, w = tensor(batch, extent, extent, channels), tensor(3, 3, channels, channels)
        y = [device.empty((batch, extent, extent, channels)) for _ in range(2)]
        attributes = {"strides": [1, 1], "pad_before": [1, 1]}
        yield from compare(
            "3x3 convolution", 2 * batch * extent**2 * 9 * channels**2,
            runtime.prepare(
                device, "convolution", attributes, x.transpose(0, 3, 1, 2),
                w.transpose(3, 2, 0, 1), None, "NONE", y[0].transpose(0, 3, 1, 2),
            ),
            runtime.prepare(device, "benchmark_naive_convolution", attributes, x, w, y[1]), y,
        )


# Name: what to run, on which backend.
FIGURES = {
    "enqueue": (enqueue, "null"),
    "barriers": (barriers, "null"),
    "session": (session, "null"),
    "eager": (eager, "null"),
    "resnet": (resnet, "null"),
    "naive": (naive, "vulkan"),
}


def report(name):
    """Prints the figures of one measurement; whether all targets were met."""
    met = True
    for label, value, unit, target in FIGURES[name][0]():
        text = f"{label:45} {value:10.2f} {unit:8}"
        if target is not None:  # a negative target is a lower bound
            good = value >= -target if target < 0 else value <= target
            text += "{} {:g}: {}".format(
                "at least" if target < 0 else "at most", abs(target), "met" if good else "MISSED",
            )
            met = met and good
        print(text, flush=True)
    return met


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(FIGURES), default=list(FIGURES))
    parser.add_argument("--in-process", metavar="NAME", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.in_process:
        return 0 if report(arguments.in_process) else 1
    failed = 0
    for name in arguments.only:
        function, backend = FIGURES[name]
        print(f"\n{name}: {function.__doc__}", flush=True)
        # A process each: the backend is chosen once a process.
        variables = dict(os.environ, TF_DIRECTML_BACKEND=backend, TF_CPP_MIN_LOG_LEVEL="1")
        variables.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
        command = [sys.executable, "-W", "ignore", __file__, "--in-process", name]
        failed |= subprocess.run(command, env=variables).returncode
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main())
