"""The analysis of traces, on recordings whose answer is known by construction."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest
from package_sources import load

MS = 1000000

advise = load("trace.advise")
analyse = load("trace.analyse")
figures = load("trace.figures")
iv = load("trace.intervals")
page = load("trace.page")
parts = load("trace.parts")
perfetto = load("trace.perfetto")
rec = load("trace.recording")
script = load("trace.script")

TRAIN = rec.Key("session", "train", ("x:0",), ("train",))
OTHER = rec.Key("session", "accuracy", ("x:0",), ("accuracy",))


class Maker:
    """Makes a recording; times are milliseconds."""

    def __init__(self):
        self.recording = rec.Recording()
        self.recording.script = ["train.py"]
        self.recording.adapters = [{"name": "GPU", "driver": "d", "type": "ADAPTER_DISCRETE"}]
        self.counts = {}

    def call(self, start, end, events=(), key=TRAIN, traced=True):
        call = rec.Call(key, int(start * MS))
        call.end = int(end * MS)
        call.number = self.counts.get(key, 0)
        self.counts[key] = call.number + 1
        call.traced = traced
        call.events = sorted(events, key=lambda event: event.start)
        self.recording.calls.append(call)
        self.recording.end = call.end
        return call

    def node(self, name, op, device, key=TRAIN, **more):
        node = rec.Node(name, op, device, (("T", ("float32",)),), **more)
        self.recording.nodes.setdefault(key, {})[name] = node

    def sample(self, time, user, top=""):
        self.recording.samples.append(rec.Sample(int(time * MS), user, top or user))

    def result(self):
        return analyse.analyse(self.recording)


def launch(start, end, node="product", op="MatMul"):
    return rec.Event(rec.LAUNCH, "DML:0", node, op, int(start * MS), int(end * MS), op + "_f32")


def copy(start, end, node="", size=1024, direction=rec.TO_HOST):
    return rec.Event(rec.COPY, "DML:0", node, "", int(start * MS), int(end * MS), direction, size)


def op(start, end, node, kind, device="CPU:0", **more):
    return rec.Event(rec.OP, device, node, kind, int(start * MS), int(end * MS), **more)


def in_ms(values):
    return {name: round(value / MS, 6) for name, value in values.items() if value}


# Intervals.


def test_intervals_against_a_set_of_points():
    a = iv.union([(5, 9), (1, 3), (2, 4), (9, 12), (20, 20)])
    b = [(0, 2), (3, 6), (11, 30)]
    assert a == [(1, 4), (5, 12)]

    def points(spans):
        return {point for start, end in spans for point in range(start, end)}

    assert points(iv.intersection(a, b)) == points(a) & points(b)
    assert points(iv.difference(a, b)) == points(a) - points(b)
    assert points(iv.difference(b, a)) == points(b) - points(a)
    assert iv.length(a) == len(points(a))


# Where the time goes.


def one_step():
    """0-1 session, 1-3 input, 3-4 enqueue, 4-5 submission, 5-8 computes, 8-10 a fallback,
    10-11 copies, 11-12 executor, 12-13 session; 13-15 another call; 15-20 Python."""
    make = Maker()
    events = [
        op(1, 3, "next", "IteratorGetNext"),
        op(3, 4, "product", "MatMul", "DML:0"),
        launch(5, 8),
        op(8, 10, "odd", "Odd"),
        copy(10, 11, "odd/_1"),
        op(11.5, 12, "_retval", "_Retval"),
    ]
    make.node("product", "MatMul", "DML:0", source="train.py:3")
    make.node("odd", "Odd", "CPU:0", inputs=("product/_0",), source="train.py:4")
    make.node("odd/_1", "_Send", "CPU:0", inputs=("odd",), peer="edge_1_odd")
    make.node("odd/_2", "_Recv", "DML:0", peer="edge_1_odd")
    for step in range(3):
        make.call(
            20 * step,
            20 * step + 13,
            [
                e._replace(start=e.start + 20 * step * MS, end=e.end + 20 * step * MS)
                for e in events
            ],
        )
        make.call(20 * step + 13, 20 * step + 15, key=OTHER, traced=False)
        for time in (16, 17, 18, 19):
            make.sample(20 * step + time, "train.py:9 in batch", "numpy/a.py:1 in f")
    return make


def test_each_moment_of_a_step_has_one_part():
    result = one_step().result()
    assert result.key == TRAIN and len(result.steps) == 2  # nothing follows the third
    assert in_ms(result.parts) == {
        "session": 2,
        "input": 2,
        "enqueue": 1,
        "submit": 1,
        "compute": 3,
        "host_op": 2,
        "copy": 1,
        "schedule": 1,
        "other": 2,
        "python": 5,
    }
    assert result.total == 20 * MS
    assert result.idle == 16 * MS


def test_gaps_have_causes():
    result = one_step().result()
    first = [gap for gap in result.gaps if gap.step == 0]
    assert [(gap.start // MS, gap.end // MS) for gap in sorted(first)] == [
        (0, 5),
        (8, 10),
        (11, 20),
    ]
    causes = {gap.start // MS: (gap.part, gap.who, gap.before) for gap in first}
    assert causes[0] == (parts.INPUT, "next", "product")
    assert causes[8] == (parts.HOST_OP, "odd", "odd/_1")
    assert causes[11] == (parts.PYTHON, "train.py:9 in batch", "the end of the step")


def test_what_a_fallback_costs():
    make = one_step()
    make.recording.reasons[TRAIN, "odd"] = ("no_kernel", "DML has no kernel of this op")
    (fallback,) = make.result().fallbacks
    assert (fallback.node, fallback.op, fallback.source) == ("odd", "Odd", "train.py:4")
    assert fallback.reason == "DML has no kernel of this op"
    assert (fallback.host, fallback.idle, fallback.copies) == (2 * MS, 2 * MS, 1 * MS)
    assert fallback.copied_bytes == 1024


def test_a_fallback_beside_work_of_the_device_costs_nothing():
    make = Maker()
    for start in (0, 10):
        make.call(start, start + 10, [launch(start, start + 9), op(start + 2, start + 6, "a", "A")])
    result = make.result()
    assert parts.HOST_OP not in result.parts
    assert [(f.host, f.cost) for f in result.fallbacks] == [(4 * MS, 0)]


def test_kernels_of_the_device_that_compute_on_the_host():
    make = Maker()
    for start in (0, 10):
        make.call(
            start,
            start + 10,
            [op(start, start + 6, "d", "Mul", "DML:0"), launch(start + 6, start + 10)],
        )
    make.recording.reasons[TRAIN, "d"] = ("adapter_type", "the adapter has no float64")
    result = make.result()
    assert in_ms(result.parts) == {"host_op": 6, "compute": 4}
    assert "float32" in advise.advise(result)[0].action


def test_overlapping_launches_count_once():
    make = Maker()
    for start in (0, 10):
        make.call(
            start,
            start + 10,
            [launch(start, start + 6), launch(start + 4, start + 10, "sum", "Sum")],
        )
    result = make.result()
    assert in_ms(result.parts) == {"compute": 10}
    assert [(row.op, row.time) for row in result.ops] == [("MatMul", 6 * MS), ("Sum", 6 * MS)]


def test_tracing_is_left_out():
    make = Maker()
    for start in range(0, 60, 10):
        make.call(start, start + 4, traced=False)
    for start in range(60, 90, 10):  # 5 ms behind the executor, of which tracing takes 3
        make.call(start, start + 7, [launch(start, start + 2)])
    result = make.result()
    assert result.tracing == 3 * MS
    assert in_ms(result.parts) == {"compute": 2, "session": 2, "python": 3}


def test_the_step_is_what_takes_most_time():
    make = Maker()
    for start in range(0, 50, 10):
        make.call(start, start + 6, [launch(start, start + 6)])
        make.call(start + 6, start + 7, [launch(start + 6, start + 7)], key=OTHER)
    make.call(50, 500, key=rec.Key("session", "init"), traced=False)
    assert make.result().key == TRAIN


def test_other_threads_have_no_steps():
    make = Maker()
    queue = rec.Key("session", "enqueue")
    for start in range(0, 30, 10):
        make.call(start, start + 3, [launch(start, start + 3)])
        call = make.call(start, start + 10, [op(start, start + 10, "q", "QueueEnqueue")], key=queue)
        call.main_thread = False
    assert make.result().key == TRAIN


def test_calls_that_only_warm_up_are_left_out():
    make = Maker()
    make.call(0, 90, [launch(0, 90)]).warm = False
    for start in (90, 100):
        make.call(start, start + 10, [launch(start, start + 10)])
    assert make.result().total == 10 * MS


def test_without_a_traced_step_there_is_no_result():
    make = Maker()
    make.call(0, 10, traced=False)
    assert make.result().key is None
    assert advise.advise(make.result()) == []


def test_functions_whose_work_is_done_behind_their_calls():
    """The host is far ahead, so that no time tells whose work it is: the sum is right."""
    make = Maker()
    function = rec.Key("function", "train")
    events = [launch(5, 10), launch(10, 15), launch(15, 20)]
    for index, start in enumerate((0, 2, 5)):
        call = make.call(start, start + 2, events if index == 0 else [], key=function)
        call.profile = 1
    make.call(30, 32, key=function, traced=False)
    result = make.result()
    assert result.count == 3 and len(result.steps) == 1
    assert in_ms(result.parts) == {
        "compute": 5,
        "enqueue": round(4 / 3, 6),
        "python": round(1 / 3, 6),
    }
    assert result.ops[0].launches == 1
    assert "3 steps" in page.render(result)


def test_functions_without_what_their_profile_began_with():
    make = Maker()
    function = rec.Key("function", "train")
    for index, start in enumerate((0, 90, 100)):
        call = make.call(start, start + 2, [launch(start, start + 10 * (index < 2))], key=function)
        call.profile, call.warm = 2, index > 0
    assert in_ms(make.result().parts) == {"compute": 5, "enqueue": 1}


# What to change.


def dearest(result):
    return advise.advise(result)[0]


def repeated(events, period=10, length=10, steps=4):
    make = Maker()
    for step in range(steps):
        shift = step * period * MS
        make.call(
            step * period,
            step * period + length,
            [e._replace(start=e.start + shift, end=e.end + shift) for e in events],
        )
    return make


def test_advice_is_ordered_and_within_the_step():
    result = one_step().result()
    found = advise.advise(result)
    costs = [advice.cost for advice in found]
    assert costs == sorted(costs, reverse=True)
    assert all(0 < cost <= result.total for cost in costs)
    assert len(found) <= advise.MOST
    assert found[0].title == "Python between steps: batch"
    assert found[0].source == "train.py:9" and found[0].cost == 5 * MS


def test_advice_on_input_names_the_slowest_transformation():
    def made(start, end, path):
        return rec.Event(
            rec.INPUT, "CPU:0", path, path.split("::")[-1], int(start * MS), int(end * MS)
        )

    advice = dearest(
        repeated(
            [
                op(0, 8, "next", "IteratorGetNext"),
                made(0, 8, "Iterator::Model"),
                made(0, 8, "Iterator::Model::Batch"),
                made(0, 7, "Iterator::Model::Batch::Map"),
                made(0, 2, "Iterator::Model::Batch::Map::Range"),
                launch(8, 10),
            ]
        ).result()
    )
    assert advice.cost == 8 * MS and "slowest transformation is Map." in advice.detail
    assert "prefetch" in advice.action and "num_parallel_calls" in advice.action


def test_advice_on_a_second_call_counts_what_it_computes_again():
    make = Maker()
    for start in range(0, 40, 10):
        make.call(
            start, start + 4, [launch(start, start + 2, "a"), launch(start + 2, start + 4, "b")]
        )
        make.call(
            start + 4,
            start + 10,
            [launch(start + 4, start + 9, "a"), launch(start + 9, start + 10, "c")],
            key=OTHER,
        )
    result = make.result()
    assert result.key == OTHER  # 6 ms against 4
    advice = next(a for a in advise.advise(result) if a.title.startswith("Another call"))
    assert advice.cost == 4 * MS and "again 1 of the 2 nodes" in advice.detail


def test_advice_on_many_small_launches():
    events = []
    for index in range(10):
        events += [
            op(index, index + 0.8, "n%d" % index, "Add", "DML:0"),
            launch(index + 0.8, index + 1, "n%d" % index, "Add"),
        ]
    advice = dearest(repeated(events).result())
    assert advice.title == "The host does not keep the device busy"
    assert "10 launches a step" in advice.detail and advice.cost == 8 * MS


def test_advice_on_a_graph_that_grows():
    make = repeated([launch(0, 10)])
    for index, call in enumerate(make.recording.calls):
        call.graph_nodes = 100 + 7 * index
    titles = [advice.title for advice in advise.advise(make.result())]
    assert "The graph grows while the script trains" in titles


def test_advice_on_functions_that_are_traced_again():
    make = Maker()
    key = rec.Key("function", "train")
    for step in range(8):
        call = make.call(
            20 * step,
            20 * step + (18 if step in (3, 5) else 8),
            [launch(20 * step, 20 * step + 8)],
            key=key,
        )
        call.functions_made = int(step in (3, 5))
    advice = next(a for a in advise.advise(make.result()) if "again and again" in a.title)
    assert "2 calls of 8" in advice.detail


def test_advice_on_functions_that_are_made_again():
    make = Maker()
    for number in range(6):
        key = rec.Key("function", "train (%d)" % (number + 1) if number else "train")
        for step in range(3):
            start = 60 * number + 20 * step
            call = make.call(start, start + 18, [launch(start, start + 8)], key=key)
            call.functions_made = int(step == 0)
    advice = next(a for a in advise.advise(make.result()) if "made again" in a.title)
    assert advice.title.endswith(": train") and "6 functions" in advice.detail
    assert advice.cost == 6 * MS  # 18 ms in one of three calls


@pytest.mark.parametrize(
    "code, cure",
    [
        ("no_type", "float32"),
        ("asked", "tf.device"),
        ("no_kernel", "tensorflow-directml ops"),
        ("host_op", "input pipeline"),
    ],
)
def test_advice_on_ops_on_the_host(code, cure):
    make = repeated([op(0, 8, "odd", "Odd"), launch(8, 10)])
    make.recording.reasons[TRAIN, "odd"] = (code, "because")
    advice = dearest(make.result())
    assert advice.title == "Odd runs on the CPU" and advice.cost == 8 * MS
    assert "because" in advice.detail and cure in advice.action


# The files.


def test_perfetto_file(tmp_path):
    result = one_step().result()
    path = tmp_path / "trace.json.gz"
    perfetto.write(result, str(path))
    with gzip.open(str(path), "rt") as file:
        events = json.load(file)["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    (products,) = {
        event["tid"]
        for event in spans
        if event["name"] == "product" and event["args"].get("program")
    }
    device = [e for e in spans if e["pid"] == 2 and e["tid"] == products]
    assert [(e["ts"], e["dur"]) for e in device] == [(5e3, 3e3), (25e3, 3e3), (45e3, 3e3)]
    assert all(event["dur"] >= 0 for event in spans)
    # Where lines overlap, Perfetto drops what does not nest.
    for line in {(event["pid"], event["tid"]) for event in spans}:
        own = sorted((e["ts"], e["ts"] + e["dur"]) for e in spans if (e["pid"], e["tid"]) == line)
        assert all(a[1] <= b[0] + 1e-6 for a, b in zip(own, own[1:])), line


def test_page_stands_alone_and_tells_the_figures():
    make = one_step()
    make.recording.script = ["train.py", "<script>alert(1)</script>"]
    make.recording.memory = [rec.MemorySample(i * MS, i << 20, 64 << 20, 0) for i in range(40)]
    text = page.render(make.result())
    assert not re.search(r"<script|(?:src|href)=\"(?!data:)|url\(|@import", text)
    assert "prefers-color-scheme: dark" in text
    assert "Python between steps: batch" in text and "train.py:9" in text
    assert "at most 39.0 MiB" in text
    for svg in re.findall(r"<svg.*?</svg>", text, re.S):
        assert "nan" not in svg.lower()
        xml.fromstring(svg)
    assert text.count("<svg") == 3  # timeline, memory, calls


def test_page_on_memory_that_is_kept():
    make = repeated([launch(0, 10)], steps=12)
    for index, call in enumerate(make.recording.calls):
        call.memory = {"bytes_in_use": (64 + index) << 20}
    result = make.result()
    assert result.memory_growth == 1 << 20
    assert "grows by 1.0 MiB a step" in page.render(result)
    for call in make.recording.calls:
        call.memory = {"bytes_in_use": (64 + call.number % 2) << 20}
    assert "grows by" not in page.render(make.result())


def test_page_of_a_single_step():
    make = Maker()
    make.call(0, 10, [launch(0, 10)])
    assert "10.0 ms" in page.render(make.result())


def test_figures_are_json():
    found = json.loads(json.dumps(figures.figures(one_step().result())))
    assert found["step"]["total"] == 20 * MS
    assert sum(found["parts"].values()) == 20 * MS
    assert found["host_ops"][0]["cost"] == 3 * MS


# Running scripts.


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    main, path, argv = sys.modules["__main__"], list(sys.path), list(sys.argv)

    def call(text, *arguments):
        file = tmp_path / "program.py"
        file.write_text(text)
        status = script.run(str(file), list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    yield call
    sys.modules["__main__"], sys.path[:], sys.argv[:] = main, path, argv


def test_a_script_is_main_and_has_its_arguments(run, tmp_path):
    (tmp_path / "beside.py").write_text("VALUE = 7")
    status, out, _ = run(
        "import pickle, sys, beside\n"
        "class A: pass\n"
        "assert type(pickle.loads(pickle.dumps(A()))) is A\n"
        "print(__name__, sys.argv[1:], beside.VALUE, __file__ == sys.argv[0])\n",
        "--x",
        "1",
    )
    assert status == (0, "")
    assert out == "__main__ ['--x', '1'] 7 True\n"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("import sys; sys.exit(3)", (3, "")),
        ("import sys; sys.exit()", (0, "")),
        ("import sys; sys.exit('a message')", (1, "")),
        ("1 / 0", (1, "ZeroDivisionError")),
        ("raise KeyboardInterrupt", (130, "KeyboardInterrupt")),
        ("def f(:", (1, "SyntaxError")),
    ],
)
def test_exit_status(run, text, expected):
    status, _, err = run(text)
    assert status == expected
    if expected[1]:
        assert expected[1] in err and "trace/script.py" not in err
    if "message" in text:
        assert err == "a message\n"


def test_a_script_that_is_not_there():
    with pytest.raises(script.ScriptError, match="nowhere.py: No such file"):
        script.run("/nowhere.py", [])


# What a browser says of the page.


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no browser here")
def test_a_browser_has_nothing_to_say(tmp_path):
    def said(text):
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += ["--enable-logging=stderr", f"--user-data-dir={tmp_path}", "--dump-dom"]
        run = subprocess.run([*command, file.as_uri()], capture_output=True, text=True, timeout=60)
        console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
        return run.stdout, console

    shown, console = said(page.render(one_step().result()))
    assert console == [] and "Python between steps: batch" in shown
    assert said("<script>throw 1</script>")[1]  # it would say so
