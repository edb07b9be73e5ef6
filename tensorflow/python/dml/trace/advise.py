"""What to change so that a step takes less time: by cost, each with where and how.

A rule looks at a Result and tells what costs time. The cost is what the step would save at
most. Rules whose cost is less than SMALLEST of a step say nothing.
"""

import collections
import re
from typing import Callable, Dict, Iterator, List, NamedTuple, Tuple

from ..explain import reasons
from . import parts
from . import recording as rec
from .analyse import Fallback, Result
from .words import duration, size, times

MOST = 10
_NEW_FUNCTIONS = 5  # as many of one name are a mistake
SMALLEST = 0.005


class Advice(NamedTuple):
    cost: float  # ns a step
    title: str
    detail: str
    action: str
    source: str = ""  # the script's line


# Input.


def _pipeline(result: Result) -> Dict[str, int]:
    """Own time of each transformation of tf.data, by its path: without what it asks."""
    own: Dict[str, int] = collections.Counter()
    for step in result.steps:
        for event in step.events:
            if event.kind == rec.INPUT and event.node.startswith("Iterator::"):
                time = event.end - event.start
                own[event.node] += time
                parent = event.node.rpartition("::")[0]
                if parent.count("::"):
                    own[parent] -= time
    return own


def _input(result: Result) -> Iterator[Advice]:
    cost = result.parts.get(parts.INPUT, 0.0)
    own = _pipeline(result)
    names = {name for path in own for name in path.split("::")[1:]}
    detail = "The device is idle for %s of each step until the next batch is there." % duration(
        cost
    )
    slowest = max(own, key=lambda path: own[path]) if own else ""
    if slowest:
        detail += " The slowest transformation is %s." % slowest.split("::")[-1]
    actions = []
    queue = [e.op for s in result.steps for e in s.events if "Dequeue" in e.op]
    if queue and not own:
        actions.append("Fill the queue by more threads, or use tf.data")
    if "Prefetch" not in names and not queue:
        actions.append("end the dataset with .prefetch(tf.data.experimental.AUTOTUNE)")
    if any(name in ("Map", "MapAndBatch", "FlatMap", "Generator") for name in names):
        actions.append("give map() num_parallel_calls=tf.data.experimental.AUTOTUNE")
    if any(e.op in ("PyFunc", "EagerPyFunc") for s in result.steps for e in s.events):
        actions.append("write what py_func does as TensorFlow ops: Python does one at a time")
    actions.append("cache() what does not change")
    action = "; ".join(actions)
    yield Advice(
        cost,
        "The input pipeline is slower than the step",
        detail,
        action[:1].upper() + action[1:] + ".",
    )


# The host.

_CURES = {
    reasons.NO_TYPE: "Cast its inputs to a type that has a kernel, such as float32 or int32.",
    reasons.NO_KERNEL: "Write it with other ops (tensorflow-directml ops lists them), or move it "
    "out of the step.",
    reasons.ASKED: 'Take it out of tf.device("/cpu:0").',
    reasons.ADAPTER_TYPE: "Use float32: this adapter has no float64.",
    reasons.COLOCATED: "Move what it is colocated with to the device.",
    reasons.RESOURCE: "Have the variable on the device: what uses it must have a kernel there.",
}


def _host_ops(result: Result) -> Iterator[Advice]:
    groups: Dict[Tuple[str, str, str], List[Fallback]] = collections.defaultdict(list)
    for fallback in result.fallbacks:
        python = fallback.op in ("PyFunc", "PyFuncStateless", "EagerPyFunc")
        groups[fallback.op, "python" if python else fallback.code, fallback.reason].append(fallback)
    for (op, code, reason), members in groups.items():
        first = members[0]
        cost = sum(member.cost for member in members)
        detail = "%s on the CPU (such as %s): %s. It runs %s a step; the device is idle for %s" % (
            times(len(members), "node"),
            first.node,
            reason or "placed there",
            duration(sum(member.host for member in members)),
            duration(sum(member.idle for member in members)),
        )
        copied = sum(member.copied_bytes for member in members)
        if copied:
            detail += ", and copies %s for %s" % (
                size(copied),
                duration(sum(member.copies for member in members)),
            )
        if code == "python":
            title = "Python runs inside the step: %s" % op
            action = "Write it as TensorFlow ops, or move it into the input pipeline."
        else:
            title = "%s runs on the CPU" % op
            action = _CURES.get(
                code,
                "Move it into the input pipeline (Dataset.map, with prefetch), or do it "
                "less often.",
            )
        yield Advice(cost, title, detail + ".", action, first.source)


