#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what things cost in instructions, natively and under the hypervisor.

    bazel run //tests/bench:report                 prints the table: id native libhyp target
    bazel run //tests/bench:report -- --update     writes it to figures.tsv, too
    bazel test //tests/bench:bench_test            fails when a figure grew by more than 5 %

README.md says what each row counts. Time plays no part: QEMU runs with -icount.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

# `bazel run` starts this file by a link outside the runfiles, where the folder tests/lib is not
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../lib"), os.path.abspath("tests/lib"), HERE, os.path.abspath("tests/bench")]
import elf_file  # noqa: E402
import userland  # noqa: E402

GROWTH = 1.05
IN_PLACE = 32 << 20
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "base=2024-01-01,clock=vm", "-seed", "1"]
UNAVAILABLE = b"#!unavailable"  # what @debian_linux holds when there is no kernel to be had
MARK_START, MARK_END, MARK_BEAT, MARK_TOTAL = 1, 2, 4, 5  # of guest/mark.h
CLEARS, STARTS, ENDS = 253, 254, 255  # ids that no guest has
ENTRY = 0x80200000  # of the guests that are booted; the image itself starts at the same address, earlier
PAUSE = bytes.fromhex("0f000001")
TIMEOUT = 1500  # for a machine that hangs, not for speed

