"""Which TensorFlow versions this package has a library for."""

import os
import re
from typing import List, Optional, Tuple

from .. import wheel_source

FOLDER = os.path.dirname(os.path.abspath(__file__))
_NAME = re.compile(r"libtensorflow_dml_(\d+)_(\d+)\.so$")

Version = Tuple[int, int]


class Refused(Exception):
    """The device cannot work with this TensorFlow; says why, and what to do."""


def minor_version(version: str) -> Version:
    """(2, 21) of "2.21.0-rc1"."""
    match = re.match(r"(\d+)\.(\d+)", version)
    if not match:
        raise Refused("TensorFlow says that its version is %r, which is none" % version)
    return int(match.group(1)), int(match.group(2))


def supported(folder: str = FOLDER) -> List[Version]:
    """The versions, in order, that there are libraries for."""
    matches = [_NAME.match(name) for name in os.listdir(folder)]
    return sorted((int(match.group(1)), int(match.group(2))) for match in matches if match)


def _text(version: Version) -> str:
    return "%d.%d" % version


def find(version: str, folder: str = FOLDER) -> str:
    """The path of the library for TensorFlow `version`; Refused where there is none."""
    wanted = minor_version(version)
    known = supported(folder)
    if wanted in known:
        return os.path.join(folder, "libtensorflow_dml_%d_%d.so" % wanted)
    if not known:
        raise Refused(
            "this installation has no library for any TensorFlow. Run: "
            + wheel_source.install_again()
        )
    nearest = _nearest(wanted, known)
    raise Refused(
        "this is TensorFlow %s, and tensorflow-directml has libraries for %s only. Run: "
        'pip install "tensorflow-cpu==%s.*"    or get a tensorflow-directml that is made for %s'
        % (version, ", ".join(_text(v) for v in known), _text(nearest), _text(wanted))
    )


def _nearest(wanted: Version, known: List[Version]) -> Version:
    older: Optional[Version] = max((v for v in known if v < wanted), default=None)
    return older or known[0]
