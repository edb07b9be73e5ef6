"""Makes the C++ structs of GLSL parameter blocks: one declaration for both.

    parameter_blocks.py --folder operators/softmax --out softmax_parameters.h
                        [--shared shaders] [--enums FILE...]

The block between DML_PARAMETERS_BEGIN and DML_PARAMETERS_END is the declaration.
That of softmax.comp becomes `struct SoftmaxParameters`: its constants, which follow
the buffers; kBuffers, how many buffers there are (0: it depends on the variant); and
kBlock, by which a launch knows the block of its program. A block in
convolution_parameters.glsl, for several programs, becomes `struct
ConvolutionParameters`.

What C++ is to know beside the blocks says DML_SHARED:

    DML_SHARED struct RowWalk { ... };      // for members of blocks
    DML_SHARED const uint TILE = 32;        // becomes kTile

It belongs to the block's struct where the file has a block (TransposeParameters::kTile),
else to the namespace. Structs are looked up in the file, in its folder and in --shared.

Everything is refused that C++ might lay out in another way, so every part of a
constant is 4 bytes: int, uint, float, their vectors, arrays and structs of them.
build_shaders.py compares the layout with what the compiler made of it.
"""

import argparse
import dataclasses
import pathlib
import re
import sys
from typing import Dict, List, Optional, Tuple

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import spirv  # noqa: E402

RUNTIME = "tensorflow/core/common_runtime/dml/runtime"
SCALARS = {"int": "int32_t", "uint": "uint32_t", "float": "float"}
VECTORS = {prefix + "vec" + str(n): (scalar, n)
           for prefix, scalar in (("i", "int"), ("u", "uint"), ("", "float"))
           for n in (2, 3, 4)}
BUFFER_BYTES = 8
# Of blocks that are not in memory: what every driver offers for push constants.
MAX_DIRECT_BYTES = 128

BEGIN = "DML_PARAMETERS_BEGIN"
END = "DML_PARAMETERS_END"


class Refused(Exception):
    """What the generator does not take, with file and line."""


@dataclasses.dataclass
class Member:
    """A declaration, or (without a name) a line of comment."""

    type: str = ""
    name: str = ""
    dims: Tuple[str, ...] = ()
    comment: str = ""
    where: str = ""
    conditional: bool = False

    @property
    def is_buffer(self):
        return self.type.endswith("Buffer")


@dataclasses.dataclass
class Struct:
    name: str
    members: List[Member]
    comment: List[str]


@dataclasses.dataclass
class Constant:
    type: str
    name: str
    value: str
    comment: str
    above: List[str]  # the lines of comment


@dataclasses.dataclass
class Source:
    """What a file declares."""

    path: pathlib.Path
    structs: List[Struct]
    constants: List[Constant]
    block: Optional[List[Member]]

    @property
    def block_struct(self):
        """The name of the block's C++ struct."""
        return camel(re.sub("_parameters$", "", self.path.stem)) + "Parameters"

    @property
    def block_name(self):
        """As messages name it."""
        return f"{self.path.parent.name}/{self.path.name}"


def camel(name):
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def constant_name(name):
    """kTile of TILE; kTile stays."""
    return name if re.match("k[A-Z]", name) else "k" + camel(name.lower())


def enum_values(files):
    """{name: number} of each enumerator and limit of the C API.

    `files`: its headers, or what c_api/generate_api.py makes of their numbers.
    """
    found = []
    for file in files:
        text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)
        found += re.findall(r"\b(DML_\w+)\s*=\s*(\d+)", text)
        found += re.findall(r"^#define (DML_\w+) (\d+)$", text, flags=re.M)
    return {name: int(value) for name, value in found}


# ---- Parsing -----------------------------------------------------------------


def parse_members(lines, where):
    """`lines`: (number, text) between the braces."""
    members, depth, pending, start = [], 0, "", 0
    for number, text in lines:
        at = f"{where}:{pending and start or number}"
        code, slashes, comment = text.strip().partition("//")
        code = re.sub(r"/\*.*?\*/", "", code).strip()
        if code.startswith("#"):
            directive = code[1:].split()[0]
            if directive not in ("if", "ifdef", "ifndef", "else", "elif", "endif"):
                raise Refused(f"{at}: #{directive} inside of a declaration")
            depth += directive.startswith("if")
            depth -= directive == "endif"
            continue
        if not code:
            if slashes and not pending:
                members.append(Member(comment=comment.strip()))
            continue
        if not pending:
            start = number
        pending = f"{pending} {code}".strip()
        if not pending.endswith(";"):
            if re.fullmatch(r"[A-Z]\w*(\(.*\))?", pending):
                raise Refused(f"{at}: {pending} is a macro: what it stands for cannot be "
                              "read here; use a struct")
            continue
        for declaration in pending[:-1].split(";"):
            members += parse_declaration(declaration.strip(), comment.strip(), at, depth > 0)
            comment = ""
        pending = ""
    if pending:
        raise Refused(f"{where}:{start}: `{pending}` has no semicolon")
    return members