# id, region of the bench guest, target: "<=N", "<=native+N", "<=native*N", "=native", "-" (none)
GUEST_ROWS = [
    ("sbi_base", "ID_SBI_BASE", "<=83"),
    ("set_timer_to_trap", "ID_SET_TIMER", "<=100"),
    ("ipi_self", "ID_IPI_SELF", "<=120"),
    ("ipi_other", "ID_IPI_OTHER", "<=native+300"),
    ("rfence_self", "ID_RFENCE_SELF", "<=150"),
    ("rfence_other", "ID_RFENCE_OTHER", "-"),
    ("uart_irq_to_trap", "ID_UART_IRQ", "<=300"),
    ("plic_claim", "ID_PLIC_CLAIM", "<=250"),
    ("plic_complete", "ID_PLIC_COMPLETE", "<=300"),
    ("mmio_read", "ID_MMIO_READ", "<=180"),
    ("uart_read", "ID_UART_READ", "-"),
    ("compute", "ID_COMPUTE", "=native"),
    ("memory_walk", "ID_WALK", "=native"),
]
# The same on 8 harts, one of which calls for the 7 others; machine, region, then target. A fence takes 16877 natively,
# and each target hart may take 400 more; with an IPI path that needs no firmware, as much as one call for each took.
TO_7_ROWS = [
    ("ipi_to_7", "aia=none", "ID_IPI_MANY", "<=native+2800"),
    ("rfence_to_7", "aia=none", "ID_RFENCE_MANY", "<=19677"),
    ("ipi_to_7_sswi", "aclint=on", "ID_IPI_MANY", "<=1403"),
    ("rfence_to_7_sswi", "aclint=on", "ID_RFENCE_MANY", "<=1654"),
    ("ipi_to_7_imsic", "aia=aplic-imsic", "ID_IPI_MANY", "<=2432"),
    ("rfence_to_7_imsic", "aia=aplic-imsic", "ID_RFENCE_MANY", "<=2683"),
]
# Hypervisor instructions of the calling hart alone, on 31 harts.
TO_30_ROWS = [("ipi_to_30_hs", "ID_IPI_MANY", "<=2500"), ("rfence_to_30_hs", "ID_RFENCE_MANY", "<=2500")]
# The same guest, which has a PLIC, on other machines: region, then target by the machine's name.
MACHINES = {"sswi": "aclint=on", "aplic": "aia=aplic", "imsic": "aia=aplic-imsic"}
MACHINE_ROWS = [
    ("ipi_other", "ID_IPI_OTHER", {"sswi": "<=500", "imsic": "<=500"}),
    ("rfence_other", "ID_RFENCE_OTHER", {"sswi": "<=800", "imsic": "<=800"}),
    ("uart_irq_to_trap", "ID_UART_IRQ", {"aplic": "-", "imsic": "-"}),
    ("plic_claim", "ID_PLIC_CLAIM", {"aplic": "-", "imsic": "-"}),
    ("plic_complete", "ID_PLIC_COMPLETE", {"aplic": "-", "imsic": "-"}),
]
# The guests that have another kind of controller, on a machine of that kind: region, then target.
KINDS = {"aplic": "aia=aplic", "imsic": "aia=aplic-imsic,aia-guests=1"}
KIND_ROWS = [
    ("uart_irq_to_trap_vaplic", "aplic", "ID_UART_IRQ", "<=321"),
    ("aplic_claimi", "aplic", "ID_APLIC_CLAIMI", "<=254"),
    ("aplic_claimi_end", "aplic", "ID_APLIC_CLAIMI_END", "-"),
    ("aplic_read", "aplic", "ID_APLIC_READ", "<=191"),
    ("uart_irq_to_trap_vimsic", "imsic", "ID_UART_IRQ", "=native"),
    ("imsic_claim", "imsic", "ID_IMSIC_CLAIM", "=native"),
    ("imsic_setipnum", "imsic", "ID_APLIC_SETIPNUM", "-"),
    ("ipi_imsic", "imsic", "ID_IPI_IMSIC", "=native"),
    ("ipi_sbi_vimsic", "imsic", "ID_IPI_OTHER", "<=528"),
]
# The most of one exit: the image and its machine, cases of tests/qemu/irqc_cost.h, then target.
COSTS = {"aplic": "aia=aplic", "imsic": "aia=aplic-imsic,aia-guests=1", "plic": "aia=none"}
COST_ROWS = [
    ("vaplic_clrie_word", "aplic", ["CLRIE_WORD"], "<=2500"),
    ("vaplic_clrip_word", "aplic", ["CLRIP_WORD"], "<=2500"),
    ("vaplic_claimi_many", "aplic", ["CLAIM"], "<=2500"),
    ("vaplic_target_top", "aplic", ["TARGET_OF_TOP"], "<=2500"),
    ("vaplic_ie_msi", "imsic", ["DOMAINCFG_IE"], "<=2500"),
    ("plic_enable_word", "plic", ["ENABLE_WORD", "DISABLE_WORD"], "<=2500"),
    ("vaplic_sourcecfg_own", "aplic", ["OWN_SOURCECFG", "OWN_SOURCECFG_ENABLED"], "<=300"),
    ("vaplic_sourcecfg_machine", "aplic", ["MACHINE_SOURCECFG", "MACHINE_SOURCECFG_ENABLED"], "<=400"),
    ("vaplic_target_own", "aplic", ["OWN_TARGET", "OWN_TARGET_ENABLED"], "<=300"),
    ("vaplic_target_machine", "aplic", ["MACHINE_TARGET", "MACHINE_TARGET_ENABLED"], "<=400"),
    ("plic_priority_own", "plic", ["OWN_PRIORITY", "OWN_PRIORITY_ENABLED"], "<=300"),
    ("plic_priority_machine", "plic", ["MACHINE_PRIORITY", "MACHINE_PRIORITY_ENABLED"], "<=400"),
]
BOOT_ROWS = [("boot_small", "<=200000"), ("boot_in_place_32m", "<=202903"), ("boot_small_aplic", "<=240000"), ("boot_small_imsic", "<=290000")]
# One more of what a configuration asks for: images of grow.c, at boot; then the audit of small.c's image, and its leaves.
GROW_ROWS = [
    ("boot_32_devices", "<=330000"),
    ("boot_vm_2nd", "<=40000"),
    ("boot_vm_5th_to_8th", "<=40000"),
    ("boot_hart_2nd_to_4th", "<=24000"),
    ("boot_hart_5th_to_8th", "<=24000"),
    ("boot_file_1m", "<=524288"),
    ("audit_small", "<=200000"),
    ("audit_256_leaves", "<=3840"),
    ("audit_4088_leaves_gstage", "<=61320"),
]
GROW_IMAGES = ("devices-32", "vms-1", "vms-2", "vms-4", "vms-8", "harts-4", "harts-8", "file-1m", "leaves", "pages")
GROW_AUDITS = ("vms-1-audit", "leaves-audit", "pages-audit")
# Clearing the 16 MiB of a VM, by cbo.zero of 64 bytes and by stores alone.
CLEAR_ROWS = [("clear_16m", "<=600000"), ("clear_16m_sd", "<=2500000")]
# Linux from reset to power-off on a PLIC; with an APLIC, from its first instruction to its last call.
LINUX_ROWS = [("linux_boot_hs", "<=300000"), ("linux_boot_hs_vaplic_96", "<=90000"), ("linux_boot_hs_vaplic_12", "<=20000")]
SIZE_ROWS = [("text_rodata_bytes", "<=57344"), ("text_rodata_aia_bytes", "<=81920"), ("text_rodata_imsic_bytes", "<=81920")]
RAM_ROWS = [("ram_1hart_1vm_bytes", "<=262144"), ("ram_per_hart_bytes", "<=24576"), ("ram_per_vm_bytes", "<=45056")]

