"""Refuses programs that touch buffers in any other way than buffers.glsl offers.

    check_family(folder, include_folders)   ["file:line: what to do instead", ...]

Another API, whose buffers have numbers instead of addresses, replaces
buffers.glsl and nothing else; so a program may name a buffer only where a macro
of buffers.glsl, or one of its own that passes it on to one, takes a buffer.

For the same reason it refuses what tells of the grid beside dml_group(): not
every API, nor a slice of a dispatch, has the grid that was asked for.

The check reads the text of each .comp file and of what it includes, all branches
of #if together, but not hlsl/, which is what such an API has instead. What is a
macro that takes a buffer it learns from buffers.glsl: those with a parameter named
b or other_b.
"""

import dataclasses
import functools
import pathlib
import re

INCLUDE = "buffers.glsl"
OTHER_API = "hlsl/"
BUFFER_PARAMETERS = ("b", "other_b")

HANDLE = re.compile(r"\b(?:\w+Buffer|[A-Z]\w*Vector4)\b")
ALIAS = re.compile(r"^\w+Buffer[ \t]+\w+Buffer[ \t]*$")
BLOCK = re.compile(r"\bDML_PARAMETERS_BEGIN\b(.*?)\bDML_PARAMETERS_END\b", re.S)
DEFINE = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(?P<all>(?P<name>\w+)(?:\((?P<parameters>[^)]*)\))?"
    r"(?P<body>(?:[^\\\n]|\\.|\\\n)*))", re.M)
HELD = re.compile(r"\bDML_HELD\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")

OUTSIDE = {
    "buffer_reference": (
        re.compile(r"\bbuffer_reference"),
        "only buffers.glsl declares buffers; declare this one in the parameter "
        "block, with a type of buffers.glsl"),
    ".at[": (
        re.compile(r"\.\s*at\s*\["),
        "only buffers.glsl reaches into buffers; use T_load(p.x, i), "
        "T_store(p.x, i, v) or another of its macros"),
    "dml_root": (
        re.compile(r"\bdml_root\b"),
        "only buffers.glsl knows where parameters are; read p.name"),
}
# What a slice of a dispatch changes, but for dml_group() of dml.glsl.
GRID_INCLUDE = "dml.glsl"
GRID = re.compile(r"\bgl_(?:WorkGroupID|NumWorkGroups|GlobalInvocationID)\b")
WRONG_GRID = (
    "a dispatch may be cut into slices, whose grids are smaller; number groups by "
    "dml_group() and invocations by dml_global() only")
WRONG_TYPE = (
    "types of buffers stand in the parameter block, in #define OwnBuffer TBuffer "
    "and in DML_HELD only; instead of a cast use the macro of the elements that "
    "you want, instead of a function that takes a buffer a macro, or give it "
    "loaded values")
WRONG_USE = (
    "a buffer is named only as the buffer of a macro such as T_load(p.x, i); to "
    "read it from the block once use DML_HELD and DML_HOLD, to choose between "
    "two DML_HOLD_EITHER")
WRONG_ARGUMENT = (
    "its buffer is to be p.name of the parameter block, or a name that DML_HELD "
    "declares")


@dataclasses.dataclass
class Macro:
    name: str
    parameters: list
    start: int  # of its name, in the text
    body: int  # where that begins
    end: int


@dataclasses.dataclass
class Source:
    """A file of GLSL, its comments and line ends within macros made blank."""

    path: pathlib.Path
    text: str
    macros: list
    blocks: list  # (begin, end) of the fields of parameter blocks
    includes: list


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


