"""What tensorflow-directml trace consists of.

    script.py      runs the script as Python would
    sessions.py    what is put around Session.run and callables, while it runs
    functions.py   what is put around functions and eager optimizers
    recorder.py    which calls are traced, and what is noted of all others
    sampling.py    where Python is, and what memory is in use
    step_stats.py  TensorFlow's records as events
    recording.py   events, nodes, calls: what the rest is made of
    intervals.py   arithmetic of times
    parts.py       what a step consists of
    analyse.py     where the time of a step went; ops, fallbacks
    gaps.py        when the device did nothing, and why
    advise.py      what to change, by cost
    perfetto.py    the file for ui.perfetto.dev
    words.py       numbers as people read them
    figures.py     all of it as JSON
    page.py        the page (page.html), with plots.py

From recording.py on nothing needs TensorFlow.
"""
