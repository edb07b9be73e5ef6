"""The C++ structs of GLSL parameter blocks."""

import collections
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
SCRIPT = RUNTIME / "shaders/parameter_blocks.py"
sys.path.insert(0, str(SCRIPT.parent))
import build_shaders  # noqa: E402
import parameter_blocks  # noqa: E402

PROGRAM = """\
#version 460
#include "dml.glsl"

DML_SHARED const uint TILE = 32;  // elements a side
DML_SHARED const uint kNone = 0xffffffffu;
DML_SHARED const int LEAST = -1;

// Where a matrix lies.
DML_SHARED struct MatrixLayout {
  int offset;
  int strides[2];  // of rows and columns
};

DML_PARAMETERS_BEGIN
  TBuffer x;  // [rows, columns]
  IntBuffer others[2];
  // How much of it.
  uint count, rows;  // in all
  float scale[2];
  uvec3 sizes;
  ivec2 pairs[4];
  int strides[3][DML_MAX_RANK];
  MatrixLayout x_at;
  Common common_[2];
DML_PARAMETERS_END

void main() {}
"""

COMMON = """\
// What several programs have.
DML_SHARED struct Common {
  uint first;
  float second;
};
"""

# Offsets of what PROGRAM declares, by hand.
OFFSETS = {"count": 0, "rows": 4, "scale": 8, "sizes": 16, "pairs": 28, "strides": 60,
           "x_at": 156, "common_": 168}
SIZE = 184
LEAVES = (["uint"] * 2 + ["float"] * 2 + ["uint"] * 3 + ["int"] * 8 + ["int"] * 24
          + ["int"] * 3 + ["uint", "float"] * 2)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "family"
    made.mkdir()
    (made / "move_rows.comp").write_text(PROGRAM)
    (made / "common.glsl").write_text(COMMON)
    return made


def declarations_of(folder):
    return parameter_blocks.Declarations(folder, None, {"DML_MAX_RANK": 8})


def header_of(folder):
    declarations = declarations_of(folder)
    return parameter_blocks.header(declarations, "family_parameters.h", "family", False)


def block_of(folder):
    declarations = declarations_of(folder)
    source = next(s for s in declarations.sources if s.path.name == "move_rows.comp")
    return declarations, source


def test_struct(folder):
    text = header_of(folder)
    for line in (
            "struct MoveRowsParameters {",
            '  static constexpr ParameterBlock kBlock = {"family/move_rows.comp"};',
            "  static constexpr uint32_t kBuffers = 3;  // x, others",
            "  static constexpr uint32_t kTile = 32;  // elements a side",
            "  static constexpr uint32_t kNone = 0xffffffffu;",
            "  static constexpr int32_t kLeast = -1;",
            "  // Where a matrix lies.",
            "  struct MatrixLayout {",
            "    int32_t strides[2];  // of rows and columns",
            "  // How much of it.",
            "  uint32_t count;  // in all",
            "  uint32_t rows;",
            "  float scale[2];",
            "  uint32_t sizes[3];",
            "  int32_t pairs[4][2];",
            "  int32_t strides[3][8];",
            "  MatrixLayout x_at;",
            "  Common common_[2];",
            "// What several programs have.",
            "struct Common {"):
        assert line in text.splitlines(), line
    assert text.index("struct Common") < text.index("struct MoveRowsParameters")


def test_layout(folder):
    declarations, source = block_of(folder)
    assert declarations.leaves(source, source.block) == LEAVES
    assert 4 * len(LEAVES) == SIZE
    for name, offset in OFFSETS.items():
        assert (f"static_assert(offsetof(MoveRowsParameters, {name}) == {offset});"
                in header_of(folder))


@pytest.mark.skipif(not shutil.which("g++"), reason="needs a C++ compiler")
@pytest.mark.parametrize("offset, compiles", [(60, True), (64, False)])
def test_compiles(folder, tmp_path, offset, compiles):
    """The header as it is, and with an offset that is not the compiler's."""
    text = header_of(folder).replace("strides) == 60", f"strides) == {offset}")
    (tmp_path / "test.cc").write_text(text)
    command = ["g++", "-std=c++17", "-Wall", "-Werror", "-fsyntax-only", f"-I{ROOT}",
               str(tmp_path / "test.cc")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode == 0) == compiles, result.stderr


def test_block_of_several_programs(folder):
    """A _parameters.glsl gives its name; programs that include it share the struct."""
    (folder / "move_rows.comp").rename(folder / "move_parameters.glsl")
    for name in ("move.comp", "back.comp"):
        (folder / name).write_text('#include "move_parameters.glsl"\n')
    assert "struct MoveParameters {" in header_of(folder)
    declarations = declarations_of(folder)
    for name in ("move.comp", "back.comp"):
        source = parameter_blocks.block_of(folder / name, [], declarations)
        assert source.block_struct == "MoveParameters"


