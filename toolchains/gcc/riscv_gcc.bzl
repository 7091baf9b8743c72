# SPDX-License-Identifier: Apache-2.0
"""@riscv64_gcc: GCC and binutils for bare-metal riscv64, from pinned .debs."""

load("//toolchains/gcc:debian.bzl", "ENVIRON", "fetch", "unpack_deb")

GCC_VERSION = "12.2.0"

# name in the pool -> sha256; all amd64, Debian 12
DEBS = {
    "pool/main/g/gcc-riscv64-unknown-elf/gcc-riscv64-unknown-elf_12.2.0-14+deb12u1+11+b2_amd64.deb": "6117b2328a58059977e04e9938fffa2016cc88a2dc0ca70d1efeeea0c7b4dace",
    "pool/main/b/binutils-riscv64-unknown-elf/binutils-riscv64-unknown-elf_2.40-2+4+b1_amd64.deb": "e3b54bd849891b1afb83b9751efe671e35d6267ce791ea9b01205b616276021c",
    "pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb": "187aedef2ed763f425c1e523753b9719677633c7eede660401739e9c893482bd",
    "pool/main/i/isl/libisl23_0.25-1.1_amd64.deb": "ebff0b2f8b220c74224197523019366e97ee4770d464bebc48e4865114e4da0e",
    "pool/main/m/mpclib3/libmpc3_1.3.1-1_amd64.deb": "d7f79544790e44f9b0c8cb9034a18c58d37f8702a15f32539050718679e52f80",
    "pool/main/m/mpfr4/libmpfr6_4.2.0-1_amd64.deb": "37b7a2b4e78890b6a074777f27b96c84f58e81558ba08410c2b6c0ca4a4ad77b",
    "pool/main/libz/libzstd/libzstd1_1.5.4+dfsg2-5_amd64.deb": "6315b5ac38b724a710fb96bf1042019398cb656718b1522279a5185ed39318fa",
    "pool/main/z/zlib/zlib1g_1.2.13.dfsg-1_amd64.deb": "d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4",
}

# GCC: only the C compiler and the one multilib that is used.
_GCC_MEMBERS = [
    "./usr/bin/riscv64-unknown-elf-gcc",
    "./usr/bin/riscv64-unknown-elf-gcc-*",
    "./usr/bin/riscv64-unknown-elf-cpp",
    "./usr/bin/riscv64-unknown-elf-gcov",
    "./usr/lib/gcc/riscv64-unknown-elf/*/cc1",
    "./usr/lib/gcc/riscv64-unknown-elf/*/collect2",
    "./usr/lib/gcc/riscv64-unknown-elf/*/lto*",
    "./usr/lib/gcc/riscv64-unknown-elf/*/liblto_plugin*",
    "./usr/lib/gcc/riscv64-unknown-elf/*/include/*",
    "./usr/lib/gcc/riscv64-unknown-elf/*/rv64imac/lp64/*",
]

_WRAPPER = """#!/bin/sh
# dirname without a process: $0 is a path inside the execroot
d="${{0%/*}}/.."
LD_LIBRARY_PATH="$d/usr/lib/x86_64-linux-gnu:$d/lib/x86_64-linux-gnu"
export LD_LIBRARY_PATH
exec "$d/usr/bin/riscv64-unknown-elf-{tool}" "$@"
"""

TOOLS = ["addr2line", "ar", "as", "cpp", "gcc", "gcov", "ld", "nm", "objcopy", "objdump", "readelf", "size", "strip"]

_STDINT = """#pragma once
typedef __INT8_TYPE__ int8_t;
typedef __UINT8_TYPE__ uint8_t;
#define INT8_MAX __INT8_MAX__
#define INT8_MIN (-INT8_MAX - 1)
#define UINT8_MAX __UINT8_MAX__
#define INT8_C(c) __INT8_C(c)
#define UINT8_C(c) __UINT8_C(c)
typedef __INT16_TYPE__ int16_t;
typedef __UINT16_TYPE__ uint16_t;
#define INT16_MAX __INT16_MAX__
#define INT16_MIN (-INT16_MAX - 1)
#define UINT16_MAX __UINT16_MAX__
#define INT16_C(c) __INT16_C(c)
#define UINT16_C(c) __UINT16_C(c)
typedef __INT32_TYPE__ int32_t;
typedef __UINT32_TYPE__ uint32_t;
#define INT32_MAX __INT32_MAX__
#define INT32_MIN (-INT32_MAX - 1)
#define UINT32_MAX __UINT32_MAX__
#define INT32_C(c) __INT32_C(c)
#define UINT32_C(c) __UINT32_C(c)
typedef __INT64_TYPE__ int64_t;
typedef __UINT64_TYPE__ uint64_t;
#define INT64_MAX __INT64_MAX__
#define INT64_MIN (-INT64_MAX - 1)
#define UINT64_MAX __UINT64_MAX__
#define INT64_C(c) __INT64_C(c)
#define UINT64_C(c) __UINT64_C(c)
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __INTMAX_TYPE__ intmax_t;
typedef __UINTMAX_TYPE__ uintmax_t;
#define INTPTR_MAX __INTPTR_MAX__
#define UINTPTR_MAX __UINTPTR_MAX__
#define SIZE_MAX __SIZE_MAX__
#define PTRDIFF_MAX __PTRDIFF_MAX__
"""

