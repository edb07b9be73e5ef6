"""The model of memory-bound programs (ci/compilers/model.py)."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "ci/compilers"))

import listings  # noqa: E402
import model  # noqa: E402


def listing(lines):
    return "".join(f"\t{line:<50} ; 00000000\n" if not line.startswith("BB") else line + "\n"
                   for line in lines)


def copy(load, store, vector=0, scalar=0):
    return listing([
        "BB0:", "s_load_dwordx2 s[0:1], s[2:3], 0x0", "BB1:",
        f"global_load_{load} v[0:3], v4, s[0:1]", "s_waitcnt vmcnt(0)",
        *["v_add_f32_e32 v0, v1, v2"] * vector, *["s_add_u32 s4, s4, 1"] * scalar,
        f"global_store_{store} v4, v[0:3], s[0:1]", "s_cbranch_scc1 BB1", "BB2:", "s_endpgm"])


def test_a_copy_reaches_the_bandwidth():
    assert model.share(copy("dwordx4", "dwordx4"), 64, 16) == 1


@pytest.mark.parametrize("load,store,size", [
    ("dword", "dword", 8), ("ushort", "short", 4), ("short_d16_hi", "short_d16_hi", 4),
    ("ubyte", "byte", 2), ("b128", "b128", 32), ("d16_b16", "d16_hi_b16", 4),
])
def test_bytes_are_what_instructions_say(load, store, size):
    assert model.main_part(copy(load, store), 64).loaded == model.TURNS * size / 2
    assert model.main_part(copy(load, store), 64).stored == model.TURNS * size / 2


def test_many_instructions_leave_less():
    # 8 bytes may take 180 clocks: 160 SIMDs of 32 lanes at 2.25 GHz, by 512 GB/s.
    assert model.share(copy("dword", "dword", vector=160), 64, 16) == 1
    assert model.share(copy("dword", "dword", vector=360), 64, 16) == pytest.approx(0.5, 0.02)
    # Scalar ones are issued at the same time, and once for all 64 lanes.
    assert model.share(copy("dword", "dword", vector=160, scalar=300), 64, 16) == 1
    assert model.share(copy("dword", "dword", scalar=720), 64, 16) == pytest.approx(0.5, 0.02)


@pytest.mark.parametrize("text,clocks", [
    ("v_add_f32_e32 v0, v1, v2", 1), ("v_mul_hi_u32 v0, v1, v2", 4),
    ("v_mul_lo_u32 v0, v1, v2", 4), ("v_exp_f32_e32 v0, v1", 4), ("v_rcp_f32_e32 v0, v1", 4),
    ("v_fma_f64 v[0:1], v[0:1], v[2:3], v[4:5]", 16), ("v_fmac_f32_e32 v0, v1, v2", 1),
])
def test_slow_instructions_take_longer(text, clocks):
    assert model.work_of(list(listings.radv("\t" + text)), 64).vector == clocks


def test_too_few_loads_in_flight_leave_less():
    # 512 GB/s for 500 ns are 1600 bytes a SIMD; of a copy, half are loads.
    assert model.share(copy("ushort", "short"), 64, 4) == pytest.approx(0.64)
    assert model.share(copy("dwordx4", "dwordx4"), 64, 4) == 1


def test_waits_end_what_is_in_flight():
    loads = ["global_load_dword v0, v4, s[0:1]", "global_load_dword v1, v4, s[0:1]"]

    def outstanding(*lines):
        return model.work_of(list(listings.radv(listing(lines))), 64).outstanding

    assert outstanding(*loads, "s_waitcnt vmcnt(0)", loads[0]) == 8
    assert outstanding(loads[0], "s_waitcnt vmcnt(0)", loads[1]) == 4
    assert outstanding(*loads, "s_waitcnt vmcnt(1)", *loads) == 12
    assert outstanding(*loads, "s_waitcnt lgkmcnt(0)", loads[0]) == 12


def test_what_is_outside_loops_counts_once():
    text = copy("dword", "dword").replace("BB0:\n", "BB0:\n" + listing(["v_nop_x v0"] * 80))
    assert model.main_part(text, 64).vector == 80


def test_the_whole_program_where_no_loop_moves_memory():
    work = model.main_part(listing(["global_load_dword v0, v4, s[0:1]", "BB1:",
                                    "v_add_f32_e32 v0, v1, v2", "s_cbranch_scc1 BB1"]), 64)
    assert (work.loaded, work.vector) == (4, 1)
    assert model.share(listing(["v_add_f32_e32 v0, v1, v2"]), 64, 16) is None


@pytest.mark.parametrize("program,least", [
    ("reduce_f32_f32", 0.9), ("batch_norm_apply_f16", 0.85), ("softmax_f32", 0.9),
    ("unary_strided_f16", 0.85), ("gemm_f32", None), ("max_pool_f32", None),
    ("copy_strided_u32", None), ("softmax_f64", None), ("batch_norm_finish", None),
])
def test_what_the_model_is_for(program, least):
    assert model.least(program) == least
