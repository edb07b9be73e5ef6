"""Debian's mingw-w64 (g++-mingw-w64-x86-64-posix) as a toolchain of Bazel's: Windows
libraries and programs, built on Linux by --config=windows."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "artifact_name_pattern",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
)

_PREFIX = "/usr/bin/x86_64-w64-mingw32-"
_COMPILE = [ACTION_NAMES.c_compile, ACTION_NAMES.cpp_compile]
_LINK = [
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def _feature(name, actions, flags):
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])],
    )

def _mingw_config_impl(ctx):
    tools = {name: _PREFIX + name for name in ["cpp", "ld", "nm", "objdump", "strip"]}
    tools.update({
        # With threads of the C++ library's.
        "gcc": _PREFIX + "g++-posix",
        "gcov": _PREFIX + "gcov-posix",
        "ar": _PREFIX + "ar",
    })
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = "mingw",
        host_system_name = "local",
        target_system_name = "x86_64-w64-mingw32",
        target_cpu = "k8",
        target_libc = "mingw",
        compiler = "mingw",
        abi_version = "local",
        abi_libc_version = "local",
        tool_paths = [tool_path(name = name, path = path) for name, path in tools.items()],
        cxx_builtin_include_directories = [
            "/usr/lib/gcc/x86_64-w64-mingw32",
            "/usr/x86_64-w64-mingw32/include",
            "/usr/share/mingw-w64/include",
            # Where links to the machine's headers lead; not searched.
            "/usr/include",
        ],
        artifact_name_patterns = [
            artifact_name_pattern(
                category_name = "executable",
                prefix = "",
                extension = ".exe",
            ),
        ],
        features = [
            feature(name = "supports_pic", enabled = False),
            _feature("compile_flags", _COMPILE, [
                "-D_WIN32_WINNT=0x0A00",  # Windows 10
                "-ffunction-sections",
                "-fdata-sections",
                "-O2",
                "-DNDEBUG",
            ]),
            # Nobody has mingw's libraries.
            _feature("link_flags", _LINK, ["-static", "-Wl,--gc-sections"]),
        ],
    )

mingw_config = rule(
    implementation = _mingw_config_impl,
    provides = [CcToolchainConfigInfo],
)