@pytest.mark.parametrize("text", ["void main() {}\n", '#include "move_rows.comp"\n' + PROGRAM])
def test_one_block_a_program(folder, text):
    (folder / "other.comp").write_text(text)
    with pytest.raises(parameter_blocks.Refused, match="parameter blocks of its family"):
        parameter_blocks.block_of(folder / "other.comp", [], declarations_of(folder))


@pytest.mark.parametrize("buffers, count", [
    ("  TBuffer x;\n", 1),
    ("  TBuffer x;\n#if DML_INPUTS > 1\n  TBuffer y;\n#endif\n", 0),
    ("  TBuffer t[DML_TENSORS];\n", 0),
    ("  TBuffer t[7];\n  IntBuffer i;\n", 8),
    ("", 0),
])
def test_buffers(folder, buffers, count):
    block = f"DML_PARAMETERS_BEGIN\n{buffers}  uint n;\nDML_PARAMETERS_END\n"
    (folder / "move_rows.comp").write_text(block)
    declarations, source = block_of(folder)
    assert declarations.buffer_count(source) == count
    assert f"kBuffers = {count};" in header_of(folder)


def test_block_without_constants(folder):
    (folder / "move_rows.comp").write_text(
        "DML_PARAMETERS_BEGIN\n  TBuffer x;\nDML_PARAMETERS_END\n")
    assert "sizeof(MoveRowsParameters)" not in header_of(folder)


REFUSED = [
    ("double scale;", "scale is of type double"),
    ("uint64_t n;", "n is of type uint64_t"),
    ("bool flag;", "flag is of type bool"),
    ("dvec2 pair;", "pair is of type dvec2"),
    ("Missing other;", "other is of type Missing"),
    ("uint n[DML_UNKNOWN];", "the size `DML_UNKNOWN` of n"),
    ("uint n[DML_MAX_RANK - 2];", "the size `DML_MAX_RANK - 2` of n"),
    ("uint n[0];", "the size `0` of n"),
    ("uint n[];", "the size `` of n"),
    ("uint n;\n  TBuffer late;", "the buffer late comes after the constant n"),
    ("uint n;\n#ifdef MORE\n  uint more;\n#endif", "more is there under a condition"),
    ("uint n;\n#define M 2", "#define inside of a declaration"),
    ("DML_STRIDED_INDEX", "DML_STRIDED_INDEX is a macro"),
    ("CELL_PARAMETERS(7)", r"CELL_PARAMETERS\(7\) is a macro"),
    ("uint n", "`uint n` has no semicolon"),
    ("n;", "`n` is no declaration"),
    ("uint n = 3;", "`n = 3` is no name"),
]


@pytest.mark.parametrize("inside, message", REFUSED)
def test_refused(folder, inside, message):
    (folder / "move_rows.comp").write_text(
        f"DML_PARAMETERS_BEGIN\n  TBuffer x;\n  {inside}\nDML_PARAMETERS_END\n")
    with pytest.raises(parameter_blocks.Refused, match=message) as refused:
        header_of(folder)
    assert re.match(rf"{folder}/move_rows.comp:\d+: ", str(refused.value))


@pytest.mark.parametrize("text, message", [
    (PROGRAM + "DML_PARAMETERS_BEGIN\n  uint n;\nDML_PARAMETERS_END\n", "a second block"),
    ("DML_PARAMETERS_BEGIN\n  uint n;\n", "DML_PARAMETERS_END is missing"),
    ("DML_SHARED const uint SIZE = 2 * TILE;\n", "expected `DML_SHARED const uint"),
    ("DML_SHARED const float HALF = 0.5;\n", "expected `DML_SHARED const uint"),
    ("DML_SHARED struct Pair { uint a; };\n", "expected `DML_SHARED struct Name {`"),
    ("DML_SHARED struct Pair {\n  TBuffer x;\n};\n", "structs hold constants"),
    ("DML_SHARED struct Common {\n  uint x;\n};\n", "a second struct Common"),
])
def test_file_refused(folder, text, message):
    (folder / "move_rows.comp").write_text(text)
    with pytest.raises(parameter_blocks.Refused, match=message):
        header_of(folder)


def test_command_line(folder, tmp_path):
    """A refusal is the exit status, with file and line."""
    command = [sys.executable, "-B", str(SCRIPT), "--folder", str(folder),
               "--out", str(tmp_path / "family_parameters.h")]
    subprocess.run(command, check=True)
    assert "MoveRowsParameters" in (tmp_path / "family_parameters.h").read_text()
    text = PROGRAM.replace("float scale[2]", "double scale[2]")
    (folder / "move_rows.comp").write_text(text)
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert "move_rows.comp:19: scale is of type double" in result.stderr


# ---- The modules -------------------------------------------------------------


