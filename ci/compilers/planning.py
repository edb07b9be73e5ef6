"""The programs that the operators ask for on an adapter, without the adapter.

The null backend stands in: it takes the adapter's properties as a profile, so that the
tables choose what they would choose there, and nothing is run. Needs the tools' venv
(NumPy) and the runtime as Bazel built it.

    planning.py all|short OUT     with TF_DIRECTML_NULL_ADAPTER set: see drivers.profile()

writes a JSON list of [shader, [constants], subgroup size or 0, use], each program once,
`use` being the first case that asked for it. The short list is what bench and the models
take, and each tile of the adapter's class; all: what the runtime's tests take, too
(programs_of_tests.py), who leave out no operator, but for tiles of other classes and, on
an adapter without float64, programs with it, which a device refuses there.
"""

import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tensorflow/core/common_runtime/dml/runtime/shaders"))
import chains  # noqa: E402
import spirv  # noqa: E402

GENERATED = ROOT / "bazel-out/host/bin/tensorflow/core/common_runtime/dml/runtime/operators"

# With cooperative matrices, the subgroup's size is this constant (shaders/program_cache.h).
SUBGROUP_CONSTANT = 12

OP_CAPABILITY, FLOAT64 = 17, 10  # SPIR-V's

# What the runtime calls the grouped form of a program (shaders/program_cache.cc).
GROUPED = "_grouped"
SMALL_TILE = 64

# Products of which each takes another row of the tile table: (m, n, k).
PRODUCTS = [(4096, 4096, 4096), (512, 512, 512), (48, 48, 4096), (8, 4096, 4096),
            (4096, 8, 4096), (30, 30, 30)]
IMAGE = {"input": [64, 28, 28, 256], "filter": [3, 3, 256, 256], "stride": 1, "pad": 1,
         "groups": 1}


def modules(folder=GENERATED):
    """{name: SPIR-V} of the tables that the build made of each family."""
    found = {}
    for path in sorted(folder.glob("*/*_programs.cc")):
        for grouped, name, words in re.findall(
                r"const uint32_t k(Grouped)?_(\w+)\[\] = \{\n(.*?)\n?\};", path.read_text(), re.S):
            numbers = [int(word, 16) for word in words.replace("\n", "").split(",") if word]
            found[name + GROUPED * bool(grouped)] = struct.pack(f"<{len(numbers)}I", *numbers)
    if not found:
        raise FileNotFoundError(f"no programs in {folder}: build //tensorflow:libdml_runtime.so")
    return found


def has_float64(module):
    """Whether a module says that it takes float64."""
    words = struct.unpack(f"<{len(module) // 4}I", module)
    return any((op, *operands) == (OP_CAPABILITY, FLOAT64)
               for _, op, operands in spirv.instructions(words))


def subgroup_of(shader, constants):
    return constants[SUBGROUP_CONSTANT] if "_matrix_" in shader else 0


def own_tiles(device):
    """Of each type, the sizes of the tiles that are made for the adapter's class."""
    sizes = ("m", "n", "k", "thread_m", "thread_n")
    return {dtype: {tuple(tile[size] for size in sizes) for tile in device.tile_candidates(name)}
            for dtype, name in (("f16", "float16"), ("f32", "float32"), ("f64", "float64"))}


def is_of_class(shader, constants, tiles):
    """Whether products take the program unless someone forces a tile of another class."""
    if not re.match(r"gemm|convolution", shader):
        return True
    # Integers take the rows of float32.
    return tuple(constants[1:6]) in tiles.get(shader.split("_")[-1], tiles["f32"])


