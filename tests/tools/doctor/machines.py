"""doctor on systems that are made up: files in a folder, processes that are functions.

The package comes from the checkout, under a name of its own: other tests of this folder import
a copy of it by its real one.
"""

import importlib
import importlib.util
import pathlib
import sys

PACKAGE = pathlib.Path(__file__).resolve().parents[3] / "tensorflow/python/dml"
NAME = "tensorflow_directml_of_the_checkout"


def module(name):
    """A module of the package, by its dotted name below it."""
    if NAME not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            NAME, PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)]
        )
        sys.modules[NAME] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[NAME])
    return importlib.import_module(f"{NAME}.{name}")


findings = module("doctor.findings")
process = module("doctor.process")
Status = findings.Status


def adapter(name="Radeon RX 6800", kind="DISCRETE", **changes):
    return {
        "name": name, "driver": "radv Mesa 25.0.7", "api": "Vulkan 1.4.305",
        "vendor_id": 0x1002, "device_id": 0x73BF, "uuid": "00", "type": "ADAPTER_" + kind,
        "unified_memory": 0, "memory_bytes": 16 << 30, "max_heap_bytes": 4 << 30,
        "subgroup_size": 64, "max_group_invocations": 1024, "max_shared_bytes": 65536,
        "float16_arithmetic": 1, "float64": 1, "others": [], "matrix_shapes": [[16, 16, 16]],
        **changes,
    }


def listed(*adapters, left_out=(), problem=""):
    """What children/adapters.py answers."""
    return {"library": "/package/libdml_runtime.so", "adapters": list(adapters),
            "left_out": list(left_out), "problem": problem}


def left_out(name, cause, reason):
    return {"name": name, "driver": "NVIDIA 418.226.00", "api": "Vulkan 1.2.0", "cause": cause,
            "reason": reason}


def trained(losses=(2.5, 2.0, 1.5), expected=(2.5, 2.0, 1.5), launches=96):
    """What children/training.py answers."""
    return {"losses": list(losses), "expected": list(expected), "launches": launches,
            "first_step_seconds": 0.2, "step_seconds": 0.01, "tags": [], "tolerance": 1e-3}


class Machine:
    """A sound one, Debian with a Radeon, until a test takes something away."""

    def __init__(self, root):
        self.root = root
        self.variables = {"HOME": "/home/user"}
        self.import_path = [str(root / "packages")]
        self.package = root / "packages/tensorflow_directml"
        self.asked = []
        self.forbidden = ""  # a file that the user may not open
        # By module, or by module and first argument; a string is a problem.
        self.answers = {
            "adapters": listed(adapter()),
            "library": {"vulkan": "1.3.275"},
            "numpy_import": {"version": "1.18.5"},
            "tensorflow_import": {
                "version": "1.15.5", "build": "v1.15.4-39-g3db52be", "file": "/tensorflow.py",
                "devices": ["/device:DML:0"],
            },
            "training": trained(),
        }
        self.write("/etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n')
        self.write("/proc/sys/kernel/osrelease", "6.1.0-37-amd64\n")
        self.write("/home/user/.cache/tensorflow-directml/programs.bin", "x")
        self.write("/packages/tensorflow_directml/libdml_runtime.so", "")
        self.write("/packages/tensorflow-plugins/libtensorflow_dml.so", "")
        self.write("/packages/tensorflow_core/__init__.py", "import tensorflow_directml\n")
        self.gpu("0000:03:00.0", "0x1002", "amdgpu")
        self.write("/dev/dri/renderD128", "")
        self.driver("radeon_icd.x86_64.json", "libvulkan_radeon.so")

    def write(self, name, text):
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def remove(self, name):
        (self.root / name.lstrip("/")).unlink()

    def gpu(self, address, vendor, kernel_driver=None):
        folder = f"/sys/bus/pci/devices/{address}"
        self.write(f"{folder}/vendor", vendor + "\n")
        self.write(f"{folder}/class", "0x030000\n")
        if kernel_driver:
            self.write(f"/sys/bus/pci/drivers/{kernel_driver}/bind", "")
            link = self.root / folder.lstrip("/") / "driver"
            link.symlink_to(self.root / f"sys/bus/pci/drivers/{kernel_driver}")

    def driver(self, manifest, library):
        self.write(
            f"/usr/share/vulkan/icd.d/{manifest}", '{"ICD": {"library_path": "%s"}}' % library
        )

    def wsl(self, release="5.15.167.4-microsoft-standard-WSL2"):
        self.write("/proc/sys/kernel/osrelease", release + "\n")

    def docker(self):
        self.write("/.dockerenv", "")

    def run(self, module, arguments, variables, timeout):
        self.asked.append((module, tuple(arguments), variables))
        answer = self.answers[module]
        if callable(answer):
            answer = answer(*arguments)
        if isinstance(answer, process.Outcome):
            return answer
        if isinstance(answer, str):
            return process.Outcome(None, answer)
        return process.Outcome(answer)

    def system(self, **options):
        system = module("doctor.system").System(
            root=str(self.root), variables=self.variables, path=self.import_path,
            package=str(self.package), run=self.run, **options,
        )
        # Tests may run as root, who may open all.
        system.may_use = lambda name: name != self.forbidden
        return system

    def findings(self, *checks, **options):
        """Of checks by name; of all without."""
        all_checks = module("doctor.checks")
        chosen = [getattr(all_checks, name).check for name in checks] or all_checks.CHECKS
        return list(all_checks.run(self.system(**options), chosen))

    def finding(self, status, *checks, **options):
        """The only one of that status."""
        found = [f for f in self.findings(*checks, **options) if f.status is status]
        assert len(found) == 1, found
        return found[0]


def sound(root):
    """A Machine on which all is well, for the Python that runs this."""
    python = module("doctor.checks.python")
    python.SUPPORTED = (sys.version_info[:2],)
    python._required = list
    return Machine(root)
