# SPDX-License-Identifier: Apache-2.0
"""@debian_linux: Debian's own riscv64 kernel, its virtio modules, and an initrd of its busybox.

@debian_linux_newest is the same of the newest suite, @debian_userland (debian_userland.bzl) has programs for both.

Point releases remove the versions before them from every mirror, so these are
not pinned: an apt of its own resolves them, from the mirror of the machine's
apt configuration, and checks the Release signature and each hash. No image's
bits depend on them.

If that fails, the files say so instead of holding a kernel: images still build,
and whatever starts Linux fails with that text (run_image.py).
"""

load("//toolchains/gcc:debian.bzl", "ENVIRON", "bases", "keep")

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_META = "linux-image-riscv64"
_BUSYBOX = "busybox-static"
_MEMBERS = ["./boot/vmlinu*", "./boot/config-*", "*/modules/*/vmlinu*", "*/modules/*/config", "*/bin/busybox"]

# Drivers of QEMU's devices, and the modules that they need; what depmod reads besides.
_MODULES = [
    "failover",
    "net_failover",
    "virtio-rng",
    "virtio_balloon",
    "virtio_blk",
    "virtio_input",
    "virtio_mmio",
    "virtio_net",
]
_MODULE_MEMBERS = ["*/modules/*/%s.ko*" % m for m in _MODULES] + ["*/modules/*/modules.*"]

FILES = ["Image", "busybox", "config", "modules.tar", "version"]

_BUILD = """
package(default_visibility = ["//visibility:public"])

exports_files({files})

genrule(
    name = "initrd",
    srcs = ["busybox", "{init}"],
    outs = ["initrd.cpio.gz"],
    cmd = "$(location {writer}) $@ $(location busybox) $(location {init})",
    tools = ["{writer}"],
)
"""

_BUILD_MISSING = """
package(default_visibility = ["//visibility:public"])

exports_files({files})

filegroup(
    name = "initrd",
    srcs = ["initrd.cpio.gz"],
)
"""

def label_in(text):
    """A label as another repository's BUILD file may write it."""
    s = str(Label(text))
    return "@libhyp" + s if s.startswith("//") else s

def _apt(rctx, tool, args):
    root = str(rctx.path("apt"))
    options = {
        "APT::Architecture": "riscv64",
        "APT::Architectures": "riscv64",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Dir::Cache": root + "/cache",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::Etc::sourcelist": root + "/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": root + "/state",
        "Dir::State::status": root + "/status",
    }
    command = [tool, "-q"]
    for k, v in options.items():
        command += ["-o", "%s=%s" % (k, v)]
    return rctx.execute(command + args, timeout = 900, environment = {"LC_ALL": "C"})

