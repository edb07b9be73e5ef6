"""Each outcome that a test can have, and what the report makes of it."""

import time

BOTH = "passed", "passed"


def test_pass_fail_skip(runner):
    runner.add(
        "plain",
        """
        class T(unittest.TestCase):
            def test_launches(self): dml.launch("MatMul", 3); dml.launch("", 1)
            def test_copies(self): dml.copy()
            def test_quiet(self): pass
            def test_fails(self): dml.launch("Add"); print("seen"); self.fail("on both")
            def test_regresses(self):
                dml.launch("Add")
                os.write(2, b"the log of it\\n")
                self.assertFalse(dml.adapters(), "only on DML")
            def test_skips(self): self.skipTest("because")
            @unittest.expectedFailure
            def test_expected(self): dml.launch("Add"); self.fail()
            @unittest.expectedFailure
            def test_unexpected(self): dml.launch("Add")
        @unittest.skip("whole class")
        class Skipped(unittest.TestCase):
            def test(self): pass
        """,
    )
    output = runner.run(status=1)
    assert runner.states() == {
        "T.test_launches": BOTH,
        "T.test_copies": BOTH,
        "T.test_quiet": ("passed", "no_launches"),
        "T.test_fails": ("failed", "failed"),
        "T.test_regresses": ("passed", "failed"),
        "T.test_skips": ("skipped", "skipped"),
        "T.test_expected": BOTH,
        "T.test_unexpected": ("failed", "failed"),
        "Skipped.test": ("skipped", "skipped"),
    }
    rows = runner.report()
    assert rows["T.test_launches"]["launches"] == {"MatMul": 3, "(untagged)": 1}
    regression = rows["T.test_regresses"]
    assert regression["verdict"] == "regression"
    assert "only on DML" in regression["details"]
    assert regression["log"].strip() == "the log of it"
    assert rows["T.test_fails"]["verdict"] == "same"
    assert rows["T.test_skips"]["details"] == "because"
    assert "1 regressions" in output


def test_subtests_and_parameters(runner):
    runner.add(
        "subtests",
        """
        from absl.testing import absltest, parameterized
        class S(unittest.TestCase):
            def test_one_bad(self):
                dml.launch("Add")
                for i in range(3):
                    with self.subTest(i=i): self.assertNotEqual(i, 1)
            def test_all_good(self):
                dml.launch("Add")
                with self.subTest("x"): pass
        class P(parameterized.TestCase):
            @parameterized.named_parameters(("A", 1), ("B", 2))
            def test_named(self, value): dml.launch("Add", value); self.assertEqual(value, 1)
            @parameterized.parameters(object(), object())
            def test_plain(self, value): dml.launch("Add")
        if __name__ == "__main__":
            absltest.main()
        """,
    )
    runner.run(status=0)
    states = runner.states()
    assert states.pop("S.test_one_bad") == ("failed", "failed")
    assert states.pop("P.test_named_B") == ("failed", "failed")
    assert states == dict.fromkeys(
        ["S.test_all_good", "P.test_named_A", "P.test_plain0", "P.test_plain1"], BOTH
    )
    assert "(i=1)" in runner.report()["S.test_one_bad"]["details"]


def test_a_crash_costs_one_test(runner):
    runner.add(
        "crash",
        """
        class C(unittest.TestCase):
            def test_1(self): dml.launch("Add")
            def test_2(self):
                print("last words", flush=True)
                dml.adapters() and os.kill(os.getpid(), signal.SIGSEGV)
                dml.launch("Add")
            def test_3(self): dml.launch("Add")
            def test_4(self): dml.adapters() and os._exit(0)
            def test_5(self): dml.launch("Add")
        """,
    )
    runner.run(status=1)
    assert runner.states() == {
        "C.test_1": BOTH,
        "C.test_2": ("passed", "crashed"),
        "C.test_3": BOTH,
        "C.test_4": ("passed", "crashed"),
        "C.test_5": BOTH,
    }
    crash = runner.report()["C.test_2"]
    assert "SIGSEGV" in crash["details"]
    assert "last words" in crash["log"]
    assert "in test_2" in crash["log"], "faulthandler shows where"
    assert "exit status 0" in runner.report()["C.test_4"]["details"]


