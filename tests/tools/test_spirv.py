"""What the build mends of SPIR-V modules."""

import pathlib
import struct
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
sys.path.insert(0, str(RUNTIME / "shaders"))
import spirv  # noqa: E402

HEADER = (0x07230203, 0x10500, 0, 100, 0)
POINTER, LOAD = spirv.OP_TYPE_POINTER, spirv.OP_LOAD
WORKGROUP = 4
SPEC_ID, BY_HAND = 1, 31  # a decoration; float16.glsl
# OpTypeFloat, OpTypeVector, OpLabel, OpBranchConditional, OpFConvert.
FLOAT, VECTOR, LABEL, BRANCH, CONVERT = 22, 23, 248, 250, 115
EXTENDED, FMA = 12, 50  # OpExtInst, of GLSL.std.450
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


def built(family, name, tmp_path):
    """The words of a program of the runtime."""
    subprocess.run([sys.executable, RUNTIME / "shaders/build_shaders.py",
                    "--family", RUNTIME / "operators" / family, "--only", f"^{name}$",
                    "--keep", tmp_path, "--out", tmp_path / "programs.cc"], check=True)
    code = (tmp_path / f"{name}.spv").read_bytes()
    return struct.unpack(f"<{len(code) // 4}I", code)


def exact(words):
    """(results of arithmetic on floats, those that are decorated) of a module."""
    found = list(spirv.instructions(words))
    return ([args[1] for _, op, args in found if op in spirv.ARITHMETIC],
            [args[0] for _, op, args in found
             if op == spirv.OP_DECORATE and args[1] == spirv.NO_CONTRACTION])


def test_arithmetic_is_decorated_once_before_types():
    add, multiply, bits = 129, 133, 197
    annotation = (spirv.OP_DECORATE, 8, 1, 0)
    precise = (spirv.OP_DECORATE, 31, spirv.NO_CONTRACTION)
    body = [(spirv.FIRST_TYPE, 2), (add, 5, 30, 20, 21), (multiply, 5, 31, 30, 30),
            (bits, 6, 32, 20, 21)]
    assert spirv.without_contraction(module(annotation, precise, *body)) == module(
        annotation, precise, (spirv.OP_DECORATE, 30, spirv.NO_CONTRACTION), *body)


@pytest.mark.parametrize("name", ["chain_f32_f16", "ternary_f32", "binary_strided_f16"])
def test_what_becomes_one_launch_is_exact(tmp_path, name):
    """Else a driver may contract a step alone, and not in a chain, or the other way round."""
    words = built("elementwise", name, tmp_path)
    arithmetic, decorated = exact(words)
    assert arithmetic and sorted(arithmetic) == sorted(decorated)
    # Nor has the build's own optimizer made multiply-adds.
    assert not [args for _, op, args in spirv.instructions(words)
                if op == EXTENDED and args[3] == FMA]


def test_other_programs_may_be_contracted(tmp_path):
    arithmetic, decorated = exact(built("products", "gemm_f32", tmp_path))
    assert set(arithmetic) > set(decorated)


def test_programs_are_built_so(tmp_path):
    """Bytes have the least alignment, and lie behind addresses in memory here."""
    words = built("copies", "pad_u8", tmp_path)
    addresses = {args[0] for _, op, args in spirv.instructions(words)
                 if op == POINTER and args[1] == spirv.PHYSICAL_STORAGE_BUFFER}
    alignments = {args[4] for _, op, args in spirv.instructions(words)
                  if op == LOAD and args[0] in addresses and len(args) > 4}
    assert alignments and min(alignments) >= spirv.ADDRESS_BYTES


@pytest.mark.parametrize("family, name", [
    ("reductions", "add_tensors_f16"), ("softmax", "softmax_f16"),
    ("normalization", "layer_norm_f16"), ("elementwise", "ternary_f16")])
def test_drivers_convert_where_they_are_to_be_relied_on(tmp_path, family, name):
    """Where DML_FLOAT16_BY_HAND is false: of the parts that it chooses from, the second."""
    found = list(spirv.instructions(built(family, name, tmp_path)))
    by_hand, = (args[0] for _, op, args in found
                if op == spirv.OP_DECORATE and tuple(args[1:]) == (SPEC_ID, BY_HAND))
    halves = {args[0] for _, op, args in found if op == FLOAT and args[1] == 16}
    halves |= {args[0] for _, op, args in found if op == VECTOR and args[1] in halves}
    relied_on = {args[2] for _, op, args in found if op == BRANCH and args[0] == by_hand}
    block, conversions = None, 0
    for _, op, args in found:
        block = args[0] if op == LABEL else block
        if op == CONVERT and args[0] in halves:
            conversions += 1
            assert block in relied_on
    assert conversions