def _sizes(uris):
    """Number, names and MiB of the files that apt names: 'URI' FILE BYTES HASH."""
    rows = [line.split(" ") for line in uris.split("\n") if line.startswith("'")]
    size = 0
    for row in rows:
        size += int(row[2])
    return "%d files, %d MiB: %s" % (len(rows), (size + 1048575) // 1048576, " ".join([row[1] for row in rows]))

def _resolve(rctx, base, suite, packages):
    """Downloads the packages from this mirror's suite; returns what went wrong, or None."""
    rctx.delete("apt")
    for d in ["apt/state/lists/partial", "apt/cache/archives/partial"]:
        rctx.execute(["mkdir", "-p", d])
    rctx.file("apt/status", "")
    rctx.file("apt/sources.list", "deb [arch=riscv64 signed-by=%s] %s %s main\n" % (_KEYRING, base, suite))

    rctx.report_progress("index of Debian's %s" % suite)

    # any index that fails its check is an error here: nothing older is taken
    res = _apt(rctx, "apt-get", ["-o", "APT::Update::Error-Mode=any", "update"])
    if res.return_code != 0:
        return res.stderr.strip()
    names, error = packages(rctx)
    if error:
        return error
    rctx.report_progress(_sizes(_apt(rctx, "apt-get", ["download", "--print-uris"] + names).stdout))
    res = _apt(rctx, "apt-get", ["download"] + names)
    return res.stderr.strip() if res.return_code != 0 else None

def kernel_packages(rctx, prefixes):
    """The suite's kernel and the packages it depends on that begin so; for find_suite()."""
    kernel = depends(rctx, _META, ["linux-image-"])
    if not kernel:
        return [], _META + " depends on no kernel"
    return [kernel[0]] + depends(rctx, kernel[0], prefixes), None

def with_dependencies(rctx, names):
    """These packages and all that they depend on; for find_suite()."""
    res = _apt(rctx, "apt-get", ["--simulate", "--no-install-recommends", "install"] + names)
    if res.return_code != 0:
        return [], res.stderr.strip()
    return [line.split(" ")[1] for line in res.stdout.split("\n") if line.startswith("Inst ")], None

def _packages(rctx):
    # newer kernels are split: image, configuration and modules are in packages of their own
    names, error = kernel_packages(rctx, ["linux-binary-", "linux-base-", "linux-modules-"])
    return names + [_BUSYBOX], error

def depends(rctx, package, prefixes):
    """The packages that it depends on whose names begin so; for find_suite()."""
    res = _apt(rctx, "apt-cache", ["depends", "--important", package])
    words = res.stdout.replace("\n", " ").split(" ")
    return [w for w in words if w != package and [p for p in prefixes if w.startswith(p)]]

def from_cache(rctx, cache, name):
    """Links what to_cache() has kept under that name; False if there is nothing."""
    index = rctx.path("%s/%s.sha256" % (cache, name))
    if not cache or not index.exists:
        return False
    res = rctx.execute(["sh", "-c", "cd \"$1\" && sha256sum -c --quiet %s.sha256" % name, "sh", cache])
    if res.return_code != 0:
        fail("%s: %s%s" % (cache, res.stdout, res.stderr))
    suite = rctx.path("%s/%s.suite" % (cache, name))
    rctx.file("suite", rctx.read(suite) if suite.exists else "unknown\n", executable = False)
    for line in rctx.read(index).strip().split("\n"):
        deb = line.split("  ")[1]
        rctx.symlink(cache + "/" + deb, deb)
    return True

def to_cache(rctx, cache, name, debs):
    """Keeps these packages and the suite that they are of."""
    keep(rctx, cache, debs)
    res = rctx.execute(["sha256sum"] + debs)
    script = "cp suite \"$2/$3.suite\" && printf %s \"$1\" > \"$2/$3.sha256\""
    rctx.execute(["sh", "-c", script, "sh", res.stdout, cache, name])

def find_suite(rctx, suites, packages):
    """Downloads from the first suite that a mirror serves whole.

    Args:
      rctx: of the repository; what is downloaded lies in its folder, the suite's name in `suite`.
      suites: their names.
      packages: a function of rctx: (names of the packages, what went wrong or None).

    Returns:
      What went wrong, or None.
    """
    if not rctx.path(_KEYRING).exists:
        return _KEYRING + " is missing: install debian-archive-keyring"
    missing = []
    for suite in suites:
        for base in bases(rctx):
            error = _resolve(rctx, base, suite, packages)
            if error:
                missing.append("%s %s: %s" % (base, suite, error))
                continue
            rctx.delete("apt")
            if suite != suites[0]:
                # buildifier: disable=print
                print("@%s: it is of %s, not of %s:\n%s" % (rctx.name, suite, suites[0], "\n".join(missing)))
            rctx.file("suite", suite + "\n", executable = False)
            return None
    rctx.delete("apt")
    return "\n".join(missing) or "no mirror is known"

def missing(rctx, what, why, files):
    """Writes the reason into each of the files, for run_image.py and initrd.py."""
    text = "#!unavailable\n%s could not be had:\n%s\nTry again: ./bazelw sync --only=%s\n" % (what, why, rctx.name)
    for f in files:
        rctx.file(f, text, executable = False)

    # buildifier: disable=print
    print(text)

def download(rctx, suites, packages):
    """Brings packages here, from HYP_DEBIAN_CACHE or from a mirror, and writes the file `version`.

    Args:
      rctx: of the repository, with an attribute `cached`: the name that the cache knows it by.
      suites: as of find_suite().
      packages: as of find_suite().

    Returns:
      Names of the .deb files, and what went wrong, or None.
    """
    cache = rctx.os.environ.get("HYP_DEBIAN_CACHE", "")
    cached = from_cache(rctx, cache, rctx.attr.cached)
    error = None if cached else find_suite(rctx, suites, packages)
    if error:
        return [], error
    debs = sorted([p.basename for p in rctx.path(".").readdir() if p.basename.endswith(".deb")])
    if cache and not cached:
        to_cache(rctx, cache, rctx.attr.cached, debs)
    rctx.file("version", "suite " + rctx.read("suite") + "".join([d + "\n" for d in debs]), executable = False)
    return debs, None

# Same files, same bytes: for `tar -c`.
TAR = "tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c"

def _impl(rctx):
    debs, error = download(rctx, rctx.attr.suites, _packages)
    if error:
        files = FILES + ["initrd.cpio.gz"]
        missing(rctx, "Debian's riscv64 kernel", error, files)
        rctx.file("BUILD.bazel", _BUILD_MISSING.format(files = files))
        return
    for deb in debs:
        members = " ".join(["'%s'" % m for m in _MEMBERS + _MODULE_MEMBERS])
        rctx.execute(["sh", "-c", "dpkg-deb --fsys-tarfile '%s' | tar -x --wildcards %s" % (deb, members)])
        rctx.delete(deb)
    script = " && ".join([
        "for f in boot/vmlinu* usr/lib/modules/*/vmlinu*; do if [ -f $f ]; then mv $f vmlinux; fi; done",
        "for f in boot/config-* usr/lib/modules/*/config; do if [ -f $f ]; then mv $f config; fi; done",
        "for f in bin/busybox usr/bin/busybox; do if [ -f $f ]; then mv $f busybox; fi; done",
        "test -f config && test -f busybox",
        "python3 '%s' vmlinux Image" % rctx.path(rctx.attr.unpacker),
        "mkdir -p usr && if [ -d lib ]; then mv lib usr; fi",
        TAR + " -f modules.tar usr/lib/modules",
        "rm -rf boot bin usr vmlinux",
    ])
    res = rctx.execute(["sh", "-ec", script])
    if res.return_code != 0:
        fail(res.stdout + res.stderr)
    rctx.file("BUILD.bazel", _BUILD.format(
        files = FILES,
        init = label_in("//toolchains/tools/linux:init"),
        writer = label_in("//toolchains/tools/linux:initrd"),
    ))

debian_linux = repository_rule(
    implementation = _impl,
    attrs = {
        "cached": attr.string(default = "debian_linux"),
        # the first that the mirror serves whole: while a mirror is being updated, the index of a
        # suite may not be the one that its signed Release names, and is refused then
        "suites": attr.string_list(default = ["trixie", "forky", "sid"]),
        "unpacker": attr.label(default = Label("//toolchains/tools/linux:unpack_image.py")),
    },
    environ = ENVIRON,
)
