"""docs/op_support.md: what DML runs and lacks, by family.

op_families.json says which ops a family has, of those that DML or CUDA has kernels for:
families are the folders of core/kernels/dml, and `host`, which has no folder.
"""

import json
import os
from typing import Dict, List

from . import op_support

# The families in the order of the page, each with what it does.
FAMILIES = (
    ("products", "Products of matrices, dense and sparse."),
    ("convolution", "Convolutions and their gradients, depthwise too."),
    ("pooling", "Pooling and dilation, and their gradients."),
    ("normalization", "Batch normalization, local response normalization."),
    ("elementwise", "Arithmetic, comparisons, functions, activations, casts, biases."),
    ("softmax", "Softmax, and cross-entropies."),
    ("reductions", "Sums and the like along axes, segments, scans, counts."),
    ("recurrent", "LSTM, GRU and plain recurrent layers and cells, cuDNN's among them."),
    ("optimizers", "Steps of optimizers, dense and sparse."),
    ("indexing", "Gathers, scatters, one-hot, boolean masks."),
    ("copies", "Shapes, slices, joins, pads, transposes, fills."),
    ("sorting", "Top k, search in sorted rows."),
    ("random", "Random numbers, seeded and stateless."),
    ("images", "Resizing, cropping, colors, patches, boxes."),
    ("spectral", "Fourier transforms."),
    ("linear_algebra", "Bands, diagonals, systems of equations, factorizations, eigenvalues."),
    ("variables", "Variables, assignments."),
    ("lists", "Tensor arrays, tensor lists, and what variants are added and zeroed by."),
    ("control", "Control flow, functions, identities."),
    ("host", "Arithmetic on shapes, iterators, staging, mutexes, sessions' tensors."),
)

_PAGE = """\
# Op support

Made from the kernel registry; do not edit, but run
`tensorflow-directml ops --markdown > docs/op_support.md`.

{summary}

An op without a DML kernel for its types runs on the CPU (soft placement), with copies.
`tensorflow-directml ops` lists the same in a terminal.

| family | ops | CUDA has beyond | |
| --- | --- | --- | --- |
{index}

## What CUDA has and DML lacks

Ops of which TensorFlow 1.15 has kernels for CUDA and DML has none, and types that CUDA's
kernels of an op take and DML's do not.

| family | ops that DML lacks | types that DML lacks |
| --- | --- | --- |
{gaps}

Left out, beside what is NCCL's and TensorRT's:

{left_out}

{sections}"""

_SECTION = """\
## {title}

{words}{note}

| op | types | in host memory |
| --- | --- | --- |
{rows}
"""

_HOST_ONLY = " An op whose arguments are *all* in host memory launches nothing."
_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "op_families.json")


def families() -> Dict[str, List[str]]:
    """The ops of each family."""
    with open(_PATH) as file:
        return json.load(file)


def _row(support: op_support.Support) -> str:
    host = "*all*" if support.host_only else ", ".join(support.host)
    return "| %s | %s | %s |" % (support.op, op_support.by_attribute(support.types), host)


def markdown(device_ops: Dict[str, op_support.Support]) -> str:
    """The text of the page."""
    members = families()
    lacking = set(op_support.missing_ops(device_ops))
    lacking_types = op_support.missing_types(device_ops)
    index, gaps, sections = [], [], []
    for family, words in FAMILIES:
        present = [device_ops[op] for op in sorted(members[family]) if op in device_ops]
        ops = [op for op in sorted(members[family]) if op in lacking]
        types = [
            "%s (%s)" % (op, op_support.by_attribute(lacking_types[op]))
            for op in sorted(members[family])
            if op in lacking_types
        ]
        more = ["%d op%s" % (len(ops), "s"[len(ops) == 1 :])] if ops else []
        more += ["types of %d" % len(types)] if types else []
        link = "[%s](#%s)" % (family, family)
        index.append(
            "| %s | %d | %s | %s |" % (link, len(present), ", ".join(more) or "nothing", words)
        )
        if more:
            gaps.append("| %s | %s | %s |" % (link, ", ".join(ops), "; ".join(types)))
        sections.append(
            _SECTION.format(
                title=family,
                words=words,
                note=_HOST_ONLY if any(support.host_only for support in present) else "",
                rows="\n".join(map(_row, present)),
            )
        )
    return _PAGE.format(
        summary=op_support.summary(device_ops),
        index="\n".join(index),
        gaps="\n".join(gaps) or "| none | | |",
        left_out="\n".join("- %s: %s." % pair for pair in op_support.LEFT_OUT.items()),
        sections="\n".join(sections),
    )


def unplaced(device_ops: Dict[str, op_support.Support]) -> List[str]:
    """Ops that the page would leave out, since no family has them, or that one has for nothing.

    What only another version of TensorFlow has, or has for any device, is not for nothing.
    """
    placed = [op for ops in families().values() for op in ops]
    wanted = set(device_ops) | set(op_support.missing_ops(device_ops))
    any_device = op_support.supported("DEFAULT")

    def needed(op: str) -> bool:
        return op in wanted or op in any_device or op_support.arguments(op) is None

    return sorted(op for op in wanted | set(placed) if placed.count(op) != needed(op))
