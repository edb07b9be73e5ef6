"""The Vulkan loader, and the drivers (ICDs) whose manifests it reads."""

import json
import os
from typing import Iterable, List, NamedTuple

from .. import cures
from ..findings import Finding, Status
from ..system import System
from . import devices

LOADER = "libvulkan.so.1"
FOLDERS = (
    "/etc/vulkan/icd.d",
    "/usr/local/etc/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/usr/share/vulkan/icd.d",
)
SOFTWARE = ("libvulkan_lvp.so", "libvk_swiftshader.so")
# Takes Vulkan to Direct3D 12.
TRANSLATING = ("libvulkan_dzn.so",)


class Driver(NamedTuple):
    """A manifest; `problem` says why the loader can't use it."""

    manifest: str
    library: str
    problem: str


def manifests(system: System) -> List[str]:
    """Files as the loader finds them, by its variables or in its folders."""
    get = system.variables.get
    chosen = get("VK_DRIVER_FILES") or get("VK_ICD_FILENAMES")
    found: List[str] = []
    for place in (chosen or get("VK_ADD_DRIVER_FILES") or "").split(os.pathsep):
        if not place:
            continue
        if os.path.isdir(system.path(place)):
            found += [os.path.join(place, name) for name in system.names(place)
                      if name.endswith(".json")]
        else:
            found.append(place)
    if chosen:
        return found
    folders = list(FOLDERS)
    for variable, below in (("XDG_DATA_HOME", ".local/share"), ("XDG_CONFIG_HOME", ".config")):
        base = get(variable) or (os.path.join(get("HOME", ""), below) if get("HOME") else "")
        if base:
            folders.insert(0, os.path.join(base, "vulkan/icd.d"))
    for folder in folders:
        found += [os.path.join(folder, name) for name in system.names(folder)
                  if name.endswith(".json")]
    return found


def drivers(system: System) -> List[Driver]:
    return [_driver(system, manifest) for manifest in manifests(system)]


def _driver(system: System, manifest: str) -> Driver:
    if not system.exists(manifest):
        return Driver(manifest, "", "there is no such file")
    try:
        library = json.loads(system.read(manifest))["ICD"]["library_path"]
        if not isinstance(library, str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        return Driver(manifest, "", "it is damaged, or not readable")
    # As the loader reads it: a name for the system's search, else beside the manifest.
    place = library
    if "/" in library:
        place = system.path(os.path.join(os.path.dirname(manifest), library))
    opened = system.child("library", place)
    problem = opened.problem or opened.value.get("problem", "")
    return Driver(manifest, library, problem)


def check(system: System) -> Iterable[Finding]:
    if not system.linux:
        return
    if system.wsl == 2 or system.variables.get("TF_DIRECTML_BACKEND") in ("d3d12", "null"):
        # Another API serves. That Vulkan could not is no fault.
        for finding in _check(system):
            if finding.status > Status.NOTE:
                finding = finding._replace(
                    status=Status.NOTE, details=(), cure="",
                    summary=finding.summary + "; it is not needed here",
                )
            yield finding
        return
    yield from _check(system)


def _check(system: System) -> Iterable[Finding]:
    name = system.variables.get("TF_DIRECTML_VULKAN_LOADER") or LOADER
    opened = system.child("library", name)
    problem = opened.problem or opened.value.get("problem", "")
    if not problem and not opened.value["vulkan"]:
        problem = "it is no Vulkan loader"
    if problem:
        # The system's words begin with the name, too.
        problem = problem[len(name) + 2 :] if problem.startswith(name + ": ") else problem
        yield Finding(
            Status.FAILURE, "Vulkan loader", "%s cannot be used: %s" % (name, problem),
            cure="Correct or unset TF_DIRECTML_VULKAN_LOADER." if name != LOADER
            else cures.install_loader(system),
        )
        return
    version = opened.value["vulkan"]
    if tuple(int(part) for part in version.split(".")[:2]) < (1, 2):
        yield Finding(
            Status.FAILURE, "Vulkan loader", "%s is of version %s; 1.2 is needed" % (name, version),
            cure="Update it: the distribution's newer release has one.",
        )
        return
    yield Finding(Status.OK, "Vulkan loader", "%s, version %s" % (name, version))
    if name == LOADER:  # others may find drivers in a way of their own
        yield from _of_drivers(system, drivers(system))


def _of_drivers(system: System, found: List[Driver]) -> Iterable[Finding]:
    good = [driver for driver in found if not driver.problem]
    broken = [driver for driver in found if driver.problem]
    cure = cures.install_driver(system, {gpu.vendor for gpu in devices.gpus(system)})
    if not good:
        yield Finding(
            Status.FAILURE, "Vulkan drivers",
            "none of the drivers' manifests can be used" if broken
            else "no Vulkan driver is installed",
            tuple("%s: %s" % (driver.manifest, driver.problem) for driver in broken),
            "Correct or unset VK_DRIVER_FILES and VK_ICD_FILENAMES."
            if system.variables.get("VK_DRIVER_FILES") or system.variables.get("VK_ICD_FILENAMES")
            else cure,
        )
        return
    real = [driver for driver in good
            if os.path.basename(driver.library) not in SOFTWARE + TRANSLATING]
    names = ", ".join(os.path.basename(driver.library) for driver in good)
    if real:
        yield Finding(Status.OK, "Vulkan drivers", names)
    else:
        yield Finding(
            Status.WARNING, "Vulkan drivers", names + ": no driver of a GPU", cure=cure
        )
    for driver in broken:
        yield Finding(
            Status.WARNING, "Vulkan drivers", "%s: %s" % (driver.manifest, driver.problem),
            cure="Install the package that it belongs to again, or remove the file where you have "
            "no such GPU.",
        )
