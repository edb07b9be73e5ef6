"""Tile configurations of matrix products: all of them give right results, and the
choices stored for an adapter are used, whatever happens to their file.
"""

import re
import struct
import subprocess
import sys

import helpers
import numpy as np
import pytest
import test_adapters
import test_convolution
import test_gemm
from test_adapters import HERE

KEY = ("family", "type", "m_class", "n_class")
# Of every class of adapters, as far as the first one can run them.
CASES = {
    # Four elements a load where that is possible, and where it is not.
    "aligned": ((36, 44, 28), test_convolution.row(1, 8, (6, 7), 12, (3, 3), pad=1)),
    "odd": ((67, 35, 21), test_convolution.row(2, 5, (7, 6), 9, (3, 2), stride=2, pad=1)),
}


def tile_of(choice):
    return {name: value for name, value in choice.items() if name not in KEY}


@pytest.fixture
def each_candidate(device):
    """Runs a function with each configuration for a type; the products must take it."""

    def all_of(dtype, every, function, step=1):
        candidates = device.tile_candidates(dtype, every)
        assert candidates
        for candidate in candidates[::step]:
            device.override_tile(candidate)
            try:
                function()
            except AssertionError as error:
                raise AssertionError(f"with {tile_of(candidate)}: {error}") from error
            assert tile_of(device.last_tile()) == tile_of(candidate)

    yield all_of
    device.override_tile(None)


def gemm_is_right(device, sizes, dtype, transposed):
    m, n, k = sizes
    a, a_tensor = test_gemm.operand(device, (m, k), dtype, transposed, 1)
    b, b_tensor = test_gemm.operand(device, (k, n), dtype, transposed, 2)
    # A frame around c shows stores that miss it.
    frame = helpers.upload(device, np.full((m + 2, n + 2), 7, dtype))
    device.gemm(a_tensor, b_tensor, frame[1:-1, 1:-1], 1.0, 0.0, None, "NONE")
    expected = np.full((m + 2, n + 2), 7.0)
    expected[1:-1, 1:-1] = test_gemm.product(a, b)
    helpers.check(frame, expected, test_gemm.tolerance(dtype, 100))


@pytest.mark.parametrize("transposed", [False, True], ids=["", "transposed"])
@pytest.mark.parametrize("case", CASES)
def test_gemm_with_every_tile(device, each_candidate, case, transposed):
    each_candidate("float32", True,
                   lambda: gemm_is_right(device, CASES[case][0], "float32", transposed))


# Three programs a configuration take seconds to compile on the software driver.
@pytest.mark.parametrize("case, layout, filter_layout, step",
                         [("aligned", "channels last", "hwio", 1),
                          ("odd", "channels first", "channels first", 4)])
def test_convolution_with_every_tile(device, each_candidate, case, layout, filter_layout, step):
    each_candidate(
        "float32", True,
        lambda: test_convolution.run_all(
            device, CASES[case][1], "float32", layout, filter_layout
        ),
        step,
    )


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_types(device, each_candidate, dtype):
    each_candidate(dtype, False, lambda: gemm_is_right(device, CASES["aligned"][0], dtype, False))


def test_candidates_are_distinct(device):
    for dtype in ("float32", "float16", "float64"):
        for every in (False, True):
            tiles = [tuple(c.values()) for c in device.tile_candidates(dtype, every)]
            assert len(set(tiles)) == len(tiles)


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(m=48), "powers of two"), (dict(n=0), "powers of two"), (dict(m=1024), "too large"),
        (dict(thread_m=256), "part"), (dict(load_width=2), "1 or 4"), (dict(lanes=3), "form"),
        (dict(m=512, n=512, thread_m=8, thread_n=8), "limits"), (dict(k=1), "slice"),
    ],
)
def test_tiles_that_cannot_be(device, dml, change, message):
    good = dict(family=0, type=0, m_class=1, n_class=1, m=32, n=32, k=8, thread_m=4, thread_n=4,
                load_width=4, lanes=0, matrix_m=0, matrix_n=0, matrix_k=0, packed=0)
    for use in (device.override_tile, lambda choice: device.store_tiles([choice])):
        with pytest.raises(dml.DmlError, match=message) as error:
            use({**good, **change})
        assert error.value.code == dml.Code.INVALID_ARGUMENT
    with pytest.raises(dml.DmlError, match="family"):
        device.store_tiles([{**good, "family": 9}])


def test_null_pointers(device, dml):
    library = dml._lib()
    for call in (
        lambda: library.dml_tiles_store(device.handle, None, 1),
        lambda: library.dml_tiles_last(device.handle, None),
    ):
        with pytest.raises(dml.DmlError, match="null") as error:
            call()
        assert error.value.code == dml.Code.INVALID_ARGUMENT
    count = library.dml_tiles_candidates(device.handle, 0, 0, None, 9)
    assert count == len(device.tile_candidates())


# ---- Stored choices --------------------------------------------------------

