"""Python, NumPy, and the other packages that the wheel requires."""

import platform
import struct
import sys
from typing import Iterable, Tuple

from ... import wheel_source
from ..findings import Finding, Status
from ..system import System

SUPPORTED = ((3, 6), (3, 7))


def _required() -> Iterable[Tuple[str, str]]:
    """(requirement of the wheel, what is wrong with it)."""
    try:
        import pkg_resources  # of setuptools, which TensorFlow requires
    except ImportError:
        return
    try:
        requirements = pkg_resources.get_distribution("tensorflow-directml").requires()
    except pkg_resources.DistributionNotFound:
        return
    for requirement in requirements:
        try:
            pkg_resources.get_distribution(requirement)
        except pkg_resources.VersionConflict as conflict:
            yield str(requirement), "%s %s is installed" % (
                conflict.dist.project_name, conflict.dist.version)
        except pkg_resources.DistributionNotFound:
            yield str(requirement), "it is not installed"


def check(system: System, version: Tuple[int, int] = sys.version_info[:2]) -> Iterable[Finding]:
    text = "%s %s, %d bits" % (
        platform.python_implementation(), platform.python_version(), 8 * struct.calcsize("P"))
    if not system.linux or version in SUPPORTED:
        yield Finding(Status.OK, "Python", text)
    else:
        yield Finding(
            Status.FAILURE, "Python", text + "; TensorFlow 1.15 is for 3.6 and 3.7",
            cure="Make an environment of Python 3.7, for example: uvx uv@0.6.17 venv --python 3.7",
        )
    found = system.child("numpy_import")
    if found.problem:
        yield Finding(
            Status.FAILURE, "NumPy", "it cannot be imported: " + found.problem,
            cure="pip install --force-reinstall 'numpy>=1.16,<1.19'",
        )
    else:
        yield Finding(Status.OK, "NumPy", found.value["version"])
    wrong = list(_required())
    if wrong:
        yield Finding(
            Status.FAILURE, "requirements", "packages that TensorFlow needs are missing, or of "
            "another version",
            tuple("%s: %s" % pair for pair in wrong),
            "pip install %s, which brings them." % wheel_source.wheel() if len(wrong) > 3
            else "pip install %s" % " ".join("'%s'" % requirement for requirement, _ in wrong),
        )
