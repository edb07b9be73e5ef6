"""python -m tensorflow_directml: as the command tensorflow-directml."""

import sys

from .cli import main

sys.exit(main())
