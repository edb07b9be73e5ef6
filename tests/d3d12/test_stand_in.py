"""Direct3D 12's stand-in does what it says: it works as it is, and each lie and each failure
that a test may ask for is seen by who calls it."""

import ctypes

import libraries as folders
import pytest

OUT_OF_MEMORY = "8007000e"
INVALID_ARGUMENT = "80070057"
NOT_AVAILABLE = "887a002d"
REMOVED = "887a0005"


# ---- As it is -------------------------------------------------------------------------


def test_the_default_adapter_is_a_software_one(exercise):
    said = exercise("adapters")
    assert said["adapters"] == ["1"]
    assert said["hardware"] == ["0"] and said["integrated"] == ["0"]
    assert said["luid"] == ["1"] and said["dedicated"] == ["0"]
    assert int(said["shared"][0]) > 1 << 30
    assert said["valid"] == ["1"] and said["graphics"] == ["1"] and said["parts"] == ["1"]
    assert said["small"] == [INVALID_ARGUMENT]  # a buffer too small


def test_bytes_come_back_from_the_device(exercise):
    said = exercise("copies")
    assert said["event"] == ["1"] and said["same"] == ["1"] and said["beyond"] == ["0"]
    results = {value for name, values in said.items() if name[0].isupper() for value in values}
    assert results == {"0"}


def test_a_queue_may_end_while_its_thread_drops_a_fence(exercise):
    # The end of a queue waits for vkd3d's thread: 1 in 20 met there.
    for _ in range(40):
        assert exercise("copies")["same"] == ["1"]


def test_what_vkd3d_can_do_is_what_the_device_says(exercise):
    said = exercise("features")
    assert said["model"] == ["60"] and said["int64"] == ["1"] and said["float64"] == ["1"]
    assert said["waves"] == ["1"] and said["native16"] == ["0"]


def test_work_is_done_in_order_and_nothing_is_lost(exercise):
    said = exercise("submits", 3)
    assert said["event"] == ["1"] * 3 and said["completed"] == ["3"]
    assert said["GetDeviceRemovedReason"] == ["0"] and said["CreateHeap"] == ["0"]


# ---- Lies -------------------------------------------------------------------------------


def test_adapters_are_what_is_described(exercise):
    said = exercise("adapters", adapters=(
        "adapter discrete; name Big GPU; vendor 0x1002; device 0x73bf; revision 3;"
        "driver 30.0.1.2; dedicated 2G; budget 1G; luid 0x100000002; subsystem 0x12345678;"
        "adapter integrated; lacks HardwareIDParts; lacks D3D12_GRAPHICS; invalid"))
    assert said["adapters"] == ["2"]
    assert said["name"] == ["Big GPU", "Integrated stand-in"]
    assert said["id"][0] == "1002:73bf:12345678:3"
    assert said["driver"][0] == "30.0.1.2"
    assert said["luid"] == [str(0x100000002), "2"]
    assert said["hardware"] == ["1", "1"] and said["integrated"] == ["0", "1"]
    assert said["dedicated"][0] == str(2 << 30) and said["budget"][0] == str(1 << 30)
    assert said["parts"] == ["1", "0"] and said["graphics"] == ["1", "0"]
    assert said["valid"] == ["1", "0"]


def test_an_adapter_without_compute_is_not_listed(exercise):
    said = exercise("adapters", adapters="lacks D3D12_CORE_COMPUTE; adapter discrete")
    assert said["hardware"] == ["1"]


@pytest.mark.parametrize(("lie", "name", "value"), [
    ("feature WaveOps 0", "waves", "0"),
    ("feature Int64ShaderOps 0", "int64", "0"),
    ("feature DoublePrecisionFloatShaderOps 0", "float64", "0"),
    ("feature Native16BitShaderOpsSupported 1", "native16", "1"),
    ("feature HighestShaderModel 0x51", "model", "51"),
    ("feature HighestShaderModel 0x66", "model", "60"),  # no more than was asked for
    ("feature WaveLaneCountMin 4; feature WaveLaneCountMax 64", "lanes", "4..64"),
    ("feature UMA 0", "uma", "0"),
    ("adapter discrete", "uma", "0"),
    ("adapter integrated", "uma", "1"),
    ("refuses D3D12_OPTIONS4", "options4", INVALID_ARGUMENT),
    ("refuses SHADER_MODEL", "shader_model", INVALID_ARGUMENT),
])
def test_features_are_what_is_described(exercise, lie, name, value):
    truth, told = exercise("features"), exercise("features", adapters=lie)
    assert told[name] == [value]
    changed = {key for key in truth if truth[key] != told[key]} - {"stderr"}
    # What a refused structure would have said is 0, as it was before.
    assert changed <= {name, "native16"}


def test_heaps_count_in_the_memory_that_the_adapter_has(exercise):
    said = exercise("heaps", 8, 16, 4, adapters="adapter discrete; dedicated 10M")
    assert said["CreateHeap"] == ["0", "0", OUT_OF_MEMORY]
    assert said["used"] == [str(8 << 20), "0"]
    assert said["used_nonlocal"] == [str(16 << 20), "0"]
    said = exercise("heaps", 8, 16, adapters="adapter integrated; dedicated 0; shared 30M")
    assert said["CreateHeap"] == ["0", "0"] and said["used"] == [str(24 << 20), "0"]


def test_an_adapter_that_cannot_be_opened(exercise):
    assert exercise("features", adapters="unopenable 0x80004005")["D3D12CreateDevice"] == [
        "80004005"]


