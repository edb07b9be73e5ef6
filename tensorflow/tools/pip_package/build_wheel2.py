"""Makes the tensorflow-directml wheel that stands beside stock TensorFlow 2.x.

    build_wheel2.py --libraries DIR --package DIR --api FILE
                    --tensorflow VERSION [--tensorflow VERSION]
                    --vulkan DIR --directx DIR --out DIR

One wheel for all Pythons: the runtime and its Python, a library for each version of TensorFlow
that is named, and in tensorflow-plugins/ the loader, which TensorFlow opens. The same sources
and outputs make the same wheel, to the bit.
"""

import argparse
import json
import pathlib
import tempfile

import metadata
import metadata2
import platform_tag
import provenance
import sbom
from libraries import LOADER, RUNTIME_LIBRARIES, add_libraries
from package_files import package_files
from wheel_archive import WheelWriter

ROOT = provenance.ROOT
INIT = "tensorflow_directml/__init__.py"


def libraries_of(versions):
    """All of the wheel's, as RUNTIME_LIBRARIES."""
    libraries = {**RUNTIME_LIBRARIES, LOADER: ("tensorflow-plugins", None)}
    for version in versions:
        name = f"libtensorflow_dml_{version.replace('.', '_')}.so"
        libraries[name] = ("tensorflow_directml/tensorflow2", "$ORIGIN/..")
    return libraries


def with_version(files):
    """The package says this wheel's version."""
    old, new = (f'__version__ = "{v}"\n'.encode() for v in (metadata.VERSION, metadata2.VERSION))
    for name, data, executable in files:
        if name == INIT:
            if data.count(old) != 1:
                raise SystemExit(f"{INIT} does not say its version as expected")
            data = data.replace(old, new)
        yield name, data, executable


def write(out, files, additions, platform):
    """Writes the wheel; `files` are (name, data, executable), `additions` those of its
    .dist-info. Returns its path."""
    stem = f"{metadata.NAME.replace('-', '_')}-{metadata2.VERSION}"
    path = out / f"{stem}-py3-none-{platform}.whl"
    unfinished = path.with_suffix(".tmp")
    writer = WheelWriter(unfinished, f"{stem}.dist-info", provenance.date())
    for name, data, executable in files:
        writer.add(name, data, executable)
    for name, data in additions.items():
        writer.add(f"{stem}.dist-info/{name}", data)
    writer.close()
    for stale in out.glob(f"{stem}-py3-none-*.whl"):
        stale.unlink()
    unfinished.rename(path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--libraries", type=pathlib.Path, required=True)
    parser.add_argument("--package", type=pathlib.Path, required=True)
    parser.add_argument("--api", type=pathlib.Path, required=True)
    parser.add_argument("--tensorflow", action="append", required=True)
    parser.add_argument("--vulkan", required=True, help="folder of the headers compiled with")
    parser.add_argument("--directx", required=True, help="folder of the headers compiled with")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    versions = sorted(
        arguments.tensorflow, key=lambda version: [int(part) for part in version.split(".")]
    )

    files = list(with_version(package_files(arguments.package, arguments.api, tensorflow2=True)))
    # Read by the package's build_info.py.
    built = json.dumps(provenance.commit(), indent=1, sort_keys=True) + "\n"
    files.append(("tensorflow_directml/build.json", built.encode(), False))
    with tempfile.TemporaryDirectory() as temporary:
        libraries = add_libraries(libraries_of(versions), arguments.libraries, temporary, files)
        platform = platform_tag.platform_tag(libraries)
    headers = sbom.vulkan_version(arguments.vulkan), sbom.directx_version(arguments.directx)
    data = {name: data for name, data, _ in files}
    wheel_file = metadata.wheel_file("py3-none", platform, metadata2.VERSION)
    additions = {
        "METADATA": metadata2.metadata(versions).encode(),
        "WHEEL": wheel_file.encode(),
        "entry_points.txt": metadata2.entry_points().encode(),
        "top_level.txt": b"tensorflow_directml\n",
        **{name: (ROOT / name).read_bytes() for name in ("LICENSE", "NOTICE")},
        "LICENSE.dxc": (ROOT / "third_party/dxc/LICENSE").read_bytes(),
        sbom.NAME: sbom.bill(data, *headers, version=metadata2.VERSION).encode(),
    }
    print(write(arguments.out, files, additions, platform), flush=True)


if __name__ == "__main__":
    main()
