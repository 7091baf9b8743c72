# SPDX-License-Identifier: Apache-2.0
"""hostile_group: one hostile guest beside the real-time guest, judged from outside."""

load("//tests/lib:machines.bzl", "MACHINES", "RV64GC", "qemu_test", "test_image")
load("//toolchains:hyp.bzl", "hyp_guest")

_SHARED = ["hostile.c", "hostile.h", "start.S"]

def hostile_group(name, srcs, ok, define = "", reason = "shutdown", machine = "plic", group = "", long = False):
    """//tests/hostile:NAME.

    Args:
      name: of the test.
      srcs: of the guest, besides the common ones.
      ok: how many checks it has; all are to pass.
      define: for srcs.
      reason: why its VM stops.
      machine: a key of MACHINES; its VM has that machine's own kind of controller.
      group: as the guest prints it, if it is not the name.
      long: as of qemu_test.
    """
    hyp_guest(
        name = name + "_guest",
        srcs = srcs + _SHARED,
        copts = RV64GC + (["-D" + define] if define else []),
        deps = ["//guest"],
        tags = ["manual"],
    )
    test_image(
        name = name + "_image",
        audit = True,
        config = "config.c",
        embed = {"beat": ":rt", "hostile": ":%s_guest" % name},
        model = MACHINES[machine].model,
        tags = ["manual"],
    )
    qemu_test(
        name = name,
        image = ":%s_image" % name,
        machine = machine,
        driver = "hostile_test.py",
        counts = True,
        steps = [
            "group:" + (group or name),
            "ok:%d" % ok,
            "reason:" + reason,
        ],
        long = long,
    )