def test_a_debug_layer_where_there_is_one(exercise):
    assert exercise("calls")["D3D12GetDebugInterface"] == [NOT_AVAILABLE]
    said = exercise("calls", adapters="debug")
    assert said["D3D12GetDebugInterface"] == ["0"] and "debug layer is enabled" in said["stderr"]


@pytest.mark.parametrize("lie", ["adaptor discrete", "feature Waves 1", "dedicated much",
                                 "refuses OPTIONS9", "adapter imaginary", "driver 1.2",
                                 "lacks SecretProperty"])
def test_a_description_that_says_nothing_ends_the_test(exercise, lie):
    with pytest.raises(AssertionError, match="D3D12_ADAPTERS"):
        exercise("features", adapters=lie)


# ---- Failures ---------------------------------------------------------------------------


@pytest.mark.parametrize(("what", "call"), [
    ("adapters", "DXCoreCreateAdapterFactory"), ("adapters", "CreateAdapterList"),
    ("adapters", "GetAdapter"), ("features", "D3D12CreateDevice"), ("copies", "CreateHeap"),
    ("calls", "CreateQueryHeap"), ("calls", "GetTimestampFrequency"),
    ("calls", "GetClockCalibration"), ("calls", "Map"), ("calls", "MakeResident"),
    ("calls", "Evict"), ("calls", "D3D12SerializeRootSignature"),
    ("calls", "CreateRootSignature"), ("calls", "D3D12GetDebugInterface"),
    ("submits", "Signal"), ("submits", "Wait"), ("submits", "SetEventOnCompletion"),
    ("submits", "GetDeviceRemovedReason"),
])
def test_a_call_that_is_to_fail_fails(exercise, what, call):
    arguments = (what, 1) if what == "submits" else (what,)
    if what == "copies":
        arguments = ("heaps", 1)
    said = exercise(*arguments, FAULT_CALL=call, FAULT_RESULT="0x8007000e")
    assert set(said[call]) == {OUT_OF_MEMORY}


@pytest.mark.parametrize(("call", "at"), [
    ("CreateCommandQueue", 0), ("CreateCommandAllocator", 1), ("CreateCommandList", 2),
    ("CreateFence", 3)])
def test_what_a_queue_needs_fails(exercise, call, at):
    said = exercise("submits", 1, FAULT_CALL=call, FAULT_RESULT="0x80004005")
    assert said["prepare"][at] == "80004005" and "event" not in said


@pytest.mark.parametrize("call", ["Close", "Reset"])
def test_recording_fails(exercise, call):
    # The first of either is not the record's.
    said = exercise("submits", 2, FAULT_CALL=call, FAULT_RESULT="0x80004005", FAULT_AFTER="1",
                    FAULT_COUNT="1")
    assert "80004005" in said["record"] and said["record"].count("0") == 1


def test_one_of_several_calls_fails(exercise):
    said = exercise("heaps", 1, 1, 1, 1, FAULT_CALL="CreateHeap", FAULT_RESULT="-2147024882",
                    FAULT_AFTER="1", FAULT_COUNT="2")
    assert said["CreateHeap"] == ["0", OUT_OF_MEMORY, OUT_OF_MEMORY, "0"]
    assert said["used"] == [str(2 << 20), "0"]


def test_a_slow_call_is_slow(exercise):
    assert int(exercise("calls")["record_ms"][0]) < 40
    slow = exercise("calls", FAULT_SLOW="Close", FAULT_MILLISECONDS="50")
    assert 50 <= int(slow["record_ms"][0]) < 500


@pytest.mark.parametrize("reason", ["887a0006", "887a0007", "887a0020"])
def test_a_device_is_taken_away(exercise, reason):
    said = exercise("submits", 3, FAULT_CALL="ExecuteCommandLists", FAULT_RESULT=f"0x{reason}",
                    FAULT_AFTER="1")
    assert said["Signal"] == ["0", REMOVED, REMOVED]
    assert said["event"] == ["1"] * 3  # nobody waits for ever
    assert said["completed"] == ["ffffffffffffffff"]
    assert said["GetDeviceRemovedReason"] == [reason]
    assert said["CreateHeap"] == [REMOVED] and said["Wait"] == [REMOVED]


def test_any_call_may_take_the_device_away(exercise):
    said = exercise("submits", 1, FAULT_CALL="CreateHeap", FAULT_RESULT="0x887a0005")
    assert said["event"] == ["1"] and said["CreateHeap"] == [REMOVED]
    assert said["Wait"] == [REMOVED]


def test_a_device_hangs(exercise):
    said = exercise("submits", 2, FAULT_HANG_AFTER="1")
    assert said["event"] == ["1", "0"] and said["completed"] == ["1"]
    assert said["GetDeviceRemovedReason"] == ["0"]


def test_a_device_that_is_gone_says_why(exercise):
    said = exercise("described", FAULT_CALL="ExecuteCommandLists", FAULT_RESULT="0x887a0006",
                    FAULT_DESCRIBED="1")
    assert said["before"] == ["887a0022"] and said["after"] == ["0"]
    assert said["address"] == ["abc000"] and said["allocation"] == ["heap in a test"]
    assert said["list"] == ["list in a test 2 of 3"]
    said = exercise("described")
    assert said["settings"] == [NOT_AVAILABLE] and said["data"] == ["80004002"]


def test_an_export_is_missing(libraries, tmp_path):
    folder = folders.without_export(libraries, "libd3d12.so", "D3D12GetDebugInterface",
                                    tmp_path / "older")
    library = ctypes.CDLL(str(folder / "libd3d12.so"))
    assert hasattr(library, "D3D12CreateDevice")
    assert not hasattr(library, "D3D12GetDebugInterface")
