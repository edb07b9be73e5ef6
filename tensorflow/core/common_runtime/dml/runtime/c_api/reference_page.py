"""Writes docs/operators.md: the operators' headers as a page to read."""

import re
import textwrap

import api_schema

TOOL = "tensorflow/core/common_runtime/dml/runtime/c_api/generate_api.py"


def write(api):
    by_name = {header.path.name: header for header in api.headers if not header.family}
    types = {item.name for item in api.of(api_schema.Enum) + api.of(api_schema.Struct)}
    text = [
        "# Operators",
        f"<!-- Made from the headers: python3 {TOOL} page --out docs/operators.md -->",
        _prose(by_name["dml_operators.h"].comment),
        "The device, which every function takes first, is left out of the tables below.",
        "| family | operators |\n| --- | --- |\n" + "\n".join(
            f"| [{header.family}](#{header.family}) | "
            + ", ".join(f"[{f.title}](#{f.name})" for f in header.of(api_schema.Function)) + " |"
            for header in api.families),
        "## Tensors",
        *_items(by_name["dml_tensor.h"], types),
    ]
    for header in api.families:
        text += [f"## {header.family}", _prose(header.comment), *_items(header, types)]
    return "\n\n".join(part for part in text if part) + "\n"


def _items(header, types):
    for item in header.items:
        yield f"### {item.name}"
        yield _prose(item.comment)
        if isinstance(item, api_schema.Function):
            yield "| argument | type | |\n| --- | --- | --- |\n" + "\n".join(
                _row(argument, types) for argument in item.arguments[1:])
        else:
            yield f"```c\n{item.source}\n```"


def _row(argument, types):
    kind = f"`{argument.type}`" + (f" [{argument.count}]" if argument.count else "")
    if argument.base in types and argument.base != "dml_tensor":
        kind = f"[{kind}](#{argument.base})"
    return f"| `{argument.name}` | {kind} |{' may be null ' if argument.nullable else ' '}|"


def _prose(comment):
    """Markdown of a comment; what is indented is a formula, or a list's item."""
    blocks = []  # of (kind, lines)
    for line in comment.split("\n"):
        if not line.startswith(" "):
            kind, line = "text", _escaped(line)
        elif line.lstrip().startswith("- ") or (blocks and blocks[-1][0] == "list"):
            kind, line = "list", _escaped(line[2:])
        else:
            kind = "formula"
        if not line:
            blocks.append(("text", []))
        elif blocks and blocks[-1][0] == kind:
            blocks[-1][1].append(line)
        else:
            blocks.append((kind, [line]))
    parts = [(kind, textwrap.dedent("\n".join(lines))) for kind, lines in blocks]
    return "\n\n".join(
        f"```\n{part}\n```" if kind == "formula" else part for kind, part in parts if part)


def _escaped(line):
    """Markdown that shows the line as it is: no emphasis, no HTML, no list."""
    line = re.sub(r"(?<! )\*|\*(?! )|^\*", r"\\*", line)
    return line.replace("<", "&lt;")
