"""What doctor says on systems that a new user has: what is wrong, and the cure."""

import os

import pytest
from machines import Status, adapter, left_out, listed, module, process, trained


def texts(found):
    return [f"{finding.check}: {finding.summary}" for finding in found]


def test_a_sound_system(machine):
    found = machine.findings()
    assert {finding.status for finding in found} <= {Status.OK, Status.NOTE}, texts(found)
    # The child ran on this adapter only, and nothing was asked twice.
    (training,) = [asked for asked in machine.asked if asked[0] == "training"]
    assert training[2]["DML_VISIBLE_DEVICES"] == "0"
    assert len({asked[:2] for asked in machine.asked}) == len(machine.asked)


def test_every_failure_has_a_cure(machine):
    """On a machine where nothing works."""
    machine.wsl("4.4.0-19041-Microsoft")
    machine.variables = {"TF_DIRECTML_VULKAN": "1", "LD_LIBRARY_PATH": "/old"}
    machine.write("/old/libdml_runtime.so", "")
    machine.answers = dict.fromkeys(machine.answers, "broken")
    machine.package = machine.root / "empty/tensorflow_directml"
    found = machine.findings()
    bad = [finding for finding in found if finding.status >= Status.WARNING]
    assert len(bad) >= 7, texts(found)
    assert [finding for finding in bad if not finding.cure] == []
    assert not any("failed itself" in finding.summary for finding in found), texts(found)


def test_no_loader(machine):
    machine.answers["library"] = {"problem": "libvulkan.so.1: cannot open shared object file"}
    finding = machine.finding(Status.FAILURE, "vulkan")
    assert "libvulkan.so.1" in finding.summary
    assert "apt install libvulkan1" in finding.cure


def test_a_loader_that_is_named_wrongly(machine):
    machine.variables["TF_DIRECTML_VULKAN_LOADER"] = "libmy_vulkan.so"
    machine.answers["library"] = {"problem": "no such file"}
    finding = machine.finding(Status.FAILURE, "vulkan")
    assert "libmy_vulkan.so" in finding.summary
    assert "TF_DIRECTML_VULKAN_LOADER" in finding.cure


@pytest.mark.parametrize("version, said", [("1.1.121", "of version 1.1.121; 1.2 is needed"),
                                           ("", "no Vulkan loader")])
def test_an_old_loader(machine, version, said):
    machine.answers["library"] = {"vulkan": version}
    assert said in machine.finding(Status.FAILURE, "vulkan").summary


def test_no_driver(machine):
    machine.remove("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json")
    finding = machine.finding(Status.FAILURE, "vulkan")
    assert finding.summary == "no Vulkan driver is installed"
    assert "mesa-vulkan-drivers" in finding.cure


def test_a_driver_that_does_not_load(machine):
    machine.answers["library"] = lambda name: (
        {"vulkan": "1.3.275"} if name == "libvulkan.so.1" else {"problem": "libLLVM-15 is missing"}
    )
    finding = machine.finding(Status.FAILURE, "vulkan")
    assert finding.details == (
        "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json: libLLVM-15 is missing",
    )
    # Another that loads makes it a warning.
    machine.driver("intel_icd.x86_64.json", "libvulkan_intel.so")
    machine.answers["library"] = lambda name: (
        {"problem": "missing"} if "radeon" in name else {"vulkan": "1.3.275"}
    )
    assert "radeon" in machine.finding(Status.WARNING, "vulkan").summary


def test_a_driver_that_crashes_when_it_is_opened(machine):
    machine.answers["library"] = lambda name: (
        process.Outcome(None, "the process crashed (SIGSEGV)", "", True)
        if "radeon" in name else {"vulkan": "1.3.275"}
    )
    assert "SIGSEGV" in machine.finding(Status.FAILURE, "vulkan").details[0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"ICD": {}}', '{"ICD": {"library_path": 3}}'])
def test_a_damaged_manifest(machine, text):
    machine.write("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json", text)
    assert "damaged" in machine.finding(Status.FAILURE, "vulkan").details[0]