@functools.lru_cache(maxsize=None)
def read(path):
    text = re.sub(r"//[^\n]*|/\*.*?\*/", blank, path.read_text(), flags=re.S)
    macros = []
    for m in DEFINE.finditer(text):
        parameters = [v.strip() for v in (m["parameters"] or "").split(",")]
        macros.append(Macro(m["name"], parameters, m.start("name"),
                            m.start("body"), m.end("body")))
    return Source(path, text.replace("\\\n", " \n"), macros,
                  [m.span(1) for m in BLOCK.finditer(text)],
                  re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', text, re.M))


def with_includes(path, folders):
    """The sources of a program, without what the build generates."""
    found, waiting = {}, [path]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = read(path)
        for name in found[path].includes:
            if name.startswith(OTHER_API):
                continue
            places = [folder / name for folder in (path.parent, *folders)]
            waiting += [place for place in places if place.exists()][:1]
    return list(found.values())


def arguments(text, at):
    """[(begin, end)] of the arguments of a call whose bracket is at `at`."""
    depth, begin, spans = 0, at + 1, []
    for i in range(at, len(text)):
        c = text[i]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        if (c == "," and depth == 1) or depth == 0:
            spans.append((begin, i))
            begin = i + 1
        if depth == 0:
            break
    return spans


def calls(source, takers):
    """Yields (name, argument's begin, its text) for what stands where macros
    take buffers; `takers`: {macro: positions of its buffers}."""
    headers = {macro.start for macro in source.macros}
    if not takers:
        return
    for m in re.finditer(r"\b(" + "|".join(takers) + r")\s*\(", source.text):
        if m.start() in headers:
            continue
        spans = arguments(source.text, m.end() - 1)
        for position in takers[m[1]]:
            if position < len(spans):
                begin, end = spans[position]
                argument = source.text[begin:end]
                yield (m[1], begin + len(argument) - len(argument.lstrip()),
                       argument.strip())


def vocabulary(include):
    """{macro: positions of its buffers} of buffers.glsl."""
    found = {}
    for macro in read(include).macros:
        positions = [i for i, name in enumerate(macro.parameters)
                     if name in BUFFER_PARAMETERS]
        if positions:
            found[macro.name] = positions
    return found


class Program:
    """A .comp file with all that it includes but buffers.glsl."""

    def __init__(self, path, folders):
        sources = with_includes(path, folders)
        self.sources = [s for s in sources if s.path.name != INCLUDE]
        include = [s.path for s in sources if s.path.name == INCLUDE]
        self.takers = vocabulary(include[0]) if include else {}
        self.errors = []
        self.fields, self.held = set(), set()
        for source in self.sources:
            for begin, end in source.blocks:
                for m in re.finditer(r"\b\w+Buffer\s+([^;]+);",
                                     source.text[begin:end]):
                    self.fields |= set(re.findall(r"(\w+)\s*(?:\[[^\]]*\])?\s*(?:,|$)",
                                                  m[1]))
            self.held |= {m[2] for m in HELD.finditer(source.text)}
        self.find_own_takers()

    def find_own_takers(self):
        """Adds the program's macros that pass a parameter on as a buffer."""
        more = True
        while more:
            more = False
            for source in self.sources:
                for _, at, argument in list(calls(source, self.takers)):
                    macro = self.macro_at(source, at)
                    if not macro or argument not in macro.parameters:
                        continue
                    positions = self.takers.setdefault(macro.name, [])
                    position = macro.parameters.index(argument)
                    if position not in positions:
                        positions.append(position)
                        more = True

    @staticmethod
    def macro_at(source, at):
        for macro in source.macros:
            if macro.body <= at < macro.end:
                return macro
        return None

    def refuse(self, source, at, what, why):
        line = source.text.count("\n", 0, at) + 1
        self.errors.append((str(source.path), line, f"{what}: {why}"))

    def check(self):
        for source in self.sources:
            for what, (pattern, why) in OUTSIDE.items():
                for m in pattern.finditer(source.text):
                    self.refuse(source, m.start(), what, why)
            if source.path.name != GRID_INCLUDE:
                for m in GRID.finditer(source.text):
                    self.refuse(source, m.start(), m.group(), WRONG_GRID)
            self.check_types(source)
            self.check_uses(source)
        return self.errors

    def check_types(self, source):
        """Types of buffers stand where they may."""
        allowed = {m.start(1) for m in HELD.finditer(source.text)}
        spans = source.blocks + [
            (macro.start, macro.end) for macro in source.macros
            if ALIAS.match(source.text[macro.start:macro.end])]
        for m in HANDLE.finditer(source.text):
            inside = any(begin <= m.start() < end for begin, end in spans)
            if not inside and m.start() not in allowed:
                self.refuse(source, m.start(), m.group(), WRONG_TYPE)

    def check_uses(self, source):
        """Buffers stand where macros take them, and nothing else does."""
        allowed = set()
        for name, at, argument in calls(source, self.takers):
            allowed.add(at)
            plain = re.fullmatch(r"(p\s*\.\s*)?(\w+)(?:\s*\[.*\])?", argument, re.S)
            macro = self.macro_at(source, at)
            known = set(macro.parameters) if macro else set()
            if plain:
                known |= self.fields if plain[1] else self.held
            if not plain or plain[2] not in known:
                self.refuse(source, at, f"{name}({argument}, ...)", WRONG_ARGUMENT)
        allowed |= {m.start(2) for m in HELD.finditer(source.text)}
        # What DML_HOLD and DML_HOLD_EITHER set.
        for m in re.finditer(r"\bDML_HOLD(?:_EITHER)?\s*\(\s*(?=\w)", source.text):
            allowed.add(m.end())
        for m in re.finditer(r"(?<![\w.])(?:p\s*\.\s*)?(\w+)\b", source.text):
            names = self.held if m.group() == m[1] else self.fields
            macro = self.macro_at(source, m.start())
            buffer = m[1] in names
            if macro and m[1] in macro.parameters:
                # p.name where name is a parameter may be a buffer: a call says.
                position = macro.parameters.index(m[1])
                buffer = position in self.takers.get(macro.name, ())
                if m.group() != m[1]:
                    buffer = self.is_given_buffer(macro, position)
            declared = any(begin <= m.start() < end for begin, end in source.blocks)
            if not buffer or declared or m.start() in allowed:
                continue
            if any(m.start() == other.start or other.start < m.start() < other.body
                   for other in source.macros):
                continue  # a macro's name and parameters
            self.refuse(source, m.start(), m.group(), WRONG_USE)

    def is_given_buffer(self, macro, position):
        """Whether a macro that says p.parameter is called with a buffer's name."""
        return any(argument in self.fields
                   for source in self.sources
                   for _, _, argument in calls(source, {macro.name: [position]}))


def check_family(family, include_folders):
    """What is wrong with the programs of a folder, in the order of files."""
    read.cache_clear()  # what was read before may have changed
    errors = set()
    for path in sorted(family.glob("*.comp")):
        errors.update(Program(path, include_folders).check())
    return [f"{path}:{line}: {text}" for path, line, text in sorted(errors)]
