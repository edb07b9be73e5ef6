"""GoogleTest's sources of the machine (Debian: googletest), as a repository.

Compiled like the tests themselves, so that a sanitizer sees all of a test.
"""

def _googletest_impl(ctx):
    folder = ctx.os.environ.get("TF_DIRECTML_GOOGLETEST", "/usr/src/googletest/googletest")
    if not ctx.path(folder + "/src/gtest-all.cc").exists:
        fail("There are no sources of GoogleTest in %s: run ./configure.py." % folder)
    for name in ["include", "src"]:
        ctx.symlink(folder + "/" + name, name)
    ctx.file("BUILD", """
# With a main().
cc_library(
    name = "googletest",
    testonly = True,
    srcs = ["src/gtest-all.cc", "src/gtest_main.cc"],
    hdrs = glob(["include/**/*.h"]),
    copts = ["-w"],
    includes = [".", "include"],
    linkopts = ["-pthread"],
    textual_hdrs = glob(["src/*"]),
    visibility = ["//visibility:public"],
)
""")

googletest_sources = repository_rule(
    implementation = _googletest_impl,
    environ = ["TF_DIRECTML_GOOGLETEST"],
    local = True,
)
