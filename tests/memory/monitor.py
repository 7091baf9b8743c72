# SPDX-License-Identifier: Apache-2.0
"""QEMU's machine protocol on a socket."""
import json
import os
import socket
import tempfile

import qemu_test


class Monitor:
    def __init__(self):
        # a socket's path is short, a test's folder is not
        self.path = os.path.join(tempfile.mkdtemp(), "qmp")
        self.options = ["-qmp", "unix:%s,server=on,wait=off" % self.path]
        self.file = None

    def ask(self, what, **arguments):
        """Once the machine prints."""
        if self.file is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self.path)
            self.file = connection.makefile("rw")
            self.file.readline()
            self.ask("qmp_capabilities")
        self.file.write(json.dumps({"execute": what, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "error" in answer:
                raise qemu_test.Failure("%s: %s" % (what, answer))
            if "return" in answer:
                return answer["return"]
