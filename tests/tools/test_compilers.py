"""The check of programs by real drivers' compilers: what it reads out of listings, what it
finds, and what it lets pass. The compilers themselves are run by ci/compilers.sh."""

import argparse
import json
import pathlib
import struct
import sys

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "ci/compilers"
sys.path.insert(0, str(FOLDER))

import check  # noqa: E402
import drivers  # noqa: E402
import listings  # noqa: E402
import packages  # noqa: E402
import planning  # noqa: E402
import table  # noqa: E402

RADV = """\
BB0:
\ts_mov_b32 s0, 0                                  ; be800080
BB1:
\tds_load_b128 v[0:3], v9                          ; d9fc0000
\tds_load_2addr_b64 v[4:7], v9 offset1:2           ; d9dc0200
\tds_load_u16 v8, v9                               ; d8f00000
\tv_dual_fmac_f32 v10, v0, v4 :: v_dual_fmac_f32 v11, v1, v5 ; c8000000
\tv_fmac_f32_e32 v12, v2, v6                       ; 56180d02
\tv_pk_fma_f16 v13, v0, v4, v13                    ; cc0e000d
\tv_add_nc_u32_e32 v9, 16, v9                      ; 4a121290
\ts_waitcnt lgkmcnt(0)                             ; bf89fc07
\ts_add_u32 s0, s0, 1                              ; 80000100
BB2:
\ts_cbranch_scc1 BB1                               ; bfa2fff0
BB3:
\tv_fmac_f32_e32 v12, v2, v6                       ; 56180d02
\ts_endpgm                                         ; bfb00000
"""

ANV = """\
LABEL1:
send(16)        g20UD           g18UD           nullUD          0x4210c500                a0.2<0>UD
                            slm MsgDesc: ( load, a32, d32, V4 )  base_offset 0  { align1 1H $1 };
send(16)        nullUD          g36UD           g19UD           0x42000504                a0.2<0>UD
                            ugm MsgDesc: ( store, a32, V1, ss )  surface_state_index 0  { align1 };
mad(16)         g66<1>F         g34<8,8,1>F     g27<8,8,1>F     g4<1,1,1>F { align1 1H };
mad(16)         g67<1>D         g34<8,8,1>D     g27<8,8,1>D     g4<1,1,1>D { align1 1H };
sync nop(1)                     null<0,1,0>UB                   { align1 WE_all 1N };
while(16)       JIP:  LABEL1                                    { align1 1H };
"""

NVK = """\
block 0 L1 [] -> {
      r1        = mov rZ                                          // delay=1
} -> [1]
block 1 L2 [0, 1] -> {
      r4..8     = ld.shared.strong.cta.b128 [r1]                  // delay=1
      r9        = ffma.ftz r4 r5 r9                               // delay=1
      r10       = ffma.ftz r4 r6 r10                              // delay=1
                  st.local.b32 [r1] r9                            // delay=1
@!p0              bra L2                                          // delay=1
} -> [1, 2]
"""


def test_radvs_main_loop():
    loop = listings.main_loop("radv", RADV)
    # A dual instruction and a packed one are two multiply-adds each.
    assert loop.multiply_adds == 5
    assert loop.counts["multiply_add"] == 3
    assert loop.counts["shared_load"] == 3
    assert loop.shared_bytes == 16 + 16 + 2
    assert loop.vector_per_multiply_add == 4 / 5
    assert loop.per_multiply_add["wait"] == 1 / 5


def test_dot_products_are_two_multiply_adds():
    text = RADV.replace("v_fmac_f32_e32 v12, v2, v6 ", "v_dot2c_f32_f16 v12, v2, v6", 1)
    text = text.replace("v_pk_fma_f16 v13, v0, v4, v13 ", "v_dot2_f32_f16 v13, v0, v4, v13")
    loop = listings.main_loop("radv", text)
    assert loop.multiply_adds == 6 and loop.counts["multiply_add"] == 3
    # Two at once, of two units.
    text = text.replace("v_dual_fmac_f32 v10", "v_dual_dot2acc_f32_f16 v10")
    assert listings.main_loop("radv", text).multiply_adds == 7


