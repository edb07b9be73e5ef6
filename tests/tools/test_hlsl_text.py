"""HLSL of programs: what the build mends of spirv-cross's, and what DXC refuses."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
SHADERS = RUNTIME / "shaders"
sys.path.insert(0, str(SHADERS))
import buffer_check  # noqa: E402
import build_shaders  # noqa: E402
import hlsl_shared  # noqa: E402
import hlsl_text  # noqa: E402
import precompiled  # noqa: E402

BODIES = hlsl_text.bodies(SHADERS / "hlsl/words.hlsl")


def tool(key, name):
    """A tool of the build, as ./configure.py found it, or the machine's."""
    configuration = ROOT / "build/configuration.json"
    found = json.loads(configuration.read_text()).get(key) if configuration.exists() else None
    return found or shutil.which(name) or name


# ---- What is mended ------------------------------------------------------------


def test_numbers_of_buffers_are_literals():
    text = "f(p.Load(4), p.Load(0), p.Load(12), p.Load(8), p.Load(16), p.Load2(20));"
    assert hlsl_text.with_numbers(text, 2) == (
        "f(0u, p.Load(0), 1u, p.Load(8), p.Load(16), p.Load2(20));")


def test_constants_of_arrays_stay():
    text = "p.Load(i * 4 + 16) + p.Load((d + (f(t) * 8)) * 4 + 24)"
    assert hlsl_text.with_numbers(text, 2) == text
    assert hlsl_text.with_numbers("p.Load(i * 4)", 0) == "p.Load(i * 4)"


@pytest.mark.parametrize("load", ["p.Load(i * 8 + 4)", "p.Load(i * 8)", "p.Load2(0)",
                                  "p.Load((a + (f(i) * 2)) * 8 + 12)"])
def test_a_buffer_of_an_array_is_a_literal_one(load):
    with pytest.raises(hlsl_text.Refused, match="literal|part of a buffer"):
        hlsl_text.with_numbers(load, 2)


def test_bodies_choose_among_the_buffers():
    body = BODIES["dml_load2"]
    assert hlsl_text.for_buffers(body, 1).split("\n")[2] == "return dml_1.Load2(at);"
    assert hlsl_text.for_buffers(body, 3).split("\n")[2:5] == [
        "if (number == 0) return dml_1.Load2(at);",
        "else if (number == 1) return dml_2.Load2(at);",
        "else return dml_3.Load2(at);"]
    assert hlsl_text.for_buffers(BODIES["dml_pack_double"], 3) == BODIES["dml_pack_double"]


def test_every_function_without_a_body_has_one():
    """What words.glsl declares, and what functions.glsl says of doubles."""
    words = (SHADERS / "hlsl/words.glsl").read_text()
    declared = set(re.findall(r"^DML_WORD_(?:LOAD|STORE)\((\w+), ", words, re.M))
    assert declared | {"dml_pack_double", "dml_unpack_double"} == set(BODIES)


WRITTEN = """\
#ifndef SPIRV_CROSS_CONSTANT_ID_1
#define SPIRV_CROSS_CONSTANT_ID_1 0u
#endif
static const uint USED = SPIRV_CROSS_CONSTANT_ID_1;
#ifndef SPIRV_CROSS_CONSTANT_ID_31
#define SPIRV_CROSS_CONSTANT_ID_31 false
#endif
static const bool UNUSED = SPIRV_CROSS_CONSTANT_ID_31;

RWByteAddressBuffer dml_memory : register(u1, space0);
ByteAddressBuffer p : register(t0, space0);

uint dml_load1(uint number, uint at)
{
    dml_memory.Store(at * 4 + 0, number);
    return dml_memory.Load(number * 4 + 0);
}

void comp_main()
{
    u64vec4 a = i64vec2(dml_load1(p.Load(12), USED)).xxxx;
}
"""
FINISHED = """\
RWByteAddressBuffer dml_1 : register(u1);
RWByteAddressBuffer dml_2 : register(u2);
#ifndef SPIRV_CROSS_CONSTANT_ID_1
#define SPIRV_CROSS_CONSTANT_ID_1 0u
#endif
static const uint USED = SPIRV_CROSS_CONSTANT_ID_1;
ByteAddressBuffer p : register(t0, space0);
uint dml_load1(uint number, uint at)
{
if (number == 0) return dml_1.Load(at);
else return dml_2.Load(at);
}
void comp_main()
{
uint64_t4 a = int64_t2(dml_load1(1u, USED)).xxxx;
}
"""


def test_finished():
    assert hlsl_text.finished(WRITTEN, 2, BODIES) == FINISHED