# [(id, target)] in the table's order
NATIVE_ROWS = [(row, target) for row, _, target in GUEST_ROWS] + [(row, target) for row, _, _, target in KIND_ROWS]
ON_ROWS = [("%s_%s" % (row, name), target) for row, _, on in MACHINE_ROWS for name, target in on.items()]
TO_ROWS = [(row, target) for row, _, _, target in TO_7_ROWS] + [(row, target) for row, _, target in TO_30_ROWS]
NATIVE_ROWS += [TO_ROWS[0]]
ALL_ROWS = NATIVE_ROWS + TO_ROWS[1:] + ON_ROWS + [(row, target) for row, _, _, target in COST_ROWS]
ALL_ROWS += BOOT_ROWS + GROW_ROWS + CLEAR_ROWS + LINUX_ROWS + SIZE_ROWS + RAM_ROWS


def die(text):
    sys.exit("report: " + text)


# --- ELF -------------------------------------------------------------------------------------


def pauses(elf):
    """[(start, end)] of each `pause`, where a hart waits for a lock."""
    return [(start + at, start + at + 4) for start, code in elf_file.code(elf)
            for at in range(0, len(code), 2) if code[at : at + 4] == PAUSE]


def poll_ranges(path, names):
    """Ranges of the loops that wait: the pair poll_begin, poll_end, and the functions in `names`."""
    symbols = elf_file.symbols(path)
    out = [(a, a + n) for s, (a, n) in symbols.items() if s in names and n]
    if "poll_begin" in symbols:
        out.append((symbols["poll_begin"][0], symbols["poll_end"][0]))
    return out


# --- running ----------------------------------------------------------------------------------


class Counts:
    """What the plugin wrote. A line is a word and KEY=VALUE fields."""

    def __init__(self, path, log):
        self.lines = []
        self.log = log
        with open(path) as f:
            for line in f:
                words = line.split()
                fields = {k: int(v) for k, v in (w.split("=") for w in words[1:])}
                self.lines.append((words[0], fields))

    def of(self, kind, **want):
        return [f for k, f in self.lines if k == kind and all(f.get(n) == v for n, v in want.items())]

    def region(self, number):
        """Median over the turns: instructions of guest, hypervisor and firmware."""
        sums = [f["guest"] + f["hs"] + f["fw"] for f in self.of("count", id=number)]
        return int(statistics.median_low(sums)) if sums else None


    def sender_hs(self, number):
        """The same of the hypervisor on the hart where the region started."""
        sums = [f["hs"] for f in self.of("part", id=number) if f["hart"] == self.of("count", id=number)[0]["hart"]]
        return int(statistics.median_low(sums))


def case_numbers(path):
    """{name: number} of the cases of tests/qemu/irqc_cost.h."""
    with open(path) as f:
        return {name: int(n) for name, n in re.findall(r"#define COST_(\w+) (\d+)$", f.read(), re.M)}


def exits(counts):
    """{case: [hypervisor instructions of each of its exits]}, of hart 0, whose cases are between totals.

    A beat at each entry of the trap vector says what was since the last one. One that waited for another hart is left
    out: with -icount that takes as long as the emulator likes.
    """
    found, case, begun = {}, 0, 0
    for kind, f in counts.lines:
        if kind == "total" and "id" in f:
            case = f["id"]
        elif kind == "beat" and f["hart"] == 0:
            if f["poll"] == 0:
                found.setdefault(begun, []).append(f["hs"])
            begun = case
    return found


