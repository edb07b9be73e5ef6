"""Why nodes are where they are, on graphs and kernels that are made up."""

import pytest
from package_sources import load

kernels = load("explain.kernels")
nodes = load("explain.nodes")
reasons = load("explain.reasons")
report = load("explain.report")

FLOATS = frozenset(["float16", "float32"])
FLOAT = (("T", ("float32",)),)


@pytest.fixture
def registry():
    kernel = kernels.Kernel
    return kernels.Kernels(
        {
            "Relu": [kernel({"T": FLOATS})],
            "Sum": [kernel({"T": frozenset(["float64"])}), kernel({"T": FLOATS})],
            "Cast": [
                kernel({"S": frozenset(["int8"]), "D": frozenset(["float32"])}),
                kernel({"S": frozenset(["float32"]), "D": frozenset(["int8"])}),
            ],
            "VariableV2": [kernel({"dtype": FLOATS})],
            "Const": [kernel({})],
            "Shape": [kernel({})],
        },
        {
            "Relu": [kernel({"T": frozenset(["float32", "int8"])})],
            "Rare": [kernel({"T": FLOATS})],
        },
    )


def graph(*made):
    return {node.name: node for node in made}


def node(name, op, device="CPU:0", kind=FLOAT, **more):
    return nodes.Node(name, op, device, kind, **more)


def why(registry, made, name, **more):
    return reasons.Reasons(made, registry, **more).of(name)


def test_a_node_on_the_device(registry):
    made = graph(node("a", "Relu", "DML:0"))
    assert why(registry, made, "a").code == reasons.DEVICE


@pytest.mark.parametrize(
    "op, kind, code, words",
    [
        ("Relu", (("T", ("int8",)),), reasons.NO_TYPE, ["T=int8", "float16, float32", "CUDA has"]),
        ("Relu", (("T", ("int16",)),), reasons.NO_TYPE, ["T=int16"]),
        ("Relu", (("T", ("string",)),), reasons.HOST_OP, ["T=string"]),
        ("Cast", (("S", ("int8",)), ("D", ("int8",))), reasons.NO_TYPE, ["together", "S=int8"]),
        ("Rare", FLOAT, reasons.NO_KERNEL, ["CUDA has one"]),
        ("SaveV2", (), reasons.HOST_OP, ["for CPUs only"]),
        ("_Retval", FLOAT, reasons.HOST_OP, ["passes values on"]),
        ("Relu", FLOAT, reasons.PLACER, ["placer"]),
    ],
)
def test_what_kernels_there_are(registry, op, kind, code, words):
    reason = why(registry, graph(node("a", op, kind=kind)), "a")
    assert reason.code == code
    assert all(word in reason.text for word in words), reason.text
    assert reason.fallback == (code in (reasons.NO_TYPE, reasons.NO_KERNEL))
    assert ("CUDA" in reason.text) == ("CUDA" in " ".join(words))


@pytest.mark.parametrize("requested", ["/cpu:0", "/device:CPU:0", "/job:localhost/device:cpu:0"])
def test_a_device_that_was_asked_for(registry, requested):
    reason = why(registry, graph(node("a", "Relu", requested=requested)), "a")
    assert reason.code == reasons.ASKED and requested in reason.text


def test_a_request_does_not_hide_that_only_the_cpu_has_the_op(registry):
    made = graph(node("a", "SaveV2", kind=(), requested="/device:CPU:0"))
    assert why(registry, made, "a").code == reasons.HOST_OP


def test_colocation_names_the_cause_of_the_cause(registry):
    made = graph(
        node("a", "Relu", colocated=("b",)), node("b", "Rare"), node("c", "Relu", colocated=("c",))
    )
    reason = why(registry, made, "a")
    assert reason.code == reasons.COLOCATED
    assert "with b" in reason.text and "no kernel of this op" in reason.text
    assert why(registry, made, "c").code == reasons.PLACER


def test_a_variable_that_an_op_of_the_host_uses(registry):
    made = graph(
        node("v", "VariableV2", kind=(("dtype", ("float32",)),)),
        node("odd", "Rare", inputs=("v",)),
        node("read", "Relu", inputs=("v",)),
    )
    reason = why(registry, made, "v")
    assert reason.code == reasons.RESOURCE and "odd uses it" in reason.text
    reason = why(registry, made, "read")
    assert reason.code == reasons.RESOURCE and "variable v" in reason.text


def test_circles_end(registry):
    made = graph(
        node("a", "Relu", colocated=("b",)),
        node("b", "Relu", colocated=("a",)),
        node("v", "VariableV2", kind=(("dtype", ("float32",)),), colocated=("w",)),
        node("w", "VariableV2", kind=(("dtype", ("float32",)),), colocated=("v",)),
    )
    for name in made:
        assert why(registry, made, name).code == reasons.COLOCATED


def test_nodes_that_serve_others(registry):
    made = graph(
        node("two", "Const", kind=()),
        node("odd", "Rare", inputs=("two",)),
        node("shape", "Shape", inputs=("odd",)),
    )
    assert why(registry, made, "two").code == reasons.FEEDS_HOST
    assert why(registry, made, "shape").code == reasons.FEEDS_HOST


def test_an_adapter_without_float64(registry):
    made = graph(node("a", "Sum", "DML:0", kind=(("T", ("float64",)),)))
    reason = why(registry, made, "a", without_float64=True)
    assert reason.code == reasons.ADAPTER_TYPE and reason.fallback
    assert why(registry, made, "a").code == reasons.DEVICE


def test_report_has_totals_and_the_worst_first(registry):
    made = graph(
        node("a", "Rare"),
        node("b", "Rare"),
        node("c", "Relu", "DML:0"),
        node("d", "SaveV2", kind=()),
        node("e", "Relu", kind=(("T", ("int8",)),)),
    )
    told = reasons.Reasons(made, registry)
    rows = [report.Row("f" * (name == "b"), made[name], told.of(name)) for name in made]
    lines = report.report(rows)
    text = "\n".join(lines)
    assert text.index("for the type") < text.index("but one of CUDA") < text.index("CPUs only")
    assert "     2  Rare: " in text and "a, f/b" in text
    assert "runs on the device" not in text
    assert lines[-1] == "5 nodes: 1 on the device, 4 on the CPU, 3 of them fallbacks."
    assert "runs on the device" in "\n".join(report.report(rows, everything=True))
    found = report.as_json(rows)
    assert found["totals"] == {"no_kernel": 2, "device": 1, "host_op": 1, "no_type": 1}
    assert found["nodes"][0]["types"] == {"T": ["float32"]}
