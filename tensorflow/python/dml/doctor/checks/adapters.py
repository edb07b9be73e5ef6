"""The adapters that the runtime lists, and those that it leaves out."""

from typing import Any, Dict, Iterable, List

from ... import units
from .. import cures
from ..findings import Finding, Status
from ..system import System
from . import devices, earlier, installation, python, vulkan
from .installation import REINSTALL

# What an adapter may lack, and what that costs.
FEATURES = (
    ("float64", "float64: nodes of that type run on the CPU"),
    ("float16_arithmetic", "float16 arithmetic: float16 saves memory, but no time"),
    ("matrix_shapes", "matrix units: float16 products take the ordinary ones"),
)


def visible(system: System) -> List[Dict[str, Any]]:
    """As children/adapters.py tells them; none where the runtime cannot be asked."""
    value = system.child("adapters").value
    return value["adapters"] if value else []


def describe(adapter: Dict[str, Any]) -> str:
    return "%s (%s, %s, %s, %s)" % (
        adapter["name"], adapter["type"][len("ADAPTER_"):].lower(),
        units.size(adapter["memory_bytes"]), adapter["api"], adapter["driver"])


def _asked_in_vain(system: System) -> Finding:
    asked = system.child("adapters")
    if asked.crashed:
        return Finding(
            Status.FAILURE, "adapters", "asking the drivers for adapters failed: " + asked.problem,
            tuple(asked.errors.splitlines()[-5:]),
            earlier.cure(system, vulkan.check)
            or "A driver is broken. Update it; to find out which, name one manifest after the "
            "other in VK_DRIVER_FILES and run doctor again.",
        )
    library = system.variables.get("TF_DIRECTML_RUNTIME_LIBRARY")
    return Finding(
        Status.FAILURE, "runtime", "it cannot be loaded: " + asked.problem,
        cure="Correct or unset TF_DIRECTML_RUNTIME_LIBRARY." if library
        else earlier.cure(system, python.check, installation.check) or REINSTALL,
    )


def _left_out(adapter: Dict[str, str]) -> Finding:
    if adapter["cause"] == "lacks":
        # As "lacks bufferDeviceAddress; update the driver, ...".
        lacks, _, what_to_do = adapter["reason"].partition("; ")
        return Finding(
            Status.WARNING, "adapters", "left out: %s %s" % (adapter["name"], lacks),
            ("driver: %s, %s" % (adapter["driver"], adapter["api"]),),
            (what_to_do[:1].upper() + what_to_do[1:] if what_to_do else "Update the driver") + ".",
        )
    text = "%s %s" % (adapter["name"], adapter["reason"])
    return Finding(Status.NOTE, "adapters", "left out: " + text)


def _cure(system: System, left_out: List[Dict[str, str]]) -> str:
    causes = {adapter["cause"] for adapter in left_out}
    if "hidden" in causes:
        if "DML_VISIBLE_DEVICES" in system.variables:
            return "Unset DML_VISIBLE_DEVICES, or name adapters that there are: they count from 0."
        return "Unset CUDA_VISIBLE_DEVICES, or name adapters in DML_VISIBLE_DEVICES, such as 0."
    if "lacks" in causes:
        return "That of the adapter that is left out, above."
    cure = _earlier(system) or cures.install_driver(
        system, {gpu.vendor for gpu in devices.gpus(system)}
    )
    if causes == {"software"}:
        cure += (
            " To try things without a GPU: TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER=1, which is slower "
            "than TensorFlow's own CPU kernels."
        )
    return cure


def _earlier(system: System) -> str:
    return earlier.cure(system, devices.check, vulkan.check, least=Status.WARNING)


def check(system: System) -> Iterable[Finding]:
    asked = system.child("adapters")
    if asked.problem:
        yield _asked_in_vain(system)
        return
    found, left_out = asked.value["adapters"], asked.value["left_out"]
    for adapter in left_out:
        yield _left_out(adapter)
    for index, adapter in enumerate(found):
        software = adapter["type"] == "ADAPTER_SOFTWARE"
        details = ["lacks " + text for name, text in FEATURES if not adapter[name] and not software]
        details += ["not used: another driver of it, %s (%s, %s); TF_DIRECTML_DRIVERS chooses"
                    % tuple(other) for other in adapter["others"]]
        yield Finding(
            Status.WARNING if software else Status.OK, "adapters",
            "/device:DML:%d is %s%s" % (
                index, describe(adapter), ": it computes on the CPU" if software else ""),
            tuple(details),
            "For speed, leave it to TensorFlow's own CPU kernels: unset "
            "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER." if software else "",
        )
    problem = asked.value["problem"]
    if not found:
        # What is left out, or fails before, has lines of its own, with the reason.
        yield Finding(
            Status.FAILURE, "adapters", "no adapter can be used: TensorFlow computes on the CPU",
            () if left_out or _earlier(system) else (problem,), _cure(system, left_out),
        )
    elif problem:
        yield Finding(Status.WARNING, "adapters", problem, cure=_cure(system, left_out))
