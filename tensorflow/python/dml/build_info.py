"""Which sources this was made from: build.json of the wheel, or the checkout."""

import json
import os
import subprocess
from typing import Any, Dict

PACKAGE = os.path.dirname(os.path.abspath(__file__))
# The package's folder in the sources; that of a wheel is tensorflow_directml.
_IN_CHECKOUT = os.path.join("tensorflow", "python", "dml")


def stored(package: str = PACKAGE) -> Dict[str, Any]:
    """{"commit": of the sources, "modified": whether they had changes}; empty in a checkout."""
    try:
        with open(os.path.join(package, "build.json")) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def commit(package: str = PACKAGE) -> str:
    """$TF_DIRECTML_COMMIT, what the wheel was built from, or this checkout's; else empty."""
    if "TF_DIRECTML_COMMIT" in os.environ:
        return os.environ["TF_DIRECTML_COMMIT"]
    if "commit" in stored(package):
        return stored(package)["commit"]
    # An installed package may lie in a checkout of something else.
    if not package.endswith(_IN_CHECKOUT):
        return ""
    try:
        output = subprocess.check_output(
            ["git", "-C", package, "rev-parse", "HEAD"], stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return output.decode().strip()
