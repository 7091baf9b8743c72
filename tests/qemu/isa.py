#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Harts whose extensions are not those that the machine's device tree says, or not those of other harts.

`case:NAME` is one of CASES; changes of the tree are those of changed_tree.py.
"""
import sys

import changed_tree
from qemu_test import passed, stopped

# ISA strings as other trees have them: the first name behind the letters, versions, any case. (sstc, changes)
STRINGS = {
    "isa_joined": ("1", ["string:all rv64imafdchsvinval_sstc"]),
    "isa_versions": ("1", ["string:all rv64i2p1_m2p0a2p1f2p2_d2p2c2p0h1p0_zicsr2p0_sstc1p0"]),
    "isa_general": ("0", ["string:all RV64GCH_Zba_Zicntr"]),
    "isa_list_first": ("0", ["list:all i,m,a,c,h,zicntr"]),
    "isa_list_empty": ("1", ["string:all rv64imafdch_sstc_zicntr", "list:all ,"]),
}

NO_F = "rv64,f=false,d=false,zfa=false"

# Registers of F, D and V are there only if the tree says so, and the hart has them. (-cpu, what the VM has, changes)
REGISTERS = {
    "fp_none": (NO_F, "", []),
    "fp_none_told": (NO_F, "", ["with:all f,d,v,zfh"]),
    "fp_f": ("rv64,d=false", "f", []),
    "fp_f_told_d": ("rv64,d=false", "f", ["with:all d,v"]),
    "fp_zfinx": (NO_F + ",zfinx=true,zdinx=true", "", []),
    "fp_zfinx_told": (NO_F + ",zfinx=true", "", ["with:all f,d"]),
    "fp_v": ("rv64,v=true", "fdv", []),
    "fp_v_untold": ("rv64,v=true", "fd", ["without:all v"]),
    "fp_v_told": ("rv64", "fd", ["with:all v,zvfhmin"]),
    "fp_zve64d_told": ("rv64,zve64d=true", "fd", ["with:all v"]),
    "fp_zve64f_told": ("rv64,zve64f=true", "fd", ["with:all v"]),
    "fp_zve32x_told": ("rv64,zve32x=true", "fd", ["with:all v"]),
    "fp_untold": ("rv64", "", ["without:all f,d,zfa"]),
}

# No hart has H, by the tree or by trying. (-cpu, changes)
NO_H = {
    "without_h_anywhere": ("rv64", ["without:all h"]),
    "without_h_as_told": ("rv64,h=false", []),
    "without_h_but_told": ("rv64,h=false", ["with:all h"]),
    "without_h_string": ("rv64,h=false", ["string:all rv64imafdczihintpause_sstc"]),
}

# VM `poor` is on hart 0, VM `rich` on hart 1. ("" if poor has Sstc, "" if it has V, changes)
KINDS = {
    "kinds_same": ("", "", []),
    "kinds_apart": ("not ", "not ", ["without:0 sstc,svadu,zicboz,v", "cell:0 riscv,cbom-block-size 32"]),
}


def in_any_order(*patterns):
    return "expect:(?s)" + "".join("(?=.*%s)" % p for p in patterns)


def strings(sstc, changes):
    return changes + [
        "args:--cpu rv64,svinval=on --smp 1",
        "reject:FAIL",
        "expect:^hyp: sstc=%s " % sstc,
        r"expect:^\[guest\] (not )?listed: PASS v\n",
        passed(),
        stopped(),
    ]


def registers(cpu, has, changes):
    lists = [r"expect:^\[guest\] %slisted: PASS %s\n" % ("" if name in has else "not ", name) for name in "fdv"]
    return changes + ["args:--smp 1 --cpu " + cpu, "reject:FAIL|panic"] + lists + [passed(), stopped()]


def no_h(cpu, changes):
    return changes + [
        "args:--smp 2 --cpu " + cpu,
        "status:1",
        "reject:panic",
        r"expect:^hyp: machine=refused reason=no-h-extension\n",
    ]


def kinds(sstc, v, changes):
    return changes + [
        "args:--smp 2 --cpu rv64,v=true",
        "reject:FAIL",
        in_any_order(
            r"\[poor\] %slisted: PASS sstc\n" % sstc,
            r"\[rich\] listed: PASS sstc\n",
            r"\[poor\] %slisted: PASS v\n" % v,
            r"\[rich\] listed: PASS v\n",
            r"\[poor\] listed: PASS f\n",
            r"\[poor\] PASS f31 behind them\n",
            r"\[poor\] end: \d+ passed, 0 failed\n",
            r"\[rich\] end: \d+ passed, 0 failed\n",
            r"vm poor stopped: shutdown\n",
            r"vm rich stopped: shutdown\n",
        ),
    ]


CASES = {
    **{name: strings(*row) for name, row in STRINGS.items()},
    **{name: registers(*row) for name, row in REGISTERS.items()},
    **{name: no_h(*row) for name, row in NO_H.items()},
    **{name: kinds(*row) for name, row in KINDS.items()},
    # harts without H beside harts with it, which are used
    "without_h": [
        "without:{harts} h",
        "reject:FAIL",
        "expect:^hyp: build=.* harts=2 ",
        r"expect:^hyp: harts_without_h=2 ids={harts}\n",
        r"expect:^\[guest\] smp: 2 harts\n",
        passed(),
        stopped(),
    ],
    # rich needs an extension that its hart lacks
    "kinds_needed": [
        "without:1 sstc",
        "args:--smp 2",
        "status:1",
        "expect:^hyp: config .*rich.*sstc",
        r"expect:^hyp: vm=rich state=refused\n",
        passed(vm="poor"),
        stopped("poor"),
    ],
    # a register of an emulated device by flw and fsw, of a hart with D and of one with F alone
    "kinds_single": [
        "args:--smp 2 --cpu rv64,d=false",
        "reject:FAIL",
        r"expect:^\[poor\] PASS flw of what fsw has stored to a device\n",
        in_any_order(r"vm poor stopped: shutdown\n", r"vm rich stopped: shutdown\n"),
    ],
}

if __name__ == "__main__":
    sys.exit(changed_tree.run(CASES))
