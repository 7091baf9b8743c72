# SPDX-License-Identifier: Apache-2.0
"""Repositories for WORKSPACE users; MODULE.bazel uses the same rules."""

load("//toolchains/clang:clang.bzl", "clang")
load("//toolchains/gcc:debian.bzl", "debian_package", "debian_source")
load("//tests/boards:debian_boards.bzl", "debian_boards")
load("//toolchains/rules:debian_linux.bzl", "debian_linux")
load("//toolchains/rules:debian_userland.bzl", "debian_userland")
load("//toolchains/rules:qemu_repo.bzl", "firmware_repository", "qemu_repository")
load("//toolchains/gcc:riscv_gcc.bzl", "riscv_gcc")
load("//toolchains:third_party.bzl", "THIRD_PARTY")
load("//toolchains/rules:rules_cc.bzl", "coverage_tools_stub", "rules_java_stub", "system_or_http")

# Debian's Bazel 4.2.3 says no version: tell it by what it lacks.
_BAZEL4 = not hasattr(config_common, "toolchain_type")

_CMOCKA = """
load("@rules_cc//cc:defs.bzl", "cc_library")
cc_library(
    name = "cmocka",
    testonly = True,
    srcs = ["src/cmocka.c"],
    hdrs = ["include/cmocka.h"],
    textual_hdrs = glob(["include/cmocka_*.h"]),
    includes = ["include"],
    copts = ["-w"],
    local_defines = ["HAVE_MALLOC_H=1", "HAVE_INTTYPES_H=1", "HAVE_UNISTD_H=1", "HAVE_STRINGS_H=1",
        "HAVE_SIGNAL_H=1", "HAVE_SYS_STAT_H=1", "HAVE_SYS_TYPES_H=1", "HAVE_SETJMP_H=1", "HAVE_TIME_H=1",
        "HAVE_STRUCT_TIMESPEC=1", "HAVE_CLOCK_GETTIME=1", "HAVE_SNPRINTF=1", "HAVE_VSNPRINTF=1",
        "HAVE_STRSIGNAL=1", "HAVE_IO_H=0", "WORDS_SIZEOF_VOID_P=8", "CMOCKA_EXPORTS=1",
        "HAVE_GCC_THREAD_LOCAL_STORAGE=1", "HAVE_CLOCK_REALTIME=1"],
    visibility = ["//visibility:public"],
)
"""

_LIBFDT = """
load("@rules_cc//cc:defs.bzl", "cc_library")
cc_library(
    name = "libfdt",
    srcs = glob(["libfdt/*.c"]) + ["libfdt/libfdt_internal.h"],
    hdrs = ["libfdt/fdt.h", "libfdt/libfdt.h", "libfdt/libfdt_env.h"],
    includes = ["libfdt"],
    # on the target a tree comes from the firmware below or from our own build: valid, of the latest
    # version and used as documented (ASSUME_VALID_DTB, _VALID_INPUT, _LATEST, _LIBFDT_FLAWLESS)
    copts = ["-w", "-ffile-prefix-map=external/{repo}/=third_party/libfdt/"] + select({
        "@platforms//os:none": ["-DFDT_ASSUME_MASK=0x27"],
        "//conditions:default": [],
    }),
    deps = select({
        "@platforms//os:none": ["@libhyp//libarch:libc_headers"],
        "//conditions:default": [],
    }),
    visibility = ["//visibility:public"],
)
"""

# Python, imported by tests/lib/elf_file.py, which finds it beside the workspace.
_PYELFTOOLS = """
filegroup(
    name = "pyelftools",
    srcs = glob(["usr/lib/python3/dist-packages/elftools/**"]),
    visibility = ["//visibility:public"],
)
"""

# One file of it: the ChaCha20 block function.
_BEARSSL = """
load("@rules_cc//cc:defs.bzl", "cc_library")
exports_files(["LICENSE.txt"])
cc_library(
    name = "chacha20",
    srcs = ["src/symcipher/chacha20_ct.c", "src/config.h", "src/inner.h"],
    hdrs = glob(["inc/*.h"]),
    includes = ["inc", "src"],
    copts = ["-w", "-ffile-prefix-map=external/{repo}/=third_party/bearssl/"] + select({
        "@platforms//os:none": ["-Os", "-msave-restore"],
        "//conditions:default": [],
    }),
    deps = select({
        "@platforms//os:none": ["@libhyp//libarch:libc"],
        "//conditions:default": [],
    }),
    visibility = ["//visibility:public"],
)
"""

