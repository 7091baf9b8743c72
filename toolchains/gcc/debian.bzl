# SPDX-License-Identifier: Apache-2.0
"""Fetches files of the Debian archive, each pinned by pool path and sha256.

The archive's address is never written here: it is HYP_DEBIAN_MIRROR, or else
each base URI of the machine's own apt configuration. apt's own downloader is
used (it honours the machine's apt proxy settings) and checks the sha256;
HYP_DEBIAN_CACHE names a folder that is looked into first and filled; it is
created when something is to be kept there.
"""

ENVIRON = ["HYP_DEBIAN_MIRROR", "HYP_DEBIAN_CACHE"]

_HELPER = "/usr/lib/apt/apt-helper"

def bases(rctx):
    env = rctx.os.environ.get("HYP_DEBIAN_MIRROR", "")
    if env:
        return [b if b.endswith("/") else b + "/" for b in env.split(" ") if b]

    # The addresses that apt itself would read: works before any "apt-get update".
    res = rctx.execute(["apt-get", "update", "--print-uris"])
    out = []
    for line in res.stdout.split("\n") if res.return_code == 0 else []:
        uri = line.split("'")[1] if line.startswith("'") else ""
        if "/dists/" in uri:
            base = uri.split("/dists/")[0] + "/"
            if base not in out:
                out.append(base)
    return out

def keep(rctx, cache, files):
    """Copies files into the cache, which need not exist."""
    res = rctx.execute(["sh", "-c", "mkdir -p \"$0\" && cp \"$@\" \"$0\"", cache] + files)
    if res.return_code != 0:
        fail("HYP_DEBIAN_CACHE=%s: %s" % (cache, res.stderr))

def fetch(rctx, pool, sha256, number = 1, count = 1):
    """Puts the pool file into the repository and returns its local name.

    Args:
      rctx: of the repository.
      pool: its path in the archive.
      sha256: of the file.
      number: for the progress that is shown: the file is this one,
      count: of so many that the repository fetches.

    Returns:
      The file's name.
    """
    name = pool.split("/")[-1]
    rctx.report_progress("file %d of %d: %s" % (number, count, name))
    cache = rctx.os.environ.get("HYP_DEBIAN_CACHE", "")
    if cache:
        hit = rctx.path(cache + "/" + name)
        if hit.exists:
            rctx.symlink(hit, name)
            _check(rctx, name, sha256)
            return name
    errors = []
    for base in bases(rctx):
        if rctx.path(_HELPER).exists:
            res = rctx.execute(
                [_HELPER, "-o", "APT::Sandbox::User=root", "download-file", base + pool, name, "SHA256:" + sha256],
                timeout = 600,
            )
            if res.return_code != 0:
                errors.append(res.stderr.strip())
                continue
            _check(rctx, name, sha256)
        elif not rctx.download(url = base + pool, output = name, sha256 = sha256, allow_fail = True).success:
            continue
        if cache:
            keep(rctx, cache, [name])
        return name
    fail("cannot fetch %s: set HYP_DEBIAN_MIRROR to the base address of a Debian mirror or of a snapshot\n%s" %
         (pool, "\n".join(errors)))

def _check(rctx, name, sha256):
    res = rctx.execute(["sha256sum", name])
    got = res.stdout.split(" ")[0]
    if got != sha256:
        fail("%s: sha256 is %s, pinned is %s" % (name, got, sha256))

def unpack_deb(rctx, name, members = []):
    """Unpacks a .deb here: all of it, or only the members' globs."""
    if members:
        cmd = "dpkg-deb --fsys-tarfile '%s' | tar -x --wildcards %s" % (
            name,
            " ".join(["'%s'" % m for m in members]),
        )
    else:
        cmd = "dpkg-deb -x '%s' ." % name
    res = rctx.execute(["sh", "-c", cmd], timeout = 600)
    if res.return_code != 0:
        fail("%s: %s" % (name, res.stderr))
    rctx.delete(name)

def _debian_source_impl(rctx):
    name = fetch(rctx, rctx.attr.pool, rctx.attr.sha256)

    # tar, not rctx.extract: that crashes Debian 13's Bazel 4.2.3 (its
    # commons-compress wants a commons-io class that is no longer there)
    res = rctx.execute(["tar", "-xf", name, "--strip-components=1"])
    if res.return_code != 0:
        fail("%s: %s" % (name, res.stderr))
    rctx.delete(name)
    # {repo}: the name under external/, which bzlmod makes longer; for
    # -ffile-prefix-map, so that the debug data does not tell
    rctx.file("BUILD.bazel", rctx.attr.build_file_content.replace("{repo}", rctx.name))

debian_source = repository_rule(
    implementation = _debian_source_impl,
    attrs = {
        "pool": attr.string(mandatory = True),
        "sha256": attr.string(mandatory = True),
        "build_file_content": attr.string(mandatory = True),
    },
    environ = ENVIRON,
)

def _debian_package_impl(rctx):
    unpack_deb(rctx, fetch(rctx, rctx.attr.pool, rctx.attr.sha256))
    rctx.file("BUILD.bazel", rctx.attr.build_file_content)

# All of one .deb.
debian_package = repository_rule(
    implementation = _debian_package_impl,
    attrs = {
        "pool": attr.string(mandatory = True),
        "sha256": attr.string(mandatory = True),
        "build_file_content": attr.string(mandatory = True),
    },
    environ = ENVIRON,
)