def test_anvs_main_loop():
    loop = listings.main_loop("anv", ANV)
    assert loop.multiply_adds == 1  # not the integers'
    assert loop.counts == {"shared_load": 1, "scratch": 1, "multiply_add": 1, "vector": 1,
                           "wait": 1, "flow": 1}


def test_nvks_main_loop():
    loop = listings.main_loop("nvk", NVK)
    assert loop.multiply_adds == 2
    assert loop.shared_bytes == 16
    assert loop.counts["scratch"] == 1


def test_an_outer_loop_is_not_the_main_loop():
    text = "BB1:\n\tv_fma_f32 v0, v1, v2, v3\nBB2:\n\tv_fma_f32 v0, v1, v2, v3\n"
    text += "\ts_cbranch_scc1 BB2\n\ts_cbranch_scc1 BB1\n"
    assert listings.main_loop("radv", text).multiply_adds == 1


def test_what_follows_the_last_turn_is_no_part_of_a_loop():
    radv = "BB1:\n\tv_fma_f32 v0, v1, v2, v3\n\ts_cbranch_scc1 BB3\n"
    radv += "BB2:\n\tv_mov_b32 v0, v1\n\ts_branch BB4\n"
    radv += "BB3:\n\tv_add_f32 v0, v1, v2\n\ts_branch BB1\nBB4:\n\ts_endpgm\n"
    assert listings.main_loop("radv", radv).counts == {
        "multiply_add": 1, "vector": 1, "flow": 2}
    nvk = "block 1 L1 [] -> {\n r1 = ffma r4 r5 r9\n@!p0 bra pT L3\n"
    nvk += "block 2 L2 [1] -> {\n r2 = mov rZ\n bra pT L4\n"
    nvk += "block 3 L3 [1] -> {\n r3 = fadd r1 r2\n bra L1\nblock 4 L4 [2] -> {\n exit\n"
    assert listings.main_loop("nvk", nvk).counts == {
        "multiply_add": 1, "vector": 1, "flow": 2}
    anv = "LABEL1:\nmad(8) g1<1>F g2<1>F g3<1>F g4<1>F\n"
    anv += "(+f0.0) if(8) JIP: LABEL2 UIP: LABEL2\nmov(8) g1<1>F g2<1>F\n"
    anv += "break(8) JIP: LABEL2 UIP: LABEL3\nLABEL2:\nendif(8) JIP: LABEL3\n"
    anv += "add(8) g1<1>F g2<1>F g3<1>F\nLABEL3:\nwhile(8) JIP: LABEL1\n"
    assert listings.main_loop("anv", anv).counts["vector"] == 1


def test_no_main_loop_where_nothing_multiplies():
    assert listings.main_loop("radv", "BB1:\n\tv_mov_b32 v0, v1\n\ts_branch BB1\n") is None


def test_a_table_reads_back_as_it_was_written(tmp_path):
    rows = [table.Row("gemm_f32", "256,128", "gemm", seconds="0.3", registers=108, spills=0,
                      vector_per_multiply_add=1.11),
            table.Row("add_f32", "256", "add", failure="signal 11")]
    table.write(tmp_path / "t.csv", rows)
    assert table.read(tmp_path / "t.csv") == sorted(rows, key=lambda row: row.key)


@pytest.mark.parametrize("milliseconds, expected", [(20, "0.1"), (299, "0.3"), (4999, "5"),
                                                    (5001, "5!"), (61000, "61!")])
def test_compile_times_are_told_by_class(milliseconds, expected):
    assert table.time_class(milliseconds) == expected


AMD = drivers.Driver("radv", "mesa-25.0", "navi31")
INTEL = drivers.Driver("anv", "mesa-25.0", "dg2", {}, "intel")


def kinds(driver, committed=(), **values):
    row = table.Row("gemm_f32", "256,128", "gemm", **values)
    return [kind for kind, _ in check.findings(driver, row, {r.key: r for r in committed})]


def test_what_hardware_would_punish_is_found():
    assert kinds(AMD, spills=0, subgroups=8, seconds="0.3") == []
    assert kinds(AMD, failure="signal 11") == ["failure"]
    assert kinds(AMD, seconds="12!") == ["time"]
    assert kinds(AMD, spills=3) == ["spills"]
    assert kinds(AMD, scratch=64) == ["spills"]  # where the driver counts bytes alone
    assert kinds(AMD, subgroups=7) == ["subgroups"]
    assert kinds(INTEL, subgroups=7) == []


