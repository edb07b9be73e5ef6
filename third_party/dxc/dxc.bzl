"""DXC, the compiler of HLSL, as a repository: its headers and its library.

The library checks programs during the build, and is opened at run time by what ships
with it: nothing is linked to it. Both are of one version: interfaces changed.
"""

def _dxc_impl(ctx):
    folder = ctx.os.environ.get("TF_DIRECTML_DXC", "")
    if not folder or not ctx.path(folder + "/libdxcompiler.so").exists:
        fail("There is no libdxcompiler.so in '%s': run ./configure.py first." % folder)
    ctx.symlink(folder + "/libdxcompiler.so", "libdxcompiler.so")
    ctx.symlink(folder + "/include", "include")
    ctx.file("BUILD", """
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "headers",
    hdrs = glob(["include/*.h"]),
    includes = ["include"],
)

filegroup(
    name = "library",
    srcs = ["libdxcompiler.so"],
)
""")

dxc = repository_rule(
    implementation = _dxc_impl,
    environ = ["TF_DIRECTML_DXC"],
    local = True,
)
