"""The Direct3D 12 headers of the machine (Debian: directx-headers-dev), as a repository.

Only headers: libd3d12.so and libdxcore.so are opened at run time.
"""

def _directx_headers_impl(ctx):
    folder = ctx.os.environ.get("TF_DIRECTML_DIRECTX_INCLUDE", "/usr/include")
    if not ctx.path(folder + "/directx/d3d12.h").exists:
        fail("There is no directx/d3d12.h in %s: run ./configure.py first." % folder)
    for name in ["directx", "dxguids", "wsl"]:
        ctx.symlink(folder + "/" + name, "include/" + name)
    ctx.file("BUILD", """
cc_library(
    name = "headers",
    hdrs = glob(["include/**/*.h"]),
    # Stubs of what Windows' own headers declare, where there is no Windows.
    includes = ["include"] + select({
        "@//third_party/mingw:windows": [],
        "//conditions:default": ["include/wsl/stubs"],
    }),
    visibility = ["//visibility:public"],
)
""")

directx_headers = repository_rule(
    implementation = _directx_headers_impl,
    environ = ["TF_DIRECTML_DIRECTX_INCLUDE"],
    local = True,
)
