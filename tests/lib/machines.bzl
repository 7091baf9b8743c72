# SPDX-License-Identifier: Apache-2.0
"""QEMU's `virt` machine by its interrupt controller; guests, images and tests for it.

A test that runs on several machines names them: `qemu_test(machines = ["aplic", "plic"])` makes NAME_aplic and NAME_plic.
"""

load("//toolchains:hyp.bzl", "hyp_guest", "hyp_image", _qemu_test = "qemu_test")

def _machine(virt, model, linux):
    return struct(linux = linux, model = model, virt = virt)

# The suffix of a test's name: options of QEMU's -M virt, the virtual controller that is like the machine's own, and the name
# that Linux has for that in /proc/interrupts.
MACHINES = {
    "aplic": _machine("aia=aplic", "aplic", "APLIC-DIRECT"),
    # IMSICs with guest interrupt files
    "imsic": _machine("aia=aplic-imsic,aia-guests=1", "imsic", "APLIC-MSI.*"),
    "imsic_guests_3": _machine("aia=aplic-imsic,aia-guests=3", "imsic", "APLIC-MSI.*"),
    "imsic_guests_7": _machine("aia=aplic-imsic,aia-guests=7", "imsic", "APLIC-MSI.*"),
    # IMSICs without: a VM's interrupt files are emulated
    "imsic_soft": _machine("aia=aplic-imsic", "imsic", "APLIC-MSI.*"),
    "plic": _machine("aia=none", "plic", "SiFive PLIC"),
    # a PLIC, and an ACLINT's SSWI device, which carries the hypervisor's IPIs
    "sswi": _machine("aclint=on", "plic", "SiFive PLIC"),
}

_PLATFORMS = {"aplic": "//platforms/qemu_virt_aplic", "imsic": "//platforms/qemu_virt_imsic"}

def irqc(model, source_count = None):
    """The virtual controller of a configuration: .irqc of struct vm_config.

    Args:
      model: as in MACHINES, or "none".
      source_count: None: as many as the machine has.

    Returns:
      An initialiser in C.
    """
    return {
        "aplic": "{.model = HYP_IRQC_APLIC, .gpa = 0x0d000000, .source_count = %d}" % (source_count or 97),
        "imsic": "{.model = HYP_IRQC_IMSIC, .gpa = 0x0d000000, .imsic_gpa = 0x28000000, .source_count = %d}" % (source_count or 97),
        "none": "{.model = HYP_IRQC_NONE}",
        "plic": "{.model = HYP_IRQC_PLIC, .gpa = 0x0c000000, .source_count = %d, .m_contexts = true}" % (source_count or 96),
    }[model]

RV64GC = ["-march=rv64imafdc_zicsr_zifencei", "-mabi=lp64"]

def test_guest(name, main = None, srcs = [], copts = RV64GC, deps = [], **kwargs):
    """A hyp_guest of `main`, `srcs` and //guest.

    Args:
      name: of the guest.
      main: a C file; None: NAME.c.
      srcs: more C and assembly, headers too.
      copts: its ISA, and more.
      deps: more libraries.
      **kwargs: of hyp_guest.
    """
    hyp_guest(
        name = name,
        srcs = [main or name + ".c"] + srcs,
        copts = copts,
        deps = ["//guest"] + deps,
        **kwargs
    )

def check_guest(name, srcs = [], **kwargs):
    """A test_guest that prints PASS and FAIL by tests/qemu/check.h, which also reads its device tree."""
    test_guest(
        name = name,
        srcs = ["//tests/qemu:check.c", "//tests/qemu:check.h"] + srcs,
        deps = ["//libarch:libc", "@libfdt"],
        **kwargs
    )

def test_image(name, config = None, model = "plic", platform = None, defines = {}, **kwargs):
    """A hyp_image. TEST_IRQC in its configuration is irqc(model).

    Args:
      name: of the image.
      config: the configuration; None: NAME.c.
      model: as in MACHINES, or "none".
      platform: None: QEMU's virt machine with that controller.
      defines: more macros for the configuration.
      **kwargs: of hyp_image.
    """
    hyp_image(
        name = name,
        config = config or name + ".c",
        defines = dict({"TEST_IRQC": irqc(model)}, **defines),
        platform = platform or _PLATFORMS.get(model, "//platforms/qemu_virt"),
        **kwargs
    )

