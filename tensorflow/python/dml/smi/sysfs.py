"""What Linux's drivers tell of a GPU as a whole: /sys/class/drm."""

import glob
import os
import re
from typing import List, NamedTuple, Optional


class Card(NamedTuple):
    """A GPU of the system. None: the driver does not tell."""

    name: str  # "card0"
    gpu: str  # PCI address
    driver: str
    vendor_id: int
    device_id: int
    busy_percent: Optional[int]
    memory_bytes: Optional[int]
    used_bytes: Optional[int]
    celsius: Optional[float]
    watts: Optional[float]


def _text(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def _number(path: str) -> Optional[int]:
    text = _text(path)
    try:
        return int(text, 16) if text.startswith("0x") else int(text)
    except ValueError:
        return None


def _sensor(device: str, *names: str) -> Optional[int]:
    for name in names:
        for path in sorted(glob.glob(os.path.join(glob.escape(device), "hwmon", "hwmon*", name))):
            value = _number(path)
            if value is not None:
                return value
    return None


def _scaled(value: Optional[int], unit: float) -> Optional[float]:
    return None if value is None else value / unit


def _card(folder: str) -> Card:
    device = os.path.join(folder, "device")
    told = dict(
        line.split("=", 1)
        for line in _text(os.path.join(device, "uevent")).splitlines()
        if "=" in line
    )
    return Card(
        os.path.basename(folder),
        told.get("PCI_SLOT_NAME", ""),
        told.get("DRIVER", ""),
        _number(os.path.join(device, "vendor")) or 0,
        _number(os.path.join(device, "device")) or 0,
        _number(os.path.join(device, "gpu_busy_percent")),
        _number(os.path.join(device, "mem_info_vram_total")),
        _number(os.path.join(device, "mem_info_vram_used")),
        _scaled(_sensor(device, "temp1_input"), 1e3),
        _scaled(_sensor(device, "power1_average", "power1_input"), 1e6),
    )


def read(root: str = "/sys") -> List[Card]:
    """All GPUs, by number."""
    folders = [
        folder
        for folder in glob.glob(os.path.join(glob.escape(root), "class", "drm", "card*"))
        if re.match(r"card\d+$", os.path.basename(folder))
    ]
    return [
        _card(folder)
        for folder in sorted(folders, key=lambda f: int(re.sub(r"\D", "", os.path.basename(f))))
    ]