class Runner:
    def __init__(self, args, folder):
        self.args = args
        self.folder = folder
        self.runs = 0

    def _plugin(self, hs, poll, at=()):
        self.runs += 1
        out = os.path.join(self.folder, "counts.%d" % self.runs)
        words = [os.path.abspath(self.args.plugin), "out=" + out]
        words += ["hs=%#x:%#x" % r for r in hs] + ["poll=%#x:%#x" % r for r in poll]
        words += ["at=%#x:%d:%d" % mark for mark in at]
        return ["-plugin", ",".join(words)], out

    def _run(self, command, out):
        try:
            p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT)
        except subprocess.TimeoutExpired as e:
            die("no shutdown within %d s:\n%s" % (TIMEOUT, (e.stdout or b"").decode("latin-1")))
        log = p.stdout.decode("latin-1").replace("\r", "")
        if p.returncode != 0 or "FAIL" in log or not os.path.exists(out):
            die("status %d of %s\n%s" % (p.returncode, " ".join(command), log))
        return Counts(out, log)

    def native(self, kernel, smp, machine="aia=none", poll=(), qemu=()):
        plugin, out = self._plugin([], poll)
        cmd = [self.args.qemu, "-M", "virt," + machine, "-cpu", "rv64", "-smp", str(smp), "-m", "2G", "-nographic", "-no-reboot"]
        return self._run(cmd + ["-bios", self.args.bios, "-kernel", kernel] + ICOUNT + list(qemu) + plugin, out)

    def native_guest(self, kernel, elf, smp, machine="aia=none"):
        return self.native(kernel, smp, machine, poll_ranges(elf, []))

    def image(self, launcher, elf, smp, options=(), poll=(), at=(), qemu=()):
        plugin, out = self._plugin([(start, start + len(code)) for start, code in elf_file.code(elf)], poll_ranges(elf, self.args.poll) + list(poll), at)
        cmd = [os.path.abspath(launcher), "--smp", str(smp)] + list(options)
        return self._run(cmd + ["--"] + ICOUNT + list(qemu) + plugin, out)


# --- figures ------------------------------------------------------------------------------------


def region_numbers(path):
    with open(path) as f:
        return {n: int(v) for n, v in re.findall(r"#define (ID_\w+) (\d+)", f.read())}


def vm_counts(runner, image, guest, machine, smp=2):
    """A bench guest in the VM of an image; each is (file, ELF)."""
    initrd = os.path.join(runner.folder, "initrd")
    with open(initrd, "wb") as f:
        f.write(b"none")
    options = ["--kernel", os.path.abspath(guest[0]), "--initrd", initrd, "--machine", machine]
    return runner.image(image[0], image[1], smp, options, poll_ranges(guest[1], []))


def plic_counts(runner, args, machine, smp=2):
    return vm_counts(runner, (args.plic, args.plic_elf), (args.guest, args.guest_elf), machine, smp)


def many_figures(runner, args):
    """One call to many harts."""
    figures = {}
    ids = region_numbers(args.ids)
    native = runner.native_guest(args.guest, args.guest_elf, 8)
    on = {m: plic_counts(runner, args, m, 8) for m in sorted({m for _, m, _, _ in TO_7_ROWS})} if args.plic else {}
    for row, machine, region, _ in TO_7_ROWS:
        # the firmware's own wait for the other harts cannot be told from its path
        has_native = row == "ipi_to_7"
        if args.plic or has_native:
            figures[row] = (native.region(ids[region]) if has_native else None, on[machine].region(ids[region]) if on else None)
    if args.many:
        counts = vm_counts(runner, (args.many, args.many_elf), (args.guest, args.guest_elf), "aia=none", 31)
        figures.update({row: (None, counts.sender_hs(ids[region])) for row, region, _ in TO_30_ROWS})
    return figures


def machine_figures(runner, args):
    """What the machine's controller and its way of IPIs change. There is nothing native to compare with."""
    figures = {}
    if not args.plic:
        return figures
    ids = region_numbers(args.ids)
    for name, machine in MACHINES.items():
        counts = plic_counts(runner, args, machine)
        for row, region, on in MACHINE_ROWS:
            if name in on:
                figures["%s_%s" % (row, name)] = (None, counts.region(ids[region]))
    return figures


def guest_figures(runner, args):
    """{id: (native, libhyp)}"""
    ids = region_numbers(args.ids)
    native = runner.native_guest(args.guest, args.guest_elf, 2)
    under = plic_counts(runner, args, "aia=none") if args.plic else None
    return {
        # the firmware's own wait for the other hart cannot be told from its path
        row: (native.region(ids[name]) if row != "rfence_other" else None, under.region(ids[name]) if under else None)
        for row, name, _ in GUEST_ROWS
    }