def test_a_hang_is_killed_with_its_children(runner, tmp_path):
    pid = tmp_path / "pid"
    runner.add(
        "hang",
        f"""
        import subprocess
        class H(unittest.TestCase):
            def test_1_hangs(self):
                if dml.adapters():
                    child = subprocess.Popen(["sleep", "600"])
                    open({str(pid)!r}, "w").write(str(child.pid))
                    time.sleep(600)
            def test_2(self): dml.launch("Add")
        """,
    )
    began = time.time()
    runner.run("--timeout", 3, status=1)
    assert time.time() - began < 60
    assert runner.states() == {"H.test_1_hangs": ("passed", "timed_out"), "H.test_2": BOTH}
    assert "in test_1_hangs" in runner.report()["H.test_1_hangs"]["log"], "where it hung"
    assert not _alive(int(pid.read_text()))


def test_what_is_long_on_the_cpu_may_be_longer_on_the_device(runner):
    runner.add(
        "long",
        """
        class L(unittest.TestCase):
            def test_long(self):
                time.sleep(4 if dml.adapters() else 1)
                dml.launch("Add")
            def test_short(self):
                time.sleep(4 if dml.adapters() else 0)
        """,
    )
    runner.run("--timeout", 2, status=1)
    assert runner.states() == {"L.test_long": BOTH, "L.test_short": ("passed", "timed_out")}


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_fixtures_of_classes(runner):
    runner.add(
        "fixtures",
        """
        class Broken(unittest.TestCase):
            @classmethod
            def setUpClass(cls): raise ValueError("no class today")
            def test_1(self): pass
            def test_2(self): pass
        class Crashing(unittest.TestCase):
            @classmethod
            def setUpClass(cls): dml.adapters() and os.abort()
            def test(self): dml.launch("Add")
        class Late(unittest.TestCase):
            @classmethod
            def tearDownClass(cls): raise ValueError("too late")
            def test(self): dml.launch("Add")
        class Skips(unittest.TestCase):
            @classmethod
            def setUpClass(cls): raise unittest.SkipTest("none")
            def test(self): pass
        class Z(unittest.TestCase):
            def test(self): dml.launch("Add")
        """,
    )
    runner.run(status=1)
    assert runner.states() == {
        "Broken.test_1": ("failed", "failed"),
        "Broken.test_2": ("failed", "failed"),
        "Crashing.test": ("passed", "crashed"),
        "Late.test": BOTH,
        "Late.tearDownClass": ("failed", "failed"),
        "Skips.test": ("skipped", "skipped"),
        "Z.test": BOTH,
    }


def test_files_that_fail_as_a_whole(runner):
    runner.add("broken", "raise RuntimeError('cannot be imported')")
    runner.add("dies", "dml.adapters() and os.abort()")
    runner.add("exits", "sys.exit(3)")
    runner.add("hangs", "time.sleep(600)")
    path = runner.add("nothing", "")
    path.write_text("x = 1\n")
    runner.add(
        "at_exit",
        """
        import atexit
        if dml.adapters(): atexit.register(os.abort)
        class T(unittest.TestCase):
            def test(self): dml.launch("Add")
        """,
    )
    runner.run("--timeout", 2, status=1)
    rows = {
        (row["file"].split("/")[-1], row["test"]): row for row in runner.report()[None]["tests"]
    }
    states = {key: (row["baseline"], row["dml"]) for key, row in rows.items()}
    assert states == {
        ("broken_test.py", "(import)"): ("failed", "failed"),
        ("dies_test.py", "(import)"): ("passed", "crashed"),
        ("exits_test.py", "(import)"): ("failed", "failed"),
        ("hangs_test.py", "(import)"): ("timed_out", "timed_out"),
        ("nothing_test.py", "(import)"): ("failed", "failed"),
        ("at_exit_test.py", "T.test"): BOTH,
        ("at_exit_test.py", "(exit)"): ("passed", "crashed"),
    }
    assert "cannot be imported" in rows["broken_test.py", "(import)"]["details"]
    assert "exited (3)" in rows["exits_test.py", "(import)"]["details"]
    assert rows["at_exit_test.py", "(exit)"]["verdict"] == "regression"


def test_tests_that_exist_only_with_a_device(runner):
    runner.add(
        "varies",
        """
        class T(unittest.TestCase):
            def test(self): dml.launch("Add")
        if dml.adapters():
            T.test_device = lambda self: self.fail()
        else:
            T.test_host = lambda self: None
        """,
    )
    runner.run(status=1)
    assert runner.states() == {
        "T.test": BOTH,
        "T.test_device": ("absent", "failed"),
        "T.test_host": ("passed", "absent"),
    }
