"""Cooperative matrices: right results in every form that the adapter offers, and
no product takes them before they proved right on it.

Adapters without them skip the first part. The null backend, which offers some and
computes nothing, shows the rest.
"""

import os
import pathlib
import shutil
import subprocess

import helpers
import numpy as np
import pytest
import test_convolution
import test_gemm
from test_adapters import run
from test_tiles import tile_of

# ---- Results ---------------------------------------------------------------


@pytest.fixture
def each_form(device):
    """Runs a function with each cooperative configuration, which products must take."""
    forms = [c for c in device.tile_candidates("float16") if c["matrix_m"]]
    if not forms:
        pytest.skip("the adapter offers no cooperative matrices")

    def all_of(function):
        for form in forms:
            device.override_tile(form)
            try:
                function(form)
            except AssertionError as error:
                raise AssertionError(f"with {tile_of(form)}: {error}") from error
            assert tile_of(device.last_tile()) == tile_of(form)

    yield all_of
    device.override_tile(None)


def gemm_is_right(device, sizes, transposed, batch=(), activation=None):
    """`transposed`: a, b, c."""
    m, n, k = sizes
    a, a_tensor = test_gemm.operand(device, (*batch, m, k), "float16", transposed[0], 1)
    b, b_tensor = test_gemm.operand(device, (*batch, k, n), "float16", transposed[1], 2)
    rank = len(batch) + 2
    # A frame around c shows stores that miss it.
    frame = np.full((*batch, m + 2, n + 2), 7, "float16")
    if transposed[2]:
        frame = np.ascontiguousarray(frame.swapaxes(-1, -2))
    frame = helpers.upload(device, frame)
    if transposed[2]:
        frame = frame.transpose(*range(rank - 2), rank - 1, rank - 2)
    inside = (*[slice(None)] * len(batch), slice(1, -1), slice(1, -1))
    expected = np.full((*batch, m + 2, n + 2), 7.0)
    result = test_gemm.product(a, b)
    if activation is None:
        device.gemm(a_tensor, b_tensor, frame[inside], 1.0, 0.0, None, "NONE")
    else:
        bias = helpers.random((n,), "float16", seed=3)
        bias_tensor = helpers.upload(device, bias).broadcast_to((*batch, m, n))
        device.gemm(a_tensor, b_tensor, frame[inside], 0.5, -2.0, bias_tensor, activation)
        result = test_gemm.activate(0.5 * result - 14.0 + bias.astype(np.float64), activation)
    expected[inside] = result
    helpers.check(frame, expected, test_gemm.tolerance("float16", 100))


# Loads of four elements where that is possible, and where it is not; one element,
# less than a tile; deep enough to be split.
@pytest.mark.parametrize("sizes", [(36, 44, 28), (67, 35, 21), (1, 1, 1), (5, 130, 3),
                                   (20, 24, 2100)], ids=str)
def test_products(device, each_form, sizes):
    each_form(lambda form: gemm_is_right(device, sizes, (False, False, False)))


@pytest.mark.parametrize("transposed", [(True, False, False), (False, True, False),
                                        (True, True, False), (True, False, True),
                                        (False, False, True)], ids=str)
@pytest.mark.parametrize("sizes", [(36, 44, 28), (67, 35, 21)], ids=str)
def test_transposes(device, each_form, sizes, transposed):
    each_form(lambda form: gemm_is_right(device, sizes, transposed))


def test_sizes_around_a_tile(device, each_form):
    def around(form):
        for more in (-1, 0, 1):
            gemm_is_right(device, [form[name] + more for name in "mnk"], (False, False, False))

    each_form(around)


@pytest.mark.parametrize("batch", [(3,), (2, 3)], ids=str)
def test_batches(device, each_form, batch):
    each_form(lambda form: gemm_is_right(device, (18, 20, 12), (False, True, False), batch))


@pytest.mark.parametrize("activation", ["NONE", "RELU6", "ELU"])
def test_epilogue(device, each_form, activation):
    each_form(
        lambda form: gemm_is_right(device, (21, 19, 12), (False,) * 3, activation=activation)
    )


def test_no_depth(device, each_form):
    def empty(form):
        c = helpers.upload(device, np.full((9, 5), 7, "float16"))
        a, b = device.empty((9, 0), "float16"), device.empty((0, 5), "float16")
        device.gemm(a, b, c, 1.0, 0.0, None, "NONE")
        helpers.check(c, np.zeros((9, 5)))

    each_form(empty)


def test_infinities_stay_in_their_rows(device, each_form):
    def infinite(form):
        a = np.ones((40, 24), "float16")
        a[3, 5], a[7, 2] = np.inf, np.nan
        c = device.empty((40, 36), "float16")
        b = helpers.upload(device, np.ones((24, 36), "float16"))
        device.gemm(helpers.upload(device, a), b, c, 1.0, 0.0, None, "NONE")
        expected = np.full((40, 36), 24.0)
        expected[3], expected[7] = np.inf, np.nan
        helpers.check(c, expected)

    each_form(infinite)