def parse_declaration(declaration, comment, at, conditional):
    match = re.fullmatch(r"(\w+)\s+(.*)", declaration, flags=re.S)
    if not match:
        raise Refused(f"{at}: `{declaration}` is no declaration of a type and names")
    members = []
    for part in match[2].split(","):
        found = re.fullmatch(r"(\w+)((?:\[[^\]]*\])*)", part.strip())
        if not found:
            raise Refused(f"{at}: `{part.strip()}` is no name with literal sizes")
        dims = tuple(d.strip() for d in re.findall(r"\[([^\]]*)\]", found[2]))
        members.append(Member(match[1], found[1], dims, comment, at, conditional))
        comment = ""
    return members


def braced(lines, first, path, closing):
    """The lines from `first` until the one that starts with `closing`."""
    inside = []
    for number in range(first, len(lines)):
        if lines[number].strip().startswith(closing):
            return inside
        inside.append((number + 1, lines[number]))
    raise Refused(f"{path}:{first}: {closing} is missing")


def parse(path):
    """What the file at `path` declares, as Source."""
    lines = path.read_text().splitlines()
    source = Source(path, [], [], None)
    comment = []
    for i, line in enumerate(lines):
        at = f"{path}:{i + 1}"
        if line.startswith("//"):
            comment.append(line)
            continue
        if line.strip() == BEGIN:
            if source.block is not None:
                raise Refused(f"{at}: a second block; one file declares one")
            source.block = parse_members(braced(lines, i + 1, path, END), path)
            check_block(source.block)
        elif line.startswith("DML_SHARED struct "):
            name = re.fullmatch(r"DML_SHARED struct (\w+) \{", line)
            if not name:
                raise Refused(f"{at}: expected `DML_SHARED struct Name {{`")
            members = parse_members(braced(lines, i + 1, path, "};"), path)
            for member in members:
                if member.is_buffer or member.conditional:
                    raise Refused(f"{member.where}: structs hold constants, "
                                  f"unconditionally; {member.name} is not so")
            source.structs.append(Struct(name[1], members, comment))
        elif line.startswith("DML_SHARED"):
            constant = re.fullmatch(
                r"DML_SHARED const (int|uint) (\w+) = (-?\w+);\s*(?://\s*(.*))?", line)
            if not constant or not re.fullmatch(r"-?(\d+|0x[0-9a-f]+)u?", constant[3]):
                raise Refused(f"{at}: expected `DML_SHARED const uint NAME = number;`")
            source.constants.append(
                Constant(constant[1], constant[2], constant[3], constant[4] or "", comment))
        comment = []
    return source


def check_block(members):
    """Buffers come first, and conditions concern them alone."""
    constant = None
    for member in members:
        if not member.name:
            continue
        if member.is_buffer and constant:
            raise Refused(f"{member.where}: the buffer {member.name} comes after the "
                          f"constant {constant}; buffers come first")
        if not member.is_buffer:
            constant = member.name
            if member.conditional:
                raise Refused(f"{member.where}: {member.name} is there under a condition; "
                              "that is for buffers only: declare two blocks")


# ---- Layout ------------------------------------------------------------------


