"""The families of docs/op_support.md are the folders of the kernels."""

import collections
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNELS = ROOT / "tensorflow/core/kernels/dml"
FAMILIES = json.loads((ROOT / "tensorflow/python/dml/op_families.json").read_text())


def test_families_are_the_folders():
    folders = {path.name for path in KERNELS.iterdir() if path.is_dir()}
    assert set(FAMILIES) == folders | {"host"}


def test_an_op_is_in_the_family_whose_folder_registers_it():
    folders = collections.defaultdict(set)
    for path in KERNELS.glob("*/*.cc"):
        for op in re.findall(r'\bRow\("(\w+)"\)', path.read_text()):
            folders[op].add(path.parent.name)
    assert len(folders) > 200  # the others' rows are made in loops
    del folders["Conj"]  # that of lists is for variants
    wrong = {
        op: (family, folders[op])
        for family, ops in FAMILIES.items()
        for op in ops
        if op in folders and family not in folders[op]
    }
    assert wrong == {}
    assert set(folders) <= {op for ops in FAMILIES.values() for op in ops}
