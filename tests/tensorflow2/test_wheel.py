"""The wheel that is installed beside TensorFlow 2.x."""

import importlib.metadata
import re


def test_the_tag_is_of_the_systems_that_its_libraries_run_on():
    wheel = importlib.metadata.distribution("tensorflow-directml")
    tag = re.search(r"^Tag: py3-none-manylinux_2_(\d+)_x86_64$", wheel.read_text("WHEEL"), re.M)
    assert tag, wheel.read_text("WHEEL")
    libraries = [file for file in wheel.files if file.suffix == ".so"]
    needed = {}
    for file in libraries:
        found = re.findall(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)", file.locate().read_bytes())
        needed[file.name] = max(map(int, found))
    assert len(needed) >= 4, needed  # the runtime, DXC, the loader, one a version
    assert max(needed.values()) == int(tag.group(1)), needed
