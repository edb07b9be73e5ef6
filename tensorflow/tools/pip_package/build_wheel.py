"""Makes the tensorflow-directml wheels from the base wheels and Bazel's outputs.

    build_wheel.py --libraries DIR --package DIR --api FILE --base WHEEL
                   [--base WHEEL] --vulkan DIR --directx DIR --out DIR

Each base wheel (one a Python version) becomes one of ours: TensorFlow as it is but
for a line (base_edits.py), plus tensorflow_directml/ (the runtime and its Python) and
tensorflow-plugins/ (the device and kernels, which TensorFlow loads by itself). The same
sources and outputs make the same wheels, to the bit.
"""

import argparse
import json
import pathlib
import re
import tempfile
import zipfile

import base_edits
import metadata
import platform_tag
import provenance
import sbom
from libraries import RUNTIME_LIBRARIES, add_libraries
from package_files import package_files
from wheel_archive import WheelWriter, read_record

ROOT = provenance.ROOT
PLUGIN = "libtensorflow_dml.so"
# Where the wheel puts each library or program, and where it looks for others from there.
LIBRARIES = {
    **RUNTIME_LIBRARIES,
    PLUGIN: ("tensorflow-plugins", "$ORIGIN/../tensorflow_directml:$ORIGIN/../tensorflow_core"),
}

def base_licence(bases):
    """TensorFlow's licence; not each of its wheels contains it."""
    member = f"{metadata.BASE}-{metadata.BASE_VERSION}.dist-info/LICENSE"
    for base in bases:
        with zipfile.ZipFile(base) as wheel:
            if member in wheel.namelist():
                return wheel.read(member)
    raise SystemExit("none of the base wheels contains TensorFlow's licence")


def repack(base, out, files, additions, platform):
    """Writes one wheel; `files` are (name, data, executable), `additions` those of its
    .dist-info. Returns its path."""
    match = re.match(r"tensorflow-([\d.]+)-(cp\d+-cp\d+m?)-", base.name)
    if not match or match.group(1) != metadata.BASE_VERSION:
        raise SystemExit(f"{base.name} is not a wheel of TensorFlow {metadata.BASE_VERSION}")
    python_tag = match.group(2)
    old = f"{metadata.BASE}-{metadata.BASE_VERSION}"
    new = f"{metadata.NAME.replace('-', '_')}-{metadata.VERSION}"
    path = out / f"{new}-{python_tag}-{platform}.whl"
    unfinished = path.with_suffix(".tmp")

    with zipfile.ZipFile(base) as source:
        writer = WheelWriter(unfinished, f"{new}.dist-info", provenance.date())
        record = read_record(source, f"{old}.dist-info")
        replaced = {
            "METADATA": metadata.metadata,
            "entry_points.txt": metadata.entry_points,
            "top_level.txt": lambda text: text + "tensorflow_directml\n",
            "WHEEL": lambda _: metadata.wheel_file(python_tag, platform),
        }
        for info in source.infolist():
            folder, _, rest = info.filename.partition("/")
            if folder == f"{old}.dist-info":
                if rest in replaced:
                    text = source.read(info).decode()
                    writer.add(f"{new}.dist-info/{rest}", replaced[rest](text).encode())
                elif rest not in ("RECORD", "LICENSE"):
                    raise SystemExit(f"{base.name}: unexpected {info.filename}")
            else:
                name = info.filename
                if folder == f"{old}.data":
                    name = f"{new}.data/{rest}"
                if name == base_edits.EDITED:
                    writer.add(name, base_edits.edit(source.read(info)))
                else:
                    writer.copy(source, info, name, record[info.filename])
        for name, data in additions.items():
            writer.add(f"{new}.dist-info/{name}", data)
        for name, data, executable in files:
            writer.add(name, data, executable)
        writer.close()
    for stale in out.glob(f"{new}-{python_tag}-*.whl"):
        stale.unlink()
    unfinished.rename(path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--libraries", type=pathlib.Path, required=True)
    parser.add_argument("--package", type=pathlib.Path, required=True)
    parser.add_argument("--api", type=pathlib.Path, required=True)
    parser.add_argument("--base", type=pathlib.Path, action="append", required=True)
    parser.add_argument("--vulkan", required=True, help="folder of the headers compiled with")
    parser.add_argument("--directx", required=True, help="folder of the headers compiled with")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    files = package_files(arguments.package, arguments.api)
    # Read by the package's build_info.py.
    built = json.dumps(provenance.commit(), indent=1, sort_keys=True) + "\n"
    files.append(("tensorflow_directml/build.json", built.encode(), False))
    with tempfile.TemporaryDirectory() as temporary:
        libraries = add_libraries(LIBRARIES, arguments.libraries, temporary, files)
        platform = platform_tag.platform_tag(libraries, arguments.base[0])
    additions = {name: (ROOT / name).read_bytes() for name in ("LICENSE", "NOTICE")}
    additions["LICENSE.tensorflow"] = base_licence(arguments.base)
    additions["LICENSE.dxc"] = (ROOT / "third_party/dxc/LICENSE").read_bytes()
    headers = sbom.vulkan_version(arguments.vulkan), sbom.directx_version(arguments.directx)
    data = {name: data for name, data, _ in files}
    for base in arguments.base:
        additions[sbom.NAME] = sbom.bill(data, *headers, base).encode()
        print(repack(base, arguments.out, files, additions, platform), flush=True)


if __name__ == "__main__":
    main()
