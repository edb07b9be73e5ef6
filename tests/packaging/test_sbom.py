"""Each wheel lists what it holds, as PEP 770 says where, and truly."""

import hashlib
import json
import re
import zipfile

import pytest

FOLDER = "tensorflow_directml-1.15.9.dist-info/sboms/"


@pytest.fixture
def archive(wheel):
    with zipfile.ZipFile(wheel) as opened:
        yield opened


@pytest.fixture
def bill(archive):
    (name,) = [name for name in archive.namelist() if name.startswith(FOLDER)]
    assert name.endswith(".cdx.json")
    return json.loads(archive.read(name))


@pytest.fixture
def components(bill):
    return {component["name"]: component for component in bill["components"]}


def sha256(component):
    (found,) = [entry["content"] for entry in component["hashes"] if entry["alg"] == "SHA-256"]
    return found


def test_what_it_is_of(bill, archive):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    root = bill["metadata"]["component"]
    assert root["purl"] == "pkg:pypi/tensorflow-directml@1.15.9"
    built = json.loads(archive.read("tensorflow_directml/build.json"))
    said = {entry["name"].split(":")[1]: entry["value"] for entry in root.get("properties", ())}
    assert said == {key: str(value).lower() for key, value in built.items()}


def test_the_base_is_the_wheel_that_it_was_made_from(components, base):
    tensorflow = components["tensorflow"]
    assert tensorflow["purl"].endswith(base.name)
    assert sha256(tensorflow) == hashlib.sha256(base.read_bytes()).hexdigest()


def test_each_library_of_ours_is_there_with_its_hash(components, archive):
    ours = {"tensorflow_directml/", "tensorflow-plugins/"}
    found = set()
    for info in archive.infolist():
        executable = info.external_attr >> 16 & 0o111
        if executable and info.filename.startswith(tuple(ours)):
            compiler = info.filename.endswith("libdxcompiler.so")
            name = "DirectXShaderCompiler" if compiler else info.filename
            assert sha256(components[name]) == hashlib.sha256(archive.read(info)).hexdigest()
            found.add(name)
    assert len(found) == 4
    assert components["DirectXShaderCompiler"]["version"]


def test_headers_have_versions_and_all_have_licences(components):
    assert re.fullmatch(r"1\.\d+\.\d+", components["Vulkan-Headers"]["version"])
    assert re.fullmatch(r"1\.\d+", components["DirectX-Headers"]["version"])
    assert [name for name, entry in components.items() if not entry.get("licenses")] == []


def test_the_bill_names_no_folder_of_the_build(bill):
    assert not re.search(r'"/[a-z]', json.dumps(bill))