class Declarations:
    """The sources of a folder, and the structs that they may use."""

    def __init__(self, folder, shared=None, enums=None):
        paths = sorted(p for p in folder.iterdir() if p.suffix in (".comp", ".glsl"))
        self.sources: List[Source] = [parse(path) for path in paths]
        self.enums: Dict[str, int] = enums or {}
        self.common: Dict[str, Struct] = {}
        others = []
        if shared and shared.resolve() != folder.resolve():
            others = [parse(path) for path in sorted(shared.glob("*.glsl"))]
        for source in others + self.sources:
            if source.block is not None:
                continue
            for struct in source.structs:
                if struct.name in self.common:
                    raise Refused(f"{source.path}: a second struct {struct.name}")
                self.common[struct.name] = struct

    def struct(self, source, name):
        own = {s.name: s for s in source.structs}
        return own.get(name) or self.common.get(name)

    def dimension(self, member, dim):
        if re.fullmatch(r"[1-9]\d*", dim):
            return int(dim)
        if dim in self.enums:
            return self.enums[dim]
        raise Refused(f"{member.where}: the size `{dim}` of {member.name} is neither a "
                      "number nor one of the C API's")

    def leaves(self, source, members):
        """The scalar types of the constants among `members`, in order."""
        flat = []
        for member in members:
            if member.is_buffer or not member.name:
                continue
            if member.type in SCALARS:
                one = [member.type]
            elif member.type in VECTORS:
                scalar, count = VECTORS[member.type]
                one = [scalar] * count
            else:
                struct = self.struct(source, member.type)
                if struct is None:
                    raise Refused(
                        f"{member.where}: {member.name} is of type {member.type}, which "
                        "is no int, uint, float, vector of them or DML_SHARED struct")
                one = self.leaves(source, struct.members)
            for dim in member.dims:
                one = one * self.dimension(member, dim)
            flat += one
        return flat

    def buffer_count(self, source):
        """Of the source's block; 0 if it depends on the variant."""
        count = 0
        for member in source.block:
            if not member.is_buffer:
                continue
            if member.conditional or any(not re.fullmatch(r"\d+", d) for d in member.dims):
                return 0
            one = 1
            for dim in member.dims:
                one *= int(dim)
            count += one
        return count


# ---- C++ ---------------------------------------------------------------------


def cpp_member(declarations, member):
    if not member.name:
        return f"// {member.comment}"
    kind, extra = member.type, ""
    if kind in VECTORS:
        kind, count = VECTORS[kind]
        extra = f"[{count}]"
    dims = "".join(f"[{declarations.dimension(member, d)}]" for d in member.dims) + extra
    comment = f"  // {member.comment}" if member.comment else ""
    return f"{SCALARS.get(kind, kind)} {member.name}{dims};{comment}"


def cpp_constants(source, indent="", prefix=""):
    out = []
    for constant in source.constants:
        comment = f"  // {constant.comment}" if constant.comment else ""
        out += [indent + line for line in constant.above]
        out.append(f"{indent}{prefix}constexpr {SCALARS[constant.type]} "
                   f"{constant_name(constant.name)} = {constant.value};{comment}")
    return out


def cpp_asserts(declarations, source, name, members):
    """That the compiler's layout is that of the program: no padding anywhere."""
    out, offset = [], 0
    for member in members:
        if member.name and not member.is_buffer:
            out.append(f"static_assert(offsetof({name}, {member.name}) == {offset});")
            offset += 4 * len(declarations.leaves(source, [member]))
    if offset:
        out.append(f"static_assert(sizeof({name}) == {offset});")
    return out


def cpp_struct(declarations, source, struct, indent=""):
    out = [indent + line for line in struct.comment]
    out.append(f"{indent}struct {struct.name} {{")
    out += [f"{indent}  {cpp_member(declarations, m)}" for m in struct.members]
    out.append(f"{indent}}};")
    if not indent:
        out += cpp_asserts(declarations, source, struct.name, struct.members)
    return out


def cpp_block(declarations, source):
    name = source.block_struct
    last_buffer = max((i for i, m in enumerate(source.block) if m.is_buffer), default=-1)
    constants = source.block[last_buffer + 1:]
    buffers = declarations.buffer_count(source)
    names = ", ".join(m.name for m in source.block if m.is_buffer)
    out = [f"// {source.path.name}", f"struct {name} {{",
           f'  static constexpr ParameterBlock kBlock = {{"{source.block_name}"}};',
           f"  static constexpr uint32_t kBuffers = {buffers};"
           + ("  // it depends on the variant" if not buffers else f"  // {names}")]
    out += cpp_constants(source, "  ", "static ")
    for struct in source.structs:
        out += ["", *cpp_struct(declarations, source, struct, "  ")]
    if constants:
        out += ["", *("  " + cpp_member(declarations, m) for m in constants)]
    out.append("};")
    for struct in source.structs:
        out += cpp_asserts(declarations, source, f"{name}::{struct.name}", struct.members)
    return out + cpp_asserts(declarations, source, name, constants)


def header(declarations, out_name, folder, with_shared):
    """The text of the C++ header."""
    guard = f"{RUNTIME}/{folder}/{out_name}"
    guard = re.sub(r"\W", "_", guard).upper() + "_"
    includes = ["shaders/parameter_block.h"]
    if with_shared:
        includes.append("shaders/shared_parameters.h")
    out = [f"// Made by shaders/parameter_blocks.py of the programs in {folder}.",
           f"#ifndef {guard}", f"#define {guard}", "", "#include <cstddef>",
           "#include <cstdint>", "",
           *(f'#include "{RUNTIME}/{include}"' for include in includes), "",
           "namespace dml {"]
    for source in declarations.sources:
        if source.block is None and (source.structs or source.constants):
            out += ["", f"// ---- {source.path.name}"]
            out += cpp_constants(source)
            for struct in source.structs:
                out += ["", *cpp_struct(declarations, source, struct)]
    for source in declarations.sources:
        if source.block is not None:
            out += ["", *cpp_block(declarations, source)]
    return "\n".join([*out, "", "}  // namespace dml", "", f"#endif  // {guard}", ""])


