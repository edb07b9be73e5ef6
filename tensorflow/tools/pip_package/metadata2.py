"""The metadata of the wheel that stands beside TensorFlow 2.x."""

import os

from metadata import CLASSIFIERS, NAME, REQUIREMENTS

VERSION = "2.0.0"
LICENCES = ("LICENSE", "LICENSE.dxc", "NOTICE")
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")

DESCRIPTION = """\
TensorFlow 2.x that trains on any vendor's GPU.

Install it beside stock TensorFlow, `tensorflow` or `tensorflow-cpu`, of version %(versions)s.
`import tensorflow` then has one more device type, `DML`, which scripts and Keras use as they
would a GPU; what the device cannot do falls back to the CPU.

    pip install tensorflow-cpu==%(newest)s.* tensorflow-directml
    python -c "import tensorflow; print(tensorflow.config.list_physical_devices('GPU'))"

TensorFlow, the TensorFlow logo and any related marks are trademarks of Google Inc.
"""


def metadata(versions):
    """METADATA's text; `versions`, in order, are those of TensorFlow that there is a library
    for."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {NAME}",
        f"Version: {VERSION}",
        "Summary: TensorFlow 2.x that trains on any vendor's GPU",
        "License: Apache-2.0 AND NCSA",
        "Author: The tensorflow-directml authors",
        *(f"Requires-Dist: {requirement}" for requirement in REQUIREMENTS),
        *(f"Classifier: {classifier}" for classifier in CLASSIFIERS),
        *(f"Classifier: Programming Language :: Python :: {python}" for python in PYTHONS),
    ]
    # Where the sources are, only who builds a release knows.
    if os.environ.get("PROJECT_URL"):
        lines += ["Project-URL: Source, " + os.environ["PROJECT_URL"]]
    lines += [
        "Requires-Python: >=3.9",
        *(f"License-File: {name}" for name in LICENCES),
        "Description-Content-Type: text/markdown",
    ]
    text = DESCRIPTION % {
        "versions": versions[0] if len(versions) == 1
        else ", ".join(versions[:-1]) + " or " + versions[-1],
        "newest": versions[-1],
    }
    return "\n".join(lines) + "\n\n" + text


def entry_points():
    return f"[console_scripts]\n{NAME} = tensorflow_directml.cli:main\n"
