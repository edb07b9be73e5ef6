"""Direct3D 12 against Vulkan on one adapter: products, launches, copies.

    ci/d3d12.sh --bench [--rounds N] [--size N]       on vkd3d and Mesa's software driver
    python3 benchmarks/backends.py [...]              where both find a GPU

Processes of the two alternate. Of each figure the best round counts; the ratio is Direct3D
12's to Vulkan's. Work for each second of the processor is the fairer of the two ratios on a
machine that does something else meanwhile, and says nothing where a GPU computes.
"""

import argparse
import importlib
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
BACKENDS = ("vulkan", "d3d12")
# Figure: its unit; all are the more the better.
UNITS = {"product": "GFLOP/s", "product, CPU": "GFLOP for each s of CPU",
         "launches": "thousand launches/s", "to device": "GB/s", "from device": "GB/s"}


def import_runtime():
    sys.path.insert(0, str(ROOT / "tests/runtime"))
    importlib.import_module("conftest")  # finds the library, imports the package
    return importlib.import_module("tensorflow_directml.runtime")


def per_second(device, function, times):
    """(Calls a second, calls for each second of this process' processor time)."""
    function()
    device.sync()
    clock, processor = time.perf_counter(), time.process_time()
    for _ in range(times):
        function()
    device.sync()
    return times / (time.perf_counter() - clock), times / (time.process_time() - processor)


def measure(size):
    dml = import_runtime()
    random = np.random.RandomState(1)
    with dml.open(0) as device:
        device.merge_launches(False)
        x, y = (device.tensor(random.standard_normal((size, size)).astype(np.float32))
                for _ in range(2))
        out = device.empty((size, size))
        products, by_processor = per_second(device, lambda: device.gemm(x, y, out), 4)
        small = device.tensor(np.ones(16, np.float32))
        launches, _ = per_second(device, lambda: device.elementwise("RELU", [small], small), 4000)
        host = np.ones(16 << 20, np.uint8)
        memory = device.empty(host.shape, np.uint8)
        to, _ = per_second(device, lambda: device.copy_from_host(memory.data, host), 10)
        back, _ = per_second(device, lambda: device.copy_to_host(host, memory.data), 10)
        adapter = dml.adapters()[0]
    work = 2 * size ** 3 / 1e9
    return {"adapter": f"{adapter.name}, {adapter.api}", "product": products * work,
            "product, CPU": by_processor * work, "launches": launches / 1e3,
            "to device": to * host.nbytes / 1e9, "from device": back * host.nbytes / 1e9}


def run_child(backend, size):
    said = subprocess.run([sys.executable, __file__, "--child", "--size", str(size)],
                          env={**os.environ, "TF_DIRECTML_BACKEND": backend},
                          capture_output=True, text=True, check=False)
    if said.returncode:
        sys.exit(f"{backend}: {said.stderr.strip()[-2000:]}")
    return json.loads(said.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=1024, help="of the product's matrices")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(measure(args.size)))
        return
    rounds = {backend: [] for backend in BACKENDS}
    for _ in range(args.rounds):
        for backend in BACKENDS:
            rounds[backend].append(run_child(backend, args.size))
    for backend in BACKENDS:
        print(f"{backend}: {rounds[backend][0]['adapter']}")
    print(f"{'':14}{'vulkan':>10}{'d3d12':>10}{'ratio':>8}  of {args.rounds} rounds the best")
    for name, unit in UNITS.items():
        vulkan, d3d12 = (max(row[name] for row in rounds[backend]) for backend in BACKENDS)
        print(f"{name:14}{vulkan:10.2f}{d3d12:10.2f}{d3d12 / vulkan:8.2f}  {unit}")


if __name__ == "__main__":
    main()
