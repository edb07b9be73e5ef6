"""A GPU that several drivers list is one adapter, of the driver that is best or
that the user prefers. The loader's adapters are what each test describes.
"""

import json

import helpers
import pytest

# VkDriverId.
AMD_PROPRIETARY, AMDVLK, RADV, NVIDIA, NVK = 1, 2, 3, 4, 24


@pytest.fixture
def listed(vulkan_stand_in):
    """[(driver, the others)] of adapters, each a list of statements."""

    def listed(*adapters, **variables):
        result = helpers.run_python(
            """
            import json
            print(json.dumps([
                (adapter.driver.split()[0], [driver.split()[0] for _, driver, _ in
                 dml.other_drivers(index)])
                for index, adapter in enumerate(dml.adapters())
            ]))
            """,
            TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
            STAND_IN_ADAPTERS="\n".join("adapter " + adapter for adapter in adapters),
            **variables,
        )
        assert result.returncode == 0, result.stderr
        return [tuple(found) for found in json.loads(result.stdout)]

    return listed


def gpu(driver, identifier, pci=3, kind="discrete", **more):
    statements = {"driver": driver, "id": identifier, "uuid": identifier, "pci": pci, **more}
    return "; ".join(
        [kind] + [f"{verb} {value}" for verb, value in statements.items() if value is not None]
    )


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "best, other",
    [
        (("radv", RADV), ("amdvlk", AMDVLK)),
        (("radv", RADV), ("AMD", AMD_PROPRIETARY)),
        (("amdvlk", AMDVLK), ("AMD", AMD_PROPRIETARY)),
        (("NVIDIA", NVIDIA), ("nvk", NVK)),
    ],
)
def test_the_best_driver_is_chosen(listed, best, other, order):
    found = listed(*[gpu(*driver) for driver in (best, other)[::order]])
    assert found == [(best[0], [other[0]])]


def test_the_user_may_prefer_another(listed):
    drivers = [gpu("radv", RADV), gpu("amdvlk", AMDVLK), gpu("pro", AMD_PROPRIETARY)]
    for preferred, chosen in [
        ("AMDVLK", "amdvlk"),
        ("nouveau, pro ,radv", "pro"),
        ("nouveau", "radv"),
        (",", "radv"),
    ]:
        ((driver, others),) = listed(*drivers, TF_DIRECTML_DRIVERS=preferred)
        assert driver == chosen
        assert sorted([driver, *others]) == ["amdvlk", "pro", "radv"]


def test_among_equals_the_conformance_decides_then_the_order(listed):
    old = gpu("old", 90, conformance=2)
    new = gpu("new", 91, conformance=3)
    again = gpu("again", 92, conformance=3)
    assert listed(old, new) == listed(new, old) == [("new", ["old"])]
    assert listed(new, again)[0][0] == "new"
    assert listed(again, new)[0][0] == "again"


def test_without_pci_addresses_the_uuid_tells(listed):
    same = [
        gpu("radv", RADV, pci=None, uuid=7),
        gpu("amdvlk", AMDVLK, pci=None, uuid=7),
    ]
    assert listed(*same) == [("radv", ["amdvlk"])]
    other = gpu("amdvlk", AMDVLK, pci=None, uuid=8)
    assert len(listed(same[0], other)) == 2


def test_two_gpus_remain_two(listed):
    assert listed(gpu("radv", RADV, pci=3, uuid=1), gpu("radv", RADV, pci=4, uuid=2)) == [
        ("radv", []),
        ("radv", []),
    ]
    # Parts of one card, by one driver.
    assert len(listed(gpu("NVIDIA", NVIDIA, uuid=1), gpu("NVIDIA", NVIDIA, uuid=2))) == 2
    # Four drivers of two cards.
    found = listed(*[gpu(*d, pci=p) for p in (3, 4) for d in (("amdvlk", AMDVLK), ("radv", RADV))])
    assert found == [("radv", ["amdvlk"])] * 2


def test_one_driver_twice_is_one(listed):
    """Two installations of it."""
    found = listed(gpu("radv", RADV, conformance=2), gpu("radv", RADV, conformance=3))
    assert found == [("radv", ["radv"])]


def test_software_adapters_never_merge(listed):
    found = listed(gpu("one", 13, kind="software"), gpu("two", 14, kind="software"))
    assert [driver for driver, _ in found] == ["one", "two"]


def test_numbers_count_gpus(listed):
    drivers = [gpu("amdvlk", AMDVLK), gpu("radv", RADV), gpu("NVIDIA", NVIDIA, pci=4)]
    assert listed(*drivers, DML_VISIBLE_DEVICES="1") == [("NVIDIA", [])]
    assert listed(*drivers, DML_VISIBLE_DEVICES="1,0") == [("NVIDIA", []), ("radv", ["amdvlk"])]


def test_the_command_shows_the_others(vulkan_stand_in):
    result = helpers.run_python(
        """
        from tensorflow_directml import cli
        cli.main(["devices"])
        """,
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS="adapter " + gpu("radv", RADV) + "; adapter " + gpu("amdvlk", AMDVLK),
    )
    first, second = result.stdout.splitlines()
    assert "/device:DML:0" in first and "radv" in first, result.stderr
    assert "another driver of adapter 0" in second and "amdvlk" in second


def test_an_adapter_that_cannot_be_opened_leaves_the_others(vulkan_stand_in, tmp_path):
    adapters = [gpu("broken", 90, pci=1, unopenable=-3), gpu("works", 91, pci=2)]
    result = helpers.run_python(
        """
        errors = []
        for _ in range(2):
            try:
                dml.open(0)
            except dml.DmlError as error:
                errors.append(str(error))
        assert all("vkCreateDevice" in error for error in errors) and len(errors) == 2, errors
        with dml.open(1) as device:
            x = device.tensor(np.arange(5, dtype=np.float32))
            print(x.numpy().sum())
        """,
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        TF_DIRECTML_CACHE_DIR=str(tmp_path),
        STAND_IN_ADAPTERS="\n".join("adapter " + adapter for adapter in adapters),
    )
    assert result.stdout.split() == ["10.0"], result.stderr
