"""Debian's clang 14 as a toolchain of Bazel's, for fuzzing: --config=fuzz. What it compiles tells
libFuzzer where it has been, and is checked by AddressSanitizer and UndefinedBehaviorSanitizer."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
)

_SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
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

def _clang_config_impl(ctx):
    tools = {name: "/usr/bin/" + name for name in ["cpp", "ld", "nm", "objdump", "strip", "ar", "gcov"]}
    tools["gcc"] = "/usr/bin/clang++-14"
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = "clang",
        host_system_name = "local",
        target_system_name = "local",
        target_cpu = "k8",
        target_libc = "local",
        compiler = "clang",
        abi_version = "local",
        abi_libc_version = "local",
        tool_paths = [tool_path(name = name, path = path) for name, path in tools.items()],
        cxx_builtin_include_directories = [
            "/usr/include",
            "/usr/lib/llvm-14",
            "/usr/lib/clang",
            "/usr/lib/gcc",
        ],
        features = [
            _feature("compile_flags", _COMPILE, [
                "-O1",
                "-g1",
                "-fno-omit-frame-pointer",
                "-fsanitize=fuzzer-no-link",
                "-fms-extensions",  # for headers of DXC
                # Made for GCC.
                "-Wno-everything",
            ] + _SANITIZERS),
            _feature("link_flags", _LINK, _SANITIZERS),
        ],
    )

clang_config = rule(
    implementation = _clang_config_impl,
    provides = [CcToolchainConfigInfo],
)
