"""Other TensorFlows beside ours: distributions, and files that hide the package's name."""

import os
import re
from typing import Iterable, List, Tuple

from ... import wheel_source
from ..findings import Finding, Status
from ..system import System

# Distributions that install the package `tensorflow`, as glue's base_check.cc has them.
RIVALS = (
    "tensorflow",
    "tensorflow_cpu",
    "tensorflow_gpu",
    "tensorflow_rocm",
    "tf_nightly",
    "tf_nightly_gpu",
    "intel_tensorflow",
    "tensorflow_macos",
)
_INFO = re.compile(r"^(.+?)-([^-]+?)(?:-py[\d.]+)?\.(?:dist-info|egg-info)$")


def distributions(folder: str) -> List[Tuple[str, str]]:
    """(name with underscores, version) of what pip installed there."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    matches = (_INFO.match(name) for name in sorted(names))
    return [
        (match.group(1).lower().replace("-", "_").replace(".", "_"), match.group(2))
        for match in matches
        if match
    ]


def _hiding(system: System) -> Iterable[str]:
    """What `import tensorflow` finds before our package."""
    ours = os.path.realpath(os.path.dirname(system.package))
    for folder in system.import_path:
        if folder == ours:
            return
        for name in ("tensorflow.py", os.path.join("tensorflow", "__init__.py"), "tensorflow_core"):
            if os.path.exists(os.path.join(folder, name)):
                yield os.path.join(folder, name)


def check(system: System) -> Iterable[Finding]:
    ours = os.path.realpath(os.path.dirname(system.package))
    beside, elsewhere = [], []
    for folder in system.import_path:
        for name, version in distributions(folder):
            if name in RIVALS:
                place = beside if folder == ours else elsewhere
                place.append((name.replace("_", "-"), version, folder))
    if beside:
        yield Finding(
            Status.FAILURE, "packages",
            "%s is installed beside tensorflow-directml, and each overwrites files of the other"
            % ", ".join("%s %s" % entry[:2] for entry in beside),
            (),
            wheel_source.replace(" ".join(entry[0] for entry in beside)),
        )
    hiding = list(_hiding(system))
    if hiding:
        yield Finding(
            Status.FAILURE, "packages", "`import tensorflow` finds another one first",
            tuple(hiding),
            "Rename or move it, or run from another folder."
            if not elsewhere
            else "pip uninstall -y %s, or correct PYTHONPATH"
            % " ".join(entry[0] for entry in elsewhere),
        )
    if not beside and not hiding:
        yield Finding(Status.OK, "packages", "no other TensorFlow is in the way")