def kind_figures(runner, args):
    """{id: (native, libhyp)} of the guests with an APLIC, and with IMSICs."""
    figures = {}
    ids = region_numbers(args.ids)
    images = {"aplic": (args.aplic_96, args.aplic_96_elf), "imsic": (args.imsic, args.imsic_elf)}
    guests = {"aplic": (args.guest_aplic, args.guest_aplic_elf), "imsic": (args.guest_imsic, args.guest_imsic_elf)}
    for kind, machine in KINDS.items():
        native = runner.native_guest(guests[kind][0], guests[kind][1], 2, machine.split(",")[0])
        under = vm_counts(runner, images[kind], guests[kind], machine) if images[kind][0] else None
        for row, of, region, _ in KIND_ROWS:
            if of == kind:
                figures[row] = (native.region(ids[region]), under.region(ids[region]) if under else None)
    return figures


def start_marks(elf):
    """The guest's own first instruction, and all between the first share that is cleared and it."""
    scrub = elf_file.symbols(elf)["scrub_run"][0]
    return [(ENTRY, MARK_TOTAL, STARTS), (scrub, MARK_START, CLEARS), (ENTRY, MARK_END, CLEARS)]


def at_start(counts):
    """What was counted up to the guest's own first instruction; the image's has the same address."""
    totals = counts.of("total", id=STARTS)
    if len(totals) < 2:
        die("the guest did not start:\n" + counts.log)
    return totals[1]


def exit_costs(runner, launcher, elf, options):
    """What exits() says of an image of tests/qemu:irqc_cost_*."""
    entry, _ = elf_file.symbols(elf)["trap_entry"]
    return exits(runner.image(launcher, elf, 8, options, pauses(elf), [(entry, MARK_BEAT, 1)]))


def cost_figures(runner, args):
    figures = {}
    if not args.cost_plic:
        return figures
    numbers = case_numbers(args.cost_cases)
    images = {
        "aplic": (args.cost_aplic, args.cost_aplic_elf),
        "imsic": (args.cost_imsic, args.cost_imsic_elf),
        "plic": (args.cost_plic, args.cost_plic_elf),
    }
    for kind, machine in COSTS.items():
        found = exit_costs(runner, images[kind][0], images[kind][1], ["--machine", machine])
        for row, of, cases, _ in COST_ROWS:
            if of == kind:
                figures[row] = (None, max(n for case in cases for n in found[numbers[case]]))
    return figures


def boot_cost(counts):
    """From the hypervisor's first instruction to the guest's own: hypervisor and firmware."""
    start, entry = at_start(counts), counts.of("entry")[0]
    return start["hs"] - entry["hs"] + start["fw"] - entry["fw"]


def clear_cost(counts):
    """All classes."""
    region = counts.of("count", id=CLEARS)[0]
    return region["guest"] + region["hs"] + region["fw"]


def boot_figures(runner, args):
    figures = {}
    if args.small:
        marks = start_marks(args.small_elf)
        counts = runner.image(args.small, args.small_elf, 1, at=marks)
        figures["boot_small"] = (None, boot_cost(counts))
        figures["clear_16m"] = (None, clear_cost(counts))
        counts = runner.image(args.small, args.small_elf, 1, ["--cpu", "rv64,zicboz=false"], at=marks)
        figures["clear_16m_sd"] = (None, clear_cost(counts))
        for kind, machine in KINDS.items():
            launcher, elf = getattr(args, "small_" + kind), getattr(args, "small_%s_elf" % kind)
            counts = runner.image(launcher, elf, 1, ["--machine", machine], at=start_marks(elf))
            figures["boot_small_" + kind] = (None, boot_cost(counts))
        counts = runner.image(args.small_audit, args.small_audit_elf, 1, at=start_marks(args.small_audit_elf))
        figures["audit_small"] = (None, boot_cost(counts) - figures["boot_small"][1])
    if args.in_place:
        kernel = os.path.join(runner.folder, "kernel")
        shutil.copyfile(args.first, kernel)
        os.chmod(kernel, 0o644)
        os.truncate(kernel, IN_PLACE)
        counts = runner.image(args.in_place, args.in_place_elf, 1, ["--kernel", kernel], at=start_marks(args.in_place_elf))
        figures["boot_in_place_32m"] = (None, boot_cost(counts))
    return figures


