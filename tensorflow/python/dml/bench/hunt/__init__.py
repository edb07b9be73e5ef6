"""tensorflow-directml bench --hunt: shapes whose time is far from what the adapter could do.

    command.py         the command: cases, one after the other, and what is kept of them
    shapes.py          random shapes, as models have them and as they do not
    process.py         processes that measure: one that hangs or crashes is replaced
    on_device.py       ... on the device, and what the adapter could do in this run
    on_tensorflow.py   ... by TensorFlow's kernels for the CPU
    journal.py         what was measured, on disk after each case
    verdict.py         which cases are cliffs
    report.py          text; plot.py: a picture (matplotlib)
"""
