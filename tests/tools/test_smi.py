"""What Linux's drivers tell of GPUs, from folders that look like /proc and /sys."""

import collections
import json
import os

import pytest
from package_sources import load

Adapter = collections.namedtuple("Adapter", "name driver type vendor_id device_id")

AMD = """\
pos:\t0
drm-driver:\tamdgpu
drm-client-id:\t{client}
drm-pdev:\t0000:03:00.0
drm-memory-vram:\t{vram} KiB
drm-memory-gtt:\t2048 KiB
drm-memory-cpu:\t0 KiB
drm-engine-gfx:\t{gfx} ns
drm-engine-compute:\t{compute} ns
"""
XE = """\
drm-driver:\txe
drm-client-id:\t7
drm-pdev:\t0000:00:02.0
drm-total-vram0:\t9 GiB
drm-resident-vram0:\t3 MiB
drm-total-system:\t0
drm-resident-system:\t1 MiB
drm-cycles-ccs:\t{cycles}
drm-total-cycles-ccs:\t{total}
drm-engine-capacity-ccs:\t4
"""

fdinfo = load("smi.fdinfo")
sysfs = load("smi.sysfs")
report = load("smi.report")
usage = load("smi.usage")


class System:
    """Folders in the place of /proc and /sys."""

    def __init__(self, folder):
        self.proc = folder / "proc"
        self.sys = folder / "sys"
        (self.proc / "self").mkdir(parents=True)

    def descriptor(self, pid, number, text, target="/dev/dri/renderD128", name="python"):
        process = self.proc / str(pid)
        for part in ("fd", "fdinfo"):
            (process / part).mkdir(parents=True, exist_ok=True)
        (process / "comm").write_text(name + "\n")
        (process / "fdinfo" / str(number)).write_text(text)
        link = process / "fd" / str(number)
        if not link.is_symlink():
            link.symlink_to(target)

    def card(self, number, vendor, device, driver, slot, **files):
        folder = self.sys / "class/drm" / f"card{number}" / "device"
        folder.mkdir(parents=True)
        (self.sys / "class/drm" / f"card{number}-DP-1").mkdir()
        files = {
            "vendor": f"{vendor:#06x}",
            "device": f"{device:#06x}",
            "uevent": f"DRIVER={driver}\nPCI_SLOT_NAME={slot}",
            **files,
        }
        for name, text in files.items():
            path = folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")

    def read(self, adapters=(), between=lambda: None, seconds=2.0):
        times = iter([0.0, seconds])
        return usage.read(
            adapters,
            str(self.proc),
            str(self.sys),
            seconds,
            sleep=lambda _: between(),
            clock=lambda: next(times),
        )


@pytest.fixture
def system(tmp_path):
    return System(tmp_path)


def adapter(name, vendor, device, kind="ADAPTER_DISCRETE"):
    return Adapter(name, "driver 1", kind, vendor, device)


def test_use_and_memory_of_processes(system):
    system.card(
        0,
        0x1002,
        0x73BF,
        "amdgpu",
        "0000:03:00.0",
        gpu_busy_percent=43,
        mem_info_vram_total=16 << 30,
        mem_info_vram_used=3 << 30,
        hwmon__hwmon4__temp1_input=61000,
        hwmon__hwmon4__power1_average=120500000,
    )
    first = AMD.format(client=5, vram=1 << 20, gfx=10**9, compute=4 * 10**9)
    system.descriptor(100, 3, first)
    system.descriptor(100, 4, first)  # the same client, twice
    system.descriptor(101, 9, AMD.format(client=6, vram=512 << 10, gfx=0, compute=0), name="game")
    system.descriptor(102, 1, "pos:\t0\n", "/dev/null")

    def work():
        system.descriptor(100, 3, AMD.format(client=5, vram=1 << 20, gfx=10**9, compute=5 * 10**9))

    found = system.read([adapter("RX 6800", 0x1002, 0x73BF)], work)
    (gpu,) = found["gpus"]
    assert gpu.device == "/device:DML:0" and gpu.note == ""
    assert (gpu.card.busy_percent, gpu.card.used_bytes) == (43, 3 << 30)
    assert (gpu.card.celsius, gpu.card.watts) == (61.0, 120.5)
    python, game = gpu.processes
    assert (python.pid, python.name) == (100, "python")
    assert python.use_percent == pytest.approx(50.0)  # one of two seconds
    assert python.engines == {"gfx": 0.0, "compute": pytest.approx(50.0)}
    assert (python.local_bytes, python.host_bytes) == (1 << 30, 2 << 20)
    assert (game.pid, game.use_percent) == (101, 0.0)
    text = "\n".join(report.lines(found))
    assert "busy 43 %" in text and "3.0 GiB of 16.0 GiB" in text and "61 °C" in text
    assert "50 %" in text and "game" in text


