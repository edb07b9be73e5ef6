"""Shared libraries that are found before those of the wheel."""

import os
from typing import Iterable

from ..findings import Finding, Status
from ..system import System

# RUNPATH, by which the wheel's libraries find each other, comes after LD_LIBRARY_PATH.
OURS = (
    "libdml_runtime.so",
    "libtensorflow_framework.so.1",
    "libtensorflow_dml.so",
    "libdxcompiler.so",
)
# In whose place others may be, rightly; but then it is worth knowing.
OTHERS = ("libvulkan.so.1", "libstdc++.so.6", "libd3d12.so", "libdxcore.so")


def check(system: System) -> Iterable[Finding]:
    clashes, noted = [], []
    for folder in system.variables.get("LD_LIBRARY_PATH", "").split(os.pathsep):
        if not folder or os.path.realpath(system.path(folder)) == os.path.realpath(system.package):
            continue
        clashes += [os.path.join(folder, name) for name in OURS
                    if system.exists(os.path.join(folder, name))]
        noted += [os.path.join(folder, name) for name in OTHERS
                  if system.exists(os.path.join(folder, name))]
    if clashes:
        yield Finding(
            Status.FAILURE, "libraries",
            "LD_LIBRARY_PATH names libraries in the place of the wheel's", tuple(clashes),
            "Unset LD_LIBRARY_PATH, or take these folders out of it.",
        )
    preloaded = system.variables.get("LD_PRELOAD", "").strip()
    if noted or preloaded:
        details = noted + (["LD_PRELOAD=" + preloaded] if preloaded else [])
        yield Finding(
            Status.NOTE, "libraries", "libraries of the system are replaced by", tuple(details)
        )
