"""The metadata of tensorflow-directml, derived from its base's."""

import os
import re

NAME = "tensorflow-directml"
VERSION = "1.15.9"
BASE = "tensorflow"
BASE_VERSION = "1.15.5"

# The base's pins that have aged: protobuf 3.21 made generated code of older
# versions an error, which TensorFlow 1.15 fails on at import.
PINS = {"protobuf": "protobuf (<3.21,>=3.6.1)"}

# What our own Python needs beside: the command's tables, and the page of
# `tensorflow-directml trace`. The ranges reach down to the last versions for Python 3.6
# (rich 12.6, Jinja2 3.0) and 3.7 (rich 13.8, Jinja2 3.1).
REQUIREMENTS = ("Jinja2 (<4,>=3.0)", "rich (<14,>=12.6)")

# What the base says of itself, and we don't: lines that begin so.
DROPPED = (
    "Author: ",
    "Author-email: ",
    "Classifier: Development Status ",
    "Download-URL: ",
    "Home-page: ",
    "License-File: ",
    "Platform: ",
)
CLASSIFIERS = (
    "Development Status :: 4 - Beta",  # measured on no GPU yet
    "Environment :: GPU",
    "License :: OSI Approved :: University of Illinois/NCSA Open Source License",  # DXC
    "Operating System :: POSIX :: Linux",
    "Programming Language :: C++",
    "Programming Language :: Python :: 3 :: Only",
)
LICENCES = ("LICENSE", "LICENSE.tensorflow", "LICENSE.dxc", "NOTICE")

DESCRIPTION = """\
TensorFlow 1.15 that trains on any vendor's GPU.

This distribution is TensorFlow 1.15.5 with one more device type, `DML`: scripts
for TensorFlow 1.15 run unmodified, their operators are placed on
`/device:DML:0`, and what the device cannot do falls back to the CPU. It replaces
the `tensorflow` distribution; uninstall that one first.

    pip uninstall tensorflow
    pip install tensorflow_directml-%s-cp37-*.whl
    tensorflow-directml doctor

TensorFlow, the TensorFlow logo and any related marks are trademarks of Google Inc.
""" % VERSION


def metadata(base):
    """METADATA's text from the base's."""
    header, _, _ = base.partition("\n\n")
    lines = []
    for line in header.splitlines():
        key, _, value = line.partition(": ")
        if key == "Requires-Dist":
            marker = re.search(r'python_version\s*<\s*"', value)
            if marker:  # for Pythons that no wheel of ours is for
                continue
            package = re.match(r"[\w.-]+", value).group()
            value = PINS.get(package, value)
            if package in PINS and ";" in value:
                raise ValueError(f"a pin of ours would drop the marker of {line}")
        elif key == "Classifier" and "Python ::" in value:
            if not re.search(r":: (3|3\.6|3\.7)$", value):
                continue
        else:
            value = {
                "Name": NAME,
                "Version": VERSION,
                "Summary": "TensorFlow 1.15 that trains on any vendor's GPU",
                "License": "Apache-2.0 AND NCSA",
            }.get(key, value)
            if line.startswith(DROPPED):
                continue
        lines.append(f"{key}: {value}")
    lines += [f"Requires-Dist: {requirement}" for requirement in REQUIREMENTS]
    lines += [f"Classifier: {classifier}" for classifier in CLASSIFIERS]
    lines += ["Author: The tensorflow-directml authors"]
    # Where the sources are, only who builds a release knows.
    if os.environ.get("PROJECT_URL"):
        lines += ["Project-URL: Source, " + os.environ["PROJECT_URL"]]
    lines += [
        "Requires-Python: >=3.6,<3.8",
        f"Provides-Dist: {BASE} (=={BASE_VERSION})",
        f"Obsoletes-Dist: {BASE}",
        *(f"License-File: {name}" for name in LICENCES),
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(lines) + "\n\n" + DESCRIPTION


def entry_points(base):
    """entry_points.txt with our command beside TensorFlow's."""
    command = f"{NAME} = tensorflow_directml.cli:main"
    head, section, tail = base.partition("[console_scripts]\n")
    if not section:
        raise ValueError("the base has no console scripts")
    return f"{head}{section}{command}\n{tail}"


def wheel_file(python_tag, platform_tag, version=VERSION):
    """`python_tag` with the tag of the ABI, as "cp37-cp37m"."""
    return (
        "Wheel-Version: 1.0\n"
        f"Generator: tensorflow-directml ({version})\n"
        "Root-Is-Purelib: false\n"
        f"Tag: {python_tag}-{platform_tag}\n"
    )
