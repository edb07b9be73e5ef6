"""What the driver refuses ends as an error that names the cause, never as a
crash or a hang. A loader between the runtime and Vulkan makes it refuse.
"""

import pytest
from test_adapters import LIST, check_unavailable, run

INITIALIZATION_FAILED = "-3"
OUT_OF_HOST_MEMORY = "-1"
OUT_OF_DEVICE_MEMORY = "-2"
DEVICE_LOST = "-4"
UNKNOWN = "-13"

REQUIRED_FEATURES = [
    "shaderInt16",
    "shaderInt64",
    "storageBuffer16BitAccess",
    "storageBuffer8BitAccess",
    "shaderInt8",
    "shaderSubgroupExtendedTypes",
    "scalarBlockLayout",
    "bufferDeviceAddress",
    "timelineSemaphore",
]

# The error that each attempt ends with, until the device is closed.
ATTEMPTS = """
import numpy as np

def work(device):
    x = device.tensor(np.arange(-50, 51, dtype=np.float32))
    y = device.empty(x.shape, x.dtype)
    device.elementwise("RELU", [x], y)
    return y.numpy()

result = []
try:
    with dml.open(0) as device:
        for attempt in range(2):
            try:
                work(device)
                result.append("")
            except dml.DmlError as error:
                result.append(str(error))
except dml.DmlError as error:
    result.append(str(error))
"""


def attempts(faulty_loader, call=None, result="0", after="0", **environment):
    return run(
        ATTEMPTS,
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_CALL=call,
        FAULT_RESULT=result,
        FAULT_AFTER=after,
        **environment,
    )[0]


def test_no_failure(faulty_loader):
    assert attempts(faulty_loader) == ["", ""]


def test_loader_that_is_too_old(faulty_loader):
    found, _ = run(
        LIST, TF_DIRECTML_VULKAN_LOADER=faulty_loader, FAULT_CALL="vkEnumerateInstanceVersion"
    )
    check_unavailable(found, "1.1", "1.2 is needed", "apt install")


def test_driver_that_does_not_start(faulty_loader):
    found, _ = run(
        LIST,
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_CALL="vkEnumeratePhysicalDevices",
        FAULT_RESULT=INITIALIZATION_FAILED,
    )
    check_unavailable(found, "VK_ERROR_INITIALIZATION_FAILED", "apt install")


@pytest.mark.parametrize("feature", REQUIRED_FEATURES)
def test_feature_that_is_missing(faulty_loader, feature):
    found, _ = run(LIST, TF_DIRECTML_VULKAN_LOADER=faulty_loader, FAULT_FEATURE=feature)
    check_unavailable(found, "lacks " + feature + ";", "update the driver")


def test_device_that_cannot_be_made(faulty_loader):
    (error,) = attempts(faulty_loader, "vkCreateDevice", INITIALIZATION_FAILED)
    assert "INTERNAL" in error and "vkCreateDevice" in error


def test_no_memory(faulty_loader):
    for error in attempts(faulty_loader, "vkAllocateMemory", OUT_OF_DEVICE_MEMORY):
        assert "OUT_OF_MEMORY" in error and "VK_ERROR_OUT_OF_DEVICE_MEMORY" in error


def test_memory_that_is_short_for_a_moment(faulty_loader):
    # An ordinary heap and the smallest that will do, before the pool makes room.
    found = attempts(faulty_loader, "vkAllocateMemory", OUT_OF_DEVICE_MEMORY, FAULT_COUNT="2")
    assert found == ["", ""]


@pytest.mark.parametrize("result", [OUT_OF_HOST_MEMORY, OUT_OF_DEVICE_MEMORY])
@pytest.mark.parametrize("after", ["0", "1"])
def test_submission_without_memory_for_a_moment(faulty_loader, result, after):
    found = attempts(faulty_loader, "vkQueueSubmit", result, after, FAULT_COUNT="1")
    assert found == ["", ""]