def test_memory_is_reached_by_functions_only():
    with pytest.raises(hlsl_text.Refused, match="words.hlsl"):
        hlsl_text.finished(WRITTEN.replace("u64vec4 a", "dml_memory.Store(0, 1);"), 2, BODIES)
    with pytest.raises(hlsl_text.Refused, match="block has none"):
        hlsl_text.finished(WRITTEN, 0, BODIES)


def test_constants_that_only_a_group_size_names_stay():
    text = WRITTEN.replace("UNUSED = ", "SIZE = ") + (
        "[numthreads(SPIRV_CROSS_CONSTANT_ID_31, 1, 1)]\nvoid main() {}\n")
    assert "SPIRV_CROSS_CONSTANT_ID_31 false" in hlsl_text.finished(text, 2, BODIES)


LOOPS = """\
int _4[4];
[unroll]
for (int _0ident = 0; _0ident < 4; _0ident++)
{
    [unroll]
    for (int _1ident = 0; _1ident < 4; _1ident++)
    {
        _4[_0ident][_1ident] = int(p.Load(_1ident * 4 + _0ident * 4 + 40));
    }
}
"""


def test_arrays_are_loaded_element_by_element():
    assert hlsl_text.with_array_loads(LOOPS) == """\
int _4[4];
[unroll]
for (int _0ident = 0; _0ident < 4; _0ident++)
_4[_0ident] = int(p.Load(_0ident * 4 + 40));
"""


# ---- Shared memory of 64-bit elements ------------------------------------------

SHARED = """\
struct Pair
{
int64_t a;
double2 b[1];
uint c;
};
groupshared double tree[256];
groupshared float small[N];
groupshared Pair pairs[2][N];
void comp_main()
{
tree[i] = tree[tree_of(i) + 1] + x[tree[0]];
tree[i] += 2.0;
small[i] = small[0];
if (tree[i] == 1.0) pairs[c][i + 1] = pairs[0][i];
double v = pairs[c][i].b[0].y;
}
"""


def test_shared_doubles_are_words():
    text = hlsl_shared.in_words(SHARED)
    assert text[text.index("void comp_main"):] == """\
void comp_main()
{
tree_set(i, tree_get(tree_of(i) + 1) + x[tree_get(0)]);
tree_set(i, tree_get(i) + (2.0));
small[i] = small[0];
if (tree_get(i) == 1.0) pairs_set((c) * (N) + (i + 1), pairs_get((0) * (N) + (i)));
double v = pairs_get((c) * (N) + (i)).b[0].y;
}
"""
    assert "groupshared float small[N];\n" in text
    assert re.findall("groupshared uint .*;", text) == [
        "groupshared uint tree_words[2 * tree_count];",
        "groupshared uint pairs_words[7 * pairs_count];"]
    assert "static const uint pairs_count = (2) * (N);\n" in text


@pytest.mark.parametrize("statement", [
    "pairs[0][i].c = 1;", "pairs[0][i].b[0].x += 1.0;", "f(pairs[0]);"])
def test_parts_of_shared_elements_are_refused(statement):
    with pytest.raises(hlsl_shared.Unknown, match="part of"):
        hlsl_shared.in_words(SHARED + statement)


def test_words_of_each_type_compile(check, tmp_path):
    program = tmp_path / "program.hlsl"
    for kind, low, high in (("double", "1.5", "-3.0"), ("int64_t", "-5", "1ll << 40"),
                            ("uint64_t", "7", "1ull << 63"), ("float", "0.5f", "2.0f")):
        program.write_text(hlsl_shared.in_words(
            f"struct All\n{{\n{kind}2 a;\ndouble b;\nbool c;\n}};\n"
            "groupshared All shared_all[4];\nRWByteAddressBuffer o : register(u1);\n"
            f"[numthreads(4, 1, 1)] void main(uint i : SV_GroupIndex) {{\nAll v;\n"
            f"v.a = {kind}2({low}, {high});\nv.b = 0.25;\nv.c = i == 2;\n"
            "shared_all[i] = v;\nAll w = shared_all[i];\n"
            "if (any(w.a != v.a) || w.b != v.b || w.c != v.c) o.Store(0, 1);\n}\n"))
        subprocess.run([check, pathlib.Path(tool("dxc", "dxc"), "libdxcompiler.so"), program],
                       check=True)


# ---- Whole programs ------------------------------------------------------------

