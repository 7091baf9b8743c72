# SPDX-License-Identifier: Apache-2.0
"""@clang: clang for the host and for bare-metal riscv64, from pinned .debs.

Binutils and libgcc for riscv64 are those of @riscv64_gcc. The host's linker, its libc and that libc's
headers are the machine's, as with the host's GCC.
"""

load("//toolchains/gcc:debian.bzl", "ENVIRON", "fetch", "unpack_deb")

_MAJOR = "19"
_VERSION = "19.1.7"
_POOL = "pool/main/l/llvm-toolchain-19/"
_SUFFIX = "_19.1.7-3~deb12u1_amd64.deb"

# name in the pool -> sha256; all amd64, Debian 12
_DEBS = {
    _POOL + "clang-19" + _SUFFIX: "89ab931a9bbfd567a76df3141af5d5ec67b01d800150e614f2c9bf4671da9b08",
    _POOL + "libclang-common-19-dev" + _SUFFIX: "811c2d398ad772204ec05ffde485cbbc4c210abc5dcf0068ff9ca3e647591ce7",
    _POOL + "libclang-cpp19" + _SUFFIX: "5daa784e1d747db320c16604729ffa805e6bfd72d3ac0b7cb0ee5f1a7ebc8aae",
    _POOL + "libclang-rt-19-dev" + _SUFFIX: "872464dcd1aa3538e417e177f74a4c549b19313acaa1fe9465d32b936e9ef8eb",
    _POOL + "libllvm19" + _SUFFIX: "6edf3a8b28495cdba883d9760e0dca1a81983fc497a5f989dc64d0d96d23b4aa",
    "pool/main/i/icu/libicu72_72.1-3+deb12u1_amd64.deb": "f7f6f99c6d7b025914df2447fc93e11d22c44c0c8bdd8b6f36691c9e7ddcef88",
    "pool/main/libb/libbsd/libbsd0_0.11.7-2_amd64.deb": "bb31cc8b40f962a85b2cec970f7f79cc704a1ae4bad24257a822055404b2c60b",
    "pool/main/libe/libedit/libedit2_3.1-20221030-2_amd64.deb": "1cf14abf2716d3279db12d0657a5737cf70074a1e71d3bdf73206625e3c89ce6",
    "pool/main/libf/libffi/libffi8_3.4.4-1_amd64.deb": "6d9f6c25c30efccce6d4bceaa48ea86c329a3432abb360a141f76ac223a4c34a",
    "pool/main/libm/libmd/libmd0_1.0.4-2_amd64.deb": "03539fd30c509e27101d13a56e52eda9062bdf1aefe337c07ab56def25a13eab",
    "pool/main/libx/libxml2/libxml2_2.9.14+dfsg-1.3~deb12u6_amd64.deb": "4460e39dda10a815881374217cde08474747cfa018358cd8612c14b390eff53b",
    "pool/main/libz/libzstd/libzstd1_1.5.4+dfsg2-5_amd64.deb": "6315b5ac38b724a710fb96bf1042019398cb656718b1522279a5185ed39318fa",
    "pool/main/n/ncurses/libtinfo6_6.4-4_amd64.deb": "072d908f38f51090ca28ca5afa3b46b2957dc61fe35094c0b851426859a49a51",
    "pool/main/z/z3/libz3-4_4.8.12-3.1_amd64.deb": "6221ca25ad5abcfbe1965801029d85a88b4775320384b4b716de8fab7a4d2f7a",
    "pool/main/z/zlib/zlib1g_1.2.13.dfsg-1_amd64.deb": "d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4",
}

# Few files: each action's sandbox has a link to each. Of the headers those that C code for any
# machine includes; of the libraries those that .bazelrc links.
_MEMBERS = {
    "clang": ["./usr/lib/llvm-19/bin/clang"],
    "libclang-common": ["./usr/lib/llvm-19/lib/clang/19/include/" + h for h in ["__std*.h", "std*.h", "float.h", "inttypes.h", "limits.h"]],
    "libclang-rt": ["./usr/lib/llvm-19/lib/clang/19/lib/linux/*." + lib for lib in ["asan*-x86_64.a*", "fuzzer*-x86_64.a", "ubsan*-x86_64.a*"]],
}

# GNU's programs for each target: a tool path cannot lead out of a repository
_BINUTILS = ["ar", "ld", "nm", "objcopy", "objdump", "readelf", "size", "strip"]