def test_submission_without_memory(faulty_loader):
    # Reading the result sends it; both tries fail, and the device is done for.
    code = ATTEMPTS + "with dml.open(0) as device:\n    result.append(work(device).tolist()[-1])"
    first, second, anew = run(
        code,
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_CALL="vkQueueSubmit",
        FAULT_RESULT=OUT_OF_DEVICE_MEMORY,
        FAULT_COUNT="2",
    )[0]
    for error in (first, second):
        assert "OUT_OF_MEMORY" in error and "opened anew" in error
        assert "vkQueueSubmit" in error and "VK_ERROR_OUT_OF_DEVICE_MEMORY" in error
    assert anew == 50


# Memory that a pool keeps, and a program that is made once there is more.
PROGRAM_WITHOUT_MEMORY = """
import numpy as np
with dml.open(0) as device:
    x = device.tensor(np.arange(-50, 51, dtype=np.float32))
    with device.open_pool() as other:
        del_me = other.empty(1 << 20)
        del del_me
        kept = other.statistics()["bytes_reserved"]
        try:
            device.elementwise("RELU", [x], x)
            result = [kept, other.statistics()["bytes_reserved"], float(x.numpy().sum())]
        except dml.DmlError as error:
            result = str(error)
"""


@pytest.mark.parametrize("memory", [OUT_OF_HOST_MEMORY, OUT_OF_DEVICE_MEMORY])
def test_program_without_memory_for_a_moment(faulty_loader, memory):
    found = run(
        PROGRAM_WITHOUT_MEMORY,
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_CALL="vkCreateComputePipelines",
        FAULT_RESULT=memory,
        FAULT_COUNT="1",
    )[0]
    assert isinstance(found, list), found
    kept, left, total = found
    assert kept > 0 and left == 0 and total == 1275


def test_program_without_memory(faulty_loader):
    first, second = attempts(
        faulty_loader, "vkCreateComputePipelines", OUT_OF_DEVICE_MEMORY, FAULT_COUNT="2"
    )
    assert "OUT_OF_MEMORY" in first and "program " in first
    assert "VK_ERROR_OUT_OF_DEVICE_MEMORY" in first
    assert second == ""


def test_program_that_cannot_be_made(faulty_loader):
    for error in attempts(faulty_loader, "vkCreateComputePipelines", UNKNOWN):
        assert "INTERNAL" in error and "program " in error and "VK_ERROR_UNKNOWN" in error


@pytest.mark.parametrize(
    "call, after", [("vkQueueSubmit", "0"), ("vkQueueSubmit", "1"), ("vkWaitSemaphores", "0")]
)
def test_device_that_is_lost(faulty_loader, call, after):
    errors = attempts(faulty_loader, call, DEVICE_LOST, after)
    assert len(errors) == 2
    # With submissions that succeed first, so may the first attempt.
    for error in errors if after == "0" else errors[1:]:
        assert "DEVICE_LOST" in error and call in error and "was lost" in error


@pytest.mark.parametrize("call", ["vkQueueSubmit", "vkWaitSemaphores"])
def test_a_lost_device_tells_what_it_was_at_work_on(faulty_loader, call):
    error = attempts(faulty_loader, call, DEVICE_LOST)[-1]
    assert "In flight: " in error and "unary_f32" in error
    assert "The driver says" not in error


def test_what_the_driver_says_of_a_lost_device(faulty_loader):
    assert attempts(faulty_loader, FAULT_DESCRIBED="1") == ["", ""]
    for error in attempts(faulty_loader, "vkQueueSubmit", DEVICE_LOST, FAULT_DESCRIBED="1"):
        assert (
            "The driver says: page fault in a test; "
            "invalid write at address 0xabc000 (within 4096 bytes); "
            "wave hung (code 7, data 0x1f). It hung," in error
        )


def test_a_driver_that_describes_no_fault(faulty_loader):
    errors = attempts(
        faulty_loader,
        "vkQueueSubmit",
        DEVICE_LOST,
        FAULT_DESCRIBED="1",
        FAULT_FUNCTION="vkGetDeviceFaultInfoEXT",
    )
    for error in errors:
        assert "was lost" in error and "The driver says" not in error
