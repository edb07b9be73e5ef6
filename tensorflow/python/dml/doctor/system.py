"""The system under examination: its files, its variables, and processes that try things.

Tests put a folder in the place of `root`, and functions in the place of processes.
"""

import os
import platform
import sys
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from .process import Outcome
from .process import run as run_child

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Seconds that a child may take. A cold start of TensorFlow from a slow disk takes many.
TIMEOUT = 180.0
TIMEOUTS = {"library": 20.0, "adapters": 60.0, "numpy_import": 60.0}

RunChild = Callable[[str, Sequence[str], Mapping[str, str], float], Outcome]


class System:
    """`variables` is the environment; None in a value of `changes` below unsets."""

    def __init__(
        self,
        root: str = "/",
        variables: Optional[Mapping[str, str]] = None,
        path: Optional[Sequence[str]] = None,
        package: str = PACKAGE,
        run: RunChild = run_child,
        self_test: bool = True,
    ):
        self.root = root
        self.variables = dict(os.environ if variables is None else variables)
        # Scripts have their own folder first, which mostly is this one.
        folders = ["", *sys.path] if path is None else path
        real = [os.path.realpath(folder) for folder in folders]  # "" is the current one
        self.import_path = sorted(set(real), key=real.index)
        self.package = package
        self.self_test = self_test
        self._run = run
        self._children: Dict[Any, Outcome] = {}

    # Files, by absolute names.

    def path(self, name: str) -> str:
        """Where the file is for this process."""
        return os.path.join(self.root, name.lstrip("/"))

    def exists(self, name: str) -> bool:
        return os.path.exists(self.path(name))

    def read(self, name: str) -> str:
        """Its text; empty where it cannot be read."""
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def names(self, folder: str) -> List[str]:
        """What is in a folder, sorted; nothing where it cannot be read."""
        try:
            return sorted(os.listdir(self.path(folder)))
        except OSError:
            return []

    def may_use(self, name: str) -> bool:
        """Whether this user may read and write it."""
        return os.access(self.path(name), os.R_OK | os.W_OK)

    # Kinds of systems.

    @property
    def linux(self) -> bool:
        return sys.platform.startswith("linux")

    @property
    def machine(self) -> str:
        return platform.machine()

    @property
    def wsl(self) -> int:
        """1 or 2 on the Windows Subsystem for Linux of that version, else 0."""
        release = self.read("/proc/sys/kernel/osrelease").lower()
        if "microsoft" not in release:
            return 0
        return 2 if "wsl2" in release or "microsoft-standard" in release else 1

    @property
    def container(self) -> str:
        """What kind of container this is; empty outside of one."""
        if self.exists("/.dockerenv"):
            return "Docker"
        if self.exists("/run/.containerenv"):
            return "Podman"
        if self.variables.get("KUBERNETES_SERVICE_HOST"):
            return "Kubernetes"
        groups = self.read("/proc/1/cgroup")
        for word, kind in (("docker", "Docker"), ("kubepods", "Kubernetes"),
                           ("libpod", "Podman"), ("lxc", "LXC"), ("containerd", "containerd")):
            if word in groups:
                return kind
        return self.variables.get("container", "")

    @property
    def distribution(self) -> str:
        """As "Debian GNU/Linux 12 (bookworm)"; empty where the system doesn't tell."""
        for line in self.read("/etc/os-release").splitlines():
            if line.startswith("PRETTY_NAME="):
                return line.split("=", 1)[1].strip("\"' ")
        return ""

    # Processes.

    def child(
        self, module: str, *arguments: str, changes: Optional[Mapping[str, Optional[str]]] = None
    ) -> Outcome:
        """What a module of children/ found out, in this environment with `changes`.

        The same question is asked once.
        """
        changed = dict(changes or {})
        key = (module, arguments, tuple(sorted(changed.items(), key=str)))
        if key not in self._children:
            variables = {
                name: value
                for name, value in {**self.variables, **changed}.items()
                if value is not None
            }
            timeout = TIMEOUTS.get(module, TIMEOUT)
            self._children[key] = self._run(module, arguments, variables, timeout)
        return self._children[key]
