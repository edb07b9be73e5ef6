"""Whether TensorFlow can be imported, and which one it is."""

from typing import Any, Dict


def main(devices: str = "") -> Dict[str, Any]:
    """With `devices`, its DML devices are opened; else the list of them is empty."""
    from tensorflow.python.framework import versions

    import tensorflow

    found = []
    if devices:
        from tensorflow.python.client import device_lib

        found = [
            device.name
            for device in device_lib.list_local_devices()
            if device.device_type == "DML"
        ]
    return {
        "version": versions.__version__,
        "build": versions.__git_version__,
        "file": tensorflow.__file__,
        "devices": found,
    }
