"""python .../upstream/worker SPEC: runs the slice that the JSON file SPEC describes.

file      the test file
name      what to call it in messages
source    the checkout that it comes from
tests     the tests to run (Class.method), or null for all
select    globs, at least one of which a test must match; empty for all
leave     globs of tests that are reported as skipped, see known_differences.py
seconds   after how long to stop between two tests and leave the rest
device    whether the DML device is under test
pinned    whether graphs stay on the CPU that tests pin there by default, see pins.py
output    the file that standard output and error go to
events    descriptor to which events are written, see events.py
"""

import importlib.util
import json
import os
import sys


def _load_package():
    """Makes upstream/ importable, by its place: it may not be installed here."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    spec = importlib.util.spec_from_file_location(
        "_dml_upstream", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    # This folder; its modules must not hide those that a test imports.
    del sys.path[0]
    _load_package()
    from _dml_upstream.worker import program

    with open(sys.argv[1]) as spec_file:
        program.main(json.load(spec_file))
