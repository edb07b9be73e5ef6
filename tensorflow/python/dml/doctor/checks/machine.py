"""The operating system, and what kind of it: WSL, a container, plain."""

import os
import platform
from typing import Iterable

from ..findings import Finding, Status
from ..system import System


def _c_library() -> str:
    """As "glibc 2.36"; empty where it is another's."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):
        return ""


def check(system: System) -> Iterable[Finding]:
    if not system.linux:
        yield Finding(
            Status.NOTE, "system", platform.platform(),
            ("On Windows only the runtime works so far, without TensorFlow.",),
        )
        return
    text = "%s, Linux %s, %s" % (
        system.distribution or "a Linux",
        system.read("/proc/sys/kernel/osrelease").strip() or platform.release(),
        system.machine,
    )
    if system.container:
        text += ", in a container (%s)" % system.container
    if system.machine not in ("x86_64", "AMD64"):
        yield Finding(
            Status.FAILURE, "system", text,
            cure="The wheels are for x86-64 only: use such a machine.",
        )
    elif system.wsl == 1:
        yield Finding(
            Status.FAILURE, "system", text + ", on WSL 1, which has no GPUs",
            cure="In Windows: wsl --set-version <distribution> 2, with the name that "
            "`wsl --list` shows; then wsl --update and wsl --shutdown.",
        )
    else:
        yield Finding(Status.OK, "system", text + (", on WSL 2" if system.wsl else ""))
    if not _c_library():
        yield Finding(
            Status.FAILURE, "C library", "it is not glibc, for which the wheels are",
            cure="Use a distribution with glibc, such as Debian, Ubuntu or Fedora; of Alpine's "
            "images the one of python:3.7-slim.",
        )
