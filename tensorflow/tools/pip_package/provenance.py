"""Of which sources a wheel is made, and of when: the same for the same sources."""

import calendar
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
# What a zip file has for "unknown".
EPOCH = calendar.timegm((1980, 1, 1, 0, 0, 0))


def _git(*arguments):
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit():
    """{"commit": ..., "modified": whether there were changes}; {} where nothing tells it."""
    try:
        changes = _git("status", "--porcelain")
        return {"commit": _git("rev-parse", "HEAD"), "modified": bool(changes)}
    except (OSError, subprocess.CalledProcessError):
        if os.environ.get("TF_DIRECTML_COMMIT"):
            return {"commit": os.environ["TF_DIRECTML_COMMIT"], "modified": False}
    return {}


def date():
    """The time of all that is made: $SOURCE_DATE_EPOCH (reproducible-builds.org), else the
    commit's, else 1980. Seconds since 1970, UTC."""
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return max(int(os.environ["SOURCE_DATE_EPOCH"]), EPOCH)
    try:
        return max(int(_git("log", "-1", "--format=%ct")), EPOCH)
    except (OSError, subprocess.CalledProcessError):
        return EPOCH


def zip_time(seconds):
    """As zip files have it."""
    return time.gmtime(seconds)[:6]
