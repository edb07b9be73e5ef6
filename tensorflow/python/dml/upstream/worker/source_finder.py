"""Imports of helper modules that only a checkout holds.

Test files import helpers such as tensorflow.python.data.kernel_tests.test_base,
which no wheel contains. The finder stands last in sys.meta_path: whatever the
installed TensorFlow has comes from there, and only what it lacks comes from the
checkout, so the code under test is never shadowed.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from typing import Any, Optional


class SourceFinder(importlib.abc.MetaPathFinder):
    def __init__(self, source: str):
        self._source = source

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        del path, target
        # Not tensorflow itself: without an installed one, nothing should run.
        if not name.startswith("tensorflow."):
            return None
        place = os.path.join(self._source, *name.split("."))
        if os.path.isfile(place + ".py"):
            return importlib.util.spec_from_file_location(name, place + ".py")
        if os.path.isdir(place):
            init = os.path.join(place, "__init__.py")
            if os.path.isfile(init):
                return importlib.util.spec_from_file_location(
                    name, init, submodule_search_locations=[place]
                )
            # Bazel makes a package of every folder.
            spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [place]
            return spec
        return None


def install(source: str) -> None:
    sys.meta_path.append(SourceFinder(source))
