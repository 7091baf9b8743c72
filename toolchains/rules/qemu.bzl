# SPDX-License-Identifier: Apache-2.0
"""qemu_test: boots an image as `bazel run` would, and judges what it prints."""

load("//toolchains/rules:own.bzl", "own")

_DRIVER = own("//tests/lib:qemu_test.py")

# a driver imports what lies beside qemu_test.py; "" where libhyp is the main repository
_SELF = Label("//tests/lib:qemu_test.py").workspace_name
_LIB = ("../" + _SELF + "/" if _SELF else "") + "tests/lib"

def _steps_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(out, ctx.expand_location(ctx.attr.content, ctx.attr.data))
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out]))]

_qemu_steps = rule(
    implementation = _steps_impl,
    attrs = {
        "content": attr.string(mandatory = True),
        "data": attr.label_list(allow_files = True),
    },
)

def qemu_test(
        name,
        image,
        steps = [],
        args = [],
        status = 0,
        timeout_s = 240,
        harts = 1,
        driver = _DRIVER,
        data = [],
        env = {},
        size = "medium",
        tags = [],
        **kwargs):
    """Runs the steps one after another; fails on a wrong line, a wrong end or the time limit.

    Args:
      name: of the test.
      image: a hyp_image, or any executable that talks on its terminal.
      steps: "expect:REGEX" waits until it is printed, after what the last one found;
        "send:TEXT" types it (escapes as in Python); "reject:REGEX" must never be printed;
        "sleep:SECONDS" lets it run; "stop:" ends the machine (any status is right then).
      args: of the image's launcher; $(rootpath x) with x in data is replaced.
      status: exit status that the launcher must return.
      timeout_s: limit of the whole run. A generous one: it is for hangs, not for speed.
      harts: busy harts; more than one reserves a second processor.
      driver: a Python file that imports qemu_test for more judgement.
      data: files for args.
      env: of the test; PYTHONPATH is added.
      size: as usual.
      tags: "qemu" is added.
      **kwargs: of sh_test.
    """
    content = json.encode({"args": args, "status": status, "steps": steps, "timeout": timeout_s})
    _qemu_steps(
        name = name + "_steps",
        content = content,
        data = data,
        tags = ["manual"],
        testonly = True,
        visibility = ["//visibility:private"],
    )
    native.sh_test(
        name = name,
        size = size,
        srcs = [driver],
        args = ["$(rootpath :%s_steps)" % name, "$(rootpath %s)" % image],
        data = data + [":%s_steps" % name, image, _DRIVER],
        env = dict(env, PYTHONPATH = _LIB),
        tags = ["qemu"] + (["cpu:2"] if harts > 1 else []) + tags,
        **kwargs
    )
