"""What the device ran meanwhile."""

import collections
import contextlib

import tensorflow_directml as directml


@contextlib.contextmanager
def launches():
    """A Counter of op types, filled when the block ends."""
    before = collections.Counter(directml.launches_by_tag())
    counted = collections.Counter()
    yield counted
    counted.update(directml.launches_by_tag())
    counted.subtract(before)
    for tag in [tag for tag, count in counted.items() if not count]:
        del counted[tag]