def libhyp_repositories():
    """All but rules_cc: also what the module extension makes."""
    riscv_gcc(name = "riscv64_gcc")
    clang(name = "clang")
    qemu_repository(name = "qemu")
    debian_linux(name = "debian_linux")
    debian_linux(name = "debian_linux_newest", cached = "debian_linux_newest", suites = ["sid", "forky"])
    debian_userland(name = "debian_userland")
    debian_boards(name = "debian_boards")
    firmware_repository(
        name = "opensbi",
        folder = "usr/lib/riscv64-linux-gnu/opensbi/generic",
        files = ["fw_dynamic.bin", "fw_jump.bin"],
        pool = "pool/main/o/opensbi/opensbi_1.5.1-1~bpo12+2_all.deb",
        sha256 = "d4f5fb635e06d734df99e8c9e5f518c2946d16590fb41276f7a42aa4f91220ca",
    )
    firmware_repository(
        name = "uboot",
        folder = "usr/lib/u-boot/qemu-riscv64_smode",
        files = ["u-boot.bin"],
        pool = "pool/main/u/u-boot/u-boot-qemu_2023.01+dfsg-2+deb12u3_all.deb",
        sha256 = "02a14f0876b76c0d7d7934e9b83a77515c5bdbad1e00af84c445bfeb1e6b8665",
    )
    firmware_repository(
        name = "edk2",
        folder = "usr/share/qemu-efi-riscv64",
        files = ["RISCV_VIRT_CODE.fd", "RISCV_VIRT_VARS.fd"],
        pool = "pool/main/e/edk2/qemu-efi-riscv64_2025.02-8+deb13u1_all.deb",
        sha256 = "bda367c8e798ba5e5b7c650f06e350750a35f6764b6715449edc72848ba1f997",
    )
    debian_source(
        name = "bearssl",
        build_file_content = _BEARSSL,
        pool = THIRD_PARTY["bearssl"].pool,
        sha256 = THIRD_PARTY["bearssl"].sha256,
    )
    debian_source(
        name = "cmocka",
        build_file_content = _CMOCKA,
        pool = "pool/main/c/cmocka/cmocka_1.1.5.orig.tar.xz",
        sha256 = "f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6",
    )
    debian_package(
        name = "pyelftools",
        build_file_content = _PYELFTOOLS,
        pool = "pool/main/p/python-pyelftools/python3-pyelftools_0.29-1_all.deb",
        sha256 = "022d0bf05a52005630152cfee36247c127d3ce863d290e7a0cacec46e07fd406",
    )
    debian_source(
        name = "libfdt",
        build_file_content = _LIBFDT,
        pool = THIRD_PARTY["libfdt"].pool,
        sha256 = THIRD_PARTY["libfdt"].sha256,
    )

# name: (Debian's copy, release, sha256, prefix); what Bazel 7's own WORKSPACE
# suffix pins, so that on a machine without Debian's copies nothing changes.
_GH = "https://github.com/bazelbuild/"
_RULES = {
    "rules_cc": (
        "/usr/share/bazel/rules/cc",
        _GH + "rules_cc/releases/download/0.0.9/rules_cc-0.0.9.tar.gz",
        "2037875b9a4456dce4a79d112a8ae885bbc4aad968e6587dca6e64f3a0900cdf",
        "rules_cc-0.0.9",
    ),
    "bazel_skylib": (
        "/usr/share/bazel/tools/skylib",
        _GH + "bazel-skylib/releases/download/1.6.1/bazel-skylib-1.6.1.tar.gz",
        "9f38886a40548c6e96c106b752f242130ee11aaa068a56ba7e56f4511f33e4f2",
        "",
    ),
    "rules_java": (
        "/usr/share/bazel/rules/java",
        _GH + "rules_java/releases/download/7.6.1/rules_java-7.6.1.tar.gz",
        "f8ae9ed3887df02f40de9f4f7ac3873e6dd7a471f9cddf63952538b94b59aeb3",
        "",
    ),
    "rules_license": (
        "/usr/share/bazel/rules/license",
        _GH + "rules_license/releases/download/0.0.7/rules_license-0.0.7.tar.gz",
        "4531deccb913639c30e5c7512a054d5d875698daeb75d8cf90f284375fe7c360",
        "",
    ),
    "rules_python": (
        "/usr/share/bazel/rules/python",
        _GH + "rules_python/releases/download/0.24.0/rules_python-0.24.0.tar.gz",
        "0a8003b044294d7840ac7d9d73eef05d6ceb682d7516781a4ec62eeb34702578",
        "rules_python-0.24.0",
    ),
}

def libhyp_dependencies():
    if _BAZEL4:
        if not native.existing_rule("rules_java"):
            rules_java_stub(name = "rules_java")
        if not native.existing_rule("remote_coverage_tools"):
            coverage_tools_stub(name = "remote_coverage_tools")
    for name, (path, url, sha256, prefix) in _RULES.items():
        if not native.existing_rule(name):
            system_or_http(name = name, sha256 = sha256, strip_prefix = prefix, system_path = path, urls = [url])
    libhyp_repositories()

def libhyp_register_toolchains():
    # clang's only match where a platform asks for clang, so they come first
    native.register_toolchains(
        str(Label("//toolchains/clang:host")),
        str(Label("//toolchains/clang:bare")),
        "@riscv64_gcc//:toolchain",
    )
