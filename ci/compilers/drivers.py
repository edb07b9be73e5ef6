"""The drivers whose compilers the check asks, and how each opens without its hardware."""

import json
import os
import pathlib
import subprocess
from dataclasses import dataclass, field
from typing import Dict, Optional

HERE = pathlib.Path(__file__).resolve().parent

# VkPhysicalDeviceType: the names that the null adapter's profile takes.
TYPES = {1: "integrated", 2: "discrete"}


@dataclass(frozen=True)
class Driver:
    """One compiler for one chip."""

    compiler: str  # "radv", "anv", "nvk"
    root: str  # of packages.json
    chip: str  # as the table's rows name it
    variables: Dict[str, str] = field(default_factory=dict)
    shim: Optional[str] = None  # in the root, or "intel": the one that is built

    @property
    def name(self) -> str:
        return f"{self.compiler}-{self.root.replace('mesa-', '')}-{self.chip}"

    @property
    def library(self) -> str:
        return {"radv": "libvulkan_radeon.so", "anv": "libvulkan_intel.so",
                "nvk": "libvulkan_nouveau.so"}[self.compiler]


AMD_CHIPS = {"polaris10": "GCN 4", "navi21": "RDNA 2", "navi31": "RDNA 3", "gfx1201": "RDNA 4"}
INTEL_CHIPS = {"skl": "Skylake", "tgl": "Tiger Lake", "dg2": "DG2", "bmg": "Battlemage"}
# Chipset numbers of NVIDIA's. Mesa's stand-in knows none after Ampere.
NVIDIA_CHIPS = {"ga102": "0x172"}
ROOTS = ("mesa-25.0", "mesa-26.1")


def all_drivers():
    for root in ROOTS:
        for chip in AMD_CHIPS:
            # From 26 on the driver has no hardware of its own that does nothing.
            if root == "mesa-25.0":
                yield Driver("radv", root, chip, {"RADV_FORCE_FAMILY": chip})
            else:
                yield Driver("radv", root, chip, {"AMDGPU_GPU_ID": chip},
                             "libamdgpu_noop_drm_shim.so")
        for chip in INTEL_CHIPS:
            yield Driver("anv", root, chip, {"INTEL_STUB_GPU_PLATFORM": chip}, "intel")
        for chip, number in NVIDIA_CHIPS.items():
            yield Driver("nvk", root, chip, {
                "NOUVEAU_CHIPSET": number, "NVK_I_WANT_A_BROKEN_VULKAN_DRIVER": "1"},
                "libnouveau_noop_drm_shim.so")


class Opened:
    """A driver with its root unpacked: runs compile_programs.cc on it."""

    def __init__(self, driver: Driver, usr: pathlib.Path, intel_shim: pathlib.Path,
                 program: pathlib.Path):
        libraries = usr.resolve() / "lib/x86_64-linux-gnu"
        self.driver = driver
        self.command = [str(usr.resolve() / "lib64/ld-linux-x86-64.so.2"),
                        "--library-path", str(libraries)]
        if driver.shim:
            shim = intel_shim.resolve() if driver.shim == "intel" else libraries / driver.shim
            self.command += ["--preload", str(shim)]
        self.command += [str(program.resolve()), str(libraries / driver.library)]
        self.environment = {**os.environ, **driver.variables, "MESA_SHADER_CACHE_DISABLE": "true"}

    def __call__(self, *arguments) -> str:
        result = subprocess.run([*self.command, *(str(a) for a in arguments)], text=True,
                                capture_output=True, env=self.environment, check=False)
        if result.returncode:
            raise RuntimeError(f"{self.driver.name}: {result.stderr.strip()[-1000:]}")
        return result.stdout

    def adapter(self) -> dict:
        """What the adapter says of itself; see compile_programs.cc."""
        return json.loads(self("--adapter"))


def profile(adapter: dict) -> str:
    """The null adapter's profile (TF_DIRECTML_NULL_ADAPTER) that equals `adapter`."""
    values = {
        "type": TYPES.get(adapter["type"], "discrete"),
        "vendor": adapter["vendor_id"],
        "subgroup_size": adapter["subgroup_size"],
        "max_group_invocations": adapter["max_group_invocations"],
        "max_shared_bytes": adapter["max_shared_bytes"],
        "float16_arithmetic": adapter["float16_arithmetic"],
        "float16_products": adapter["float16_products"],
        "float64": adapter["float64"],
        "matrix_shapes": "+".join(adapter["matrix_shapes"]),
        "matrix_subgroup_size": adapter["matrix_subgroup_size"],
    }
    return ",".join(f"{name}={value}" for name, value in values.items())