def test_sums_are_of_float32(device, each_form):
    """In float16, 1 added to 2048 is lost."""

    def deep(form):
        ones = helpers.upload(device, np.ones((16, 3000), "float16"))
        c = device.empty((16, 16), "float16")
        device.gemm(ones, ones.transpose(), c, 1.0, 0.0, None, "NONE")
        assert (c.numpy() == 3000).all()

    each_form(deep)


@pytest.mark.parametrize("layout, filter_layout",
                         [("channels last", "hwio"), ("channels first", "channels first")])
@pytest.mark.parametrize("case", [
    test_convolution.row(2, 8, (9, 7), 12, (3, 3), pad=1),
    test_convolution.row(2, 5, (7, 6), 9, (3, 2), stride=2, pad=1),
    test_convolution.row(1, 8, (8, 8), 8, (3, 3), groups=2, dilation=2),
], ids=["aligned", "odd", "groups"])
def test_convolutions(device, each_form, case, layout, filter_layout):
    each_form(
        lambda form: test_convolution.run_all(device, case, "float16", layout, filter_layout)
    )


def test_the_check_agrees(device, each_form, dml):
    """What passes the tests above must pass the check that decides about use."""
    assert device.matrices() == dml.Matrices.MATRICES_RIGHT


# ---- Selection -------------------------------------------------------------

PRODUCT = """
import numpy as np
device = dml.open(0)
def product(m, n, k=64, dtype="float16"):
    tensors = [device.empty(sizes, dtype) for sizes in ((m, k), (k, n), (m, n))]
    device.gemm(*tensors, 1.0, 0.0, None, "NONE")
    return device.last_tile()
"""
# Products do without until the check, in the background, has a verdict.
LARGE = PRODUCT + "product(2048, 2048)\ndevice.matrices()\nresult = product(2048, 2048)"
STATE = "result = dml.open(0).matrices().name"


def write_file(path, text):
    """As the runtime does: magic, size, checksum, text."""
    checksum = 0xCBF29CE484222325
    for byte in text:
        checksum = (checksum ^ byte) * 0x100000001B3 % (1 << 64)
    sizes = len(text).to_bytes(8, "little") + checksum.to_bytes(8, "little")
    path.write_bytes(b"DMLMATR2" + sizes + text)


@pytest.fixture
def null(tmp_path):
    """run() on the null backend with a cache folder of its own, and the folder."""

    def null_run(code, **environment):
        return run(code, TF_DIRECTML_BACKEND="null", TF_DIRECTML_CACHE_DIR=str(tmp_path),
                   **environment)

    return null_run, tmp_path


@pytest.fixture
def trusted(null):
    """The same where the check passed before."""
    null_run, folder = null
    assert null_run(STATE)[0] == "MATRICES_WRONG"
    (path,) = folder.glob("matrices-*.bin")
    write_file(path, b"right")
    assert null_run(STATE) == ("MATRICES_RIGHT", "")
    return null_run


def test_candidates(null):
    code = "result = [dml.open(0).tile_candidates(t) for t in ('float16', 'float32', 'float64')]"
    halves, *others = null[0](code)[0]
    shapes = {tuple(c["matrix_" + name] for name in "mnk") for c in halves}
    assert shapes == {(0, 0, 0), (16, 16, 16), (8, 16, 16)}
    assert all(c["lanes"] == 32 for c in halves if c["matrix_m"])
    assert not any(c["matrix_m"] for other in others for c in other)


def test_what_computes_nothing_is_not_trusted(null):
    null_run, folder = null
    tile, stderr = null_run(LARGE)
    assert tile["m"] and not tile["matrix_m"]
    (path,) = folder.glob("matrices-*.bin")
    assert stderr.count("\n") == 1
    assert "cooperative matrices" in stderr and str(path) in stderr and "driver" in stderr
    # Said once, and remembered.
    assert null_run(LARGE) == (tile, "")
    path.unlink()
    assert null_run(LARGE)[1] == stderr


def test_a_check_that_did_not_come_back_twice_failed(null):
    null_run, folder = null
    null_run(LARGE)
    (path,) = folder.glob("matrices-*.bin")
    for strikes, why in ((b"strikes 1", "was wrong"), (b"strikes 2", "ended"),
                         (b"checking 1 another-start", "ended")):
        write_file(path, strikes)
        tile, stderr = null_run(LARGE)
        assert not tile["matrix_m"]
        assert stderr.count("\n") == 1 and why in stderr
        assert path.read_bytes()[24:] == b"wrong"


# ---- The check's process ---------------------------------------------------


