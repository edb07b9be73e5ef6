"""Folders like the stand-in's, but for what a test needs to be otherwise."""

import pathlib
import shutil


def without_export(folder, library, function, into):
    """Copies `folder` to `into`, where `library` lacks that function, as an older one would."""
    shutil.copytree(folder, into)
    path = pathlib.Path(into) / library
    code = path.read_bytes()
    name = b"\0" + function.encode() + b"\0"
    assert name in code
    # The loader compares names; that another has its hash does not matter.
    path.write_bytes(code.replace(name, b"\0" + b"-" * len(function) + b"\0"))
    return into