def test_the_budget_is_the_committed_tables():
    known = [table.Row("gemm_f32", "256,128", "gemm", vector_per_multiply_add=1.1)]
    assert kinds(AMD, known, vector_per_multiply_add=1.12) == []
    assert kinds(AMD, known, vector_per_multiply_add=1.13) == ["budget"]


def test_what_is_allowed_has_a_reason(tmp_path):
    path = tmp_path / "allowed.toml"
    path.write_text('[[allowed]]\ndriver = "anv"\nprogram = "^gemm_f64 "\nkind = "spills"\n'
                    'reason = "twice the registers"\n')
    allowed = check.Allowed(path)
    double = table.Row("gemm_f64", "256", "gemm")
    assert allowed.reason(INTEL, double, "spills") == "twice the registers"
    assert allowed.reason(AMD, double, "spills") is None
    assert allowed.reason(INTEL, double, "time") is None
    assert allowed.reason(INTEL, table.Row("gemm_f32", "256", "gemm"), "spills") is None
    path.write_text('[[allowed]]\ndriver = "anv"\n')
    with pytest.raises(ValueError, match="reason"):
        check.Allowed(path)


def test_every_allowance_of_the_project_has_a_reason():
    assert all(row["reason"] for row in check.Allowed().rows)


def adapter(**changes):
    values = {"name": "a", "driver": "d", "vendor_id": 0x1002, "type": 2, "subgroup_size": 64,
              "min_subgroup_size": 32, "max_subgroup_size": 64, "required_subgroup_size": 1,
              "max_group_invocations": 1024, "max_shared_bytes": 65536,
              "float16_arithmetic": 1, "float16_products": "dot", "float64": 1,
              "matrix_subgroup_size": 0, "matrix_shapes": []}
    return {**values, **changes}


def test_a_profile_takes_the_matrices_that_the_runtime_takes():
    text = drivers.profile(adapter(matrix_shapes=["16x16x16", "16x8x16"],
                                   matrix_subgroup_size=32))
    assert text.startswith("type=discrete,vendor=4098,subgroup_size=64,")
    assert text.endswith("matrix_shapes=16x16x16+16x8x16,matrix_subgroup_size=32")
    assert drivers.profile(adapter()).endswith("matrix_shapes=,matrix_subgroup_size=0")


def test_drivers_have_names_of_their_own():
    names = [driver.name for driver in drivers.all_drivers()]
    assert len(names) == len(set(names)) == 18


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path):
    (tmp_path / "a.deb").write_text("other")
    with pytest.raises(packages.Unavailable, match="a.deb is not the file"):
        packages.check_files([("a.deb", "0" * 64)], tmp_path)
    packages.check_files([("a.deb", packages.sha256(tmp_path / "a.deb"))], tmp_path)


def test_pins_are_complete():
    pinned = json.loads((FOLDER / "packages.json").read_text())
    for root in drivers.ROOTS:
        names = [package for package, _, _ in pinned["roots"][root]["packages"]]
        assert "mesa-vulkan-drivers" in names and "libc6" in names
        assert all(len(digest) == 64 for _, _, digest in pinned["roots"][root]["packages"])


SLICES = """\
BB1:
\tglobal_load_b128 v[0:3], v9, off
BB2:
\tds_load_b128 v[0:3], v9
\tv_fmac_f32_e32 v12, v2, v6
\tv_fmac_f32_e32 v13, v2, v6
\ts_cbranch_scc1 BB2
\tv_add_nc_u32_e32 v9, 16, v9
\ts_cbranch_scc1 BB1
BB3:
\tds_load_b128 v[0:3], v9
\tv_fmac_f32_e32 v12, v2, v6
\tv_fmac_f32_e32 v13, v2, v6
\ts_cbranch_scc1 BB3
"""


def test_a_loop_over_a_slice_counts_as_its_turns():
    loop = listings.main_loop("radv", SLICES, work=8)
    assert loop.multiply_adds == loop.counts["multiply_add"] == 8
    assert loop.counts["shared_load"] == 4 and loop.shared_bytes == 64
    assert loop.counts["vector"] == loop.counts["memory"] == 1
    assert loop.counts["flow"] == 5
    # Unrolled, or unknown: as it stands.
    assert listings.main_loop("radv", SLICES, work=2).multiply_adds == 2
    assert listings.main_loop("radv", SLICES).counts["memory"] == 0


