"""Reads the headers of the C API, which are the schema of its operators.

An operator is one prototype in operators/<family>.h, and its comment says what it
computes:

    /* output = activation(convolution + bias), bias [out channels]. */
    DML_EXPORT dml_code dml_convolution(
        dml_device* device, const dml_convolution_attributes* attributes,
        const dml_tensor* input, const dml_tensor* filter,
        DML_NULLABLE const dml_tensor* bias, dml_activation activation,
        const dml_tensor* output);

  - it returns a dml_code and takes the device first;
  - pointers and arrays must not be null, but those marked DML_NULLABLE;
  - an array of tensors, `const dml_tensor* const* inputs`, is followed by its
    length, `uint32_t input_count`;
  - a comment belongs to what stands on the next line, and a header begins with one.

Every enumerator has its number. What breaks a rule, or cannot be read, is a
SchemaError with the file and the line: this reads the plain C of those headers,
not C at large.
"""

import dataclasses
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
FAMILIES = "operators"  # the folder of the families' headers

SCALARS = ("char", "double", "int32_t", "int64_t", "size_t", "uint8_t", "uint32_t", "uint64_t")

ITEM = re.compile(
    r"""
    (?P<comment>/\*.*?\*/)
  | \#define\ (?P<constant>DML_\w+)\ (?P<value>\d+)$
  | (?P<directive>\#[^\n]*)
  | (?P<linkage>extern\ "C"\ \{|\}(?=\s*\#endif))
  | typedef\ enum\ (?P<enum>\w+)\ DML_ENUM\ \{(?P<enumerators>.*?)\}\ (?P=enum);
  | typedef\ struct\ (?P<struct>\w+)\ \{(?P<fields>.*?)\}\ (?P=struct);
  | typedef\ struct\ (?P<opaque>\w+)\ (?P=opaque);
  | typedef\ void\ \(\*(?P<callback>\w+)\)\([^()]*\);
  | DML_EXPORT\s+(?P<result>[\w\s]+?[\s*]+)(?P<function>dml_\w+)\s*\((?P<arguments>[^()]*)\)\s*;
    """,
    re.X | re.S | re.M,
)
DECLARATION = re.compile(r"(DML_NULLABLE )?([^\[\]]*?[ *])(\w+)(?:\[(\w+)\])?")
ENUMERATOR = re.compile(r"(DML_\w+)\s*=\s*(\d+)")
COMMENT = re.compile(r"/\*.*?\*/", re.S)


class SchemaError(ValueError):
    """A header that breaks a rule."""


@dataclasses.dataclass(frozen=True)
class Declaration:
    """An argument or a field: `const uint32_t key[2]` has the type `const uint32_t`."""

    name: str
    type: str
    count: int  # of an array; else 0
    nullable: bool = False

    @property
    def is_pointer(self):
        return self.type.endswith("*") or self.count > 0

    @property
    def base(self):
        """The type that it consists of or points to."""
        return re.sub(r"\bconst\b|\*", "", self.type).strip()


@dataclasses.dataclass(frozen=True)
class Item:
    name: str
    comment: str  # without the C around it
    source: str  # as the header has it
    line: int


@dataclasses.dataclass(frozen=True)
class Constant(Item):
    value: int


@dataclasses.dataclass(frozen=True)
class Enum(Item):
    values: dict  # by enumerator


@dataclasses.dataclass(frozen=True)
class Struct(Item):
    fields: tuple


@dataclasses.dataclass(frozen=True)
class Function(Item):
    result: str
    arguments: tuple

    @property
    def title(self):
        """`gemm` for dml_gemm, as errors and Python have it."""
        return self.name[len("dml_") :]

    @property
    def cpp_name(self):
        return "".join(word.capitalize() for word in self.title.split("_"))


@dataclasses.dataclass
class Header:
    path: pathlib.Path
    comment: str = ""
    items: list = dataclasses.field(default_factory=list)
    other_types: set = dataclasses.field(default_factory=set)

    @property
    def family(self):
        """The family whose operators it declares, or None."""
        return self.path.stem if self.path.parent.name == FAMILIES else None

    def of(self, kind):
        return [item for item in self.items if isinstance(item, kind)]


@dataclasses.dataclass
class Schema:
    headers: list

    def of(self, kind):
        return [item for header in self.headers for item in header.of(kind)]

    @property
    def constants(self):
        return {constant.name: constant.value for constant in self.of(Constant)}

    @property
    def families(self):
        return [header for header in self.headers if header.family]

    @property
    def operators(self):
        return [function for header in self.families for function in header.of(Function)]


def all_headers():
    """Those that a caller of the runtime may include."""
    return sorted(HERE.glob("dml_*.h")) + sorted((HERE / FAMILIES).glob("*.h"))


def read(paths):
    """The Schema of headers; types and lengths that others declare must be among them."""
    schema = Schema([])
    for path in paths:
        schema.headers.append(_read_header(path))
    constants = schema.constants
    for header in schema.headers:
        header.items = [_resolved(header, item, constants) for item in header.items]
    _check_names(schema)
    for header in schema.families:
        for function in header.of(Function):
            _check_operator(header, function)
    return schema