# `ends = ALL`: any number of checks
ALL = r"\d+"

# Steps for the end of a VM.
def passed(count = ALL, vm = "guest"):
    return r"expect:^\[%s\] end: %s passed, 0 failed\n" % (vm, count)

def stopped(vm = "guest", reason = "shutdown"):
    return r"expect:^vm %s stopped: %s\n" % (vm, reason)

def _test(
        name,
        case,
        machine = None,
        cpu = None,
        smp = None,
        mem = None,
        append = None,
        kernel = None,
        qemu = [],
        data = [],
        steps = [],
        ends = None,
        vm = "guest",
        cases = None,
        counts = False,
        long = False,
        timeout_s = None,
        **kwargs):
    args = []
    for option, value in [
        ("--machine", MACHINES[machine].virt if machine in MACHINES else machine),
        ("--cpu", cpu),
        ("--smp", smp),
        ("--mem", mem),
        ("--append", append),
        ("--kernel", "$(rootpath %s)" % kernel if kernel else None),
    ]:
        args += [option, str(value)] if value != None else []
    if cases:
        kwargs = dict(kwargs, driver = cases)
        steps = steps + ["case:" + case]
    if counts:
        data = data + ["//tests/bench:hypcount"]
        steps = ["plugin:$(rootpath //tests/bench:hypcount)"] + steps
    _qemu_test(
        name = name,
        size = "large" if long else "medium",
        args = args + (["--"] + qemu if qemu else []),
        data = data + ([kernel] if kernel else []) + ["//tests/lib:changed_tree.py", "//tests/lib:fdt.py"],
        steps = steps + (["reject:FAIL", passed(ends, vm), stopped(vm)] if ends else []),
        timeout_s = timeout_s or (800 if long else 240),
        **kwargs
    )

def qemu_test(name, image, machine = None, machines = None, data = [], steps = [], **kwargs):
    """A qemu_test on one machine, or one for each of `machines`.

    Args:
      name: of the test, or what the names of all begin with.
      image: its image; "{model}" in it, in `data` and in `steps` is the machine's controller.
      machine: a key of MACHINES, or other options of -M virt; None: the image's.
      machines: keys of MACHINES, which are the suffixes of the names, or {suffix: key}. A suffix takes the place of
        "{machine}" in the name, or ends the name.
      data: as of the rule.
      steps: as of the rule; "{machine}" is the suffix, "{linux}" the controller's name in Linux.
      **kwargs: cpu, smp, mem: QEMU's options of these names.
        append: bootargs.
        kernel: a guest in place of the image's.
        qemu: more options of QEMU.
        ends: how many checks of the guest pass: no line says FAIL, and its VM shuts down at the end.
        vm: the VM of that guest, if it is not named "guest".
        cases: a driver that has the steps of tests by name; the last step is `case:NAME`, without the suffix. See expand() in
            qemu_test.py.
        counts: a first step `plugin:PATH` names the instruction counter.
        long: the limit is 800 seconds in place of 240. Limits are for hangs, on a machine that is busy.
        All else is the rule's.
    """
    if machines == None:
        _test(name = name, case = name, image = image, machine = machine, data = data, steps = steps, **kwargs)
        return
    for suffix, key in (machines if type(machines) == "dict" else {key: key for key in machines}).items():
        m = MACHINES[key]
        whole = name if "{machine}" in name else name + ("_{machine}" if suffix else "")
        _test(
            name = whole.replace("{machine}", suffix),
            case = name.replace("_{machine}", ""),
            image = image.replace("{model}", m.model),
            machine = key,
            data = [d.replace("{model}", m.model) for d in data],
            steps = [s.replace("{machine}", suffix).replace("{model}", m.model).replace("{linux}", m.linux) for s in steps],
            **kwargs
        )