# ---- What is not compiled again ------------------------------------------------

PROGRAM = ["gemm_f32", [256, 128], 0, "gemm float32"]
# That --all takes, too.
ANOTHER = ["gemm_f32", [256, 64], 0, "tests: gemm"]
DRIVER = drivers.Driver("radv", drivers.ROOTS[0], "navi21", {"A": "b"})


def digest(program=PROGRAM, driver=DRIVER, code=b"code"):
    return next(check.digests(driver, [program], {"gemm_f32": code}))


def test_a_digest_is_of_all_that_goes_in():
    others = [digest(["gemm_f32", [256, 64], 0, "gemm float32"]),
              digest(["gemm_f32", [256, 128], 32, "gemm float32"]), digest(code=b"other"),
              digest(driver=drivers.Driver("radv", drivers.ROOTS[1], "navi21", {"A": "b"})),
              digest(driver=drivers.Driver("radv", drivers.ROOTS[0], "navi31", {"A": "c"}))]
    assert len({digest(), *others}) == 6
    # The use is no part of the program.
    assert digest(["gemm_f32", [256, 128], 0, "another"]) == digest()


class Compiled(Exception):
    pass


def refuse(driver):
    raise Compiled


@pytest.fixture
def checked(tmp_path, monkeypatch):
    """Runs the check on a table of that one program, without any driver."""
    monkeypatch.setattr(check, "TABLES", tmp_path)
    monkeypatch.setattr(check, "MORE_TABLES", tmp_path / "all")
    monkeypatch.setattr(check, "plan", lambda profile, every, folder: (
        [PROGRAM, ANOTHER] if every else [PROGRAM]))
    profiles = {DRIVER.name: "type=discrete"}

    def run(row_digest, **options):
        row = table.Row("gemm_f32", "256,128", "gemm float32", row_digest, subgroups=4)
        table.write(tmp_path / f"{DRIVER.name}.csv", [row])
        given = {"write": False, "fresh": False, "all": False, "listings": None, **options}
        return check.Check(DRIVER, refuse, {"gemm_f32": b"code"}, tmp_path, profiles,
                           argparse.Namespace(**given))

    return run


def test_what_is_in_the_table_is_not_compiled_but_judged(checked, capsys):
    done = checked(digest())
    assert done.compiled == 0 and done.report(check.Allowed()) == 1
    assert "4 subgroups" in capsys.readouterr().out


def test_what_only_all_takes_is_in_a_table_of_its_own(checked, tmp_path):
    name = f"{DRIVER.name}.csv"
    more = tmp_path / "all" / name
    more.parent.mkdir()
    table.write(more, [table.Row("gemm_f32", "256,64", "tests: gemm", digest(ANOTHER))])
    before = more.read_text()
    done = checked(digest())
    assert [row.constants for row in done.rows] == ["256,128"]
    done.write(every=False)
    assert more.read_text() == before
    done = checked(digest(), all=True)
    assert done.compiled == 0
    assert {row.constants for row in done.rows} == {"256,128", "256,64"}
    done.write(every=True)
    assert more.read_text() == before
    assert [row.constants for row in table.read(tmp_path / name)] == ["256,128"]


@pytest.mark.parametrize("changed", [dict(row_digest="other"), dict(fresh=True),
                                     dict(write=True), dict(listings="folder"),
                                     dict(all=True)])
def test_what_has_changed_is_compiled(checked, changed):
    with pytest.raises(Compiled):
        checked(changed.pop("row_digest", digest()), **changed)


def module(*capabilities):
    """A SPIR-V module that has nothing but capabilities, and a word that looks like one."""
    words = [0x07230203, 0x00010500, 0, 1, 0]
    for capability in capabilities:
        words += [2 << 16 | 17, capability]
    words += [3 << 16 | 14, 2 << 16 | 17, 10]  # OpMemoryModel
    return struct.pack(f"<{len(words)}I", *words)


def test_float64_is_what_a_module_declares():
    assert planning.has_float64(module(1, 10, 11))
    assert not planning.has_float64(module(1, 9))
