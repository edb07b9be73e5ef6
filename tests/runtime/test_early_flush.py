"""When work is sent without being asked for: early while that keeps the device busy, not
where the device waits for whoever enqueues."""

import textwrap

import helpers

ROUNDS = """
    x = device.empty(%d)
    def submissions(rounds):
        before = device.statistics()["submissions"]
        for _ in range(rounds):
            for _ in range(100):
                device.elementwise("ADD", [x, x], x)
            device.sync()
        return (device.statistics()["submissions"] - before) / rounds
    submissions(5)
    print(submissions(10))
"""


def submissions_a_round(elements, **environment):
    code = "device = dml.open(0)\n" + textwrap.dedent(ROUNDS % elements)
    # Neither count nor age sends these rounds.
    result = helpers.run_python(
        code,
        TF_DIRECTML_BATCH_FLUSH_SIZE="4096",
        TF_DIRECTML_BATCH_FLUSH_TIME="1000000",
        **environment,
    )
    return float(result.stdout)


def test_a_device_that_waits_is_sent_whole_rounds():
    # The null backend is done at once. On a busy machine, a round may look longer.
    assert submissions_a_round(64, TF_DIRECTML_BACKEND="null") < 2


def test_a_device_that_works_longer_starts_early():
    # On a busy machine, some rounds end before the submission thread ran.
    assert submissions_a_round(1 << 19) > 1
