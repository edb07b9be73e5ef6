"""Writes packages.json anew: what the suites' registry has today of each root.

    pin.py

Run it when the registry no longer has a pinned version, then ci/compilers.sh --write, and
look at what changes in docs/compilers/. A root takes the Mesa of its suite and all that
its drivers load.
"""

import json
import pathlib
import re
import tempfile

import packages

ROOT_SUITES = {"mesa-25.0": "trixie", "mesa-26.1": "trixie-backports"}
WANTED = ["mesa-vulkan-drivers", "mesa-drm-shim"]
# Documents, or what nothing here loads.
LEFT_OUT = {"libx11-data", "libvulkan1", "gcc-14-base", "libdrm-common"}


def pinned(apt, suite, folder):
    """[package, version, hash] of all that a root needs, as `suite` has it."""
    plan = apt("apt-get", "install", "--simulate", "--no-install-recommends",
               "--target-release", suite, *WANTED)
    rows = []
    for package, version in re.findall(r"^Inst (\S+) \((\S+)", plan, re.M):
        if package in LEFT_OUT:
            continue
        apt("apt-get", "download", "-qq", f"{package}={version}", cwd=folder)
        path = next(folder.glob(f"{package}_*.deb"))
        rows.append([package, version, packages.sha256(path)])
        path.unlink()
    return rows


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        apt = packages.Apt(folder / "apt")
        roots = {root: pinned(apt, suite, folder) for root, suite in ROOT_SUITES.items()}
        version = next(v for p, v, _ in roots["mesa-25.0"] if p == "mesa-vulkan-drivers")
        apt("apt-get", "source", "--download-only", "-qq", f"mesa={version}", cwd=folder)
        files = [[path.name, packages.sha256(path)] for path in sorted(folder.glob("mesa_*"))
                 if path.suffix != ".asc"]

    def lines(rows, indentation):
        return ",\n".join(" " * indentation + json.dumps(row) for row in rows)

    text = '{\n  "suites": ["trixie", "trixie-backports"],\n  "roots": {\n'
    text += ",\n".join(f'    "{root}": [\n{lines(rows, 6)}\n    ]' for root, rows in roots.items())
    text += f'\n  }},\n  "source": {{"package": "mesa", "version": "{version}", "files": [\n'
    text += f"{lines(files, 4)}\n  ]}}\n}}\n"
    json.loads(text)
    (packages.HERE / "packages.json").write_text(text)


if __name__ == "__main__":
    main()
