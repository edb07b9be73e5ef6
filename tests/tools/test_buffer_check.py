"""The build's check that programs touch buffers by the macros of buffers.glsl only."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
SHADERS = RUNTIME / "shaders"
sys.path.insert(0, str(SHADERS))
import buffer_check  # noqa: E402

GOOD = """\
// Comments may say p.x.at[0] and TBuffer(p.x).
#version 460
#include "dml.glsl"
#include "own.glsl"

#ifdef T_f16
#define SumBuffer FloatBuffer
#define sum_store(b, i, v) float_store(b, i, v)
#else
#define SumBuffer TBuffer
#define sum_store(b, i, v) T_store(b, i, v)
#endif

DML_PARAMETERS_BEGIN
  TBuffer x, z;
  TBuffer tensors[3];  // p.tensors
  SumBuffer sums;
  WordBuffer count;
  int x_offset;
DML_PARAMETERS_END

DML_HELD(TBuffer, x_data);

#define LOAD(n) T_load(p.tensors[n], i)
#define LOAD_OF(buffer, i) \\
  T_load(p.buffer, i)
struct Box { vec4 at; };

void main() {
  const uint i = dml_global();
  DML_HOLD_EITHER(x_data, FLAG == 1, p.x, p.z);
  Box box;
  box.at.x = LOAD_OF(x, i + p.x_offset);
  T_compute sum = T_load(x_data, uint(T_load(p.tensors[2], (i, i)))) + LOAD(1);
  if (sum > own(i)) sum_store(p.sums, i, sum);
  word_add(p.count, 0, 1);
}
"""
OWN = """\
T_compute own(uint i) { return T_load(p.x, i); }
"""


@pytest.fixture
def checked(tmp_path):
    """Checks a program beside own.glsl; returns [(file:line, text)]."""
    def check(program, own=OWN):
        (tmp_path / "program.comp").write_text(program)
        (tmp_path / "own.glsl").write_text(own)
        found = []
        for error in buffer_check.check_family(tmp_path, [SHADERS, RUNTIME / "operators"]):
            place, text = error.split(": ", 1)
            found.append((str(pathlib.Path(place).relative_to(tmp_path)), text))
        return found
    return check


def test_good_program_passes(checked):
    assert checked(GOOD) == []


LAST = "  word_add(p.count, 0, 1);\n"
LINE = GOOD[:GOOD.index(LAST)].count("\n") + 1


@pytest.mark.parametrize("statement, what", [
    ("p.x.at[i] = sum;", ".at["),
    ("T_compute v = (p.x) . at [i];", ".at["),
    ("layout(buffer_reference) buffer Mine { uint a; };", "buffer_reference"),
    ("uint64_t a = uint64_t(p.x);", "p.x"),
    ("TBuffer copy = p.x;", "TBuffer"),
    ("x_data = p.x;", "x_data"),
    ("float v = T_load(WordBuffer(p.x), i);", "WordBuffer"),
    ("float v = TVector4(p.x);", "TVector4"),
    ("float v = T_load(FLAG == 1 ? p.x : p.z, i);", "T_load(FLAG == 1 ? p.x : p.z, ...)"),
    ("float v = T_load(other, i);", "T_load(other, ...)"),
    ("float v = T_load(p.x_offset, i);", "T_load(p.x_offset, ...)"),
    ("float v = load(p.x, i);", "p.x"),
    ("float v = T_load(p.x, p.z);", "p.z"),
    ("bool same = x_data == x_data;", "x_data"),
    ("DML_HOLD(x_data, i == 0 ? p.x : p.z);", "DML_HOLD(i == 0 ? p.x : p.z, ...)"),
    ("uvec2 a = dml_root.x;", "dml_root"),
])
def test_refused_with_its_line(checked, statement, what):
    found = checked(GOOD.replace(LAST, f"{LAST}  {statement}\n"))
    place = f"program.comp:{LINE + 1}"
    assert {where for where, _ in found} == {place}
    assert any(text.startswith(what + ": ") for _, text in found), found
    # It says what to do instead.
    assert all("T_load" in text or "DML_HELD" in text or "parameter block" in text
               or "p.name" in text for _, text in found), found


@pytest.mark.parametrize("name", [
    "gl_WorkGroupID.x", "gl_NumWorkGroups.y", "gl_GlobalInvocationID.x"])
def test_the_grid_is_dml_groups_alone(checked, name):
    found = checked(GOOD.replace(LAST, f"{LAST}  uint g = {name};\n"))
    assert [where for where, _ in found] == [f"program.comp:{LINE + 1}"]
    assert "dml_group()" in found[0][1]


def test_refused_in_functions_and_macros(checked):
    function = "T_compute f(TBuffer b) { return T_compute(0); }\n"
    assert checked(GOOD + function)[0][1].startswith("TBuffer: ")
    macro = "#define ADDRESS(b) uvec2(b) + T_load(b, 0)\n"
    assert [text.split(":")[0] for _, text in checked(GOOD + macro)] == ["b"]
    pasted = "#define MEMBER(name) uvec2(p.name)\n"
    assert checked(GOOD + pasted) == []
    line = GOOD.count("\n") + 1
    for argument, errors in (("x_offset", []), ("x", [f"program.comp:{line}"])):
        found = checked(GOOD + pasted + f"uvec2 f() {{ return MEMBER({argument}); }}\n")
        assert [place for place, _ in found] == errors


def test_refused_in_includes(checked):
    found = checked(GOOD, OWN + "\nuvec2 address() {\n  return uvec2(p.x);\n}\n")
    assert [place for place, _ in found] == ["own.glsl:4"]


def test_all_programs_pass():
    families = [f.parent for f in (RUNTIME / "operators").glob("*/programs.py")]
    assert len(families) > 10
    for family in families:
        assert buffer_check.check_family(family, [SHADERS, RUNTIME / "operators"]) == []


def test_build_refuses(tmp_path):
    family = tmp_path / "family"
    family.mkdir()
    (family / "program.comp").write_text('#include "dml.glsl"\nvoid main() { p.x.at[0] = 1; }\n')
    (family / "programs.py").write_text(
        "from variants import Shader\nSHADERS = [Shader('program')]\n")
    result = subprocess.run(
        [sys.executable, "-B", str(SHADERS / "build_shaders.py"), "--family", str(family),
         "--out", str(tmp_path / "out.cc")], capture_output=True, text=True)
    assert result.returncode != 0
    assert "program.comp:2: .at[: " in result.stderr
    assert not (tmp_path / "out.cc").exists()
