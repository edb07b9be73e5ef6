"""Systems of docs/troubleshooting.md, by heading: what each takes from a sound machine.

    python tests/tools/doctor/scenarios.py      prints the blocks of that page
"""

import contextlib
import io
import pathlib
import tempfile

import machines
from machines import Status, adapter, left_out, listed, module, process, trained


def _nothing_listed(machine, problem="", *hidden):
    machine.answers["adapters"] = listed(left_out=hidden, problem=problem)
    machine.answers["tensorflow_import"]["devices"] = []


def no_loader(machine):
    missing = "libvulkan.so.1: cannot open shared object file: No such file or directory"
    machine.answers["library"] = {"problem": missing}
    _nothing_listed(machine, f"the Vulkan loader cannot be opened ({missing})")


def no_driver(machine):
    machine.remove("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json")
    _nothing_listed(machine, "no working Vulkan driver is installed")


def software_only(machine):
    no_driver(machine)
    machine.driver("lvp_icd.x86_64.json", "libvulkan_lvp.so")
    reason = (
        "is a software adapter (to use it, set TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER=1)"
    )
    _nothing_listed(
        machine, "no usable adapter",
        left_out("llvmpipe (LLVM 15.0.6, 256 bits)", "software", reason),
    )


def two_drivers(machine):
    machine.driver("amd_icd64.json", "amdvlk64.so")
    others = [["AMD Radeon RX 6800", "AMD open-source driver 2024.Q4", "Vulkan 1.3.302"]]
    machine.answers["adapters"] = listed(adapter("AMD Radeon RX 6800", others=others))


def container(machine):
    machine.docker()
    machine.remove("/dev/dri/renderD128")
    _nothing_listed(machine, "Vulkan finds no device")


def wsl(machine):
    machine.wsl()
    machine.remove("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json")
    _nothing_listed(machine, "Direct3D 12: libdxcore.so cannot be opened")


def bad_variables(machine):
    machine.variables.update(TF_DIRECTML_BACKENDS="vulkan", TF_DIRECTML_TUNING="off")
    machine.answers["adapters"] = process.Outcome(
        listed(adapter()), "",
        "tensorflow-directml: ignoring TF_DIRECTML_TUNING=off: it must be 0, 1, true or false\n",
    )


def hidden(machine):
    machine.variables["CUDA_VISIBLE_DEVICES"] = "-1"
    _nothing_listed(
        machine, "CUDA_VISIBLE_DEVICES=-1 hides every adapter",
        left_out("AMD Radeon RX 6800", "hidden", "is hidden by CUDA_VISIBLE_DEVICES=-1"),
    )


def stock_tensorflow(machine):
    (machine.root / "packages/tensorflow-1.15.5.dist-info").mkdir()
    machine.answers["tensorflow_import"] = (
        "FailedPreconditionError: tensorflow-directml can't share an environment with "
        "tensorflow-1.15.5"
    )
    machine.answers["products"] = trained()


def no_rights(machine):
    machine.forbidden = "/dev/dri/renderD128"
    _nothing_listed(machine, "Vulkan finds no device")


def old_driver(machine):
    reason = (
        "lacks bufferDeviceAddress; update the driver, and where the newest still lacks it, the "
        "adapter is too old"
    )
    _nothing_listed(machine, "no usable adapter", left_out("GeForce GTX 660", "lacks", reason))


def broken_driver(machine):
    machine.answers["adapters"] = process.Outcome(
        None, "the process crashed (SIGSEGV)", "", True
    )


def wrong_results(machine):
    machine.answers["training"] = trained(losses=(2.30259, 2.41, 3.2), expected=(2.30259, 2.1, 1.9))


SCENARIOS = {
    "No Vulkan loader": no_loader,
    "No Vulkan driver": no_driver,
    "Only a software adapter": software_only,
    "A container without the GPU": container,
    "WSL without /dev/dxg": wsl,
    "The user may not open the GPU": no_rights,
    "A driver that lacks a feature": old_driver,
    "Two drivers of one GPU": two_drivers,
    "A variable that is misspelled, or has no such value": bad_variables,
    "A variable that hides the devices": hidden,
    "Stock TensorFlow beside": stock_tensorflow,
    "A driver that crashes": broken_driver,
    "A driver that computes wrongly": wrong_results,
}


def block(heading, machine):
    """What doctor prints of the system, but for what is well."""
    SCENARIOS[heading](machine)
    printer = module("doctor.render").Plain()
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        for finding in machine.findings():
            if finding.status is not Status.OK or finding.details:
                printer.finding(finding)
    return text.getvalue()


if __name__ == "__main__":
    for name in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            print(f"### {name}\n\n```text")
            print(block(name, machines.sound(pathlib.Path(folder))), end="```\n\n")
