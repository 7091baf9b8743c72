# SPDX-License-Identifier: Apache-2.0
"""patched_tree: this tree with patches, as a repository whose targets are built and tested like any other's."""

# its constraint is the toolchain's, which is the tree's own
_PLATFORM = "platforms/BUILD.bazel"

def _run(ctx, *words):
    done = ctx.execute(words)
    if done.return_code != 0:
        fail("%s: %s" % (words, done.stderr))

def _children(ctx, folder):
    return [p for p in ctx.path(folder).readdir() if p.basename != ".git" and not p.basename.startswith("bazel-")]

def _touched(text):
    """Files that a patch changes or makes."""
    return [line[len("+++ b/"):] for line in text.split("\n") if line.startswith("+++ b/")]

def _impl(ctx):
    root = str(ctx.path(ctx.attr.tree).dirname)
    paths = {_PLATFORM: None}
    for patch in ctx.attr.patches:
        paths.update([(p, None) for p in _touched(ctx.read(patch))])
    folders = {"": None}
    for path in paths:
        words = path.split("/")[:-1]
        folders.update([("/".join(words[:n + 1]) + "/", None) for n in range(len(words))])

    # what no patch touches is the tree itself, also when it changes
    for folder in folders:
        for child in _children(ctx, root + "/" + folder):
            name = folder + child.basename
            if name in paths:
                # a copy: made again when the file changes
                ctx.path(Label("//:" + name))
                _run(ctx, "cp", "-p", str(child), name)
            elif name + "/" in folders:
                _run(ctx, "mkdir", "-p", name)
            else:
                ctx.symlink(child, name)
    _run(ctx, "sed", "-i", "s|^ *\":lp64_soft\"|\"@libhyp//platforms:lp64_soft\"|", _PLATFORM)
    for patch in ctx.attr.patches:
        ctx.patch(patch, strip = 1)

patched_tree = repository_rule(
    implementation = _impl,
    attrs = {
        "patches": attr.label_list(allow_files = True),
        "tree": attr.label(default = "//:WORKSPACE"),
    },
    local = True,
)

def recipes():
    patched_tree(
        name = "recipes",
        patches = [
            "//tests/recipes:controller.patch",
            "//tests/recipes:virtual_device.patch",
        ],
    )
