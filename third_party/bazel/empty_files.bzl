"""Empty files in place of Java archives that Bazel would download.

Every test of Bazel's depends on the reports of `bazel coverage`, whether or not
coverage is asked for, and so on a Java program and on Java's tools, all from
other machines. Tests of C++ run none of it: they are content with files of the
same names. What that costs is `bazel coverage` itself.
"""

def _empty_files_impl(ctx):
    for name in ctx.attr.files:
        ctx.file(name)
    ctx.file("BUILD", "exports_files(%s)\n" % repr(ctx.attr.files))

empty_files = repository_rule(
    implementation = _empty_files_impl,
    attrs = {"files": attr.string_list()},
)
