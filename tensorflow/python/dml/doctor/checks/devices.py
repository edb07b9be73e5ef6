"""GPUs that the machine has, by its PCI bus, and the device files that reach them."""

import os
from typing import Iterable, List, NamedTuple

from ..findings import Finding, Status
from ..system import System

VENDORS = {"0x1002": "AMD", "0x10de": "NVIDIA", "0x8086": "Intel"}
# Kernel drivers by vendor; others give the GPU to virtual machines, or to nobody.
KERNEL_DRIVERS = {
    "AMD": ("amdgpu",),
    "NVIDIA": ("nvidia", "nouveau"),
    "Intel": ("i915", "xe"),
}
CURES = {
    "AMD": "Load it: sudo modprobe amdgpu (GPUs from before 2015 and old kernels lack it: update "
    "the kernel, and install firmware-amd-graphics or linux-firmware).",
    "NVIDIA": "Install NVIDIA's driver (Debian: nvidia-driver; Ubuntu: sudo ubuntu-drivers "
    "install), then restart.",
    "Intel": "Load it: sudo modprobe i915 (Arc and newer: a kernel from 6.2 on).",
}
DISPLAY_CLASS = "0x03"


class Gpu(NamedTuple):
    address: str  # on the PCI bus
    vendor: str
    kernel_driver: str  # empty: none

    def __str__(self) -> str:
        return "%s GPU at %s (%s)" % (
            self.vendor, self.address, self.kernel_driver or "no kernel driver")


def gpus(system: System) -> List[Gpu]:
    """Of the three vendors of GPUs; what servers and virtual machines show pictures by is none."""
    found = []
    for address in system.names("/sys/bus/pci/devices"):
        folder = "/sys/bus/pci/devices/" + address
        vendor = VENDORS.get(system.read(folder + "/vendor").strip())
        if vendor and system.read(folder + "/class").startswith(DISPLAY_CLASS):
            driver = system.path(folder + "/driver")
            name = os.path.basename(os.path.realpath(driver)) if os.path.exists(driver) else ""
            found.append(Gpu(address, vendor, name))
    return found


def _render_nodes(system: System) -> List[str]:
    return ["/dev/dri/" + name for name in system.names("/dev/dri") if name.startswith("renderD")]


def _of_wsl(system: System) -> Iterable[Finding]:
    if not system.exists("/dev/dxg"):
        yield Finding(
            Status.FAILURE, "device files", "/dev/dxg is missing, by which WSL reaches the GPUs "
            "of Windows",
            cure="Start the container with --device /dev/dxg --volume /usr/lib/wsl:/usr/lib/wsl."
            if system.container
            else "In Windows: wsl --update, then wsl --shutdown; Windows 10 needs build 20150 or "
            "newer (docs/wsl.md).",
        )
        return
    missing = [name for name in ("libdxcore.so", "libd3d12.so")
               if not system.exists("/usr/lib/wsl/lib/" + name)]
    if missing:
        yield Finding(
            Status.FAILURE, "device files",
            "%s is missing in /usr/lib/wsl/lib" % " and ".join(missing),
            cure="Start the container with --volume /usr/lib/wsl:/usr/lib/wsl."
            if system.container
            else "In Windows: wsl --update, then wsl --shutdown.",
        )
        return
    yield Finding(Status.OK, "device files", "/dev/dxg, and the libraries in /usr/lib/wsl/lib")


def _container_cure(vendors: Iterable[str]) -> str:
    """For GPUs of these vendors; of any where none is known."""
    wanted = set(vendors) or {"AMD", "NVIDIA"}
    options = []
    if {"AMD", "Intel"} & wanted:
        options.append(("AMD, Intel", "--device /dev/dri"))
    if "NVIDIA" in wanted:
        options.append((
            "NVIDIA",
            "--gpus all --env NVIDIA_DRIVER_CAPABILITIES=all, with NVIDIA's container toolkit on "
            "the host",
        ))
    if len(options) == 1:
        return "Start the container with %s." % options[0][1]
    return "Start the container with the GPU. %s." % "; ".join("%s: %s" % o for o in options)


def check(system: System) -> Iterable[Finding]:
    if not system.linux:
        return
    if system.wsl == 2:
        yield from _of_wsl(system)
        return
    found = gpus(system)
    for gpu in found:
        if gpu.kernel_driver not in KERNEL_DRIVERS[gpu.vendor] and not system.container:
            yield Finding(
                Status.WARNING, "GPUs",
                "the %s is not driven by %s" % (gpu, " or ".join(KERNEL_DRIVERS[gpu.vendor])),
                cure=CURES[gpu.vendor],
            )
    nodes = _render_nodes(system)
    own = [name for name in ("/dev/nvidiactl",) if system.exists(name)]
    if not nodes and not own:
        details = tuple(str(gpu) for gpu in found)
        if system.container:
            # PCI devices are those of the host, whatever is passed on.
            yield Finding(
                Status.WARNING, "device files",
                "this container has no /dev/dri, and no /dev/nvidiactl: no GPU is passed to it",
                details, _container_cure({gpu.vendor for gpu in found}),
            )
        elif found:
            yield Finding(
                Status.WARNING, "device files", "no /dev/dri/renderD*: no kernel driver has made "
                "one", details, CURES[found[0].vendor],
            )
        else:
            yield Finding(
                Status.WARNING, "GPUs", "the machine shows no GPU of AMD, Intel or NVIDIA",
                cure="A virtual machine must be given one by its host. Without a GPU, "
                "TensorFlow's own CPU kernels are the fastest.",
            )
        return
    forbidden = [name for name in nodes + own if not system.may_use(name)]
    if forbidden:
        yield Finding(
            Status.FAILURE, "device files", "this user may not open %s" % ", ".join(forbidden),
            cure="sudo usermod -aG render,video $USER, then log in again; a container needs "
            "--group-add with the number of the group that `stat -c %%g %s` tells." % forbidden[0],
        )
        return
    text = ", ".join(str(gpu) for gpu in found) or "no PCI device of AMD, Intel or NVIDIA"
    yield Finding(Status.OK, "GPUs", "%s; %s" % (text, ", ".join(nodes + own)))