def tree_with_devices(runner, launcher):
    """QEMU's own device tree for one hart, and the 32 devices of grow_platform.c."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(runner.args.fdt)))
    import fdt

    path = os.path.join(runner.folder, "devices.dtb")
    line = subprocess.check_output([os.path.abspath(launcher), "--smp", "1", "--print"], text=True).splitlines()
    line[line.index("-M") + 1] += ",dumpdtb=" + path
    subprocess.check_call(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(path, "rb") as f:
        tree = fdt.Tree(f.read())
    for n in range(32):
        hpa = 0x60000000 + 0x1000 * n
        reg, irq = fdt.pairs(hpa, 0x1000), fdt.cells(40 + n)
        tree.root.find("soc").add("device@%x" % hpa, compatible=b"bench,device\0", reg=reg, interrupts=irq)
    with open(path, "wb") as f:
        f.write(tree.blob())
    return path


def grow_cost(runner, name, smp, qemu=()):
    """Instructions of the boot hart, hypervisor and firmware, from the image's first one to the guest's memory."""
    launcher, elf = (getattr(runner.args, "grow_" + name.replace("-", "_") + s) for s in ("", "_elf"))
    start, size = elf_file.symbols(elf)["hv_hart_wait_online"]  # waits there for the VM's other harts
    counts = runner.image(launcher, elf, smp, poll=[(start, start + size)], qemu=qemu)
    first = counts.of("first", hart=0)
    if not first:
        die("no guest started on hart 0:\n" + counts.log)
    return first[0]["hs"] + first[0]["fw"]


def grow_figures(runner, args):
    if not args.grow_vms_1:
        return {}
    cost = {name: grow_cost(runner, name, 8) for name in GROW_IMAGES + GROW_AUDITS if name[:5] not in ("devic", "harts")}
    harts = {1: grow_cost(runner, "vms-1", 1), 4: grow_cost(runner, "harts-4", 4), 8: grow_cost(runner, "harts-8", 8)}
    audit = {name: cost[name + "-audit"] - cost[name] for name in ("vms-1", "leaves", "pages")}
    figures = {
        "boot_32_devices": grow_cost(runner, "devices-32", 1, ["-dtb", tree_with_devices(runner, args.grow_devices_32)]),
        "boot_vm_2nd": cost["vms-2"] - cost["vms-1"],
        "boot_vm_5th_to_8th": (cost["vms-8"] - cost["vms-4"]) // 4,
        "boot_hart_2nd_to_4th": (harts[4] - harts[1]) // 3,
        "boot_hart_5th_to_8th": (harts[8] - harts[4]) // 4,
        "boot_file_1m": cost["file-1m"] - cost["vms-1"],
        "audit_256_leaves": audit["leaves"] - audit["vms-1"],
        "audit_4088_leaves_gstage": audit["pages"] - audit["vms-1"],
    }
    return {row: (None, n) for row, n in figures.items()}


def linux_counts(runner, image, elf, machine):
    """Debian Linux to its power-off on one hart; marks where it starts, and at its call that ends the VM."""
    at = start_marks(elf) + [(elf_file.symbols(elf)["vm_stop"][0], MARK_TOTAL, ENDS)]
    options = ["--append", "console=ttyS0 autorun=poweroff", "--machine", machine]
    counts = runner.image(image, elf, 1, options, at=at)
    if "guest: linux is up" not in counts.log:
        die("Linux did not come up:\n" + counts.log)
    return counts


def linux_run_hs(runner, image, elf, machine):
    """From the guest's first instruction to its call that ends the VM."""
    counts = linux_counts(runner, image, elf, machine)
    return counts.of("total", id=ENDS)[0]["hs"] - at_start(counts)["hs"]


def linux_boot_hs(counts):
    """From reset to power-off, without what clears the memory."""
    return sum(f["hs"] for f in counts.of("total") if "id" not in f) - counts.of("count", id=CLEARS)[0]["hs"]


def linux_figures(runner, args):
    if not args.plic:
        return {}
    with open(args.linux_kernel, "rb") as f:
        head = f.read(4096)
    if head.startswith(UNAVAILABLE):
        print("report: linux_boot_hs is not measured: " + head[len(UNAVAILABLE) :].decode("latin-1"), file=sys.stderr)
        return {}
    counts = linux_counts(runner, args.plic, args.plic_elf, "aia=none")
    return {
        "linux_boot_hs": (None, linux_boot_hs(counts)),
        "linux_boot_hs_vaplic_96": (None, linux_run_hs(runner, args.aplic_96, args.aplic_96_elf, "aia=aplic")),
        "linux_boot_hs_vaplic_12": (None, linux_run_hs(runner, args.aplic_12, args.aplic_12_elf, "aia=aplic")),
    }


