"""In a process of its own: the same cases by TensorFlow's kernels for the CPU."""

import time
from typing import Any, Dict, TextIO

import numpy as np

from ..families import REGISTRY
from ..families.family import Unsupported
from ..models import Case
from ..timing import measure
from . import process

_SAMPLES = 5


def serve(source: TextIO, target: TextIO) -> None:
    try:
        import tensorflow.compat.v1 as tf
    except ImportError as error:
        process.answer(target, {"problem": "TensorFlow cannot be imported: %s" % error})
        return
    tf.logging.set_verbosity(tf.logging.ERROR)
    process.answer(target, {"name": "TensorFlow", "version": tf.__version__})
    for request in process.requests(source):
        case = Case(*request["case"], uses=[])
        row = run(tf, case, request["seconds"], request["long"], request["seed"])
        process.answer(target, row)


def run(tf: Any, case: Case, seconds: float, long: float, seed: int) -> Dict[str, Any]:
    """cpu_seconds, or cpu_problem."""
    family = REGISTRY[case.family](case.parameters, case.dtype)
    random = np.random.RandomState(seed % (1 << 32))
    try:
        with tf.Graph().as_default(), tf.device("/cpu:0"):
            given = {
                name: tf.Variable(family.host_input(name, random), use_resource=True)
                for name in family.inputs
            }
            first = tf.variables_initializer(list(given.values()))
            made = family.tensorflow(tf, {name: var.value() for name, var in given.items()})
            parts = made if isinstance(made, list) else [made]
            step = tf.group(*[getattr(part, "op", part) for part in parts])
            rest = tf.global_variables_initializer()
            with tf.Session(config=_as_written(tf)) as session:
                session.run(first)
                session.run(rest)
                return {"cpu_seconds": _seconds(session.make_callable(step), seconds, long)}
    except (Unsupported, ValueError, tf.errors.OpError) as problem:
        return {"cpu_problem": (str(problem).splitlines() or ["?"])[0]}


def _as_written(tf: Any) -> Any:
    """A session's configuration; else what nobody reads is optimized away."""
    config = tf.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    config.graph_options.optimizer_options.opt_level = tf.OptimizerOptions.L0
    return config


def _seconds(launch: Any, seconds: float, long: float) -> float:
    launch()
    start = time.perf_counter()
    launch()
    taken = time.perf_counter() - start
    if taken > long:
        return taken
    return measure(lambda index: launch(), lambda: None, seconds, _SAMPLES).least