@pytest.fixture
def checked_by(tmp_path):
    """run() on the null backend where a shell script does the checks."""

    def checked_run(script, code=STATE, cache="cache"):
        library = tmp_path / "libdml_runtime.so"
        if not library.exists():
            shutil.copy(os.environ["TF_DIRECTML_RUNTIME_LIBRARY"], library)
        program = tmp_path / "dml_check_matrices"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)
        return run(code, TF_DIRECTML_BACKEND="null", TF_DIRECTML_RUNTIME_LIBRARY=str(library),
                   TF_DIRECTML_CACHE_DIR=str(tmp_path / cache))

    return checked_run


def test_the_process_has_the_say(checked_by):
    assert checked_by('echo "$3" >&2; echo "a driver: hello"; echo "0 "') == (
        "MATRICES_RIGHT", "f" * 32 + "\n")
    state, stderr = checked_by("echo '6 a product was wrong'", cache="other")
    assert state == "MATRICES_WRONG" and "a product was wrong" in stderr


@pytest.mark.parametrize("script", ["kill -s SEGV $$", "kill -s ABRT $$", "exit 1", "echo hello"])
def test_a_crash_costs_that_process_only_and_is_a_strike(checked_by, script):
    for count in range(4):
        state, stderr = checked_by(script + "\n")
        assert state == "MATRICES_WRONG"
        assert ("crashed" in stderr) == (count < 2) and ("twice" in stderr) == (count == 2)


def test_an_interrupted_check_is_no_strike(checked_by):
    for _ in range(3):
        state, stderr = checked_by("kill -s TERM $$\n")
        assert state == "MATRICES_WRONG" and "signal 15" in stderr
    assert checked_by("echo '0 '") == ("MATRICES_RIGHT", "")


def test_a_program_that_cannot_load_the_runtime_is_no_strike(checked_by):
    for _ in range(3):
        state, stderr = checked_by("exit 2\n")
        assert state == "MATRICES_WRONG" and "could not load" in stderr
    assert checked_by("echo '0 '") == ("MATRICES_RIGHT", "")


def test_so_is_one_amid_which_this_process_ends(checked_by, tmp_path):
    pid = tmp_path / "pid"
    code = f"""
import os, signal, time
dml.open(0).gemm(*[dml.open(0).empty((2048, 2048), 'float16') for _ in range(3)],
                 1.0, 0.0, None, "NONE")
while not os.path.exists("{pid}"):
    time.sleep(0.01)
{{}}
result = 1
"""
    # Leaving waits for no check, and takes its process along.
    checked_by(f"echo $$ > {pid}; exec sleep 1000", code.format(""))
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    for _ in range(3):
        pid.unlink()
        with pytest.raises(AssertionError):
            checked_by(f"echo $$ > {pid}; exec sleep 1",
                       code.format("os.kill(os.getpid(), signal.SIGKILL)"))
    assert checked_by("echo '0 '") == ("MATRICES_RIGHT", "")


def test_without_the_program_a_thread_checks(checked_by, tmp_path):
    assert checked_by("exit 1\n")[0] == "MATRICES_WRONG"
    state, stderr = checked_by("\n", cache="x", code=f"""
import os
os.remove("{tmp_path}/dml_check_matrices")
{STATE}
""")
    assert state == "MATRICES_WRONG" and "was wrong" in stderr


def test_the_program_ends_with_who_started_it():
    library = pathlib.Path(os.environ["TF_DIRECTML_RUNTIME_LIBRARY"])
    program = library.with_name("dml_check_matrices")
    for parent, status in ((os.getpid(), 0), (1, 1)):
        result = subprocess.run([program, library, str(parent), "f" * 32], text=True,
                                stdout=subprocess.PIPE, env={"TF_DIRECTML_BACKEND": "null"})
        assert result.returncode == status
        assert ("was wrong" in result.stdout) == (status == 0)
    assert subprocess.run([program], stderr=subprocess.DEVNULL).returncode == 2


def test_it_runs_without_a_cache_folder():
    nowhere = dict(TF_DIRECTML_CACHE_DIR=None, XDG_CACHE_HOME=None, HOME=None)
    state, stderr = run(STATE, TF_DIRECTML_BACKEND="null", **nowhere)
    assert state == "MATRICES_WRONG" and stderr.count("\n") == 1


def test_only_products_that_may_take_them_ask(null):
    null_run, folder = null
    code = PRODUCT + "result = [product(2048, 2048, dtype='float32'), product(2048, 8)]"
    tiles, stderr = null_run(code)
    assert not any(tile["matrix_m"] for tile in tiles)
    assert stderr == "" and not list(folder.glob("matrices-*"))


