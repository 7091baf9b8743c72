# SPDX-License-Identifier: Apache-2.0
"""Programs of Debian on one hart: what a program takes natively and in a VM, guest, hypervisor and firmware together."""
import os
import re
import statistics

# Regions of linux/bench.sh, in this order.
PROGRAMS = ("hackbench", "cyclictest", "sha256_block", "fork_exec", "timer_loop")
BLOCKS = PROGRAMS.index("sha256_block")  # `openssl speed` runs for a time and says how many blocks that was
TURNS = 5
# The machine by its controller: QEMU's options, and the target.
MACHINES = {"plic": ("aia=none", "<=native*1.10"), "imsic": ("aia=aplic-imsic,aia-guests=1", "<=native*1.02")}
ROWS = [("%s_%s" % (program, name), target) for name, (_, target) in MACHINES.items() for program in PROGRAMS]
UNAVAILABLE = b"#!unavailable"  # what @debian_userland holds when there are no packages to be had
APPEND = "console=ttyS0 rdinit=/bench"


def median(counts, number):
    """Instructions of a program's turns; for BLOCKS, of a block."""
    sums = [f["guest"] + f["hs"] + f["fw"] for f in counts.of("count", id=number)]
    if number == BLOCKS:
        blocks = [int(n) for n in re.findall(r"bench: blocks (\d+)\n", counts.log)]
        sums = [s // n for s, n in zip(sums, blocks)]
    if len(sums) != TURNS:
        raise SystemExit("report: %s has %d turns:\n%s" % (PROGRAMS[number], len(sums), counts.log))
    return int(statistics.median(sums))


def figures(runner, args):
    """{row: (native, libhyp)}"""
    out = {}
    with open(args.userland, "rb") as f:
        head = f.read(len(UNAVAILABLE))
    if head == UNAVAILABLE:
        raise SystemExit("report: there are no programs: see //tests/userland")
    images = {"plic": (args.plic, args.plic_elf), "imsic": (args.imsic, args.imsic_elf)}
    initrd = ["--initrd", os.path.abspath(args.userland)]
    for name, (machine, _) in MACHINES.items():
        native = runner.native(args.linux_kernel, 1, machine, qemu=["-m", "1G", "-initrd", args.userland, "-append", APPEND])
        under = runner.image(images[name][0], images[name][1], 1, initrd + ["--append", APPEND, "--machine", machine])
        for number, program in enumerate(PROGRAMS):
            out["%s_%s" % (program, name)] = (median(native, number), median(under, number))
    return out
