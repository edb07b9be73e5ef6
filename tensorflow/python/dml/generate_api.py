"""Turns the runtime's C headers into the Python declarations of api.py.

    generate_api.py HEADER... --out api.py

The headers are the one place where the C API is written down: enums, structs
and prototypes reach Python through this. It reads the plain C that those
headers are written in, not C at large.
"""

import argparse
import pathlib
import pprint
import re

ENUM = re.compile(r"typedef enum (\w+) DML_ENUM \{(.*?)\}", re.S)
STRUCT = re.compile(r"typedef struct (\w+) \{(.*?)\}", re.S)
FUNCTION = re.compile(r"DML_EXPORT\s+([\w\s]+?[\s*]+)(dml_\w+)\s*\((.*?)\)\s*;", re.S)
DEFINE = re.compile(r"^#define (DML_\w+) (\d+)$", re.M)
DECLARATION = re.compile(r"^(.*?[\s*])(\w+)(?:\[(\w+)\])?$", re.S)


def declaration(text, constants):
    """`const uint32_t key[2]` as ("key", "const uint32_t", 2)."""
    match = DECLARATION.match(" ".join(text.split()))
    if not match:
        raise ValueError("cannot read the declaration `%s`" % text)
    kind, name, count = match.groups()
    if count and not count.isdigit():
        count = constants[count]
    return name, kind.strip().replace(" *", "*"), int(count or 0)


def parse(texts):
    """Returns (constants, enums, structs, functions) of the headers' texts."""
    texts = [re.sub(r"/\*.*?\*/", "", text, flags=re.S) for text in texts]
    constants = {name: int(value) for text in texts for name, value in DEFINE.findall(text)}
    enums, structs, functions = {}, {}, {}
    for text in texts:
        for name, body in ENUM.findall(text):
            enums[name] = {
                key: int(value) for key, value in re.findall(r"DML_(\w+)\s*=\s*(\d+)", body)
            }
        for name, body in STRUCT.findall(text):
            structs[name] = tuple(
                declaration(field, constants) for field in body.split(";") if field.strip()
            )
        prototypes = FUNCTION.findall(text)
        if len(prototypes) != len(re.findall(r"^DML_EXPORT", text, re.M)):
            raise ValueError("a function's prototype could not be read")
        for result, name, arguments in prototypes:
            functions[name] = (
                result.strip().replace(" *", "*"),
                tuple(
                    declaration(argument, constants)
                    for argument in arguments.split(",")
                    if argument.strip() not in ("", "void")
                ),
            )
    return constants, enums, structs, functions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("headers", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    values = parse([header.read_text() for header in arguments.headers])
    lines = [
        '"""The runtime\'s C API as Python data; made from its headers by generate_api.py.',
        "",
        "Declarations are (name, C type, array length or 0).",
        '"""',
        "",
    ]
    for name, value in zip(("CONSTANTS", "ENUMS", "STRUCTS", "FUNCTIONS"), values):
        lines.append("%s = %s\n" % (name, pprint.pformat(value, width=88)))
    arguments.out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
