"""The programs that the build compiles for Direct3D 12: operators/<family>/precompiled.csv.

    common_programs.py                            says what the lists lack or have too much
    common_programs.py --write --training PYTHON  writes them anew

What the operators ask for, without tuning, on each class of adapter as Direct3D 12 has it, in
two kinds of models: those of bench, and TensorFlow's, for which PYTHON is an interpreter with
the wheel (programs_of_training.py). Without it, rows of the second kind stay as they are.
Runs in the tools' venv with the runtime as Bazel built it.

The lists are no obligation: a program that none has is compiled when it is first used.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
LIBRARY = ROOT / "bazel-bin/tensorflow/libdml_runtime.so"
sys.path.insert(0, str(RUNTIME / "shaders"))
import build_shaders  # noqa: E402
import drivers  # noqa: E402
import precompiled  # noqa: E402

AMD, INTEL, NVIDIA = 0x1002, 0x8086, 0x10de
# What tells adapters apart there: (VkPhysicalDeviceType, vendor, least size of a wave).
CLASSES = ((2, AMD, 32), (2, INTEL, 8), (2, NVIDIA, 32), (1, AMD, 32), (1, INTEL, 8))
# Of these, those that TensorFlow's models, which take no large products, are planned on.
CLASSES_OF_TRAINING = ((2, AMD, 32), (2, NVIDIA, 32))
OF_TRAINING = "TensorFlow: "


def profile(kind, vendor, wave):
    """The null adapter's profile: as hal/d3d12/features.cc describes adapters."""
    return drivers.profile({
        "type": kind, "vendor_id": vendor, "subgroup_size": wave,
        "max_group_invocations": 1024, "max_shared_bytes": 32 << 10, "float16_arithmetic": 0,
        "float16_products": "converted", "float64": 1, "matrix_shapes": [],
        "matrix_subgroup_size": 0}) + ",grouped_programs=0"


def of_bench(out):
    """Writes [shader, [constants], use] of the cases of bench's models, on this adapter."""
    sys.path.insert(0, str(ROOT / "tests/runtime"))
    import conftest

    conftest.import_from_checkout()
    from tensorflow_directml import runtime as dml
    from tensorflow_directml.bench import models
    from tensorflow_directml.bench.families import REGISTRY
    from tensorflow_directml.bench.reduction import programs

    found = {}
    with dml.open(0) as device:
        for case in models.cases(["float32", "float16"]):
            family = REGISTRY[case.family](case.parameters, case.dtype)
            for program in programs(device, family):
                found.setdefault((program.shader, program.constants),
                                 f"{case.uses[0][0]}: {case.family} {case.dtype}")
    out.write_text(json.dumps([[*program, use] for program, use in found.items()]))


def planned(adapter, *command, **variables):
    """What a process writes that sees only this adapter."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "programs.json")
        # The wheel has a runtime of its own.
        given = {name: value for name, value in os.environ.items()
                 if name != "TF_DIRECTML_RUNTIME_LIBRARY"}
        environment = {**given, "TF_DIRECTML_BACKEND": "null",
                       "TF_DIRECTML_NULL_ADAPTER": profile(*adapter),
                       "TF_DIRECTML_CACHE_DIR": folder, **variables}
        result = subprocess.run([*command, out], env=environment, capture_output=True, text=True,
                                check=False)
        if result.returncode:
            sys.exit(f"{command}: {result.stderr.strip()[-2000:]}")
        return [(shader, tuple(constants), use)
                for shader, constants, use in json.loads(out.read_text()) if shader != "copy"]


def families():
    """{shader: its family's folder}, of those that have HLSL."""
    return {name: path.parent for path in (RUNTIME / "operators").glob("*/programs.py")
            for shader in build_shaders.table_of(path.parent)
            if not shader.cooperative and not shader.no_hlsl
            for name, _ in shader.variants()}


def listed():
    return [row for path in sorted((RUNTIME / "operators").glob(f"*/{precompiled.NAME}"))
            for row in precompiled.read(path)]


def gathered(training):
    """{(shader, constants): use}; what both kinds of models take is bench's."""
    found = {}
    for adapter in CLASSES:
        for shader, constants, use in planned(adapter, sys.executable, __file__, "--plan",
                                              TF_DIRECTML_RUNTIME_LIBRARY=str(LIBRARY)):
            found.setdefault((shader, constants), use)
    if training:
        rows = [(shader, constants, OF_TRAINING + model) for adapter in CLASSES_OF_TRAINING
                for shader, constants, model in planned(adapter, training,
                                                        HERE / "programs_of_training.py")]
    else:
        rows = [row for row in listed() if row.use.startswith(OF_TRAINING)]
    for shader, constants, use in rows:
        found.setdefault((shader, constants), use)
    return found


def write(found):
    folders = families()
    for folder in sorted(set(folders.values())):
        rows = [precompiled.Row(shader, constants, use)
                for (shader, constants), use in found.items() if folders[shader] == folder]
        path = folder / precompiled.NAME
        if rows:
            precompiled.write(path, rows)
        else:
            path.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--training", metavar="PYTHON", help="an interpreter with the wheel")
    parser.add_argument("--plan", type=pathlib.Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.plan:
        of_bench(args.plan)
        return
    found = gathered(args.training)
    if args.write:
        write(found)
    known = {(row.shader, row.constants) for row in listed()}
    differences = [f"{what}: {shader} {','.join(map(str, constants))}"
                   for what, programs in (("not listed", set(found) - known),
                                          ("asked for by none", known - set(found)))
                   for shader, constants in sorted(programs)]
    if differences:
        sys.exit("\n".join([*differences, "The lists of programs for Direct3D 12 are old: "
                            "ci/compilers/common_programs.py --write; commit them."]))
    print(f"{len(found)} programs are compiled for Direct3D 12 by the build")


if __name__ == "__main__":
    main()
