"""Whether NumPy can be imported."""

from typing import Any, Dict


def main() -> Dict[str, Any]:
    import numpy

    return {"version": numpy.__version__}