def test_manifests_are_found_as_the_loader_does(machine):
    vulkan = module("doctor.checks.vulkan")
    manifest = '{"ICD": {"library_path": "../lib/libvulkan_own.so"}}'
    machine.write("/home/user/.local/share/vulkan/icd.d/own.json", manifest)
    machine.write("/data/vulkan/icd.d/data.json", manifest)
    names = [os.path.basename(name) for name in vulkan.manifests(machine.system())]
    assert names == ["own.json", "radeon_icd.x86_64.json"]
    machine.variables["XDG_DATA_HOME"] = "/data"
    (own, _) = vulkan.drivers(machine.system())
    assert (own.manifest, own.problem) == ("/data/vulkan/icd.d/data.json", "")
    assert os.path.normpath(machine.asked[-2][1][0]) == str(
        machine.root / "data/vulkan/lib/libvulkan_own.so"
    )
    for variable in ("VK_ICD_FILENAMES", "VK_DRIVER_FILES"):  # the newer name comes first
        machine.variables[variable] = f"/absent/{variable}.json:/data/vulkan/icd.d"
        (absent, data) = vulkan.drivers(machine.system())
        assert absent == (f"/absent/{variable}.json", "", "there is no such file")
        assert data.manifest.endswith("data.json")


def test_software_only(machine):
    machine.remove("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json")
    machine.driver("lvp_icd.x86_64.json", "libvulkan_lvp.so")
    problem = "no usable adapter: llvmpipe is a software adapter"
    machine.answers["adapters"] = listed(
        left_out=[left_out("llvmpipe", "software", "is a software adapter")], problem=problem
    )
    assert "no driver of a GPU" in machine.finding(Status.WARNING, "vulkan").summary
    assert "llvmpipe" in machine.finding(Status.NOTE, "adapters").summary
    finding = machine.finding(Status.FAILURE, "adapters")
    assert finding.summary == "no adapter can be used: TensorFlow computes on the CPU"
    assert finding.cure.startswith("That of Vulkan drivers, above.")
    assert "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER=1" in finding.cure


def test_a_software_adapter_that_was_asked_for(machine):
    machine.answers["adapters"] = listed(adapter("llvmpipe", "SOFTWARE", matrix_shapes=[]))
    finding = machine.finding(Status.WARNING, "adapters")
    assert "computes on the CPU" in finding.summary
    assert "unset TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER" in finding.cure


def test_what_explains_that_there_is_no_adapter_is_named(machine):
    machine.answers["adapters"] = listed(problem="the Vulkan loader cannot be opened (...)")
    machine.answers["library"] = {"problem": "libvulkan.so.1: cannot open"}
    finding = machine.finding(Status.FAILURE, "adapters")
    assert finding.cure == "That of Vulkan loader, above."
    machine.answers["library"] = {"vulkan": "1.3.275"}
    finding = machine.finding(Status.FAILURE, "adapters")
    assert "Install the GPU's driver: sudo apt install mesa" in finding.cure
    assert finding.details == ("the Vulkan loader cannot be opened (...)",)
    machine.wsl()
    assert machine.finding(Status.FAILURE, "adapters").cure == "That of device files, above."


