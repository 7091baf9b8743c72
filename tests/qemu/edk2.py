#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""EDK2 to its shell: it writes a variable to the second bank of the machine's flash, and reads it.

The step `flash:PATH` names the file whose copy that bank is.
"""
import os
import shutil
import sys

import qemu_test

SHELL = "expect:Shell> "
GUID = "61a2b5b0-5a1b-4a9e-9e1a-0f5d7a3c2b1d"
CASES = {
    "edk2": [
        "reject:state=absent|^hyp: panic|ASSERT|Exception",
        "expect:EDK2 firmware version",
        "expect:in . seconds to skip",
        r"send:\x1b",
        SHELL,
        r"send:memmap\r",
        "expect:^Type +Start +End +# Pages +Attributes",
        "expect:^Available +0000000080000000-",
        "expect:^MMIO +0000000022000000-0000000023FFFFFF ",
        r"expect:^Total Memory: +512 MB",
        SHELL,
        r"send:setvar kept -guid %s -nv -bs =4b50\r" % GUID,
        SHELL,
        r"send:setvar kept -guid %s\r" % GUID,
        "expect: 0002 Bytes",
        "expect:^4B 50 ",
        SHELL,
        r"send:reset -s\r",
        "expect:^vm efi stopped: shutdown",
    ],
}


def main():
    plan, _ = qemu_test.load()
    [(_, path)] = qemu_test.take(plan, ["flash"])
    qemu_test.expand(plan, CASES)
    flash = os.path.join(os.environ["TEST_TMPDIR"], "flash.fd")
    shutil.copyfile(path, flash)  # not its mode: the file may be read-only
    qemu_test.add_qemu(plan, ["-drive", "if=pflash,unit=1,format=raw,file=" + flash])
    return qemu_test.run(plan=plan)


if __name__ == "__main__":
    sys.exit(main())