def _function_of(user: str) -> Tuple[str, str]:
    """("train.py", "batch") of "train.py:12 in batch"."""
    found = re.match(r"(.*):\d+ in (.*)$", user)
    return (found.group(1), found.group(2)) if found else (user, "")


_LIBRARIES = (
    ("basic_session_run_hooks", "hooks: log, and save summaries and checkpoints, less often"),
    ("summary", "summaries: write them less often"),
    ("saver", "checkpoints: save less often"),
    (
        "/keras/",
        "Keras, between batches: give fit() a tf.data dataset, larger batches, and "
        "callbacks that do less",
    ),
)


def _python(result: Result) -> Iterator[Advice]:
    groups: Dict[Tuple[str, str], List] = collections.defaultdict(list)
    for user, top, time in result.python:
        groups[_function_of(user or top)].append((time, user or top, top))
    for (_, function), members in groups.items():
        cost = sum(time for time, _, _ in members)
        _, line, _ = max(members)
        tops: Dict[str, float] = collections.Counter()
        for time, user, top in members:
            if top != user:
                tops[top] += time
        inner = max(tops, key=lambda top: tops[top]) if tops else ""
        detail = "The device is idle while the script is in %s" % (function or "Python")
        detail += ", most of it at %s" % line
        if inner:
            detail += ", and there mostly in %s" % inner
        action = (
            "Prepare the next batch while the device works: tf.data (from_generator, with "
            "prefetch) or a thread; and do what it does to arrays, not to elements."
        )
        if result.key.kind == "eager step":
            action = "Put the step into a tf.function: eager ops are dispatched one by one."
        for word, cure in _LIBRARIES:
            if word in inner:
                action = "This is " + cure + "."
                break
        yield Advice(
            cost,
            "Python between steps: %s" % (function or line),
            detail + ".",
            action,
            line.split(" in ")[0],
        )


def _around(result: Result) -> Iterator[Advice]:
    cost = result.parts.get(parts.SESSION, 0.0)
    call = result.steps[0].calls[0]
    fed, fetched = sum(feed.bytes for feed in call.feeds), call.fetched_bytes
    detail = "The call feeds %s and fetches %s" % (size(fed), size(fetched))
    if call.feeds:
        largest = max(call.feeds, key=lambda feed: feed.bytes)
        detail += "; the largest feed is %s" % largest.name
    if fetched > fed:
        action = "Fetch less, or not in each step."
    elif fed:
        action = "Feed arrays of the placeholders' types, or better take the input from tf.data."
    else:
        action = "Give each call more to do: larger batches, or several steps in a tf.while_loop."
    yield Advice(cost, "Session.run itself, around the step", detail + ".", action)


def _others(result: Result) -> Iterator[Advice]:
    own = {e.node for s in result.steps for e in s.events if e.kind == rec.LAUNCH}
    for key, count, cost in result.others:
        traced = [c for c in result.recording.calls if c.key == key and c.events]
        nodes = {e.node for c in traced[-1:] for e in c.events if e.kind == rec.LAUNCH}
        shared = len(nodes & own)
        detail = "It runs %s a step" % times(count / float(result.count), "time")
        if shared:
            detail += ", and computes again %d of the %d nodes that the step has computed" % (
                shared,
                len(nodes),
            )
            action = "Fetch %s in the same call as the step." % key.name
        else:
            action = "Do it less often, or fetch it in the same call as the step."
        what = "call of Session.run" if key.kind in ("session", "callable") else key.kind
        yield Advice(cost, "Another %s between steps: %s" % (what, key.name), detail + ".", action)


def _launch_bound(result: Result) -> Iterator[Advice]:
    cost = sum(result.parts.get(p, 0.0) for p in (parts.ENQUEUE, parts.SCHEDULE, parts.SUBMIT))
    launches = sum(row.launches for row in result.ops)
    if not launches:
        return
    mean = result.parts.get(parts.COMPUTE, 0.0) / launches
    detail = (
        "%s a step, of %s on average. The device waits %s for ops to be enqueued, %s for "
        "the executor (copies by the host included), %s for submissions to begin"
        % (
            times(launches, "launch"),
            duration(mean),
            duration(result.parts.get(parts.ENQUEUE, 0.0)),
            duration(result.parts.get(parts.SCHEDULE, 0.0)),
            duration(result.parts.get(parts.SUBMIT, 0.0)),
        )
    )
    action = "Give each launch more to do: larger batches, and fewer, larger layers."
    if result.recording.environment.get("TF_DIRECTML_MERGING") == "0":
        action += " Unset TF_DIRECTML_MERGING: element-wise launches stay single with 0."
    if result.key.kind == "eager step":
        action = "Put the step into a tf.function. " + action
    yield Advice(cost, "The host does not keep the device busy", detail + ".", action)


