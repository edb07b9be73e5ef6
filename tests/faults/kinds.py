"""What the sweep makes fail: calls of Vulkan and of the operating system, and how."""

import collections
import errno

# Of a library: "vulkan" is faulty_loader.c, "system" faulty_system.c. `clear`: words of which
# an error has to have one; none, where the call may fail without anybody's notice.
Kind = collections.namedtuple("Kind", "name library call result clear")

HOST_MEMORY, DEVICE_MEMORY, INITIALIZATION, LOST, MAP_FAILED = -1, -2, -3, -4, -5


def _vulkan(name, call, result):
    return Kind(name, "vulkan", call, result, (call,))


def _file(name, call, result):
    return Kind(name, "system", call, result, ())


KINDS = [
    _vulkan("device", "vkCreateDevice", INITIALIZATION),
    _vulkan("allocation", "vkAllocateMemory", DEVICE_MEMORY),
    _vulkan("allocation, host", "vkAllocateMemory", HOST_MEMORY),
    _vulkan("buffer", "vkCreateBuffer", DEVICE_MEMORY),
    _vulkan("binding", "vkBindBufferMemory", DEVICE_MEMORY),
    _vulkan("map", "vkMapMemory", MAP_FAILED),
    _vulkan("submission", "vkQueueSubmit", DEVICE_MEMORY),
    _vulkan("submission, lost", "vkQueueSubmit", LOST),
    _vulkan("wait", "vkWaitSemaphores", HOST_MEMORY),
    _vulkan("wait, lost", "vkWaitSemaphores", LOST),
    _vulkan("progress", "vkGetSemaphoreCounterValue", HOST_MEMORY),
    _vulkan("progress, lost", "vkGetSemaphoreCounterValue", LOST),
    _vulkan("pipeline", "vkCreateComputePipelines", HOST_MEMORY),
    _vulkan("shader module", "vkCreateShaderModule", HOST_MEMORY),
    _vulkan("pipeline layout", "vkCreatePipelineLayout", HOST_MEMORY),
    _vulkan("semaphore", "vkCreateSemaphore", HOST_MEMORY),
    _vulkan("command pool", "vkCreateCommandPool", HOST_MEMORY),
    _vulkan("command pool reset", "vkResetCommandPool", DEVICE_MEMORY),
    _vulkan("command buffers", "vkAllocateCommandBuffers", HOST_MEMORY),
    _vulkan("begin of commands", "vkBeginCommandBuffer", HOST_MEMORY),
    _vulkan("end of commands", "vkEndCommandBuffer", DEVICE_MEMORY),
    _vulkan("query pool", "vkCreateQueryPool", HOST_MEMORY),
    _vulkan("query results", "vkGetQueryPoolResults", LOST),
    Kind("program cache", "vulkan", "vkCreatePipelineCache", HOST_MEMORY, ()),
    Kind("program cache, data", "vulkan", "vkGetPipelineCacheData", HOST_MEMORY, ()),
    Kind("program cache, merge", "vulkan", "vkMergePipelineCaches", HOST_MEMORY, ()),
    _file("file, folder", "mkdir", errno.ENOSPC),
    _file("file, open", "open", errno.EACCES),
    _file("file, temporary", "mkstemp", errno.ENOSPC),
    _file("file, write, full", "write", errno.ENOSPC),
    _file("file, write", "write", errno.EIO),
    _file("file, rename", "rename", errno.EIO),
    _file("file, lock", "flock", errno.ENOLCK),
    Kind("addresses", "system", "mmap", errno.ENOMEM, ("address space", "device pointers")),
    Kind("thread", "system", "pthread_create", errno.EAGAIN, ("thread",)),
]
BY_NAME = {kind.name: kind for kind in KINDS}

MODES = {"once": 1, "for ever": -1}
