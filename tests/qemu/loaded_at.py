#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps with the image at another address: a first step `at:ADDRESS`, any multiple of 4 KiB."""
import os
import subprocess
import sys

import qemu_test


def main():
    plan, command = qemu_test.load()
    [(_, at)] = qemu_test.take(plan, ["at"])
    line = subprocess.check_output(command + ["--print"], text=True).splitlines()
    path = os.path.join(os.environ["TEST_TMPDIR"], "image.elf")
    with open(line[line.index("-kernel") + 1], "rb") as f, open(path, "wb") as out:
        out.write(qemu_test.elf(f.read(), int(at, 16)))
    qemu_test.add_qemu(plan, ["-kernel", path])
    return qemu_test.run(plan=plan)


if __name__ == "__main__":
    sys.exit(main())
