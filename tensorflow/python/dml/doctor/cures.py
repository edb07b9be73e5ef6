"""Commands that install what is missing, in the words of this distribution."""

from typing import Iterable, NamedTuple

from .system import System


class Commands(NamedTuple):
    loader: str  # of Vulkan
    mesa: str  # the drivers for AMD and Intel
    nvidia: str


# By ID and ID_LIKE of /etc/os-release.
_BY_FAMILY = {
    "ubuntu": Commands(
        "sudo apt install libvulkan1",
        "sudo apt install mesa-vulkan-drivers",
        "sudo ubuntu-drivers install",
    ),
    "debian": Commands(
        "sudo apt install libvulkan1",
        "sudo apt install mesa-vulkan-drivers",
        "sudo apt install nvidia-driver (of the section non-free)",
    ),
    "fedora": Commands(
        "sudo dnf install vulkan-loader",
        "sudo dnf install mesa-vulkan-drivers",
        "sudo dnf install akmod-nvidia (of RPM Fusion)",
    ),
    "arch": Commands(
        "sudo pacman -S vulkan-icd-loader",
        "sudo pacman -S vulkan-radeon (AMD) or vulkan-intel (Intel)",
        "sudo pacman -S nvidia nvidia-utils",
    ),
    "suse": Commands(
        "sudo zypper install libvulkan1",
        "sudo zypper install libvulkan_radeon (AMD) or libvulkan_intel (Intel)",
        "its packages of NVIDIA's repository",
    ),
}
_ELSEWHERE = Commands(
    "the package of the Vulkan loader (libvulkan.so.1)",
    "the package of Mesa's Vulkan drivers",
    "NVIDIA's own package",
)


def commands(system: System) -> Commands:
    values = {}
    for line in system.read("/etc/os-release").splitlines():
        name, _, value = line.partition("=")
        values[name] = value.strip("\"' ")
    for family in [values.get("ID", "")] + values.get("ID_LIKE", "").split():
        for known in (family, family.split("-")[0], "suse" if "suse" in family else ""):
            if known in _BY_FAMILY:
                return _BY_FAMILY[known]
    return _ELSEWHERE


def install_loader(system: System) -> str:
    return "Install it: %s." % commands(system).loader


def install_driver(system: System, vendors: Iterable[str] = ()) -> str:
    """For GPUs of these vendors; of any where it is not known."""
    wanted = set(vendors) or {"AMD", "NVIDIA"}
    parts = []
    if {"AMD", "Intel"} & wanted:
        parts.append(("AMD, Intel", commands(system).mesa))
    if "NVIDIA" in wanted and system.container:
        parts.append((
            "NVIDIA",
            "the driver of the host, which --gpus all --env NVIDIA_DRIVER_CAPABILITIES=all passes "
            "to the container",
        ))
    elif "NVIDIA" in wanted:
        parts.append(("NVIDIA", commands(system).nvidia))
    if len(parts) == 1:
        return "Install the GPU's driver: %s." % parts[0][1]
    return "Install the GPU's driver. %s." % "; ".join("%s: %s" % part for part in parts)
