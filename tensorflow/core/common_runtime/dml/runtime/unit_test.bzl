"""Unit tests of the runtime's C++, run by `bazel test //...`."""

def unit_test(name, deps, srcs = [], size = "small"):
    """The test <name>.cc, beside the code that it tests."""
    native.cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"] + srcs,
        copts = ["-std=c++17"],
        linkopts = ["-pthread"],
        # The libraries hide their symbols from other libraries.
        linkstatic = True,
        deps = deps + ["@googletest//:googletest"],
    )
