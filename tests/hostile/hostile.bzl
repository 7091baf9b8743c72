# SPDX-License-Identifier: Apache-2.0
"""hostile_group: one hostile guest beside the real-time guest, judged from outside."""

load("//toolchains:hyp.bzl", "hyp_guest", "hyp_image", "qemu_test")

_SHARED = ["hostile.c", "hostile.h", "start.S", "//tests/guests:guest.c", "//tests/guests:guest.h"]

def hostile_group(name, srcs, ok, define = "", reason = "shutdown", config = "config.c", machine = "aia=none", group = "", platform = "//platforms/qemu_virt", timeout_s = 240, size = "medium", tags = []):
    """//tests/hostile:NAME.

    Args:
      name: of the test.
      srcs: of the guest, besides the common ones.
      ok: how many checks it has; all are to pass.
      define: for srcs.
      reason: why its VM stops.
      config: of the image.
      machine: options of QEMU's -M virt.
      platform: of the image.
      group: as the guest prints it, if it is not the name.
      timeout_s: for hangs.
      size: of the test.
      tags: of the test.
    """
    hyp_guest(
        name = name + "_guest",
        srcs = srcs + _SHARED,
        copts = ["-march=rv64imafdc_zicsr_zifencei", "-mabi=lp64"] + (["-D" + define] if define else []),
        linker_script = "//tests/guests:guest.ld",
        tags = ["manual"],
    )
    hyp_image(
        name = name + "_image",
        audit = True,
        config = config,
        embed = {"beat": ":rt", "hostile": ":%s_guest" % name},
        platform = platform,
        tags = ["manual"],
    )
    qemu_test(
        name = name,
        image = ":%s_image" % name,
        args = ["--machine", machine],
        driver = "hostile_test.py",
        data = ["//tests/bench:hypcount"],
        steps = [
            "group:" + (group or name),
            "ok:%d" % ok,
            "reason:" + reason,
            "plugin:$(rootpath //tests/bench:hypcount)",
        ],
        size = size,
        tags = tags,
        timeout_s = timeout_s,
    )
