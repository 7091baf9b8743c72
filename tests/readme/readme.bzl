# SPDX-License-Identifier: Apache-2.0
"""@readme: the code of all READMEs, word for word, in a folder a section; another workspace to libhyp."""

def _impl(ctx):
    tree = str(ctx.path(ctx.attr.tree).dirname)
    readmes = [str(ctx.path(r))[len(tree) + 1:] for r in ctx.attr.readmes]
    res = ctx.execute(["python3", ctx.path(ctx.attr.extract), tree, "."] + readmes)
    if res.return_code != 0:
        fail(res.stderr)
    for file, name in ctx.attr.files.items():
        ctx.symlink(file, name)


    # the reader's own, too: any configuration
    ctx.symlink("pair/pair.c", "libhv/config.c")

    # a file of that name would make a workspace of the folder
    ctx.execute(["mv", "firmware/WORKSPACE", "firmware/WORKSPACE.txt"])

readme_code = repository_rule(
    implementation = _impl,
    attrs = {
        "extract": attr.label(default = "//tests/readme:extract.py"),
        # what is the reader's own in a section: file of this tree -> file there
        "files": attr.label_keyed_string_dict(mandatory = True),
        "readmes": attr.label_list(mandatory = True),
        "tree": attr.label(default = "//:WORKSPACE"),
    },
    local = True,
)

_PACKAGES = ["", "guest", "images", "libarch", "libconsole", "libhv", "libirq", "libmm", "libvm", "toolchains"]

def readme():
    readme_code(
        name = "readme",
        files = {
            "//tests/readme:firmware/entry.S": "firmware/entry.S",
            "//tests/readme:firmware/fw.ld": "firmware/fw.ld",
            "//tests/readme:fragments/fragments.bazel": "fragments/BUILD.bazel",
            "//tests/readme:fragments/libmm.c": "fragments/libmm.c",
            "//tests/readme:fragments/pair.c": "fragments/pair.c",
        },
        readmes = ["//%s:README.md" % p for p in _PACKAGES],
    )
