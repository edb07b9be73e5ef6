"""Writes packages.json anew: what the suites' registry has today of each root.

    pin.py [ROOT]...     all roots, or those, and Mesa's source with mesa-25.0

Run it when the registry no longer has a pinned version, then ci/compilers.sh --write, and
look at what changes in docs/compilers/. A root takes the Mesa of the last of its suites and
all that its drivers load; that of vkd3d has its libraries alone. Suites that are not
released, such as sid, move on within days.
"""

import json
import pathlib
import re
import sys
import tempfile

import packages

ROOT_SUITES = {"mesa-25.0": ["trixie"], "mesa-26.1": ["trixie", "trixie-backports"],
               "mesa-26.2": ["sid"], "vkd3d-2.1": ["sid"]}
SOURCE_ROOT = "mesa-25.0"
WANTED = ["mesa-vulkan-drivers", "mesa-drm-shim"]
# Of roots that have nothing else: the machine has what these load.
ALONE = {"vkd3d-2.1": ["libvkd3d-headers", "libvkd3d-shader1", "libvkd3d1"]}
# Documents, or what nothing here loads.
LEFT_OUT = {"libx11-data", "libvulkan1", "gcc-14-base", "libdrm-common"}


def pinned(apt, name, suite, folder):
    """[package, version, hash] of all that a root needs, as `suite` has it."""
    alone = ALONE.get(name)
    plan = apt("apt-get", "install", "--simulate", "--no-install-recommends",
               "--target-release", suite, *(alone or WANTED))
    rows = []
    for package, version in re.findall(r"^Inst (\S+) \((\S+)", plan, re.M):
        if package in LEFT_OUT or (alone and package not in alone):
            continue
        apt("apt-get", "download", "-qq", f"{package}={version}", cwd=folder)
        path = next(folder.glob(f"{package}_*.deb"))
        rows.append([package, version, packages.sha256(path)])
        path.unlink()
    return sorted(rows) if alone else rows


def source(apt, version, folder):
    """The files of Mesa's source package."""
    apt("apt-get", "source", "--download-only", "-qq", f"mesa={version}", cwd=folder)
    files = [[path.name, packages.sha256(path)] for path in sorted(folder.glob("mesa_*"))
             if path.suffix != ".asc"]
    return {"package": "mesa", "version": version, "files": files}


def text_of(pins):
    """packages.json: a line a package."""
    def lines(rows, indentation):
        return ",\n".join(" " * indentation + json.dumps(row) for row in rows)

    roots = ",\n".join(
        f'    "{name}": {{"suites": {json.dumps(root["suites"])}, "packages": [\n'
        f'{lines(root["packages"], 6)}\n    ]}}' for name, root in pins["roots"].items())
    source = pins["source"]
    return (f'{{\n  "roots": {{\n{roots}\n  }},\n'
            f'  "source": {{"package": "{source["package"]}", "version": "{source["version"]}", '
            f'"files": [\n{lines(source["files"], 4)}\n  ]}}\n}}\n')


def main():
    pins = packages.PINNED
    for name in sys.argv[1:] or ROOT_SUITES:
        suites = ROOT_SUITES[name]
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            apt = packages.Apt(folder / "apt", suites)
            rows = pinned(apt, name, suites[-1], folder)
            pins["roots"][name] = {"suites": suites, "packages": rows}
            if name == SOURCE_ROOT:
                version = next(v for p, v, _ in rows if p == "mesa-vulkan-drivers")
                pins["source"] = source(apt, version, folder)
    (packages.HERE / "packages.json").write_text(text_of(pins))


if __name__ == "__main__":
    main()
