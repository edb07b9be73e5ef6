"""Unit tests of the runtime's C++, run by `bazel test //...`."""

def sources(patterns = ["*.cc"]):
    """A library's files: tests lie beside what they test."""
    return native.glob(patterns, exclude = [
        pattern.replace("*.cc", "*_test.cc")
        for pattern in patterns
    ])

def unit_tests(deps, size = "small", patterns = ["*_test.cc"], tags = []):
    """A program of each <name>_test.cc here, with this folder's *_test.h."""
    for path in native.glob(patterns):
        native.cc_test(
            name = path[path.rfind("/") + 1:-len(".cc")],
            tags = tags,
            size = size,
            srcs = [path] + native.glob(["*_test.h"]),
            copts = ["-std=c++17"],
            linkopts = ["-pthread"],
            # The libraries hide their symbols from other libraries.
            linkstatic = True,
            deps = deps + ["@googletest//:googletest"],
        )
