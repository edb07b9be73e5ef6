"""Trains on each adapter, and compares with the CPU."""

from typing import Any, Dict, Iterable

from ... import units
from ..findings import Finding, Status
from ..system import System
from . import adapters, tensorflow

# Variables that put other adapters, or none, in the place of the one under test.
_CURE_WRONG = (
    "Update the driver. If it stays: TF_DIRECTML_COOPERATIVE_MATRICES=0, TF_DIRECTML_MERGING=0 or "
    "TF_DIRECTML_TRANSFER_QUEUE=0 may avoid the fault (docs/environment.md); report it with the "
    "output of `tensorflow-directml info`."
)
_CURE_CRASH = (
    "Update the driver, and look at the kernel's log (sudo dmesg) for resets of the GPU. If it "
    "stays, report it with what TF_DIRECTML_DEBUG=1 says and the output of "
    "`tensorflow-directml info`."
)


def _number(system: System, index: int) -> str:
    """What DML_VISIBLE_DEVICES calls the adapter of /device:DML:<index>."""
    chosen = system.variables.get("DML_VISIBLE_DEVICES")
    return str(index) if chosen is None else chosen.split(",")[index].strip()


def _differs(value: Dict[str, Any]) -> bool:
    return not all(  # a NaN is not near anything
        abs(a - b) <= value["tolerance"] * max(1.0, abs(b))
        for a, b in zip(value["losses"], value["expected"])
    )


def _judge(name: str, value: Dict[str, Any], what: str) -> Finding:
    losses = "loss %.5f to %.5f, on the CPU %.5f to %.5f" % (
        value["losses"][0], value["losses"][-1], value["expected"][0], value["expected"][-1])
    if value["launches"] == 0:
        return Finding(
            Status.FAILURE, "self-test", "%s trained %s, but nothing ran on it" % (name, what),
            (losses,), "Report it, with the output of `tensorflow-directml info`.",
        )
    if _differs(value):
        return Finding(
            Status.FAILURE, "self-test", "%s computes wrongly: %s" % (name, losses),
            ("losses: " + ", ".join("%.6g" % loss for loss in value["losses"]),
             "on CPU: " + ", ".join("%.6g" % loss for loss in value["expected"])),
            _CURE_WRONG,
        )
    return Finding(
        Status.OK, "self-test",
        "%s trained %s as the CPU does: %s in %d steps of %.1f ms, the first %.0f ms; %s" % (
            name, what, losses, len(value["losses"]), 1e3 * value["step_seconds"],
            1e3 * value["first_step_seconds"], units.count(value["launches"], "launch")),
    )


def check(system: System) -> Iterable[Finding]:
    if not system.self_test:
        return
    for index, adapter in enumerate(adapters.visible(system)):
        name = "/device:DML:%d (%s)" % (index, adapter["name"])
        only = {"DML_VISIBLE_DEVICES": _number(system, index)}
        with_tensorflow = system.linux and not tensorflow.imported(system).problem
        module = "training" if with_tensorflow else "products"
        trained = system.child(module, changes=only)
        if trained.problem:
            yield Finding(
                Status.FAILURE, "self-test", "%s fails: %s" % (name, trained.problem),
                tuple(trained.errors.splitlines()[-5:]) if trained.crashed else (), _CURE_CRASH,
            )
        else:
            what = "a convolutional network" if with_tensorflow else \
                "a linear model (without TensorFlow)"
            yield _judge(name, trained.value, what)
