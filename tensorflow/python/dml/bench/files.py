"""Results as files: JSON, text and a picture."""

import json
import os
import sys
from typing import Any, Callable, Dict

from .plot import Unavailable


def save(
    results: Dict[str, Any], folder: str, name: str, text: str,
    draw: Callable[[Dict[str, Any], str], None],
) -> str:
    """Writes `results`, their `text`, and what `draw(results, path)` makes of them. Returns the
    names of the files, which begin with `name`; without matplotlib there is no picture, and
    stderr says so."""
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump(results, file, indent=1)
    with open(os.path.join(folder, name + ".txt"), "w") as file:
        file.write(text)
    written = "%s.json, %s.txt" % (name, name)
    try:
        draw(results, os.path.join(folder, name + ".png"))
        written += ", %s.png" % name
    except Unavailable as problem:
        print(problem, file=sys.stderr)
    return written
