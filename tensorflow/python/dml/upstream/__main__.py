"""python -m tensorflow_directml.upstream: as tensorflow-directml test-upstream."""

import sys

from .cli import main

sys.exit(main())
