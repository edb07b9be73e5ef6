"""The Vulkan headers of the machine (Debian: libvulkan-dev), as a repository.

Only headers: the loader is opened at run time.
"""

def _vulkan_headers_impl(ctx):
    folder = ctx.os.environ.get("TF_DIRECTML_VULKAN_INCLUDE", "/usr/include")
    if not ctx.path(folder + "/vulkan/vulkan.h").exists:
        fail("There is no vulkan/vulkan.h in %s: run ./configure.py first." % folder)
    for name in ["vulkan", "vk_video"]:
        if ctx.path(folder + "/" + name).exists:
            ctx.symlink(folder + "/" + name, "include/" + name)
    ctx.file("BUILD", """
cc_library(
    name = "headers",
    hdrs = glob(["include/**/*.h"]),
    includes = ["include"],
    visibility = ["//visibility:public"],
)
""")

vulkan_headers = repository_rule(
    implementation = _vulkan_headers_impl,
    environ = ["TF_DIRECTML_VULKAN_INCLUDE"],
    local = True,
)
