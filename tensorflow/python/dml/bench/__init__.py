"""tensorflow-directml bench: what an adapter can do, and how much of it the operators reach.

    cli.py        the command
    models/       shapes of real models, as data; models.py turns them into cases
    families/     one file a family of operators: work, reference, PyTorch's equivalent
    ceilings.py   the adapter's limits, measured in the same run
    timing.py     medians over many launches
    measure.py    one case: right or wrong, how fast, how fast it could be
    check.py      every case once, right or wrong; reduction.py: smaller shapes for that
    tuning.py     tile configurations: measured, and stored for later starts
    peer.py       the same cases through PyTorch
    report.py     text and JSON; plot.py: a picture (matplotlib)

It runs on the runtime's C API alone: NumPy, and no TensorFlow.
"""