# $0 is a path inside the execroot. Of a header that is parsed by itself Bazel wants a file, and
# -fsyntax-only writes none.
_CLANG = """#!/bin/sh
d="${{0%/*}}/.."
LD_LIBRARY_PATH="$d/usr/lib/x86_64-linux-gnu:$d/lib/x86_64-linux-gnu"
export LD_LIBRARY_PATH
last=
for arg; do
    case $last,$arg in -o,*.processed) : >"$arg" ;; esac
    last=$arg
done
exec "$d/usr/lib/llvm-{major}/bin/clang" --no-default-config --target={target} "$@"
"""

_BUILD = """# SPDX-License-Identifier: Apache-2.0
load("{clang}:host_config.bzl", "host_clang_config")
load("{gcc}:cc_config.bzl", "riscv_cc_config")
load("@rules_cc//cc:defs.bzl", "cc_toolchain")

package(default_visibility = ["//visibility:public"])

exports_files(["bare/clang", "host/clang"])

filegroup(name = "files", srcs = glob(["host/*", "bare/*", "usr/**", "lib/**"]))

filegroup(name = "bare_files", srcs = [":files", "@riscv64_gcc//:files"])

host_clang_config(name = "host_config", clang_dir = "usr/lib/llvm-{major}/lib/clang/{major}")

riscv_cc_config(
    name = "bare_config",
    compiler = "clang",
    include_dir = "usr/lib/llvm-{major}/lib/clang/{major}/include",
    libgcc = "@riscv64_gcc//:libgcc",
    prefix = "bare",
)

[cc_toolchain(
    name = name,
    all_files = files,
    ar_files = files,
    as_files = files,
    compiler_files = files,
    dwp_files = files,
    linker_files = files,
    module_map = "module.modulemap" if name == "host" else None,
    objcopy_files = files,
    strip_files = files,
    supports_header_parsing = name == "host",
    supports_param_files = True,
    toolchain_config = ":" + name + "_config",
    toolchain_identifier = "clang-" + name,
) for name, files in [("host", ":files"), ("bare", ":bare_files")]]
"""

def _label(package):
    name = str(Label(package + ":BUILD.bazel")).split(":")[0]
    return "@libhyp" + name if name.startswith("//") else name

def _impl(rctx):
    for i, (pool, sha) in enumerate(_DEBS.items()):
        deb = fetch(rctx, pool, sha, i + 1, len(_DEBS))
        unpack_deb(rctx, deb, _MEMBERS.get(deb.split("-" + _MAJOR)[0], []))
    rctx.execute(["rm", "-rf", "usr/share"])
    rctx.file("host/clang", _CLANG.format(major = _MAJOR, target = "x86_64-linux-gnu"), executable = True)
    rctx.file("bare/clang", _CLANG.format(major = _MAJOR, target = "riscv64-unknown-elf"), executable = True)

    # a sibling under external/, whatever modules make of its name
    gcc = rctx.path(Label("@riscv64_gcc//:BUILD.bazel")).dirname.basename
    for tool in _BINUTILS:
        rctx.file("bare/" + tool, "#!/bin/sh\nexec \"${0%%/*}/../../%s/bin/%s\" \"$@\"\n" % (gcc, tool), executable = True)
        rctx.file("host/" + tool, "#!/bin/sh\nexec /usr/bin/%s \"$@\"\n" % tool, executable = True)
    res = rctx.execute(["host/clang", "--version"])
    if _VERSION not in res.stdout:
        fail("pinned clang does not run here: %s%s" % (res.stdout, res.stderr))

    # no library includes these by a dependency
    res = rctx.execute(["sh", str(rctx.path(Label("@bazel_tools//tools/cpp:generate_system_module_map.sh"))), "/usr/include"])
    own = rctx.execute(["find", "usr/lib/llvm-%s/lib/clang" % _MAJOR, "-name", "*.h"]).stdout
    headers = ["  textual header \"%s\"" % h for h in sorted(own.strip().split("\n"))]
    rctx.file("module.modulemap", "\n".join(['module "crosstool" [system] {'] + headers + res.stdout.split("\n")[1:]))
    rctx.file("BUILD.bazel", _BUILD.format(clang = _label("//toolchains/clang"), gcc = _label("//toolchains/gcc"), major = _MAJOR))

clang = repository_rule(implementation = _impl, environ = ENVIRON)