# A product of classes 1 and 1.
PRODUCT = """
import numpy as np
def product(device):
    a = np.arange(60 * 20, dtype=np.float32).reshape(60, 20) % 7
    b = np.arange(20 * 40, dtype=np.float32).reshape(20, 40) % 5
    c = device.empty((60, 40))
    device.gemm(device.tensor(a), device.tensor(b), c)
    assert (c.numpy() == a @ b).all()
    return device.last_tile()
"""
USE = PRODUCT + """
with dml.open(0) as device:
    result = product(device)
"""
STORE = PRODUCT + """
with dml.open(0) as device:
    before = product(device)
    key = {name: before[name] for name in %r}
    choice = next({**c, **key} for c in device.tile_candidates() if {**c, **key} != before)
    device.store_tiles([choice])
    result = [before, choice, product(device)]
""" % (KEY,)


def run(code, **environment):
    """As test_adapters.run(), without what Direct3D 12 says where compiling takes long."""
    result, stderr = test_adapters.run(code, **environment)
    return result, re.sub(r"tensorflow-directml: programs of Direct3D 12: .*\n", "", stderr)


def tile_file(folder):
    (path,) = folder.glob("tiles-*.bin")
    return path


@pytest.fixture
def stored(tmp_path):
    """(folder, what the table says, what is stored instead)."""
    (before, choice, after), stderr = run(STORE, TF_DIRECTML_CACHE_DIR=str(tmp_path))
    assert before != choice == after
    assert stderr == ""
    return tmp_path, before, choice


def test_a_stored_choice_is_used(stored):
    folder, before, choice = stored
    assert run(USE, TF_DIRECTML_CACHE_DIR=str(folder)) == (choice, "")
    # Other classes keep the table's.
    wide = USE.replace("40", "80")
    assert tile_of(run(wide, TF_DIRECTML_CACHE_DIR=str(folder))[0]) == tile_of(before)


def test_it_can_be_turned_off(stored):
    folder, before, choice = stored
    off = dict(TF_DIRECTML_CACHE_DIR=str(folder), TF_DIRECTML_TUNING="0")
    assert run(USE, **off) == (before, "")
    assert run(STORE, **off)[0][2] == before
    assert run(USE, TF_DIRECTML_CACHE_DIR=str(folder)) == (choice, "")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[:-1],
        lambda data: data + b"more",
        lambda data: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:],
        lambda data: b"\xff" * len(data),
    ],
    ids=["empty", "header only", "short", "long", "bit flipped", "foreign"],
)
def test_a_damaged_file_is_ignored(stored, damage):
    folder, before, choice = stored
    path = tile_file(folder)
    path.write_bytes(damage(path.read_bytes()))
    used, stderr = run(USE, TF_DIRECTML_CACHE_DIR=str(folder))
    assert used == before
    assert stderr.count("\n") == 1
    assert f"ignoring {path}" in stderr
    # Storing again mends it.
    run(STORE, TF_DIRECTML_CACHE_DIR=str(folder))
    assert run(USE, TF_DIRECTML_CACHE_DIR=str(folder)) == (choice, "")


def test_a_choice_that_cannot_run_is_skipped_and_kept(stored):
    folder, _, choice = stored
    path = tile_file(folder)
    data = path.read_bytes()
    # More invocations than a group may have, for some convolution.
    line = b"1 0 2 2 512 512 8 8 8 4 0 0 0 0 0\n"
    text = data[24:] + line
    checksum = 0xCBF29CE484222325
    for byte in text:
        checksum = (checksum ^ byte) * 0x100000001B3 % (1 << 64)
    path.write_bytes(data[:8] + struct.pack("<QQ", len(text), checksum) + text)
    assert run(USE, TF_DIRECTML_CACHE_DIR=str(folder)) == (choice, "")
    other = dict(choice, family=2)
    code = "with dml.open(0) as device:\n    result = device.store_tiles([%r])" % other
    assert run(code, TF_DIRECTML_CACHE_DIR=str(folder))[1] == ""
    lines = path.read_bytes()[24:].splitlines(keepends=True)
    assert len(lines) == 3 and line in lines


def test_processes_that_store_at_once_keep_all(stored):
    folder, _, choice = stored
    # Each stores many choices one by one, of classes of its own.
    code = """
with dml.open(0) as device:
    tile = {choice!r}
    for m_class in range(6):
        for family in range(4):
            device.store_tiles([dict(tile, family=family, m_class=m_class, n_class={n_class})])
"""
    program = "\n".join([
        "import sys", f"sys.path.insert(0, {str(HERE)!r})", "import conftest",
        "from tensorflow_directml import runtime as dml",
    ])
    environment = dict(helpers.os.environ, TF_DIRECTML_CACHE_DIR=str(folder))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program + code.format(choice=choice, n_class=n_class)],
            env=environment,
        )
        for n_class in (2, 3, 4)
    ]
    assert [process.wait(timeout=300) for process in processes] == [0, 0, 0]
    lines = tile_file(folder).read_bytes()[24:].decode().splitlines()
    assert len(lines) == 3 * 6 * 4 + 1


def test_a_folder_that_cannot_be_written(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("not a folder")
    code = STORE.replace("    device.store_tiles([choice])", """
    try:
        device.store_tiles([choice])
        message = ""
    except dml.DmlError as error:
        message = str(error)
""").replace("result = [", "result = [message, ")
    (message, before, _, after), _ = run(code, TF_DIRECTML_CACHE_DIR=str(folder))
    assert "TF_DIRECTML_CACHE_DIR" in message
    assert before == after