# ---- For build_shaders.py ----------------------------------------------------


def block_of(path, folders, declarations):
    """The Source that declares the block of the program at `path`: its own, or that of
    a file that it includes, to be looked up in `folders` too."""
    blocks = {s.block_name: s for s in declarations.sources if s.block is not None}
    found, seen, queue = [], set(), [path]
    while queue:
        here = queue.pop()
        name = f"{here.parent.name}/{here.name}"
        if name in seen:
            continue
        seen.add(name)
        if name in blocks:
            found.append(blocks[name])
        for included in re.findall(r'^#include "(.*)"', here.read_text(), flags=re.M):
            places = [folder / included for folder in (here.parent, *folders)]
            queue += [place for place in places if place.is_file()][:1]
    if len(found) != 1:
        raise Refused(f"{path}: has {len(found)} parameter blocks of its family, not one")
    return found[0]


def module_leaves(words, in_memory):
    """[(offset, type)] of the parameter block of a SPIR-V module, None without one."""
    types, offsets, strides, numbers, variable = {}, {}, {}, {}, None
    for _, op, args in spirv.instructions(words):
        if op == 72 and args[2] == 35:  # OpMemberDecorate Offset
            offsets[args[0], args[1]] = args[3]
        elif op == 71 and args[1] == 6:  # OpDecorate ArrayStride
            strides[args[0]] = args[2]
        elif op == 43:  # OpConstant
            numbers[args[1]] = args[2]
        elif op in (21, 22, 23, 28, 30, 32):  # OpType Int, Float, Vector, Array, ...
            types[args[0]] = (op, args[1:])
        elif op == 59 and args[2] == 9:  # OpVariable PushConstant
            variable = args[0]
    if variable is None:
        return None

    def walk(kind, offset):
        op, args = types[kind]
        if op == 21:
            return [(offset, "int" if args[1] else "uint")]
        if op == 22:
            return [(offset, "float")]
        if op == 23:
            return [leaf for k in range(args[1]) for leaf in walk(args[0], offset + 4 * k)]
        if op == 28:
            return [leaf for k in range(numbers[args[1]])
                    for leaf in walk(args[0], offset + strides[kind] * k)]
        if op == 30:
            return [leaf for k, member in enumerate(args)
                    for leaf in walk(member, offset + offsets[kind, k])]
        return [(offset, "buffer")]

    block = types[variable][1][1]
    if in_memory:  # the address of the block is all there is
        block = types[types[block][1][0]][1][1]
    return walk(block, 0)


def check_module(declarations, source, words, in_memory):
    """Raises Refused unless the module's block is the one declared. Returns how many
    buffers it has."""
    found = module_leaves(words, in_memory)
    if found is None:  # the program reads nothing of it
        return declarations.buffer_count(source)
    buffers = sum(kind == "buffer" for _, kind in found)
    constants = declarations.leaves(source, source.block)
    expected = [(BUFFER_BYTES * k, "buffer") for k in range(buffers)]
    expected += [(BUFFER_BYTES * buffers + 4 * k, kind) for k, kind in enumerate(constants)]
    fixed = declarations.buffer_count(source)
    if found != expected or fixed not in (0, buffers):
        raise Refused(f"{source.path}: the compiler laid the block out as {found}, "
                      f"{source.block_struct} is {expected}")
    size = BUFFER_BYTES * buffers + 4 * len(constants)
    if size > MAX_DIRECT_BYTES and not in_memory:
        raise Refused(f"{source.path}: a block of {size} bytes needs "
                      "#define DML_PARAMETERS_IN_MEMORY in its programs")
    return buffers


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--shared", type=pathlib.Path, default=HERE)
    parser.add_argument("--enums", type=pathlib.Path, nargs="*",
                        default=sorted((HERE.parent / "c_api").rglob("*.h")))
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    is_shared = args.folder.resolve() == args.shared.resolve()
    name = args.folder.name if is_shared else f"operators/{args.folder.name}"
    try:
        declarations = Declarations(args.folder, args.shared, enum_values(args.enums))
        text = header(declarations, args.out.name, name, not is_shared)
    except Refused as refused:
        sys.exit(str(refused))
    args.out.write_text(text)


if __name__ == "__main__":
    main()