def module(members, in_memory=False):
    """SPIR-V words of a block of (type, offset) members; "buffer", "uint", "float",
    "int" and ("uint", n, stride) for arrays."""
    words, ids = [0x07230203, 0x10500, 0, 100, 0], {}

    def emit(op, *args):
        words.extend([len(args) + 1 << 16 | op, *args])

    kinds = {"uint": (21, 32, 0), "int": (21, 32, 1), "float": (22, 32)}
    for number, (name, (op, *args)) in enumerate(kinds.items()):
        ids[name] = 10 + number
        emit(op, ids[name], *args)
    emit(32, 13, 5349, 14)  # a pointer to some buffer
    ids["buffer"] = 13
    types, following = [], 40
    for index, (kind, offset) in enumerate(members):
        emit(72, 20, index, 35, offset)  # Offset
        if isinstance(kind, tuple):
            emit(43, ids["uint"], following, kind[1])
            emit(28, following + 1, ids[kind[0]], following)
            emit(71, following + 1, 6, kind[2])  # ArrayStride
            types.append(following + 1)
            following += 2
        else:
            types.append(ids[kind])
    emit(30, 20, *types)
    block = 20
    if in_memory:
        emit(32, 21, 5349, 20)
        emit(72, 22, 0, 35, 0)
        emit(30, 22, 21)
        block = 22
    emit(32, 23, 9, block)
    emit(59, 23, 24, 9)
    return words


SMALL = """\
DML_PARAMETERS_BEGIN
  TBuffer x;
  uint n;
  float scale;
  uint sizes[3];
DML_PARAMETERS_END
"""
RIGHT = [("buffer", 0), ("uint", 8), ("float", 12), (("uint", 3, 4), 16)]
WRONG = {
    "no buffer": [("uint", 0), ("float", 4), (("uint", 3, 4), 8)],
    "two buffers": [("buffer", 0), ("buffer", 8), ("uint", 16), ("float", 20),
                    (("uint", 3, 4), 24)],
    "moved": [("buffer", 0), ("uint", 8), ("float", 16), (("uint", 3, 4), 20)],
    "other type": [("buffer", 0), ("uint", 8), ("uint", 12), (("uint", 3, 4), 16)],
    "stride": [("buffer", 0), ("uint", 8), ("float", 12), (("uint", 3, 16), 16)],
    "shorter": [("buffer", 0), ("uint", 8), ("float", 12), (("uint", 2, 4), 16)],
}


@pytest.mark.parametrize("in_memory", [False, True])
def test_module(folder, in_memory):
    (folder / "move_rows.comp").write_text(SMALL)
    declarations, source = block_of(folder)
    check = parameter_blocks.check_module
    assert check(declarations, source, module(RIGHT, in_memory), in_memory) == 1
    for name, members in WRONG.items():
        with pytest.raises(parameter_blocks.Refused, match="laid the block out as"):
            check(declarations, source, module(members, in_memory), in_memory)
            pytest.fail(name)


def test_large_block_is_in_memory(folder):
    (folder / "move_rows.comp").write_text(SMALL.replace("[3]", "[28]"))
    declarations, source = block_of(folder)
    words = [("buffer", 0), ("uint", 8), ("float", 12), (("uint", 28, 4), 16)]
    check = parameter_blocks.check_module
    assert check(declarations, source, module(words), False) == 1
    assert check(declarations, source, module(words, True), True) == 1
    (folder / "move_rows.comp").write_text(SMALL.replace("[3]", "[29]"))
    declarations, source = block_of(folder)
    words[-1] = (("uint", 29, 4), 16)
    assert check(declarations, source, module(words, True), True) == 1
    with pytest.raises(parameter_blocks.Refused, match="DML_PARAMETERS_IN_MEMORY"):
        check(declarations, source, module(words), False)


# ---- The runtime's own -------------------------------------------------------

FAMILIES = sorted(p.parent for p in RUNTIME.glob("operators/*/programs.py"))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda path: path.name)
def test_every_program_has_a_block(family):
    enums = parameter_blocks.enum_values((RUNTIME / "c_api").rglob("*.h"))
    shared = RUNTIME / "shaders"
    declarations = parameter_blocks.Declarations(family, shared, enums)
    for program in family.glob("*.comp"):
        source = parameter_blocks.block_of(program, [shared, family.parent], declarations)
        name = source.block_struct
        assert f"struct {name} {{" in parameter_blocks.header(declarations, "x.h", "x", True)
        # Somebody launches it.
        uses = [p for p in family.glob("*.[ch]*") if p.suffix != ".comp"
                and re.search(rf"\b{name}\b", p.read_text())]
        assert uses, name


def test_variants_have_a_name_each():
    """Of all families, since launches ask by name alone."""
    names = [name for family in FAMILIES for shader in build_shaders.table_of(family)
             for name, _ in shader.variants()]
    assert [name for name, count in collections.Counter(names).items() if count > 1] == []


def test_no_struct_is_written_twice():
    """All that a launch passes comes from the generator."""
    for path in RUNTIME.glob("operators/**/*.[ch]*"):
        if path.suffix in (".cc", ".h") and not path.stem.endswith("_test"):
            found = re.search(r"struct \w*(Constants|Parameters)\b\s*{", path.read_text())
            assert not found, f"{path}: {found[0]}"