PROGRAM = """\
#version 460
#include "dml.glsl"
layout(constant_id = 1) const uint STEPS = 4;
DML_PARAMETERS_BEGIN
  TBuffer x;
  TBuffer y[2];
  uint count;
DML_PARAMETERS_END
DML_HELD(TBuffer, held);
void main() {
  uint i = dml_global();
  if (i >= p.count) return;
  DML_HOLD_EITHER(held, STEPS > 2, p.x, p.y[0]);
  T_compute sum = T_compute(0);
  [[unroll]] for (uint k = 0; k < LIMIT; ++k) sum += T_load(held, i + k);
  T_store(p.y[1], i, sum);
}
"""
ROW = 'Shader("program", T=("f32", "f16"), defines={{"LIMIT": "{limit}"}}{more})'


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """third_party/dxc/compile_hlsl.cc, compiled."""
    program = tmp_path_factory.mktemp("check") / "compile_hlsl"
    subprocess.run([tool("compiler", "g++"), "-std=c++17", "-O0", "-I", ROOT,
                    "-isystem", pathlib.Path(tool("dxc", "dxc"), "include"),
                    ROOT / "third_party/dxc/compile_hlsl.cc",
                    SHADERS.parent / "hal/d3d12/dxil_hash.cc",
                    "-lstdc++", "-lm", "-ldl", "-o", program], check=True)
    return program


@pytest.fixture
def built(tmp_path, check):
    """Builds a family of PROGRAM; returns (exit status, stderr, the C++, {name: HLSL})."""
    def build(limit="STEPS", more="", program=PROGRAM, compiled=()):
        family = tmp_path / "family"
        family.mkdir()
        if compiled:
            precompiled.write(family / precompiled.NAME, compiled)
        (family / "program.comp").write_text(program)
        (family / "programs.py").write_text(
            "from variants import Shader\nSHADERS = ["
            + ROW.format(limit=limit, more=more) + "]\n")
        out, keep = tmp_path / "out.cc", tmp_path / "keep"
        result = subprocess.run(
            [sys.executable, "-B", str(SHADERS / "build_shaders.py"), "--family", str(family),
             "--out", str(out), "--glslc", tool("glslc", "glslc"), "--keep", str(keep),
             "--spirv-cross", tool("spirv_cross", "spirv-cross"), "--compile-hlsl", str(check),
             "--dxc", str(pathlib.Path(tool("dxc", "dxc"), "libdxcompiler.so"))],
            capture_output=True, text=True)
        return (result.returncode, result.stderr, out.read_text() if out.exists() else "",
                {path.stem: path.read_text() for path in keep.glob("*.hlsl")})
    return build


def test_the_table_has_both(built):
    status, errors, table, texts = built()
    assert status == 0, errors
    assert set(texts) == {"program_f32", "program_f16"}
    for name, text in texts.items():
        assert f'R"hlsl({text})hlsl"' in table
        assert f", 3, kHlsl_{name}, {len(text)}" in table
        assert text.count("RWByteAddressBuffer") == 3
        assert "[numthreads(SPIRV_CROSS_CONSTANT_ID_0, 1, 1)]" in text
        assert "//" not in text
    # Elements below a word go by And and Or on the word, others as words.
    assert "InterlockedOr" in texts["program_f16"]
    assert "Interlocked" not in texts["program_f32"]


def test_a_reason_leaves_it_out(built):
    status, errors, table, texts = built(more=', no_hlsl="a reason"')
    assert (status, texts) == (0, {}), errors
    assert "nullptr, 0, {}}" in table


@pytest.mark.parametrize("exact", [False, True])
def test_a_row_may_be_exact(built, exact):
    status, errors, _, texts = built(more=f", exact={exact}")
    assert status == 0, errors
    assert [("precise float" in text) for text in texts.values()] == [exact] * 2


def test_a_row_may_have_a_grouped_form(built):
    status, errors, table, _ = built(more=", grouped=True")
    assert status == 0, errors
    plain, grouped = (re.search(rf"const uint32_t k{name}_program_f32\[\] = \{{\n(.*?)\}};", table,
                                re.S)[1] for name in ("", "Grouped"))
    assert plain != grouped
    assert ", {}, kGrouped_program_f32}," in table


def listed(name, *constants):
    return precompiled.Row(name, constants, "a test")


def test_listed_programs_are_compiled(built):
    # Of one thing twice there is one; constants change what is compiled.
    status, errors, table, _ = built(compiled=[
        listed("program_f32", 64, 2), listed("program_f32", 64, 5), listed("program_f16", 64, 4),
        listed("program_f32", 64, 2, 9)])
    assert status == 0, errors
    assert "const uint32_t kConstants_program_f32_1[] = {\n0x40,0x2,0x9,\n};" in table
    assert "{kConstants_program_f32_1, kDxil_program_f32_0}," in table
    assert "{kConstants_program_f32_2, kDxil_program_f32_2}," in table
    assert "{kConstants_program_f16_0, kDxil_program_f16_0}," in table
    assert ", kCompiled_program_f32}," in table
    containers = re.findall(r"const uint32_t kDxil_(\w+)\[\] = \{\n0x43425844,(\S+),\n", table)
    assert [name for name, _ in containers] == ["program_f16_0", "program_f32_0", "program_f32_2"]
    # Four words of hash follow, without which Direct3D refuses them.
    assert all(rest.split(",")[:4] != ["0x0"] * 4 for _, rest in containers)


