"""What the build mends of SPIR-V modules."""

import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
sys.path.insert(0, str(RUNTIME / "shaders"))
import spirv  # noqa: E402

HEADER = (0x07230203, 0x10500, 0, 100, 0)
POINTER, LOAD = spirv.OP_TYPE_POINTER, spirv.OP_LOAD
WORKGROUP = 4
VOLATILE = 1


def module(*instructions):
    words = list(HEADER)
    for op, *operands in instructions:
        words += [len(operands) + 1 << 16 | op, *operands]
    return tuple(words)


def mended(*loads):
    types = ((POINTER, 10, spirv.PHYSICAL_STORAGE_BUFFER, 5), (POINTER, 11, WORKGROUP, 5))
    whole = spirv.with_aligned_addresses(module(*types, *loads))
    return [args for _, op, args in spirv.instructions(whole) if op == LOAD]


def test_addresses_are_aligned_as_they_lie():
    aligned = spirv.ALIGNED
    assert mended((LOAD, 10, 20, 30, aligned, 1)) == [(10, 20, 30, aligned, 8)]
    assert mended((LOAD, 10, 20, 30, aligned | VOLATILE, 4)) == [
        (10, 20, 30, aligned | VOLATILE, 8)]
    assert mended((LOAD, 10, 20, 30, aligned, 16)) == [(10, 20, 30, aligned, 16)]


def test_other_loads_stay():
    loads = [(LOAD, 10, 20, 30), (LOAD, 10, 20, 30, VOLATILE),
             (LOAD, 11, 20, 30, spirv.ALIGNED, 1), (LOAD, 5, 20, 30, spirv.ALIGNED, 2)]
    assert mended(*loads) == [tuple(operands) for _, *operands in loads]


def test_programs_are_built_so(tmp_path):
    """Bytes have the least alignment, and lie behind addresses in memory here."""
    subprocess.run([sys.executable, RUNTIME / "shaders/build_shaders.py",
                    "--family", RUNTIME / "operators/copies", "--only", "^pad_u8$",
                    "--keep", tmp_path, "--out", tmp_path / "programs.cc"], check=True)
    code = (tmp_path / "pad_u8.spv").read_bytes()
    words = struct.unpack(f"<{len(code) // 4}I", code)
    addresses = {args[0] for _, op, args in spirv.instructions(words)
                 if op == POINTER and args[1] == spirv.PHYSICAL_STORAGE_BUFFER}
    alignments = {args[4] for _, op, args in spirv.instructions(words)
                  if op == LOAD and args[0] in addresses and len(args) > 4}
    assert alignments and min(alignments) >= spirv.ADDRESS_BYTES
