"""Asks real drivers' compilers what they make of the project's programs; no GPU needed.

    check.py [--all] [--only REGEX] [--write] [--fresh] [--listings FOLDER]

Compiles the programs that operators ask for on each adapter class (planning.py) with each
driver (drivers.py), and fails on what hardware would punish:

  - a compiler that crashes, refuses, or takes over 5 seconds;
  - registers kept in memory;
  - on AMD's, fewer than 8 subgroups a SIMD;
  - more vector instructions for each multiply-add of a main loop than the table in
    docs/compilers/ says, by more than 2 %;
  - on RDNA 2, instructions that leave room for less than 90 % of the memory bandwidth in
    float32, or 85 % in float16, where programs of the short list move memory (model.py).

What is known and has a reason stands in allowed.toml. The tables in docs/compilers/ say what
came out of each program, by a digest of all that went in: what is in there is not compiled
again, unless --fresh says so, and where nothing has changed no driver is fetched. --write
writes the tables anew. --all takes what the runtime's tests take, too, whose rows are in
docs/compilers/all/. --listings keeps the compilers' listings.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import drivers
import listings
import model
import packages
import planning
import table
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TABLES = ROOT / "docs/compilers"
MORE_TABLES = TABLES / "all"  # what only --all takes
PROFILES = TABLES / "profiles.json"  # what each driver's adapter says of itself
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
LIBRARY = ROOT / "bazel-bin/tensorflow/libdml_runtime.so"
TIME_LIMIT = 5  # seconds
LEAST_SUBGROUPS = 8
BUDGET = 1.02
# What a driver may take for one program before it is ended.
PATIENCE = 60


def helper_sources():
    names = ("float16_products", "float_controls", "matrix_units")
    of_runtime = [RUNTIME / f"hal/vulkan/{name}.cc" for name in names]
    return [HERE / "compile_programs.cc", *of_runtime]


def compiled_helper(build):
    program, sources = build / "compile_programs", helper_sources()
    headers = [source.with_suffix(".h") for source in sources[1:]]
    newest = max(path.stat().st_mtime for path in [*sources, *headers])
    if not program.exists() or program.stat().st_mtime < newest:
        packages.run(["g++", "-std=c++17", "-O1", "-I", ROOT, "-o", program, *sources, "-ldl"])
    return program


class Opener:
    """Opens drivers, and fetches what they need when the first one is. Thread-safe."""

    def __init__(self, build, chosen):
        self.build, self.chosen, self.lock = build, chosen, threading.Lock()

    @functools.cached_property
    def fetched(self):
        apt = packages.Apt(self.build / "apt", packages.suites_of(drivers.ROOTS))
        roots = {root: packages.fetch_root(root, self.build, apt)
                 for root in sorted({driver.root for driver in self.chosen})}
        shim = (packages.fetch_intel_shim(self.build, apt)
                if any(driver.shim == "intel" for driver in self.chosen) else self.build)
        return roots, shim, compiled_helper(self.build)

    def __call__(self, driver):
        with self.lock:
            roots, shim, helper = self.fetched
        return drivers.Opened(driver, roots[driver.root], shim, helper)


def plan(profile, every, folder):
    """The programs for an adapter, by a process with that adapter alone."""
    out = folder / "plan.json"
    environment = {**os.environ, "TF_DIRECTML_BACKEND": "null",
                   "TF_DIRECTML_NULL_ADAPTER": profile,
                   "TF_DIRECTML_CACHE_DIR": str(folder / "cache"),
                   "TF_DIRECTML_RUNTIME_LIBRARY": str(LIBRARY)}
    result = subprocess.run(
        [sys.executable, HERE / "planning.py", "all" if every else "short", out],
        env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"planning failed: {result.stderr.strip()[-2000:]}")
    return json.loads(out.read_text())


def slice_work(shader, constants):
    """The multiply-adds of an invocation in a slice, where there is a tiled product."""
    if not re.match(r"gemm|convolution", shader) or "_matrix_" in shader:
        return 0
    _, _, _, depths, rows, columns = constants[:6]  # tile_config.glsl's
    return depths * rows * columns


def digests(driver, programs, modules):
    """Of each program, all that its row comes of."""
    pinned = json.loads((HERE / "packages.json").read_text())["roots"][driver.root]
    of_all = hashlib.sha256(json.dumps([pinned, sorted(driver.variables.items())]).encode())
    for source in [*helper_sources(), HERE / "listings.py", HERE / "model.py", HERE / "table.py"]:
        of_all.update(source.read_bytes())
    for shader, constants, subgroup, _ in programs:
        own = of_all.copy()
        own.update(f"{shader} {constants} {subgroup} ".encode() + modules[shader])
        yield own.hexdigest()[:12]


def rows_of(driver, programs, lines, texts):
    front_end = listings.FRONT_ENDS[driver.compiler][1]
    for number, ((shader, constants, _, use), line) in enumerate(zip(programs, lines)):
        found = json.loads(line)
        row = table.Row(shader, ",".join(map(str, constants)), use)
        if "failure" in found:
            row.failure = found["failure"]
            yield row
            continue
        row.seconds = table.time_class(found["milliseconds"])
        # Where a compiler tries several widths, the last is the one that runs.
        for executable in found["executables"][-1:]:
            row.subgroup_size = executable["subgroup_size"]
            for name, value in table.statistics(driver.compiler, executable["statistics"]).items():
                setattr(row, name, value)
        listing = texts / f"{number}.{len(found['executables']) - 1}.{front_end}"
        loop = listing.exists() and listings.main_loop(
            driver.compiler, listing.read_text(errors="replace"), slice_work(shader, constants))
        if loop and loop.multiply_adds and "_matrix_" not in shader and (
                re.match(r"gemm|convolution|depthwise", shader)):
            row.vector_per_multiply_add = loop.vector_per_multiply_add
            row.shared_bytes_per_multiply_add = loop.shared_bytes / loop.multiply_adds
        if driver.name.endswith("navi21") and listing.exists() and model.least(shader):
            row.bandwidth = model.share(listing.read_text(errors="replace"),
                                        row.subgroup_size, row.subgroups)
        yield row


def findings(driver, row, committed):
    """(kind, text) of each thing that hardware would punish."""
    if row.failure:
        yield "failure", row.failure
        return
    if row.seconds.endswith("!"):
        yield "time", f"compiles for {row.seconds[:-1]} s; at most {TIME_LIMIT} s"
    if row.spills or (row.spills is None and row.scratch):
        amount = f"{row.spills} registers" if row.spills else f"{row.scratch} bytes"
        yield "spills", f"keeps {amount} in memory"
    if driver.compiler == "radv" and row.subgroups is not None and (
            row.subgroups < LEAST_SUBGROUPS):
        yield "subgroups", f"{row.subgroups} subgroups a SIMD; at least {LEAST_SUBGROUPS}"
    # Tests take layouts that no wide access fits, on purpose.
    of_tests = row.use.startswith("tests: ")
    if row.bandwidth is not None and not of_tests and row.bandwidth < model.least(row.program):
        yield "bandwidth", (f"instructions leave room for {row.bandwidth:.0%} of the memory "
                            f"bandwidth; at least {model.least(row.program):.0%}")
    known = committed.get(row.key)
    if known and known.vector_per_multiply_add and row.vector_per_multiply_add and (
            row.vector_per_multiply_add > BUDGET * known.vector_per_multiply_add):
        yield "budget", (f"{row.vector_per_multiply_add:.2f} vector instructions for each "
                         f"multiply-add; the table has {known.vector_per_multiply_add:.2f}")


class Allowed:
    """allowed.toml: [[allowed]] driver, program, kind (regular expressions), reason."""

    def __init__(self, path=HERE / "allowed.toml"):
        self.rows = tomllib.loads(path.read_text()).get("allowed", [])
        for row in self.rows:
            if set(row) != {"driver", "program", "kind", "reason"}:
                raise ValueError(f"{path.name}: a row has driver, program, kind and reason: {row}")

    def reason(self, driver, row, kind):
        for one in self.rows:
            if (re.search(one["driver"], driver.name) and re.fullmatch(one["kind"], kind)
                    and re.search(one["program"], f"{row.program} {row.constants}")):
                return one["reason"]
        return None


def write_modules(folder, modules):
    """Each program's SPIR-V as <name>.spv, for all drivers."""
    folder.mkdir(exist_ok=True)
    for name, code in modules.items():
        (folder / f"{name}.spv").write_bytes(code)
    return folder