def cases(device, dml):
    """(use, function that plans it) of each case."""
    from tensorflow_directml.bench import models
    from tensorflow_directml.bench.families import REGISTRY
    from tensorflow_directml.bench.reduction import programs

    def of(family, dtype, parameters):
        return lambda: programs(device, REGISTRY[family](parameters, dtype))

    for dtype in ("float32", "float16"):
        tiles = device.tile_candidates(dtype)
        for m, n, k in PRODUCTS:
            for transpose in (False, True):
                yield (f"gemm {dtype} {m} x {n} x {k}{' ta' if transpose else ''}",
                       of("gemm", dtype, {"batch": 1, "m": m, "n": n, "k": k,
                                          "transpose_a": transpose, "transpose_b": False}))
        for direction in ("", "_backward_data", "_backward_filter"):
            yield (f"convolution{direction} {dtype} 3x3",
                   of(f"convolution{direction}", dtype, IMAGE))
        for tile in tiles:
            label = f"{tile['m']}x{tile['n']}x{tile['k']}/{tile['thread_m']}x{tile['thread_n']}"
            gemm = of("gemm", dtype, {"batch": 1, "m": 4096, "n": 4096, "k": 4096,
                                      "transpose_a": False, "transpose_b": False})
            image = of("convolution", dtype, IMAGE)

            def forced(plan, tile=tile):
                device.override_tile(tile)
                try:
                    return plan()
                finally:
                    device.override_tile(None)

            yield f"gemm {dtype} tile {label}", lambda f=forced, g=gemm: f(g)
            yield f"convolution {dtype} tile {label}", lambda f=forced, g=image: f(g)
        for case in models.cases([dtype]):
            yield (f"{case.uses[0][0]}: {case.family} {dtype}",
                   of(case.family, case.dtype, case.parameters))


def may_be_grouped(shader, constants, use):
    """Products that are small enough take small tiles."""
    return " tile " not in use and (
        not shader.startswith("gemm") or max(constants[1:3]) <= SMALL_TILE)


def grouped_forms(found):
    """{(shader, constants): use} of the grouped forms of what small launches take."""
    names = modules()
    return {(shader + GROUPED, constants): f"{use}, grouped"
            for (shader, constants), use in found.items()
            if shader + GROUPED in names and may_be_grouped(shader, constants, use)}


def planned(device, dml):
    found = {}
    for use, plan in cases(device, dml):
        try:
            programs = plan()
        except dml.DmlError as error:
            print(f"not planned: {use}: {error}", file=sys.stderr)
            continue
        for program in programs:
            if program.shader == "copy":
                continue
            found.setdefault((program.shader, program.constants), use)
    for program, use in chains.programs(device).items():
        found.setdefault(program, use)
    found.update(grouped_forms(found))
    return [[shader, list(constants), subgroup_of(shader, constants), use]
            for (shader, constants), use in found.items()]


def operators_tests():
    """The folders of the runtime's tests; what is beside them tests devices, not programs."""
    return sorted({path.parent for path in (ROOT / "tests/runtime").glob("*/test_*.py")})


def of_tests(tests):
    """[shader, [constants], subgroup size or 0, use] of what folders of tests take."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "programs.json"
        environment = {**os.environ, "PROGRAMS_OF_TESTS": str(out),
                       "PYTHONPATH": str(pathlib.Path(__file__).parent),
                       # Which launches follow one another in tests says nothing.
                       "TF_DIRECTML_MERGING": "0"}
        # Tests fail: see there.
        result = subprocess.run(
            [sys.executable, "-O", "-m", "pytest", "--assert=plain", "-p", "programs_of_tests",
             "-p", "no:cacheprovider", "--hypothesis-seed=0", "-q", "--tb=no", *tests],
            cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if not out.exists():
            raise RuntimeError(f"the tests' programs: {result.stdout[-2000:]}{result.stderr}")
        rows = json.loads(out.read_text())
    return [[shader, constants, subgroup_of(shader, constants), use]
            for shader, constants, use in rows if shader != "copy"]


def main():
    sys.path.insert(0, str(ROOT / "tests/runtime"))
    import conftest

    conftest.import_from_checkout()
    from tensorflow_directml import runtime as dml

    every = sys.argv[1] == "all"
    with dml.open(0) as device:
        programs = planned(device, dml)
        tiles, float64 = own_tiles(device), device.adapter.float64
    if every:
        known = {(shader, tuple(constants)) for shader, constants, _, _ in programs}
        programs += [row for row in of_tests(operators_tests())
                     if (row[0], tuple(row[1])) not in known
                     and is_of_class(row[0], row[1], tiles)]
    if not float64:
        refused = {name for name, module in modules().items() if has_float64(module)}
        programs = [row for row in programs if row[0] not in refused]
    pathlib.Path(sys.argv[2]).write_text(json.dumps(programs))


if __name__ == "__main__":
    main()
