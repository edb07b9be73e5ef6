#!/usr/bin/env python3
"""A fuzzer's corpus as one text file, a line an input in hexadecimal digits.

    corpus.py unpack FILE FOLDER     the lines as files, as libFuzzer wants them
    corpus.py pack FOLDER FILE       the other way: the file has these alone, shortest first
    corpus.py add FILE INPUT...      more lines, of inputs that were found
"""

import argparse
import hashlib
import pathlib
import sys


def read(path):
    """The inputs, and the comments before them."""
    lines = path.read_text().splitlines() if path.exists() else []
    comments = [line for line in lines if line.startswith("#")]
    return comments, [bytes.fromhex(line) for line in lines if not line.startswith("#")]


def write(path, comments, inputs):
    ordered = sorted(set(inputs), key=lambda one: (len(one), one))
    path.write_text("".join(line + "\n" for line in [*comments, *(i.hex() for i in ordered)]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, *paths in (("unpack", "file", "folder"), ("pack", "folder", "file")):
        command = commands.add_parser(name)
        for path in paths:
            command.add_argument(path, type=pathlib.Path)
    add = commands.add_parser("add")
    add.add_argument("file", type=pathlib.Path)
    add.add_argument("inputs", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    comments, inputs = read(arguments.file)
    if arguments.command == "unpack":
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for one in inputs:
            (arguments.folder / hashlib.sha1(one).hexdigest()).write_bytes(one)
        return 0
    given = (sorted(arguments.folder.iterdir()) if arguments.command == "pack"
             else arguments.inputs)
    missing = [str(path) for path in given if not path.is_file()]
    if missing:
        parser.error("no such file: " + ", ".join(missing))
    more = [path.read_bytes() for path in given]
    write(arguments.file, comments, more if arguments.command == "pack" else inputs + more)
    return 0


if __name__ == "__main__":
    sys.exit(main())
