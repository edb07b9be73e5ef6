"""The wheel's software bill of materials: CycloneDX 1.6, as PEP 770 has it in a wheel.

https://cyclonedx.org/docs/1.6/json/ and https://peps.python.org/pep-0770/. What a wheel holds
is listed with hashes; what pip installs beside it is its metadata's business.
"""

import datetime
import hashlib
import pathlib
import re
import uuid

import metadata
import provenance
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

NAME = "sboms/tensorflow-directml.cdx.json"
DXC_REQUIREMENTS = provenance.ROOT / "third_party/dxc/requirements.txt"
# Serial numbers are made of what a bill lists: the same wheel has the same one.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "tensorflow-directml.sbom")


def _sha256(data):
    return HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(data).hexdigest())


def vulkan_version(include):
    """That of the Vulkan headers in a folder, as "1.3.239"."""
    text = pathlib.Path(include, "vulkan/vulkan_core.h").read_text()
    patch = re.search(r"^#define VK_HEADER_VERSION (\d+)", text, re.MULTILINE).group(1)
    complete = re.search(r"VK_HEADER_VERSION_COMPLETE VK_MAKE_API_VERSION\(0, (\d+), (\d+)", text)
    return ".".join([*complete.groups(), patch])


def directx_version(include):
    """That of the Direct3D 12 headers in a folder, as "1.606"."""
    text = pathlib.Path(include, "directx/d3d12.h").read_text()
    return "1." + re.search(r"#define\s+D3D12_SDK_VERSION\s+\(\s*(\d+)", text).group(1)


def dxc_version(library):
    """What DXC says of itself; None for a build that doesn't."""
    found = re.search(rb"dxc\(private\) (\d+(?:\.\d+)+)", library)
    return found.group(1).decode() if found else None


def _dxc(library):
    """DXC's library, and the package of the index that it was taken from."""
    name, version, digest = re.search(
        r"^([\w-]+)==([\d.]+) \\\n *--hash=sha256:(\w+)", DXC_REQUIREMENTS.read_text(), re.MULTILINE
    ).groups()
    purl = PackageURL("pypi", None, name, version)
    return Component(
        type=ComponentType.LIBRARY,
        name="DirectXShaderCompiler",
        version=dxc_version(library),
        bom_ref="dxc",
        description="libdxcompiler.so, unchanged; configure.py takes it from the distribution "
        "below unless another one is named",
        hashes=[_sha256(library)],
        licenses=[DisjunctiveLicense(id="NCSA")],
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(purl.to_string()),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            )
        ],
    )


def _tensorflow(base):
    """The wheel of TensorFlow that ours is made of."""
    return Component(
        type=ComponentType.LIBRARY,
        name=metadata.BASE,
        version=metadata.BASE_VERSION,
        bom_ref="tensorflow",
        description="all of the wheel but for what is listed beside; the third-party software in "
        "it is named by the licences below tensorflow_core/include",
        hashes=[_sha256(base.read_bytes())],
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        purl=PackageURL(
            "pypi", None, metadata.BASE, metadata.BASE_VERSION, {"file_name": base.name}
        ),
        modified=True,
    )


def bill(files, vulkan, directx, base=None, version=metadata.VERSION):
    """The JSON for the wheel of `files` ({name: data}), which were compiled with the headers of
    those versions; `base`: made of that wheel of TensorFlow."""
    made = [
        Component(
            type=ComponentType.FILE,
            name=name,
            bom_ref=name,
            hashes=[_sha256(data)],
            licenses=[DisjunctiveLicense(id="Apache-2.0")],
        )
        for name, data in sorted(files.items())
        if re.search(r"\.so$|/[^./]+$", name) and "dxcompiler" not in name
    ]
    (compiler,) = [data for name, data in files.items() if "dxcompiler" in name]
    headers = [
        Component(
            type=ComponentType.LIBRARY,
            name="Vulkan-Headers",
            version=vulkan,
            bom_ref="vulkan-headers",
            description="compiled into the runtime",
            licenses=[LicenseExpression("Apache-2.0 OR MIT")],
            purl=PackageURL("github", "KhronosGroup", "Vulkan-Headers", vulkan and f"v{vulkan}"),
        ),
        Component(
            type=ComponentType.LIBRARY,
            name="DirectX-Headers",
            version=directx,
            bom_ref="directx-headers",
            description="compiled into the runtime",
            licenses=[DisjunctiveLicense(id="MIT")],
            purl=PackageURL("github", "microsoft", "DirectX-Headers"),
        ),
    ]
    root = Component(
        type=ComponentType.FRAMEWORK,
        name=metadata.NAME,
        version=version,
        bom_ref=metadata.NAME,
        licenses=[LicenseExpression("Apache-2.0 AND NCSA")],
        purl=PackageURL("pypi", None, metadata.NAME, version),
        properties=[
            Property(name=f"{metadata.NAME}:{key}", value=str(value).lower())
            for key, value in provenance.commit().items()
        ],
    )
    parts = [_dxc(compiler), *headers, *made]
    if base:
        parts.insert(0, _tensorflow(base))
    named = [f"{part.name} {part.version} {list(part.hashes)}" for part in [root, *parts]]
    bom = Bom(components=parts, serial_number=uuid.uuid5(NAMESPACE, "\n".join(named)))
    bom.metadata.component = root
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(
        provenance.date(), tz=datetime.timezone.utc
    )
    bom.register_dependency(root, parts)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"
