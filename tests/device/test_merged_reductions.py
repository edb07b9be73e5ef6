"""A reduction of what element-wise ops make is one launch with them, of the same bits."""

MEAN_OF_SQUARES = """
import time

import numpy as np
import tensorflow_directml as dml

x = v1.placeholder(tf.float32, [300, 400])
mean = tf.reduce_mean(tf.square(tf.tanh(x)))
rows = tf.reduce_sum(tf.exp(x), axis=1)
values = np.random.RandomState(0).rand(300, 400).astype(np.float32)

def launches_of(fetch):
    before = dml.launches_by_tag()
    result = session.run(fetch, {x: values})
    later = dml.launches_by_tag()
    return result, {tag: n - before.get(tag, 0) for tag, n in later.items()
                    if n > before.get(tag, 0)}

with v1.Session() as session:
    for fetch, fewest in (mean, FEWEST[0]), (rows, FEWEST[1]):
        end = time.time() + 40  # programs are made in the background
        while True:
            result, launches = launches_of(fetch)
            if sum(launches.values()) <= fewest or time.time() > end:
                break
            time.sleep(0.01)
        print("launches", sorted(launches.items()))
        print("result", result.tobytes().hex())
"""


def results(result):
    return [line for line in result.out.splitlines() if line.startswith("result")]


def test_reductions_are_one_launch_with_what_they_take(run_python):
    single = run_python("FEWEST = 4, 2\n" + MEAN_OF_SQUARES, TF_DIRECTML_MERGING="0")
    # Of 120000 elements, parts come first.
    assert "launches [('Mean', 2), ('Square', 1), ('Tanh', 1)]" in single.out
    assert "launches [('Exp', 1), ('Sum', 1)]" in single.out
    merged = run_python("FEWEST = 2, 1\n" + MEAN_OF_SQUARES)
    assert "launches [('Mean', 1), ('Tanh+Square+Mean', 1)]" in merged.out
    assert "launches [('Exp+Sum', 1)]" in merged.out
    assert len(results(single)) == 2
    assert results(merged) == results(single)