def compiled_rows(opened, programs, folder, keep):
    """The rows of programs that a driver compiles; `folder`: of write_modules()."""
    driver = opened.driver
    with tempfile.TemporaryDirectory() as temporary:
        own = pathlib.Path(temporary)
        (own / "list").write_text("".join(
            f"{shader}\t{folder}/{shader}.spv\t{','.join(map(str, constants))}\t{subgroup}\n"
            for shader, constants, subgroup, _ in programs))
        texts = keep / driver.name if keep else own / "listings"
        texts.mkdir(parents=True, exist_ok=True)
        opened(own / "list", own / "out", "--limit", PATIENCE, "--listings", texts)
        lines = (own / "out").read_text().splitlines()
        return list(rows_of(driver, programs, lines, texts))


class Check:
    """The check of one driver, with what it found."""

    def __init__(self, driver, opener, modules, folder, profiles, args):
        self.driver = driver
        paths = [folder / f"{driver.name}.csv" for folder in (MORE_TABLES, TABLES)]
        self.known = {row.key: row for path in paths if path.exists()
                      for row in table.read(path)}
        self.profile = None if args.write or args.fresh else profiles.get(driver.name)
        if self.profile is None:
            self.profile = drivers.profile(opener(driver).adapter())
        with tempfile.TemporaryDirectory() as temporary:
            programs = plan(self.profile, False, pathlib.Path(temporary))
            self.short = {(shader, ",".join(map(str, constants)))
                          for shader, constants, _, _ in programs}
            if args.all:
                programs = plan(self.profile, True, pathlib.Path(temporary))
        self.rows, to_compile = [], []
        for program, digest in zip(programs, digests(driver, programs, modules)):
            known = self.known.get((program[0], ",".join(map(str, program[1]))))
            if known and known.digest == digest and not (args.fresh or args.listings):
                self.rows.append(known)
            else:
                to_compile.append((program, digest))
        self.compiled = len(to_compile)
        if to_compile:
            made = compiled_rows(opener(driver), [program for program, _ in to_compile], folder,
                                 args.listings)
            for row, (_, digest) in zip(made, to_compile):
                row.digest = digest
                self.rows.append(row)
        self.findings = [(row, kind, text) for row in self.rows
                         for kind, text in findings(driver, row, self.known)]

    def report(self, allowed):
        """Prints what is not allowed; returns how much that is."""
        bad = [f for f in self.findings if allowed.reason(self.driver, f[0], f[1]) is None]
        print(f"{self.driver.name}: {len(self.rows)} programs, {self.compiled} compiled, "
              f"{len(bad)} findings, {len(self.findings) - len(bad)} allowed", flush=True)
        for row, kind, text in bad:
            print(f"  {kind}: {row.program} {row.constants} ({row.use}): {text}")
        return len(bad)

    def write(self, every):
        """The driver's tables; with `every`, that of what is not in the short list, too."""
        name = f"{self.driver.name}.csv"
        table.write(TABLES / name, [row for row in self.rows if row.key in self.short])
        if every:
            MORE_TABLES.mkdir(exist_ok=True)
            table.write(MORE_TABLES / name,
                        [row for row in self.rows if row.key not in self.short])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", default="", help="a regular expression on drivers' names")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--fresh", action="store_true", help="compile what has not changed, too")
    parser.add_argument("--listings", type=pathlib.Path)
    args = parser.parse_args()
    build = ROOT / "build/compilers"
    build.mkdir(parents=True, exist_ok=True)
    chosen = [d for d in drivers.all_drivers() if re.search(args.only, d.name)]
    if not chosen:
        sys.exit(f"no driver is named {args.only!r}: "
                 + ", ".join(d.name for d in drivers.all_drivers()))
    allowed, opener = Allowed(), Opener(build, chosen)
    modules = planning.modules()
    folder = write_modules(build / "modules", modules)
    profiles = json.loads(PROFILES.read_text()) if PROFILES.exists() else {}
    failed = compiled = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(Check, driver, opener, modules, folder, dict(profiles), args)
                for driver in chosen]
        for job in jobs:
            try:
                done = job.result()
            except packages.Unavailable as problem:
                sys.exit(f"Programs are not what docs/compilers has of them, and cannot be "
                         f"compiled: {problem}")
            failed += done.report(allowed)
            compiled += done.compiled
            if args.write:
                done.write(args.all)
                profiles[done.driver.name] = done.profile
                PROFILES.write_text(json.dumps(profiles, indent=1, sort_keys=True) + "\n")
    if compiled and not (args.write or args.fresh or args.listings):
        everything = " --all" if args.all else ""
        print(f"{compiled} programs are not what docs/compilers has of them: "
              f"ci/compilers.sh{everything} --write brings its tables up to date; commit them.")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
