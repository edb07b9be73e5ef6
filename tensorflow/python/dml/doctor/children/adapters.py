"""The adapters that the runtime lists."""

from typing import Any, Dict


def main(matrices: str = "") -> Dict[str, Any]:
    """With `matrices`, adapters are opened, and their cooperative matrices checked."""
    from ... import runtime

    found = []
    for index, adapter in enumerate(runtime.adapters()):
        values = dict(adapter._asdict())
        values["type"] = adapter.type.name
        values["others"] = [list(other) for other in runtime.other_drivers(index)]
        values["matrix_shapes"] = [list(shape) for shape in runtime.matrix_shapes(index)]
        if matrices and values["matrix_shapes"]:
            with runtime.open(index) as device:
                values["matrices"] = device.matrices().name[len("MATRICES_") :].lower()
        found.append(values)
    return {
        "library": runtime.library_path(),
        "adapters": found,
        "left_out": [adapter._asdict() for adapter in runtime.left_out()],
        "problem": runtime.adapter_problem(),
    }