# The device.

_PRODUCTS = re.compile(r"Conv|MatMul|CudnnRNN")
_OPTIMIZERS = re.compile(r"^(Resource)?(Sparse)?Apply")


def _device(result: Result) -> Iterator[Advice]:
    adapter = (result.recording.adapters or [{}])[0]
    for row in result.ops[:6]:
        nodes = [node for node in result.nodes if node.op == row.op]
        largest = nodes[0]
        detail = "%s of the step in %s and %s; the largest is %s with %s (program %s)" % (
            duration(row.time),
            times(row.nodes, "node"),
            times(row.launches, "launch"),
            largest.name,
            duration(largest.time),
            largest.program,
        )
        if "f64" in row.program:
            action = "It computes in float64: use float32."
        elif _PRODUCTS.search(row.op) and "f16" not in row.program:
            action = (
                "Compute in float16: tf.train.experimental."
                "enable_mixed_precision_graph_rewrite(optimizer)."
            )
            if not adapter.get("float16_arithmetic", 1):
                action = "Use smaller layers or images: this adapter gains nothing from float16."
            action += (
                " tensorflow-directml bench --tune measures which tile configuration is "
                "fastest here."
            )
        elif _PRODUCTS.search(row.op):
            action = "tensorflow-directml bench --tune measures the fastest tile configuration."
        elif _OPTIMIZERS.search(row.op):
            action = (
                "Larger batches apply gradients less often; an optimizer with fewer slots "
                "(momentum for Adam) reads and writes less."
            )
        elif "BatchNorm" in row.op:
            action = "For inference, fold it into the convolution before (training=False)."
        elif row.launches >= 8 * max(1, row.nodes):
            action = "It launches many times a node: see whether a loop around it can go."
        else:
            action = (
                "It moves memory rather than computing: float16 halves that; see whether "
                "the largest node can go or be smaller."
            )
        yield Advice(
            row.time,
            "%s takes %.0f %% of the step on the device"
            % (row.op, 100.0 * row.time / result.total),
            detail + ".",
            action,
            largest.source,
        )


def _loops(result: Result) -> Iterator[Advice]:
    inside = [row for row in result.nodes if re.search(r"(^|/)while(_\d+)?/", row.name)]
    if not any(_PRODUCTS.search(row.op) for row in inside):
        return
    cost = sum(row.time for row in inside)
    yield Advice(
        cost,
        "A loop computes step by step",
        "%s in tf.while_loop take %s of the device"
        % (times(sum(row.launches for row in inside), "launch"), duration(cost))
        + ".",
        "For LSTM and GRU use tf.compat.v1.keras.layers.CuDNNLSTM and CuDNNGRU, or the layers of "
        "v2: one launch takes all steps.",
        inside[0].source,
    )


def _copies(result: Result) -> Iterator[Advice]:
    cost = result.parts.get(parts.COPY, 0.0)
    moved: Dict[Tuple[str, str], List[int]] = collections.defaultdict(lambda: [0, 0])
    for step in result.steps:
        for event in step.events:
            if event.kind == rec.COPY:
                entry = moved[event.detail, event.node]
                entry[0] += event.end - event.start
                entry[1] += event.bytes
    if not moved:
        return
    (kind, node), (time, moved_bytes) = max(moved.items(), key=lambda item: item[1][0])
    count = float(result.count)
    direction = {rec.TO_DEVICE: "to the device", rec.TO_HOST: "to the host"}.get(
        kind, "inside of the device"
    )
    detail = "The largest copies %s %s, for %s (%s)" % (
        size(moved_bytes / count),
        direction,
        duration(time / count),
        node or "no node",
    )
    action = {
        rec.TO_DEVICE: "Feed smaller types (uint8 images, cast on the device), or keep what does "
        "not change in a variable.",
        rec.TO_HOST: "Fetch less: reduce it on the device first.",
    }.get(kind, "See what is concatenated, split or assigned there.")
    yield Advice(cost, "Copies", detail + ".", action)


# What happens in some steps only.