@pytest.mark.parametrize(
    "release, command",
    [
        ("ID=debian\n", "apt install libvulkan1"),
        ('ID=pop\nID_LIKE="ubuntu debian"\n', "apt install libvulkan1"),
        ("ID=fedora\n", "dnf install vulkan-loader"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf install vulkan-loader"),
        ("ID=arch\n", "pacman -S vulkan-icd-loader"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "zypper install libvulkan1"),
        ("ID=other\n", "the package of the Vulkan loader"),
        ("", "the package of the Vulkan loader"),
    ],
)
def test_cures_speak_the_distributions_words(machine, release, command):
    machine.write("/etc/os-release", release)
    assert command in module("doctor.cures").install_loader(machine.system())


def test_drivers_are_those_of_the_gpus_that_are_there(machine):
    cures = module("doctor.cures")
    assert "NVIDIA" not in cures.install_driver(machine.system(), ["AMD"])
    nvidia = cures.install_driver(machine.system(), ["NVIDIA"])
    assert "nvidia-driver" in nvidia and "Mesa" not in nvidia
    machine.docker()
    assert "--gpus all" in cures.install_driver(machine.system(), ["NVIDIA"])


def test_two_drivers_of_one_gpu(machine):
    others = [["Radeon RX 6800", "amdvlk 2024.Q4", "Vulkan 1.3.0"]]
    machine.answers["adapters"] = listed(adapter(others=others))
    (finding,) = machine.findings("adapters")
    assert finding.status is Status.OK
    assert "amdvlk 2024.Q4" in finding.details[0] and "TF_DIRECTML_DRIVERS" in finding.details[0]


def test_features_that_adapters_lack(machine):
    arc = adapter("Arc A770", float64=0, matrix_shapes=[])
    old = left_out("GeForce GTX 660", "lacks", "lacks bufferDeviceAddress; update the driver")
    machine.answers["adapters"] = listed(arc, left_out=[old])
    warning = machine.finding(Status.WARNING, "adapters")
    assert warning.summary == "left out: GeForce GTX 660 lacks bufferDeviceAddress"
    assert warning.cure == "Update the driver."
    good = machine.finding(Status.OK, "adapters")
    assert [line.split(":")[0] for line in good.details] == ["lacks float64", "lacks matrix units"]


def test_a_container_without_devices(machine):
    machine.docker()
    machine.remove("/dev/dri/renderD128")
    finding = machine.finding(Status.WARNING, "devices")
    assert "no /dev/dri" in finding.summary
    assert "--device /dev/dri" in finding.cure
    machine.gpu("0000:04:00.0", "0x10de", "nvidia")
    assert "--gpus all" in machine.finding(Status.WARNING, "devices").cure
    # NVIDIA's need no /dev/dri to compute.
    machine.write("/dev/nvidiactl", "")
    assert [f.status for f in machine.findings("devices")] == [Status.OK]


def test_device_files_of_another_group(machine):
    machine.forbidden = "/dev/dri/renderD128"
    finding = machine.finding(Status.FAILURE, "devices")
    assert "/dev/dri/renderD128" in finding.summary and "usermod" in finding.cure


def test_a_gpu_without_its_kernel_driver(machine):
    machine.gpu("0000:05:00.0", "0x10de", "vfio-pci")
    finding = machine.finding(Status.WARNING, "devices")
    assert "NVIDIA GPU at 0000:05:00.0 (vfio-pci)" in finding.summary
    assert "nvidia-driver" in finding.cure


def test_wsl_without_its_device(machine):
    machine.wsl()
    finding = machine.finding(Status.FAILURE, "devices")
    assert "/dev/dxg" in finding.summary
    assert "wsl --update" in finding.cure
    machine.docker()
    assert "--device /dev/dxg" in machine.finding(Status.FAILURE, "devices").cure
    machine.write("/dev/dxg", "")
    assert "/usr/lib/wsl" in machine.finding(Status.FAILURE, "devices").cure
    machine.write("/usr/lib/wsl/lib/libdxcore.so", "")
    machine.write("/usr/lib/wsl/lib/libd3d12.so", "")
    assert [f.status for f in machine.findings("devices")] == [Status.OK]


def test_on_wsl_vulkan_is_not_needed(machine):
    machine.wsl()
    machine.answers["library"] = {"problem": "no such file"}
    assert [f.status for f in machine.findings("vulkan")] == [Status.NOTE]


def test_wsl_1(machine):
    machine.wsl("4.4.0-19041-Microsoft")
    finding = machine.finding(Status.FAILURE, "machine")
    assert "WSL 1" in finding.summary and "--set-version" in finding.cure


def test_bad_variables(machine):
    machine.variables.update(TF_DIRECTML_BACKENDS="vulkan", DML_VISIBLE_DEVICE="0",
                             TF_DIRECTML_XYZZY="1", TF_DIRECTML_TUNING="no",
                             TF_DIRECTML_BASE_WHEEL="/wheel")
    machine.answers["adapters"] = process.Outcome(
        listed(adapter()), "",
        "tensorflow-directml: ignoring TF_DIRECTML_TUNING=no: it must be 0, 1, true or false\n",
    )
    found = machine.findings("variables")
    assert [finding.status for finding in found] == [Status.WARNING] * 4
    summaries = " ".join(finding.summary for finding in found)
    for words in ("is TF_DIRECTML_BACKEND meant?", "is DML_VISIBLE_DEVICES meant?",
                  "TF_DIRECTML_XYZZY is no variable of tensorflow-directml, and has no effect ",
                  "TF_DIRECTML_TUNING=no is ignored: it must be 0, 1"):
        assert words in summaries + " ", summaries


@pytest.mark.parametrize("variable", ["DML_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"])
def test_hidden_devices(machine, variable):
    machine.variables[variable] = "-1"
    reason = f"is hidden by {variable}=-1"
    machine.answers["adapters"] = listed(
        left_out=[left_out("Radeon", "hidden", reason)], problem=f"{variable}=-1 hides all"
    )
    assert f"Unset {variable}" in machine.finding(Status.FAILURE, "adapters").cure


def test_the_self_test_names_adapters_as_the_user_does(machine):
    machine.variables["DML_VISIBLE_DEVICES"] = "2, 0"
    machine.answers["adapters"] = listed(adapter(), adapter("Arc"))
    machine.answers["tensorflow_import"]["devices"] *= 2
    assert len(machine.findings("self_test")) == 2
    trainings = [asked for asked in machine.asked if asked[0] == "training"]
    assert [asked[2]["DML_VISIBLE_DEVICES"] for asked in trainings] == ["2", "0"]


def test_stock_tensorflow_beside(machine):
    (machine.root / "packages/tensorflow-1.15.5.dist-info").mkdir()
    (machine.root / "packages/tensorflow_estimator-1.15.1.dist-info").mkdir()
    finding = machine.finding(Status.FAILURE, "packages")
    assert "tensorflow 1.15.5" in finding.summary
    assert finding.cure.startswith("pip uninstall -y tensorflow tensorflow-directml && pip install")


def test_another_tensorflow_first(machine):
    other = machine.write("/user/tensorflow/__init__.py", "").parent.parent
    (other / "tensorflow_gpu-1.15.0.dist-info").mkdir()
    machine.import_path.append(str(other))
    assert [f.status for f in machine.findings("packages")] == [Status.OK]  # ours comes first
    machine.import_path.reverse()
    finding = machine.finding(Status.FAILURE, "packages")
    assert finding.details == (str(other / "tensorflow/__init__.py"),)
    assert "tensorflow-gpu" in finding.cure


def test_a_script_of_that_name(machine, monkeypatch):
    script = machine.write("/scripts/tensorflow.py", "")
    monkeypatch.chdir(script.parent)
    machine.import_path.insert(0, "")
    finding = machine.finding(Status.FAILURE, "packages")
    assert finding.details == (str(script),)
    assert "Rename" in finding.cure


def test_libraries_that_come_first(machine):
    machine.write("/old/libtensorflow_framework.so.1", "")
    machine.write("/old/libvulkan.so.1", "")
    machine.variables["LD_LIBRARY_PATH"] = "/old:"
    found = machine.findings("libraries")
    assert [f.status for f in found] == [Status.FAILURE, Status.NOTE]
    assert found[0].details == ("/old/libtensorflow_framework.so.1",)
    assert found[1].details == ("/old/libvulkan.so.1",)


def test_files_of_the_wheel_that_are_missing(machine):
    machine.remove("/packages/tensorflow-plugins/libtensorflow_dml.so")
    machine.write("/packages/tensorflow_core/__init__.py", "# stock\n")
    finding = machine.finding(Status.FAILURE, "installation")
    assert len(finding.details) == 2
    assert "pip install tensorflow_directml-*.whl" in finding.cure


def test_tensorflow_that_cannot_be_imported(machine):
    machine.answers["tensorflow_import"] = "ImportError: libfoo.so.1"
    machine.answers["products"] = trained()
    found = machine.findings("tensorflow", "self_test")
    assert [f.status for f in found] == [Status.FAILURE, Status.OK]
    assert "libfoo.so.1" in found[0].summary and "without TensorFlow" in found[1].summary


def test_tensorflow_of_another_build(machine):
    machine.answers["tensorflow_import"]["build"] = "v1.15.0-0-g590d6eef7e"
    assert "v1.15.0-0" in machine.finding(Status.FAILURE, "tensorflow").summary


def test_an_adapter_that_tensorflow_cannot_open(machine):
    machine.answers["tensorflow_import"]["devices"] = []
    assert "0 of 1 devices" in machine.finding(Status.FAILURE, "tensorflow").summary


def test_a_runtime_that_cannot_be_loaded(machine):
    machine.answers["adapters"] = "ImportError: There is no DML runtime at /x.so"
    finding = machine.finding(Status.FAILURE, "adapters")
    assert "no DML runtime" in finding.summary and "pip install" in finding.cure
    machine.variables["TF_DIRECTML_RUNTIME_LIBRARY"] = "/x.so"
    assert "TF_DIRECTML_RUNTIME_LIBRARY" in machine.finding(Status.FAILURE, "adapters").cure
    assert machine.findings("self_test") == []


def test_a_driver_that_crashes_the_listing(machine):
    machine.answers["adapters"] = process.Outcome(None, "the process crashed (SIGABRT)", "x", True)
    finding = machine.finding(Status.FAILURE, "adapters")
    assert "SIGABRT" in finding.summary and "VK_DRIVER_FILES" in finding.cure
    # TensorFlow is tried without its devices, and nothing is computed.
    found = machine.findings("tensorflow", "self_test")
    assert [finding.status for finding in found] == [Status.OK]
    assert "not asked for" in found[0].summary
    assert machine.asked[-1][:2] == ("tensorflow_import", ())


@pytest.mark.parametrize(
    "answer, said",
    [
        (trained(losses=(2.5, 2.0, 1.6)), "computes wrongly"),
        (trained(losses=(2.5, float("nan"), 1.5)), "computes wrongly"),
        (trained(launches=0), "nothing ran on it"),
        ("OutOfMemory", "fails: OutOfMemory"),
        (process.Outcome(None, "no answer within 180 s", "", True), "no answer within 180 s"),
    ],
)
def test_an_adapter_that_fails_the_self_test(machine, answer, said):
    machine.answers["training"] = answer
    finding = machine.finding(Status.FAILURE, "self_test")
    assert said in finding.summary and finding.cure
    assert machine.findings("self_test", self_test=False) == []


def test_the_cache_folder(machine, monkeypatch):
    cache = module("doctor.checks.cache")
    (good,) = machine.findings("cache")
    assert good.status is Status.OK and good.summary.startswith("/home/user/.cache/tensorflow")
    (full,) = cache.check(machine.system(), free=1 << 20)
    assert full.status is Status.WARNING and "1.0 MiB free" in full.summary
    machine.variables["TF_DIRECTML_CACHE_DIR"] = "/etc/os-release"
    assert "is a file" in machine.finding(Status.WARNING, "cache").summary
    machine.variables["TF_DIRECTML_CACHE_DIR"] = "/not/there/yet"
    assert machine.finding(Status.OK, "cache").summary.startswith("/not/there/yet, 0 B used")
    monkeypatch.setattr(os, "access", lambda name, mode: False)
    assert "cannot be written" in machine.finding(Status.WARNING, "cache").summary
    machine.variables.clear()
    assert "HOME is not set" in machine.finding(Status.WARNING, "cache").summary


def test_python_of_another_version(machine):
    python = module("doctor.checks.python")
    (first, _) = python.check(machine.system(), version=(3, 12))
    assert first.status is Status.FAILURE and "venv --python 3.7" in first.cure
    machine.answers["numpy_import"] = "ModuleNotFoundError: No module named 'numpy'"
    assert "No module named 'numpy'" in machine.finding(Status.FAILURE, "python").summary


def test_a_package_of_a_version_that_tensorflow_cannot_use(machine, monkeypatch):
    python = module("doctor.checks.python")
    monkeypatch.setattr(python, "_required", lambda: [("protobuf<3.21", "protobuf 4.1 is there")])
    assert machine.finding(Status.FAILURE, "python").cure == "pip install 'protobuf<3.21'"


def test_what_explains_that_nothing_can_be_imported_is_named(machine):
    machine.answers["numpy_import"] = "ModuleNotFoundError: No module named 'numpy'"
    machine.answers["tensorflow_import"] = machine.answers["adapters"] = "No module named 'numpy'"
    for check in ("adapters", "tensorflow"):
        assert machine.finding(Status.FAILURE, check).cure == "That of NumPy, above."


def test_a_check_that_fails_itself_leaves_the_others(machine):
    machine.answers["adapters"] = {"nonsense": 1}
    found = machine.findings("adapters", "cache")
    assert "KeyError" in found[0].summary
    assert found[1].check == "cache"
