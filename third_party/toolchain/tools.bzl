"""Programs of the machine that generate sources: Python 3, glslc, glslang, spirv-cross.

Each becomes a small script, so that genrules name them as labels and no path
of the machine enters a BUILD file.
"""

_TOOLS = {
    "python3": "TF_DIRECTML_BUILD_PYTHON",
    "glslang": "TF_DIRECTML_GLSLANG",
    "glslc": "TF_DIRECTML_GLSLC",
    "spirv-cross": "TF_DIRECTML_SPIRV_CROSS",
}

def _host_tools_impl(ctx):
    for tool, variable in _TOOLS.items():
        path = ctx.os.environ.get(variable, "")
        if not path:
            fail("%s is not set: run ./configure.py first." % variable)
        ctx.file(tool, "#!/bin/sh\nexec '%s' \"$@\"\n" % path, executable = True)
    ctx.file("BUILD", "exports_files(%s)\n" % repr(_TOOLS.keys()))

host_tools = repository_rule(
    implementation = _host_tools_impl,
    environ = _TOOLS.values(),
)
