"""The variables of the environment that this project reads, and those that are misspelled.

docs/environment.md explains them, and a test holds that list, this one and the runtime's
(runtime/base/environment.cc) to be the same.
"""

import difflib
from typing import List, Mapping, NamedTuple, Optional, Tuple

# In the order of docs/environment.md.
VARIABLES = (
    "DML_VISIBLE_DEVICES",
    "CUDA_VISIBLE_DEVICES",
    "TF_DIRECTML_DRIVERS",
    "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER",
    "TF_DIRECTML_GPU_NAMES",
    "TF_DIRECTML_BACKEND",
    "TF_DIRECTML_NULL_ADAPTER",
    "TF_DIRECTML_VULKAN_LOADER",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_DIRECTML_BATCH_FLUSH_SIZE",
    "TF_DIRECTML_BATCH_FLUSH_TIME",
    "TF_DIRECTML_SUBMISSION_TIME",
    "TF_DIRECTML_TRANSFER_QUEUE",
    "TF_DIRECTML_LAUNCH_ELEMENTS",
    "TF_DIRECTML_TUNING",
    "TF_DIRECTML_MERGING",
    "TF_DIRECTML_COOPERATIVE_MATRICES",
    "TF_DIRECTML_CACHE_DIR",
    "TF_ENABLE_MAXPOOL_NANPROP",
    "TF_DIRECTML_DEBUG",
    "TF_DIRECTML_RUNTIME_LIBRARY",
    "TF_DIRECTML_COMMIT",
)
# Read when the project is built or tested: configure.py --help, CONTRIBUTING.md.
BUILD_VARIABLES = (
    "TF_DIRECTML_BASE_WHEEL",
    "TF_DIRECTML_BASE_WHEEL_CP36",
    "TF_DIRECTML_BAZEL",
    "TF_DIRECTML_BUILD_PYTHON",
    "TF_DIRECTML_DEBIAN_MIRROR",
    "TF_DIRECTML_DEBIAN_PACKAGES",
    "TF_DIRECTML_DIRECTX_INCLUDE",
    "TF_DIRECTML_DXC",
    "TF_DIRECTML_GLSLANG",
    "TF_DIRECTML_GLSLC",
    "TF_DIRECTML_GOOGLETEST",
    "TF_DIRECTML_PYTHON",
    "TF_DIRECTML_SPIRV_CROSS",
    "TF_DIRECTML_TENSORFLOW2",
    "TF_DIRECTML_VULKAN_INCLUDE",
)
# Of others, but they decide which drivers and libraries there are.
OTHERS = (
    "VK_DRIVER_FILES",
    "VK_ICD_FILENAMES",
    "VK_ADD_DRIVER_FILES",
    "VK_LOADER_DRIVERS_SELECT",
    "VK_LOADER_DRIVERS_DISABLE",
    "MESA_VK_DEVICE_SELECT",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "TF_CPP_MIN_LOG_LEVEL",
    "XDG_CACHE_HOME",
)
_OURS = ("TF_DIRECTML_", "DML_VISIBLE_")


class Unknown(NamedTuple):
    """A variable that is set, looks like one of ours, and is none."""

    name: str
    nearest: Optional[str]

    def __str__(self) -> str:
        text = "%s is no variable of tensorflow-directml, and has no effect" % self.name
        return text + (": is %s meant?" % self.nearest if self.nearest else "")


def unknown(environ: Mapping[str, str]) -> List[Unknown]:
    """The misspelled ones, by name."""
    known = VARIABLES + BUILD_VARIABLES
    found = []
    for name in sorted(environ):
        if name.startswith(_OURS) and name not in known:
            nearest = difflib.get_close_matches(name, VARIABLES, 1, 0.75)
            found.append(Unknown(name, nearest[0] if nearest else None))
    return found


def in_force(environ: Mapping[str, str]) -> List[Tuple[str, str]]:
    """(name, value) of all that are set: ours, then what else matters, then unknown ones."""
    names = VARIABLES + OTHERS + tuple(entry.name for entry in unknown(environ))
    return [(name, environ[name]) for name in names if name in environ]


def is_off(value: Optional[str]) -> bool:
    """Whether a switch that is on by default is turned off: 0 or false, in any case."""
    return value is not None and value.lower() in ("0", "false")
