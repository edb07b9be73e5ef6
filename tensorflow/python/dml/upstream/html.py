"""The summary as one HTML page without any other file; report.html is its template."""

import json
import os
from typing import Any, Dict

from . import summary as summaries
from .summary import Summary

_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "report.html")
_MARK = "/*DATA*/null"
# The whole log is in report.json.
_LOG_LIMIT = 16000


def _data(summary: Summary) -> Dict[str, Any]:
    """The report with short logs and with nothing that the page does not show."""
    data = summaries.as_json(summary)
    for row in data["tests"]:
        row["log"] = row["log"][-_LOG_LIMIT:]
        for key in [key for key, value in row.items() if value in ("", {})]:
            del row[key]
    return data


def write(summary: Summary, path: str) -> None:
    with open(_TEMPLATE, encoding="utf-8") as file:
        template = file.read()
    # Nothing in the text of a test may end the script element.
    data = json.dumps(_data(summary), separators=(",", ":")).replace("<", "\\u003c")
    assert _MARK in template
    with open(path, "w", encoding="utf-8") as file:
        file.write(template.replace(_MARK, data))
