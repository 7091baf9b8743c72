#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The steps with a copy of a file as the second bank of the machine's flash, which the guest writes.

The first step names the file: `flash:PATH`.
"""
import os
import shutil
import sys

import qemu_test


def main():
    plan, command = qemu_test.load()
    kind, path = plan["steps"].pop(0).split(":", 1)
    assert kind == "flash", kind
    flash = os.path.join(os.environ["TEST_TMPDIR"], "flash.fd")
    shutil.copyfile(path, flash)  # not its mode: the file may be read-only
    plan["args"] += ["--", "-drive", "if=pflash,unit=1,format=raw,file=" + flash]
    qemu_test.load = lambda: (plan, [command[0]] + plan["args"])
    return qemu_test.run()


if __name__ == "__main__":
    sys.exit(main())