_SYSTEM_WRAPPER = """#!/bin/sh
exec {path} "$@"
"""

def _system(rctx):
    """Whatever riscv64-unknown-elf-gcc is installed: other bits than a release."""
    gcc = rctx.which("riscv64-unknown-elf-gcc")
    if not gcc:
        fail("HYP_TOOLCHAIN=system, but there is no riscv64-unknown-elf-gcc in PATH")
    version = rctx.execute([gcc, "-dumpfullversion"]).stdout.strip()
    if int(version.split(".")[0]) < 12:
        fail("GCC %s is too old: 12 or newer is needed" % version)
    for t in TOOLS:
        path = rctx.which("riscv64-unknown-elf-" + t)
        rctx.file("bin/" + t, _SYSTEM_WRAPPER.format(path = path), executable = True)

    # The headers and libgcc.a lie in the repository, so that both kinds look
    # alike to Bazel; the programs are taken where they are.
    lib = rctx.execute([gcc, "-march=rv64imac", "-mabi=lp64", "-print-libgcc-file-name"]).stdout.strip()
    include = rctx.execute([gcc, "-print-file-name=include"]).stdout.strip()
    to = "usr/lib/gcc/riscv64-unknown-elf/" + version
    rctx.execute(["mkdir", "-p", to + "/rv64imac/lp64"])
    rctx.execute(["cp", "-rL", include, to + "/include"])
    if not rctx.path(to + "/include/stdint.h").exists:
        # Debian's GCC 15 leaves it to a libc
        rctx.file(to + "/include/stdint.h", _STDINT)
    rctx.execute(["cp", lib, to + "/rv64imac/lp64/libgcc.a"])
    return version

def _impl(rctx):
    if rctx.os.environ.get("HYP_TOOLCHAIN", "pinned") == "system":
        _build(rctx, _system(rctx))
        return
    for i, (pool, sha) in enumerate(DEBS.items()):
        deb = fetch(rctx, pool, sha, i + 1, len(DEBS))
        unpack_deb(rctx, deb, _GCC_MEMBERS if deb.startswith("gcc-") else [])
    rctx.execute(["rm", "-rf", "usr/share", "usr/lib/python3"])
    for t in TOOLS:
        rctx.file("bin/" + t, _WRAPPER.format(tool = t), executable = True)
    res = rctx.execute(["bin/gcc", "-dumpfullversion"])
    if res.stdout.strip() != GCC_VERSION:
        fail("pinned compiler does not run here: %s%s" % (res.stdout, res.stderr))
    _build(rctx, GCC_VERSION)

def _build(rctx, version):
    me = str(Label("//toolchains/gcc:cc_config.bzl"))
    if me.startswith("//"):
        me = "@libhyp" + me
    rctx.file("BUILD.bazel", """
load("{config}", "riscv_cc_config")
load("@rules_cc//cc:defs.bzl", "cc_toolchain")

package(default_visibility = ["//visibility:public"])

filegroup(name = "files", srcs = glob(["bin/*", "usr/**", "lib/**"]))
filegroup(name = "libgcc", srcs = ["usr/lib/gcc/riscv64-unknown-elf/{v}/rv64imac/lp64/libgcc.a"])
exports_files(glob(["bin/*"]))

riscv_cc_config(name = "config", include_dir = "usr/lib/gcc/riscv64-unknown-elf/{v}/include")

cc_toolchain(
    name = "cc",
    all_files = ":files",
    ar_files = ":files",
    as_files = ":files",
    compiler_files = ":files",
    dwp_files = ":files",
    linker_files = ":files",
    objcopy_files = ":files",
    strip_files = ":files",
    supports_param_files = True,
    toolchain_config = ":config",
    toolchain_identifier = "riscv64-bare",
)

toolchain(
    name = "toolchain",
    exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    target_compatible_with = ["@platforms//os:none", "@platforms//cpu:riscv64", "{abi}"],
    toolchain = ":cc",
    toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
)
""".format(config = me, abi = me.replace("//toolchains/gcc:cc_config.bzl", "//platforms:lp64_soft"), v = version))

riscv_gcc = repository_rule(implementation = _impl, environ = ENVIRON + ["HYP_TOOLCHAIN"])
