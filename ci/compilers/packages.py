"""Drivers and libraries from Debian's registry, unpacked aside: nothing is installed.

packages.json pins each package by version and hash. A root is a folder with one Mesa
release and every library that its drivers load, down to the C library, so that it does
not matter what the machine itself runs: its programs start by the root's own loader.
It names the suites that have its packages. (That of vkd3d has its libraries alone.)

A package that lies in the folder that TF_DIRECTML_DEBIAN_PACKAGES names is taken from there,
for when the registry has moved on.

Intel's stand-in for a GPU (a "drm-shim", which answers the kernel's calls) is in no
package and is built from Mesa's source package, by Meson.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PINNED = json.loads((HERE / "packages.json").read_text())
MIRROR_VARIABLE = "TF_DIRECTML_DEBIAN_MIRROR"
FOLDER_VARIABLE = "TF_DIRECTML_DEBIAN_PACKAGES"
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")

APT_CONFIGURATION = """\
Dir::Etc "{apt}/etc/";
Dir::Etc::sourcelist "{apt}/etc/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "{apt}/state";
Dir::State::status "{apt}/state/status";
Dir::Cache "{apt}/cache";
APT::Architecture "amd64";
APT::Sandbox::User "{user}";
Acquire::Languages "none";
// Hashes are pinned here; a mirror's index may be older than it says it may be.
Acquire::Check-Valid-Until "false";
"""

MESON_OPTIONS = [
    "-Dtools=intel,drm-shim", "-Dvulkan-drivers=", "-Dgallium-drivers=", "-Dllvm=disabled",
    "-Dplatforms=", "-Dopengl=false", "-Dgles1=disabled", "-Dgles2=disabled", "-Dglx=disabled",
    "-Degl=disabled", "-Dgbm=disabled", "-Dglvnd=disabled", "-Dvideo-codecs=",
    "-Dzstd=disabled", "-Dshader-cache=disabled", "-Dvalgrind=disabled",
    "-Dlibunwind=disabled", "-Dbuildtype=release", "-Db_ndebug=true",
]
SHIM_TOOLS = ["meson==1.6.1", "ninja==1.11.1.3", "mako==1.3.8", "pyyaml==6.0.2",
              "packaging==24.2", "setuptools==75.6.0"]
SHIM_PACKAGES = ["libdrm-dev", "bison", "flex", "pkg-config", "zlib1g-dev", "libexpat1-dev"]


class Unavailable(Exception):
    """What the check needs cannot be had; says what to do."""


def run(command, **keywords):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                            check=False, **keywords)
    if result.returncode:
        said = (result.stderr or result.stdout).strip()
        raise Unavailable(f"{command[0]} failed: {said[-2000:]}")
    return result.stdout


def mirror():
    """The registry that this machine takes Debian's packages from."""
    given = os.environ.get(MIRROR_VARIABLE)
    if given:
        return given
    sources = [pathlib.Path("/etc/apt/sources.list"),
               *sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*"))]
    for path in sources:
        text = path.read_text() if path.is_file() else ""
        for uri in re.findall(r"^(?:URIs:|deb(?:\s+\[[^]]*\])?)\s+(\S+)", text, re.M):
            if uri.rstrip("/").endswith("/debian"):
                return uri
    raise Unavailable(
        f"this machine's apt has no registry of Debian's packages: name one in {MIRROR_VARIABLE}")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Apt:
    """apt with sources, state and cache of its own, in `folder`."""

    def __init__(self, folder, suites):
        self.folder = folder.resolve()
        for part in ("etc/preferences.d", "etc/apt.conf.d", "state/lists/partial",
                     "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "state/status").touch()
        if not KEYRING.exists():
            raise Unavailable(f"{KEYRING} is missing: apt-get install debian-archive-keyring")
        (self.folder / "etc/sources.list").write_text("".join(
            f"{kind} [signed-by={KEYRING}] {mirror()} {suite} main\n"
            for suite in suites for kind in ("deb", "deb-src")))
        configuration = self.folder / "apt.conf"
        configuration.write_text(APT_CONFIGURATION.format(
            apt=self.folder, user="root" if os.getuid() == 0 else ""))
        self.environment = {**os.environ, "APT_CONFIG": str(configuration)}
        self.updated = False

    def __call__(self, *command, cwd=None):
        if not self.updated:
            run(["apt-get", "update", "-qq"], env=self.environment)
            self.updated = True
        return run(command, env=self.environment, cwd=cwd)


def check_files(pinned, folder):
    """Raises unless `folder` has each (name, hash)."""
    for name, expected in pinned:
        path = folder / name
        if not path.exists() or sha256(path) != expected:
            raise Unavailable(
                f"{name} is not the file that {HERE.name}/packages.json pins: the registry has "
                "a newer version. Pin it anew by ci/compilers/pin.py, and look at what changes; or "
                f"name a folder that has it in {FOLDER_VARIABLE}.")


def suites_of(roots):
    """The suites that have the packages of these roots, for Apt."""
    return sorted({suite for root in roots for suite in PINNED["roots"][root]["suites"]})


def file_of(package, version, folder):
    """The package's file in `folder`, or None."""
    prefix = f"{package}_{version.replace(':', '%3a')}_"
    return next((path for path in folder.iterdir() if path.name.startswith(prefix)), None)


def fetch_packages(wanted, folder, apt):
    """Fills `folder` with files of (package, version, hash); returns their paths."""
    given = os.environ.get(FOLDER_VARIABLE)
    missing = []
    for package, version, expected in wanted:
        found = given and file_of(package, version, pathlib.Path(given))
        if found and sha256(found) == expected:
            shutil.copy(found, folder)
        else:
            missing.append(f"{package}={version}")
    problem = ""
    if missing:
        try:
            apt("apt-get", "download", "-qq", *missing, cwd=folder)
        except Unavailable as error:
            problem = f"\n{error}"
    files = []
    for package, version, expected in wanted:
        path = file_of(package, version, folder) or folder / f"{package}_{version}"
        try:
            check_files([(path.name, expected)], folder)
        except Unavailable as error:
            raise Unavailable(f"{error}{problem}") from None
        files.append(path)
    return files


def fetch_root(name, build, apt):
    """build/roots/<name>; returns its usr/."""
    root = build / "roots" / name
    stamp = root / "pinned"
    wanted = PINNED["roots"][name]["packages"]
    pinned = json.dumps(wanted)
    if stamp.exists() and stamp.read_text() == pinned:
        return root / "usr"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    debs = build / "packages" / name
    debs.mkdir(parents=True, exist_ok=True)
    for path in fetch_packages(wanted, debs, apt):
        run(["dpkg-deb", "-x", path, root])
    shutil.rmtree(debs)
    stamp.write_text(pinned)
    return root / "usr"


def fetch_intel_shim(build, apt):
    """Builds Intel's drm-shim once; returns its path."""
    source = PINNED["source"]
    shim = build / f"libintel_noop_drm_shim-{source['version']}.so"
    if shim.exists():
        return shim
    missing = [package for package in SHIM_PACKAGES
               if subprocess.run(["dpkg", "-s", package], capture_output=True).returncode]
    if missing:
        raise Unavailable("building Intel's drm-shim needs: apt-get install " + " ".join(missing))
    folder = build / "source"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    apt("apt-get", "source", "--download-only", "-qq",
        f"{source['package']}={source['version']}", cwd=folder)
    check_files(source["files"], folder)
    original = next(folder.glob("*.orig.tar.xz"))
    run(["tar", "xf", original.name], cwd=folder)
    tree = next(path for path in folder.iterdir() if path.is_dir())
    run([sys.executable, "-m", "venv", folder / "venv"])
    run([folder / "venv/bin/pip", "install", "--quiet", *SHIM_TOOLS])
    environment = {**os.environ, "PATH": f"{folder / 'venv/bin'}:{os.environ['PATH']}"}
    run(["meson", "setup", "build", *MESON_OPTIONS], cwd=tree, env=environment)
    built = "src/intel/tools/libintel_noop_drm_shim.so"
    run(["ninja", "-C", "build", built], cwd=tree, env=environment)
    partial = shim.with_suffix(".partial")
    shutil.copy(tree / "build" / built, partial)
    partial.rename(shim)
    shutil.rmtree(folder)
    return shim