def text_rodata(elf):
    symbols = elf_file.symbols(elf)
    size = sum(symbols["_%s_used" % s][0] - symbols["_%s_start" % s][0] for s in ("text", "rodata"))
    trees = sum(n for name, (_, n) in symbols.items() if re.match(r"(hyp_)?dtb_?\d+", name))
    return size - trees


def size_figures(args):
    """Text and constants, without device trees and padding: for a PLIC alone; for all machines, with VMs that have a PLIC, or IMSICs."""
    if not args.small:
        return {}
    return {
        "text_rodata_bytes": (None, text_rodata(args.small_elf)),
        "text_rodata_aia_bytes": (None, text_rodata(args.one_vm_elf)),
        "text_rodata_imsic_bytes": (None, text_rodata(args.small_imsic_elf)),
    }


def ram_of(runner, launcher, elf, smp):
    """Sections in memory without the guests' files, and the pool's pages in use when guests start."""
    symbols = elf_file.symbols(elf)
    image = symbols["_hyp_end"][0] - symbols["_text_start"][0]
    log = runner.image(launcher, elf, smp).log
    pool = re.search(r"hyp: pool_used_kib=(\d+) pool_peak_kib=(\d+) pool_need_kib=(\d+)", log)
    if not pool:
        die("no pool_used_kib in the boot log:\n" + log)
    used, peak, need = (int(n) for n in pool.groups())
    if peak > need:
        die("the pool was expected to need %d KiB and took %d:\n%s" % (need, peak, log))
    return image + used * 1024


def ram_figures(runner, args):
    if not args.one_vm:
        return {}
    one = ram_of(runner, args.one_vm, args.one_vm_elf, 1)
    two_harts = ram_of(runner, args.two_harts, args.two_harts_elf, 2)
    two_vms = ram_of(runner, args.two_vms, args.two_vms_elf, 2)
    sums = [one, two_harts - one, two_vms - two_harts]
    return {row: (None, n) for (row, _), n in zip(RAM_ROWS, sums)}


def measure(args):
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(args, folder)
        if args.only == "userland":
            return userland.figures(runner, args)
        figures = guest_figures(runner, args)
        figures.update(kind_figures(runner, args))
        figures.update(machine_figures(runner, args))
        figures.update(many_figures(runner, args))
        figures.update(cost_figures(runner, args))
        figures.update(boot_figures(runner, args))
        figures.update(grow_figures(runner, args))
        figures.update(linux_figures(runner, args))
        figures.update(ram_figures(runner, args))
        if args.userland and args.only is None:
            figures.update(userland.figures(runner, args))
    figures.update(size_figures(args))
    return figures


# --- judgement ------------------------------------------------------------------------------------


def limit_of(target, native):
    if target == "-":
        return None
    if target == "=native":
        return native * 1.005
    if target.startswith("<=native+"):
        return native + int(target[len("<=native+") :])
    if target.startswith("<=native*"):
        return native * float(target[len("<=native*") :])
    return int(target[2:])


def read_figures(path):
    """{id: (native, libhyp, known miss)}"""
    out = {}
    with open(path) as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            field = line.rstrip("\n").split("\t")
            number = [int(x) if x != "-" else None for x in field[1:3]]
            out[field[0]] = (number[0], number[1], field[4] if len(field) > 4 else "")
    return out


def table(rows, figures, notes=None):
    lines = []
    for row, target in rows:
        native, libhyp = figures.get(row, (None, None))
        fields = [row] + ["-" if n is None else str(n) for n in (native, libhyp)] + [target]
        if notes is not None and notes.get(row):
            fields.append(notes[row])
        lines.append("\t".join(fields))
    return lines


def rows_of(args):
    """[(id, target)] of the rows that are measured."""
    if args.native:
        return NATIVE_ROWS
    return {None: ALL_ROWS + userland.ROWS, "hypervisor": ALL_ROWS, "userland": userland.ROWS}[args.only]


