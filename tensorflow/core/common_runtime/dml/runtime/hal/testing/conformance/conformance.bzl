"""The programs of the conformance suite, one a backend."""

CONFORMANCE = "//tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance:"

def conformance_test(backend, deps, name = None, copts = [], data = [], tags = []):
    """<backend>_test, of <backend>_test.cc.

    Args:
      backend: the folder of hal/ that it is of, or a name within that folder.
      name: where there is another of that backend.
      copts: for <backend>_test.cc.
      deps: the backend's library.
      data: what it opens as it runs.
      tags: "driver", where it runs a driver of the machine, which no sanitizer knows.
    """
    native.cc_test(
        name = name or backend + "_test",
        size = "medium",
        srcs = [backend + "_test.cc"],
        copts = ["-std=c++17"] + copts,
        linkopts = ["-pthread"] + select({
            "//third_party/mingw:windows": [],
            "//conditions:default": ["-ldl"],
        }),
        linkstatic = True,
        data = data,
        tags = tags,
        deps = deps + [CONFORMANCE + "conformance"],
    )
