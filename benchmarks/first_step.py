#!/usr/bin/env python3
"""What the first step of training takes, with launches merged and not, caches empty and warm.

    benchmarks/first_step.py [STEP] [--rounds N]

STEP is one of benchmarks/steps.py (default: resnet50). Each first step runs in a process of its
own, on the first adapter or the software driver, with folders of its own for the caches of
programs, of this project and of the driver; the kinds take turns, so that all meet the same
machine. Prints medians, and the ratios with their targets: programs of merged launches are made
in the background, so they may cost a tenth; a warm cache has to pay. Exit status 1 when a target
is missed. Needs an installed tensorflow-directml.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from steps import STEPS

MOST = {"merged / not merged, empty caches": 1.1, "warm caches / empty ones, merged": 1.0}


def measure(name):
    """{"seconds": of the first step, "programs": that it has}, in this process."""
    import tensorflow_directml as dml

    step = STEPS[name]()
    begin = time.perf_counter()
    step()
    dml.synchronize()
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "programs": dml.statistics()["programs_compiled"]}


def measure_apart(name, merging, caches):
    environment = {
        "TF_CPP_MIN_LOG_LEVEL": "1", "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1", **os.environ,
        "TF_DIRECTML_MERGING": merging,
        "TF_DIRECTML_CACHE_DIR": str(caches / "programs"),
        # Of Mesa's drivers, and of NVIDIA's.
        "MESA_SHADER_CACHE_DIR": str(caches), "__GL_SHADER_DISK_CACHE_PATH": str(caches)}
    said = subprocess.run([sys.executable, __file__, "--in-process", name], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)
    if said.returncode:
        sys.exit(f"{name}: {said.stderr.strip()[-2000:]}")
    return json.loads(said.stdout.splitlines()[-1])


def measure_round(name):
    """{kind: what measure() gives}."""
    found = {}
    for merging, kind in (("0", "not merged"), ("1", "merged")):
        with tempfile.TemporaryDirectory() as folder:
            caches = pathlib.Path(folder)
            for state in ("empty", "warm"):
                found[f"{kind}, {state}"] = measure_apart(name, merging, caches)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", nargs="?", default="resnet50", choices=tuple(STEPS))
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--in-process", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.in_process:
        print(json.dumps(measure(args.step)))
        return 0
    rounds = [measure_round(args.step) for _ in range(args.rounds)]
    print(f"first step of {args.step}, median of {args.rounds}")
    median = {}
    for kind in rounds[0]:
        median[kind] = statistics.median(found[kind]["seconds"] for found in rounds)
        programs = statistics.median(found[kind]["programs"] for found in rounds)
        print(f"{kind:24}{median[kind]:9.2f} s{programs:8.0f} programs")
    ratios = {
        "merged / not merged, empty caches": median["merged, empty"] / median["not merged, empty"],
        "warm caches / empty ones, merged": median["merged, warm"] / median["merged, empty"]}
    for name, ratio in ratios.items():
        print(f"{name:36}{ratio:6.2f}, at most {MOST[name]}")
    return int(any(ratio > MOST[name] for name, ratio in ratios.items()))


if __name__ == "__main__":
    sys.exit(main())