def check_types(schema):
    """That the headers declare all types that they use."""
    known = {"void", *SCALARS}
    for header in schema.headers:
        known |= header.other_types
        known |= {item.name for item in header.of(Enum) + header.of(Struct)}
    for header in schema.headers:
        for item in header.of(Struct) + header.of(Function):
            for used in item.fields if isinstance(item, Struct) else item.arguments:
                if used.base not in known:
                    _fail(header.path, item.line, f"{item.name}: {used.name} is of an unknown "
                          f"type, {used.base}")


def _fail(path, line, message):
    raise SchemaError(f"{path}:{line}: {message}")


def _plain(comment):
    """A C comment's text, with its lines and their indentation."""
    lines = comment[2:-2].split("\n")
    return "\n".join(re.sub(r"^ \* ?", "", line).rstrip() for line in lines).strip()


def _read_header(path):
    """A Header whose declarations are still text."""
    text = path.read_text()
    header = Header(path)
    comment, comment_end, position = "", -1, 0
    while True:
        position = re.compile(r"\s*").match(text, position).end()
        if position == len(text):
            break
        line = text.count("\n", 0, position) + 1
        match = ITEM.match(text, position)
        if not match:
            _fail(path, line, f"cannot read `{text[position:].splitlines()[0]}`")
        start, position = position, match.end()
        found = match.groupdict()
        if found["comment"]:
            comment, comment_end = _plain(match.group()), match.end()
            if not start:
                header.comment = comment
            continue
        belongs = start and text[comment_end:start] == "\n"
        common = (comment if belongs else "", match.group(), line)
        if found["constant"]:
            header.items.append(Constant(found["constant"], *common, int(found["value"])))
        elif found["enum"]:
            header.items.append(Enum(found["enum"], *common, found["enumerators"]))
        elif found["struct"]:
            header.items.append(Struct(found["struct"], *common, found["fields"]))
        elif found["function"]:
            result = _spaced(found["result"])
            header.items.append(Function(found["function"], *common, result, found["arguments"]))
        elif found["opaque"] or found["callback"]:
            header.other_types.add(found["opaque"] or found["callback"])
    if not header.comment:
        _fail(path, 1, "does not begin with a comment that says what it declares")
    return header


def _spaced(text):
    return " ".join(text.split()).replace(" *", "*")


def _resolved(header, item, constants):
    if isinstance(item, Constant):
        return item
    if isinstance(item, Enum):
        return dataclasses.replace(item, values=_enumerators(header, item))
    separator, text = (";", item.fields) if isinstance(item, Struct) else (",", item.arguments)
    parts = [part.strip() for part in COMMENT.sub("", text).split(separator)]
    declarations = tuple(
        _declaration(header, item, part, constants) for part in parts if part not in ("", "void"))
    if isinstance(item, Struct):
        if any(field.nullable for field in declarations):
            _fail(header.path, item.line, f"{item.name}: DML_NULLABLE is for arguments")
        return dataclasses.replace(item, fields=declarations)
    return dataclasses.replace(item, arguments=declarations)


def _enumerators(header, item):
    values = {}
    for part in COMMENT.sub("", item.values).split(","):
        match = ENUMERATOR.fullmatch(part.strip())
        if not match:
            _fail(header.path, item.line, f"{item.name}: cannot read `{part.strip()}`, which is "
                  "not DML_NAME = number")
        name, value = match.groups()
        if int(value) in values.values():
            _fail(header.path, item.line, f"{item.name}: the number of {name} is another's too")
        values[name] = int(value)
    return values


def _declaration(header, item, text, constants):
    match = DECLARATION.fullmatch(" ".join(text.split()))
    if not match:
        _fail(header.path, item.line, f"{item.name}: cannot read `{text}`")
    nullable, kind, name, count = match.groups()
    if count and not count.isdigit():
        if count not in constants:
            _fail(header.path, item.line, f"{item.name}: {name} has an unknown length, {count}")
        count = constants[count]
    found = Declaration(name, _spaced(kind), int(count or 0), bool(nullable))
    if "DML_NULLABLE" in found.type or (nullable and not found.is_pointer):
        _fail(header.path, item.line, f"{item.name}: DML_NULLABLE stands first in the declaration "
              f"of a pointer, not so `{text}`")
    return found


def _check_names(schema):
    seen = {}
    for header in schema.headers:
        names = [(item.name, item.line) for item in header.items]
        names += [(name, item.line) for item in header.of(Enum) for name in item.values]
        for name, line in names:
            if name in seen:
                _fail(header.path, line, f"{name} is declared in {seen[name]} too")
            seen[name] = header.path


def _check_operator(header, function):
    def fail(message):
        _fail(header.path, function.line, f"{function.name} {message}")

    if not function.comment:
        fail("has no comment that says what it computes")
    if function.result != "dml_code":
        fail("must return a dml_code")
    if not function.arguments or function.arguments[0].type != "dml_device*":
        fail("must take the device first, `dml_device* device`")
    followers = (*function.arguments[1:], None)
    for argument, follower in zip(function.arguments, followers):
        counted = follower and follower.name.endswith("_count") and follower.type == "uint32_t"
        if argument.type.count("*") > 1 and not counted:
            fail(f"must take the length of {argument.name} after it, as a uint32_t whose name "
                 "ends in _count")
        if argument.name.endswith("_count") and argument.type == "uint32_t":
            before = function.arguments[function.arguments.index(argument) - 1]
            if not before.is_pointer:
                fail(f"has a length, {argument.name}, that follows no array")