def test_cycles_instead_of_time(system):
    system.card(0, 0x8086, 0x56A0, "xe", "0000:00:02.0")
    system.descriptor(100, 3, XE.format(cycles=1000, total=10000))
    found = system.read(
        [adapter("Arc", 0x8086, 0x56A0)],
        lambda: system.descriptor(100, 3, XE.format(cycles=1250, total=11000)),
    )
    (process,) = found["gpus"][0].processes
    assert process.use_percent == pytest.approx(25.0)
    # What is resident counts, not what was reserved.
    assert (process.local_bytes, process.host_bytes) == (3 << 20, 1 << 20)


def test_several_clients_of_a_process_and_a_new_one(system):
    system.card(0, 0x1002, 0x73BF, "amdgpu", "0000:03:00.0")
    system.descriptor(100, 3, AMD.format(client=5, vram=1024, gfx=0, compute=0))

    def work():
        system.descriptor(100, 3, AMD.format(client=5, vram=1024, gfx=0, compute=10**9))
        system.descriptor(100, 4, AMD.format(client=8, vram=2048, gfx=0, compute=10**12))

    (process,) = system.read([], work)["gpus"][0].processes
    assert process.use_percent == pytest.approx(50.0)  # of the new one nothing is known
    assert process.local_bytes == 3 << 20


def test_cards_and_adapters_are_matched(system):
    system.card(1, 0x8086, 0x4680, "i915", "0000:00:02.0")
    system.card(10, 0x1002, 0x73BF, "amdgpu", "0000:03:00.0")
    found = system.read(
        [
            adapter("RX 6800", 0x1002, 0x73BF),
            adapter("llvmpipe", 0x10005, 0, "ADAPTER_SOFTWARE"),
            adapter("absent", 0x1234, 1),
        ]
    )["gpus"]
    assert [(gpu.device, gpu.card and gpu.card.name) for gpu in found] == [
        ("/device:DML:0", "card10"),
        ("/device:DML:1", None),
        ("/device:DML:2", None),
        ("", "card1"),
    ]
    assert "software adapter" in found[1].note
    assert "nothing of it" in found[2].note
    assert "no process has it open" in found[3].note


def test_drivers_that_tell_nothing(system):
    system.card(0, 0x10DE, 0x2684, "nvidia", "0000:01:00.0")
    found = system.read([adapter("RTX", 0x10DE, 0x2684)])
    assert "nvidia-smi" in found["gpus"][0].note
    assert "busy" not in report.lines(found)[0]


def test_without_a_gpu(system):
    found = system.read()
    assert found == {"gpus": [], "hidden": 0}
    assert report.lines(found) == ["There is no GPU that the system tells of."]
    assert usage.read([], "/nonexistent", "/nonexistent", 0)["gpus"] == []


def test_processes_that_may_not_be_seen_are_counted(system, monkeypatch):
    system.descriptor(100, 3, "")
    stock = os.listdir

    def listdir(path):
        if str(path).endswith("fdinfo"):
            raise PermissionError
        return stock(path)

    monkeypatch.setattr(os, "listdir", listdir)
    found = system.read()
    assert found["hidden"] == 1
    assert "1 process cannot be looked into" in report.lines(found)[-1]


@pytest.mark.parametrize("text", ["", "drm-pdev:\tx\n", "drm-driver\n", "nonsense"])
def test_what_is_no_gpu(text):
    assert fdinfo.parse(text, 1, "p") == []


def test_numbers_that_are_none():
    (client,) = fdinfo.parse("drm-driver:\tx\ndrm-memory-vram:\tmuch KiB\n", 1, "p")
    assert client.local_bytes == 0


def test_json(system):
    system.card(0, 0x1002, 0x73BF, "amdgpu", "0000:03:00.0")
    system.descriptor(100, 3, AMD.format(client=5, vram=1024, gfx=0, compute=0))
    found = json.loads(json.dumps(report.as_json(system.read())))
    assert found["gpus"][0]["card"]["driver"] == "amdgpu"
    assert found["gpus"][0]["processes"][0]["local_bytes"] == 1 << 20
