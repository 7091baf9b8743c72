# SPDX-License-Identifier: Apache-2.0
"""hyp_initrd: an initial RAM disk for a Linux guest."""

load("//toolchains/rules:own.bzl", "own")

_WRITER = own("//toolchains/tools/linux:initrd")

def hyp_initrd(name, files, base = None, **kwargs):
    """NAME.cpio.gz: an initrd of these files (cpio, gzip); the same files give the same bytes.

    Args:
      name: of the initrd, for `embed` or `loads` of hyp_image.
      files: {path in the initrd: file}; a file is a label of one file. Each is executable, and the
        folders above it are made. Linux starts `init`.
      base: an initrd that these files are added to, as @debian_linux//:initrd; a file of the same
        path is replaced. None: these files are all, in the folders bin, dev, proc, sys and tmp.
      **kwargs: of the genrule.
    """
    first = [base] if base else []
    native.genrule(
        name = name,
        srcs = first + {file: None for file in files.values()}.keys(),
        outs = [name + ".cpio.gz"],
        cmd = " ".join(["$(execpath %s)" % _WRITER, "--add" if base else "--new", "$@"] +
                       ["$(execpath %s)" % f for f in first] +
                       ["'%s=$(execpath %s)'" % item for item in files.items()]),
        tools = [_WRITER],
        **kwargs
    )