def test_what_is_not_listed_is_checked_only(built):
    status, errors, table, _ = built(compiled=[listed("program_f32", 64, 2)])
    assert status == 0, errors
    assert "kCompiled_program_f16" not in table


def test_constants_that_dxc_refuses_end_the_build(built):
    # Groups are of 1024 at most.
    status, errors, table, _ = built(compiled=[listed("program_f32", 64, 2),
                                               listed("program_f32", 2048, 2)])
    assert status != 0 and not table
    assert re.search(r"^program_f32: its HLSL: DXC says: (?s:.*)with the constants 2048,2", errors,
                     re.M), errors


@pytest.mark.parametrize("row, more, text", [
    (listed("program_f64", 64, 4), "", "lists what programs.py has not: ['program_f64']"),
    (listed("program_f32", 64, 4), ', no_hlsl="a reason"', "program_f32: precompiled.csv"),
])
def test_lists_of_what_is_not_there_end_the_build(built, row, more, text):
    status, errors, table, _ = built(more=more, compiled=[row])
    assert status != 0 and not table
    assert text in errors


def test_what_dxc_refuses_ends_the_build(built):
    status, errors, table, _ = built(limit="p.count")
    assert status != 0 and not table
    for name in ("program_f32", "program_f16"):
        assert re.search(rf"^{name}: its HLSL: DXC says: .*unroll", errors, re.M), errors


def test_a_buffer_chosen_at_run_time_ends_the_build(built):
    status, errors, _, _ = built(program=PROGRAM.replace("p.y[1]", "p.y[i & 1]"))
    assert status != 0
    assert "program_f32: its HLSL: " in errors and "literal" in errors


def test_check_refuses_what_is_no_program(check, tmp_path):
    dxc = str(pathlib.Path(tool("dxc", "dxc"), "libdxcompiler.so"))
    def said(*arguments):
        result = subprocess.run([check, *arguments], capture_output=True, text=True)
        return result.returncode, result.stderr
    source = tmp_path / "program.hlsl"
    source.write_text("[numthreads(1, 1, 1)] void main() { none(); }\n")
    status, errors = said(dxc, source)
    assert status == 1 and "undeclared identifier 'none'" in errors
    source.write_text("groupshared float a[N]; RWByteAddressBuffer b : register(u1);\n"
                      "[numthreads(1, 1, 1)] void main() { a[0] = 1; b.Store(0, a[N - 1]); }\n")
    assert said(dxc, source, "-DN=8") == (0, "")
    # More than the 32 KB of shared memory: that the validator says.
    status, errors = said(dxc, source, "-DN=8193")
    assert status == 1 and "group shared memory" in errors.lower()
    # Functions that know no double take a float.
    source.write_text("RWByteAddressBuffer b : register(u1);\n[numthreads(1, 1, 1)]\n"
                      "void main() { double d = asdouble(b.Load(0), b.Load(4));\n"
                      "b.Store(8, (uint)FUNCTION(d)); }\n")
    assert said(dxc, source, "-DFUNCTION=abs") == (0, "")
    status, errors = said(dxc, source, "-DFUNCTION=floor")
    assert status == 1 and "larger type 'double'" in errors
    assert said(dxc, tmp_path / "none.hlsl")[0] == 1
    assert said(tmp_path / "none.so", source)[0] == 1
    source.write_text("[numthreads(SPIRV_CROSS_CONSTANT_ID_0, 1, 1)] void main() {}\n")
    status, errors = said(dxc, source, "--constants", "64", tmp_path / "none/out")
    assert status == 1 and "cannot write" in errors


# ---- The two implementations -----------------------------------------------------


def test_both_offer_the_same_macros():
    one = buffer_check.vocabulary(SHADERS / "buffers.glsl")
    other = buffer_check.vocabulary(SHADERS / "hlsl/buffers.glsl")
    documented = {name: at for name, at in one.items() if not name.startswith("DML_FLOAT16")}
    assert documented.items() <= other.items()


def test_types_are_those_of_the_language():
    for name in build_shaders.TYPES:
        macros = build_shaders.type_macros({"T": name}, hlsl=True)
        assert f"#define T_type {name}\n" in macros
        assert not re.search(r"float16|int8|int16|f16vec|[iu](8|16)vec", macros)
