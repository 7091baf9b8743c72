#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each VM gets seeds of its own, new at each start; nothing of the machine's seed is in them.

QEMU writes its tree's rng-seed anew whenever the machine starts, and leaves a kaslr-seed alone: so
that is the machine's seed where this test must know it. Step: boots:COUNT with QEMU's own tree.
"""
import re
import struct
import sys

import fdt
import qemu_test

VMS = ["left", "right"]
NO_SEED = "^hyp: seed=none vms_rng_seed=none vms_kaslr_seed=none$"


def properties(blob, node):
    """(offset of the token, name, length) of each property of the node."""
    start, strings = struct.unpack_from(">II", blob, 8)
    size = struct.unpack_from(">I", blob, 36)[0]
    at, inside = start, False
    while at < start + size:
        token = struct.unpack_from(">I", blob, at)[0]
        at += 4
        if token == fdt.BEGIN_NODE:
            end = blob.index(b"\0", at)
            inside = blob[at:end] == node
            at = (end + 4) & ~3
        elif token == fdt.END_NODE:
            inside = False
        elif token == fdt.PROP:
            length, name = struct.unpack_from(">II", blob, at)
            if inside:
                yield at - 4, blob[strings + name : blob.index(b"\0", strings + name)], length
            at = (at + 8 + length + 3) & ~3


def with_kaslr_seed(blob, value):
    """Its rng-seed, of 32 bytes, becomes a kaslr-seed; a shorter value leaves NOPs behind it."""
    at = next(at for at, name, _ in properties(blob, b"chosen") if name == b"rng-seed")
    strings, names_size = struct.unpack_from(">I", blob, 12)[0], struct.unpack_from(">I", blob, 32)[0]
    new_name = b"kaslr-seed\0"
    head = struct.pack(">III", fdt.PROP, len(value), names_size)
    room = value + b"\0" * (-len(value) % 4)
    room += b"\0\0\0\4" * ((32 - len(room)) // 4)
    blob = bytearray(blob[:at] + head + room + blob[at + 12 + 32 : strings + names_size] + new_name)
    struct.pack_into(">I", blob, 4, len(blob))
    struct.pack_into(">I", blob, 32, names_size + len(new_name))
    return bytes(blob)


def boot(command, timeout, more, expect):
    """{(vm, property): bytes, or None}"""
    with qemu_test.Machine(command + more, timeout) as machine:
        machine.reject("FAIL")
        machine.reject(r"^hyp: panic")
        if expect:
            machine.expect(expect)
        else:
            machine.reject("^hyp: seed=")
        machine.wait(0)
        found = {}
        for vm in VMS:
            # a VM that is slow to finish a line has it broken by the other's: all that it has written, in a row
            text = "".join(re.findall(r"^\[%s\] (.*)$" % vm, machine.log, re.M))
            for name, value in re.findall(r"(rng-seed|kaslr-seed) (absent|(?:\d+ )*end)", text):
                found[vm, name] = None if value == "absent" else bytes(int(w) for w in value.split()[:-1])
    if sorted(found) != sorted((vm, name) for vm in VMS for name in ("rng-seed", "kaslr-seed")):
        raise qemu_test.Failure("not all seeds are said:\n" + machine.log)
    return found


def words_of(data):
    return {data[i : i + 8] for i in range(len(data) - 7)}


def require_sizes(found, rng, kaslr):
    for (vm, name), value in found.items():
        size = None if value is None else len(value)
        if size != (rng if name == "rng-seed" else kaslr):
            raise qemu_test.Failure("%s of vm %s has %s bytes" % (name, vm, size))


def require_new(seen, found):
    """No eight bytes of one are in any that was seen."""
    for key, value in found.items():
        for word in words_of(value):
            if word in seen:
                raise qemu_test.Failure("%s of vm %s: eight bytes that %s has, too" % (key[1], key[0], seen[word]))
        seen.update({word: "%s of vm %s" % (key[1], key[0]) for word in words_of(value)})


def body(plan, command):
    given = dict(text.split(":", 1) for text in plan["steps"])
    own = qemu_test.own_tree(command)
    seen = {}
    for _ in range(int(given["boots"])):
        found = boot(command, plan["timeout"], [], None)
        require_sizes(found, 32, 8)
        require_new(seen, found)
    known = bytes(range(1, 33))
    # the machine's seed, bytes of rng-seed that guests may count on
    for value, size in [(known, 32), (known[:8], 8), (known[:5], 5), (bytes(32), None), (b"", None)]:
        more = ["--"] + qemu_test.tree_options(with_kaslr_seed(own, value))
        found = boot(command, plan["timeout"], more, NO_SEED if size is None else None)
        require_sizes(found, size, None if size is None else 8)
        if size is not None:
            others = {**seen, **{word: "the machine" for word in words_of(value)}}
            require_new(others, found)
        print("machine's seed of %d bytes: %s" % (len(value), "none" if size is None else found["left", "rng-seed"].hex()))


if __name__ == "__main__":
    sys.exit(qemu_test.main(body))
