"""The command that installs this again: PyPI's package of that name is another."""

import json
import os
import shlex
from urllib.parse import urlparse
from urllib.request import url2pathname

PACKAGE = os.path.dirname(os.path.abspath(__file__))
# What a shell makes of it, in the folder that has the file.
_ANY_WHEEL = "tensorflow_directml-*.whl"


def wheel(package: str = PACKAGE) -> str:
    """The wheel's path as a shell takes it: of the file that pip installed, where it told (PEP 610)
    and that is still there, or else any wheel of this project in the current folder."""
    folder = os.path.dirname(package)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    for name in names:
        if not (name.startswith("tensorflow_directml-") and name.endswith(".dist-info")):
            continue
        try:
            with open(os.path.join(folder, name, "direct_url.json"), encoding="utf-8") as file:
                url = urlparse(json.load(file)["url"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        path = url2pathname(url.path)
        if url.scheme == "file" and path.endswith(".whl") and os.path.isfile(path):
            return shlex.quote(path)
    return _ANY_WHEEL


def install_again(package: str = PACKAGE) -> str:
    """With its files, whatever lies there."""
    return "pip install --force-reinstall " + wheel(package)


def replace(rivals: str = "tensorflow", package: str = PACKAGE) -> str:
    """After packages that overwrite its files are gone; their names stand apart by blanks."""
    return "pip uninstall -y %s tensorflow-directml && pip install %s" % (rivals, wheel(package))