def _rare(result: Result) -> Iterator[Advice]:
    """Calls that are not in the traced steps: checkpoints, summaries, evaluation."""
    calls = result.recording.calls
    same = [c for c in calls if c.key == result.key]
    if len(same) < 3:
        return
    inside = {key for key, _, _ in result.others}
    first, last = same[1].start, same[-1].end
    time: Dict[rec.Key, List[int]] = collections.defaultdict(list)
    for call in calls:
        elsewhere = call.main_thread and call.key != result.key and call.key not in inside
        if elsewhere and first < call.start < last:
            time[call.key].append(call.wall)
    for key, walls in time.items():
        names = " ".join(key.fetches) + key.name
        action = "Do it less often."
        if "save" in names:
            action = "Save checkpoints less often, or in seconds: save_checkpoints_secs."
        elif "ummar" in names:
            action = "Write summaries less often: save_summary_steps."
        yield Advice(
            sum(walls) / float(len(same) - 1),
            "Some steps are followed by %s" % key.name,
            "%s in %s, %s each"
            % (
                times(len(walls), "call"),
                times(len(same) - 1, "step"),
                duration(sum(walls) / float(len(walls))),
            )
            + ".",
            action,
        )


def _growing_graph(result: Result) -> Iterator[Advice]:
    same = [c for c in result.recording.calls if c.key.kind in ("session", "callable")]
    same = [c for c in same if c.main_thread and c.number >= 1]
    if len(same) < 3 or same[-1].graph_nodes <= same[0].graph_nodes:
        return
    grown = (same[-1].graph_nodes - same[0].graph_nodes) / float(len(same) - 1)
    if grown < 0.5:
        return
    yield Advice(
        max(result.parts.get(parts.SESSION, 0.0), SMALLEST * result.total),
        "The graph grows while the script trains",
        "By %.1f nodes a call, to %d: each growth has TensorFlow look at all of it again"
        % (grown, same[-1].graph_nodes)
        + ".",
        "Make ops before the loop, not in it (tf.assign, model(x), tf.summary calls and operators "
        "on tensors make ops); graph.finalize() finds the place.",
    )


def _own_name(key: rec.Key) -> str:
    """Without the number that tells functions of one name apart."""
    return re.sub(r" \(\d+\)$", "", key.name)


def _retracing(result: Result) -> Iterator[Advice]:
    if result.key.kind != "function":
        return
    name = _own_name(result.key)
    same = [c for c in result.recording.calls if c.key == result.key]
    alike = {c.key for c in result.recording.calls if _own_name(c.key) == name}
    if len(alike) >= _NEW_FUNCTIONS:
        same = [c for c in result.recording.calls if c.key in alike]
        yield Advice(
            sum(c.wall for c in same if c.functions_made) / float(len(same)),
            "A new function is made again and again: %s" % name,
            "%d functions of this name were made for %d calls, each traced anew"
            % (len(alike), len(same))
            + ".",
            "Make the tf.function once, outside of the loop.",
        )
        return
    made = [c for c in same[1:] if c.functions_made]
    usual = sorted(c.wall for c in same if not c.functions_made)
    if not made:
        return
    without = usual[len(usual) // 2] if usual else 0
    excess = sum(max(0, c.wall - without) for c in made)
    yield Advice(
        excess / float(len(same)),
        "The function is traced again and again",
        "%s of %d made a new graph, which took %s"
        % (times(len(made), "call"), len(same), duration(excess))
        + ".",
        "Give it tensors instead of Python numbers, and an input_signature where shapes change.",
    )


def _compiling(result: Result) -> Iterator[Advice]:
    if not result.programs_compiled:
        return
    compiled = [c for s in result.steps for c in s.calls if c.counters.get("programs_compiled")]
    others = sorted(c.wall for s in result.steps for c in s.calls if c not in compiled)
    usual = others[len(others) // 2] if others else result.untraced
    excess = sum(max(0.0, call.wall - usual) for call in compiled) if usual else 0.0
    yield Advice(
        max(excess / result.count, SMALLEST * result.total),
        "Programs were compiled in traced steps",
        "%s in %s" % (times(result.programs_compiled, "program"), times(result.count, "step"))
        + ".",
        "If it goes on, keep the shapes of batches the same (drop_remainder=True); if not, trace "
        "later steps: --skip.",
    )


RULES: Tuple[Callable[[Result], Iterator[Advice]], ...] = (
    _input,
    _host_ops,
    _python,
    _around,
    _others,
    _launch_bound,
    _device,
    _loops,
    _copies,
    _rare,
    _growing_graph,
    _retracing,
    _compiling,
)


def advise(result: Result) -> List[Advice]:
    """The dearest things to change, at most MOST, the dearest first."""
    if result.key is None or not result.total:
        return []
    found = [advice for rule in RULES for advice in rule(result)]
    worth = [advice for advice in found if advice.cost >= SMALLEST * result.total]
    return sorted(worth, key=lambda advice: -advice.cost)[:MOST]