def judge(args, figures, recorded):
    """[what is wrong]

    Programs of Debian may grow: their rows are compared with the same programs on the machine alone.
    """
    bad = []
    for row, target in rows_of(args):
        native, libhyp = figures.get(row, (None, None))
        was_native, was, miss = recorded.get(row, (None, None, ""))
        for what, now, before in (("native", native, was_native), ("libhyp", libhyp, was)):
            if now is None and before is not None and not (args.native and what == "libhyp"):
                bad.append("%s: %s is no longer measured" % (row, what))
            elif now is not None and before is not None and now > before * GROWTH and (row, target) in ALL_ROWS:
                bad.append("%s: %s grew from %d to %d" % (row, what, before, now))
            elif now is not None and before is None:
                bad.append("%s: %s is measured as %d but not recorded" % (row, what, now))
        if libhyp is None:
            continue
        limit = limit_of(target, native)
        if limit is not None and libhyp > limit and not miss:
            bad.append("%s: %d misses the target %s" % (row, libhyp, target))
        if limit is not None and libhyp <= limit and miss:
            bad.append("%s: %d meets the target %s, but is recorded as missed" % (row, libhyp, target))
    return bad


def write_figures(path, args, figures, recorded):
    """What is not measured stays as it is recorded; so does what a native run does not measure, the hypervisor's column."""
    notes = {}
    rows = ALL_ROWS + userland.ROWS
    if args.native:
        figures = {r: (figures.get(r, (None,))[0], recorded.get(r, (None, None))[1]) for r, _ in rows}
    figures = dict({r: recorded.get(r, (None, None))[:2] for r, _ in set(rows) - set(rows_of(args))}, **figures)
    for row, target in rows:
        native, libhyp = figures.get(row, (None, None))
        limit = limit_of(target, native) if libhyp is not None else None
        if limit is not None and libhyp > limit:
            notes[row] = recorded.get(row, (None, None, ""))[2] or "missed"
    head = "# SPDX-License-Identifier: Apache-2.0\n# id\tnative\tlibhyp\ttarget\tmissed, why\n"
    with open(path, "w") as f:
        f.write(head + "\n".join(table(rows, figures, notes)) + "\n")


GUESTS = ("guest", "guest-aplic", "guest-imsic")
REQUIRED = ("qemu", "bios", "plugin", "first", "ids", "figures") + GUESTS + tuple(g + "-elf" for g in GUESTS)


def parse_arguments():
    p = argparse.ArgumentParser(prog="bazel run //tests/bench:report --")
    for name in REQUIRED:
        p.add_argument("--" + name, required=True, help=argparse.SUPPRESS)
    images = ["plic", "many", "aplic-12", "aplic-96", "imsic", "small", "one-vm", "two-harts", "two-vms", "in-place", "cost-plic", "cost-aplic", "cost-imsic"]
    images += ["small-aplic", "small-imsic", "small-audit"] + ["grow-" + name for name in GROW_IMAGES + GROW_AUDITS]
    for name in images:
        p.add_argument("--" + name, help=argparse.SUPPRESS)
        p.add_argument("--%s-elf" % name, help=argparse.SUPPRESS)
    p.add_argument("--linux-kernel", help=argparse.SUPPRESS)
    p.add_argument("--userland", help=argparse.SUPPRESS)
    p.add_argument("--cost-cases", help=argparse.SUPPRESS)
    p.add_argument("--fdt", help=argparse.SUPPRESS)
    p.add_argument("--poll", action="append", default=[], help=argparse.SUPPRESS)
    p.add_argument("--native", action="store_true", help="only what needs no hypervisor")
    p.add_argument("--only", choices=("hypervisor", "userland"), help="all rows but those of Debian's programs, or these")
    p.add_argument("--check", action="store_true", help="compare with the recorded figures")
    p.add_argument("--update", action="store_true", help="write the recorded figures")
    args = p.parse_args()
    for name in (n.replace("-", "_") for n in REQUIRED):
        setattr(args, name, os.path.abspath(getattr(args, name)))
    return args


def main():
    args = parse_arguments()
    figures = measure(args)
    print("\n".join(table(rows_of(args), figures)))
    recorded = read_figures(args.figures) if os.path.exists(args.figures) else {}
    if args.update:
        # under `bazel run` the sources, not their copy in the runfiles
        root = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
        path = os.path.join(root, "tests/bench/figures.tsv") if root else args.figures
        write_figures(path, args, figures, recorded)
    bad = judge(args, figures, recorded) if args.check else []
    for text in bad:
        print("FAIL: " + text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
