"""The folder of compiled programs, and the room on its disk."""

import os
import shutil
from typing import Iterable

from ... import units
from ..findings import Finding, Status
from ..system import System

# What the programs of some models take, with much to spare.
ROOM = 256 << 20


def folder(system: System) -> str:
    """As runtime/base/environment.cc chooses it; empty where no variable says."""
    get = system.variables.get
    if get("TF_DIRECTML_CACHE_DIR"):
        return get("TF_DIRECTML_CACHE_DIR", "")
    if os.name == "nt":
        return os.path.join(get("LOCALAPPDATA", ""), "tensorflow-directml", "cache")
    if get("XDG_CACHE_HOME"):
        return os.path.join(get("XDG_CACHE_HOME", ""), "tensorflow-directml")
    return os.path.join(get("HOME", ""), ".cache", "tensorflow-directml") if get("HOME") else ""


def size(path: str) -> int:
    """Bytes of the files in it."""
    total = 0
    for parent, _, files in os.walk(path):
        for name in files:
            try:
                total += os.path.getsize(os.path.join(parent, name))
            except OSError:
                continue
    return total


def _existing(path: str) -> str:
    """The folder itself, or the nearest above it that is there."""
    while not os.path.exists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path


def check(system: System, free: int = -1) -> Iterable[Finding]:
    """`free`: bytes on the disk, for tests."""
    chosen = folder(system)
    if not chosen:
        yield Finding(
            Status.WARNING, "cache", "no folder for compiled programs: HOME is not set, so that "
            "every process compiles them anew",
            cure="Name a folder in TF_DIRECTML_CACHE_DIR.",
        )
        return
    place = _existing(system.path(chosen))
    if not os.path.isdir(place):
        yield Finding(
            Status.WARNING, "cache", "%s cannot be a folder: %s is a file" % (chosen, place),
            cure="Remove that file, or name a folder in TF_DIRECTML_CACHE_DIR.",
        )
        return
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            Status.WARNING, "cache", "%s cannot be written, so that every process compiles "
            "programs anew" % chosen,
            cure="Make it yours: sudo chown -R $(id -u) %s; or name another folder in "
            "TF_DIRECTML_CACHE_DIR." % place,
        )
        return
    free = shutil.disk_usage(place).free if free < 0 else free
    text = "%s, %s used, %s free" % (chosen, units.size(size(system.path(chosen))),
                                     units.size(free))
    if free < ROOM:
        yield Finding(
            Status.WARNING, "cache", text + ": too little for compiled programs",
            cure="Make room, or name a folder on another disk in TF_DIRECTML_CACHE_DIR.",
        )
    else:
        yield Finding(Status.OK, "cache", text)
