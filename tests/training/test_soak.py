"""The short form of benchmarks/soak.py: one process that is flat, one that leaks."""

import importlib.util
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("soak", str(ROOT / "benchmarks/soak.py"))
soak = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(soak)


def test_nothing_grows_but_what_leaks():
    # What is merged depends on which thread comes first, and takes programs.
    rounds, failures = soak.soak(0, [(), soak.LEAKS], shapes=1, fewest=soak.FEWEST,
                                 variables={"TF_DIRECTML_MERGING": "0"})
    assert not failures, failures[0]
    flat, leaking = (
        {name for name, found in soak.slopes(one).items() if found["grows"]} for one in rounds)
    assert not flat, soak.slopes(rounds[0])
    assert {"resident_bytes", "device_bytes_in_use", "device_tensors", "handles",
            "threads"} <= leaking
