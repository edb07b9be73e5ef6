"""Runs TensorFlow's own test files against the installed TensorFlow.

    discover    which test files of a checkout, and the shard of them
    plan        how a file's tests are cut into slices
    scheduler   slices in isolated processes, as many as the machine carries
    worker/     the process that runs one slice
    store       results on disk, from which a stopped run goes on
    summary     baseline and device side by side; regressions, missing kernels
    html, junit, markdown   what is written from the summary
    cli         the command tensorflow-directml test-upstream

Nothing here imports TensorFlow, except inside of a worker's process.
"""
