"""Ends of a call on two devices, compared. No TensorFlow: it runs beside the children."""

import numpy as np
from children import Ended

# Whose results are not one thing: not compared but for types and shapes.
FREE = {
    "Empty": "its elements are anything",
    "RandomGamma": "random",
    "RandomGammaGrad": "a derivative of a sampler, by another series",
    "RandomStandardNormal": "random",
    "RandomUniform": "random",
    "RandomUniformInt": "random",
    "StatefulRandomBinomial": "random",
    "TruncatedNormal": "random",
    "RandomPoisson": "random",
    "RandomPoissonV2": "random",
    "RandomShuffle": "random",
    "Multinomial": "random",
    "ParameterizedTruncatedNormal": "random",
    "SampleDistortedBoundingBox": "random",
    "FractionalMaxPool": "random",
    "FractionalAvgPool": "random",
    "Qr": "signs of columns are free",
    "SelfAdjointEigV2": "signs of vectors are free",
    "Svd": "signs of vectors are free",
}
# Of a type: relative to the largest finite magnitude of the expected tensor.
TOLERANCES = {"float16": 1e-2, "float32": 2e-4, "float64": 1e-9}

GOOD = ("same", "refused")
# One of both takes what the other does not: told, and no finding. TensorFlow's CPU kernels often
# look at less, and read past a tensor's end.
REFUSALS = ("only the CPU refuses", "only the device refuses")
NO_KERNEL = ("NotFoundError", "UnimplementedError")
LACKS = ("UnimplementedError", "ResourceExhaustedError")


def end_of(on_cpu, on_dml, call, free=FREE):
    """(how it ends, what there is to say) of a call on two children."""
    try:
        found = {"eagerly": on_dml.ask("eagerly", call), "in a graph": on_dml.ask("in_graph", call)}
    except Ended as ended:
        if ends_process(on_cpu, call):  # of TensorFlow's own, such as a shape's function
            return "refused", "on the CPU, too: %s" % ended.text
        return ended.how, ended.text
    try:
        expected = on_cpu.ask("eagerly", call)
    except Ended as ended:  # which is TensorFlow's affair
        return "refused", "the CPU's kernel: %s" % ended.text
    for way, one in found.items():
        end, text = compare(call["op"], expected, one, free)
        if end != "same":
            return end, "%s: %s" % (way, text)
    return "same", ""


def ends_process(child, call):
    try:
        child.ask("eagerly", call)
        child.ask("in_graph", call)
    except Ended:
        return True
    return False


def compare(op, expected, found, free=FREE):
    if "error" in expected:
        if "error" in found or expected["error"] in NO_KERNEL:
            return "refused", expected["text"]
        return "only the CPU refuses", "%(error)s: %(text)s" % expected
    if "error" in found:
        if found["error"] in LACKS:
            return "refused", found["text"]
        return "only the device refuses", "%(error)s: %(text)s" % found
    for number, (one, other) in enumerate(zip(expected["values"], found["values"])):
        where = "output %d: " % number
        if one.shape != other.shape or one.dtype != other.dtype:
            return "differs", where + "%s %s, not %s %s" % (
                other.dtype, other.shape, one.dtype, one.shape)
        if op not in free and not close(one, other):
            return "differs", where + "%s, not %s" % (
                np.array2string(other, threshold=20), np.array2string(one, threshold=20))
    return "same", ""


def close(expected, found):
    if expected.dtype.name not in TOLERANCES:
        return np.array_equal(expected, found)
    finite = np.isfinite(expected)
    if not np.array_equal(finite, np.isfinite(found)):
        return False
    if not all(np.array_equal(test(expected), test(found))
               for test in (np.isnan, np.isposinf, np.isneginf)):
        return False
    one, other = expected[finite].astype(np.float64), found[finite].astype(np.float64)
    if not one.size:
        return True
    scale = max(np.abs(one).max(), 1.0)
    return bool((np.abs(one - other) <= TOLERANCES[expected.dtype.name] * scale).all())