def test_the_table_takes_them(trusted):
    code = PRODUCT + """
device.matrices()
sizes = [(2048, 2048), (100, 40), (2048, 16), (8, 2048)]
result = [product(*size) for size in sizes] + [product(2048, 2048, dtype="float32")]
result.append([program.shader for program in device.programs()])
"""
    nvidia = dict(TF_DIRECTML_NULL_ADAPTER="vendor=4318,max_shared_bytes=49152")
    (large, small, narrow, low, single, programs), stderr = trusted(code, **nvidia)
    assert stderr == ""
    for tile in (large, small):
        assert [tile["matrix_" + name] for name in "mnk"] == [16, 16, 16]
        assert tile["lanes"] == 32
    assert large["m"] > small["m"]
    assert not any(tile["matrix_m"] for tile in (narrow, low, single))
    assert {"gemm_matrix_f16", "gemm_f16", "gemm_f32"} <= set(programs)


@pytest.mark.parametrize("profile, large, small", [
    ("vendor=4098,subgroup_size=64,max_shared_bytes=65536", (128, 128, 64, 64), (64, 64, 32, 32)),
    ("vendor=4098,subgroup_size=32,max_shared_bytes=65536", (128, 128, 32, 64), (64, 64, 32, 32)),
    ("vendor=4318,subgroup_size=32,max_shared_bytes=49152", (128, 128, 64, 64), (64, 64, 32, 32)),
    ("vendor=32902,subgroup_size=32,matrix_subgroup_size=16,matrix_shapes=8x16x16,"
     "max_shared_bytes=49152", (128, 64, 16, 16), (64, 64, 16, 16)),
    ("vendor=32902,subgroup_size=32,matrix_subgroup_size=8,matrix_shapes=8x8x16,"
     "max_shared_bytes=49152", (128, 64, 8, 16), (64, 64, 8, 16)),
], ids=["RDNA 3", "RDNA 3, 32 lanes", "NVIDIA", "Xe2", "Alchemist"])
def test_a_subgroup_holds_its_sums_in_registers(trusted, profile, large, small):
    code = PRODUCT + """
device.matrices()
result = [product(4096, 4096), product(100, 40), device.tile_candidates("float16")]
"""
    *tiles, candidates = trusted(code, TF_DIRECTML_NULL_ADAPTER=profile)[0]
    names = ("m", "n", "thread_m", "thread_n")
    assert [tuple(tile[name] for name in names) for tile in tiles] == [large, small]
    most = large[2] * large[3]
    assert all(c["thread_m"] * c["thread_n"] <= most for c in candidates if c["matrix_m"])


def test_they_can_be_turned_off(trusted):
    off = dict(TF_DIRECTML_COOPERATIVE_MATRICES="0")
    assert not trusted(LARGE, **off)[0]["matrix_m"]
    code = "d = dml.open(0)\nresult = [d.matrices().name, d.tile_candidates('float16')]"
    (state, candidates), stderr = trusted(code, **off)
    assert (state, stderr) == ("MATRICES_NONE", "")
    assert not any(c["matrix_m"] for c in candidates)


def test_stored_choices_need_trust_too(null, trusted):
    null_run, folder = null
    store = PRODUCT + """
names = ("family", "type", "m_class", "n_class")
key = {k: v for k, v in product(2048, 2048).items() if k in names}
other = [c for c in device.tile_candidates("float16") if c["matrix_m"] == 8][0]
device.store_tiles([{**other, **key}])
device.matrices()
result = product(2048, 2048)
"""
    assert null_run(store)[0]["matrix_m"] == 8
    assert null_run(LARGE)[0]["matrix_m"] == 8
    (path,) = folder.glob("matrices-*.bin")
    write_file(path, b"wrong")
    assert null_run(LARGE)[0]["matrix_m"] == 0
    assert null_run(LARGE, TF_DIRECTML_COOPERATIVE_MATRICES="0") == null_run(LARGE)


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(matrix_k=32), "limits"), (dict(matrix_m=4), "no program"),
        (dict(matrix_m=48), "no program"), (dict(lanes=64), "limits"),
        (dict(thread_m=8), "whole matrices"), (dict(k=8), "whole matrices"),
        (dict(thread_m=128, thread_n=256, m=256, n=256), "part"),
        (dict(m=256, n=256, k=64), "limits"), (dict(type=0), "limits"),
    ],
    ids=str,
)
def test_forms_that_cannot_be(null, change, message):
    good = dict(family=0, type=1, m_class=1, n_class=1, m=64, n=64, k=32, thread_m=32,
                thread_n=32, load_width=4, lanes=32, matrix_m=16, matrix_n=16, matrix_k=16,
                packed=0)
    code = """
device = dml.open(0)
device.store_tiles([%r])
try:
    device.store_tiles([%r])
    result = None
except dml.DmlError as error:
    result = str(error)
""" % (good, {**good, **change})
    assert message in null[0](code)[0]
