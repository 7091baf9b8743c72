#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""size_test.py IMAGE.size.txt IMAGE.elf: its rows are the ELF file's, in hex; KiB and sum are right."""
import re
import sys

sys.path.append("tests/lib")
import elf_file  # noqa: E402


def main():
    with open(sys.argv[1]) as f:
        head, symbols_head = f.read().split("\n\n")
    image, columns, *rows = [line.split() for line in head.split("\n")]
    if (image, columns) != (["two"], ["section", "size", "KiB", "address"]):
        sys.exit("FAIL: the first lines are %s, %s" % (image, columns))
    sections = {name: (int(size, 16), int(address, 16)) for name, size, _, address in rows[:-1]}
    if sections != elf_file.loaded_sections(sys.argv[2]) or ".text" not in sections:
        sys.exit("FAIL: not the sections of the ELF file: %s" % sections)
    all_name, all_size, all_kib = rows[-1]
    if (all_name, int(all_size, 16)) != ("all", sum(size for size, _ in sections.values())):
        sys.exit("FAIL: the sum is %s %s" % (all_name, all_size))
    for name, size, kib, *_ in rows:
        if not size.startswith("0x") or kib != "%.1f" % (int(size, 16) / 1024):
            sys.exit("FAIL: %s has %s bytes, %s KiB" % (name, size, kib))
    _, *lines = symbols_head.rstrip("\n").split("\n")
    with open(sys.argv[2], "rb") as f:
        table = elf_file.ELFFile(f).get_section_by_name(".symtab")
        symbols = {(s.name, s["st_value"], s["st_size"]) for s in table.iter_symbols()}
    sizes = []
    for name, size, address in (line.split() for line in lines):
        if not re.fullmatch("0x[0-9a-f]+", size) or (name, int(address, 16), int(size, 16)) not in symbols:
            sys.exit("FAIL: no symbol %s is at %s, %s bytes" % (name, address, size))
        sizes.append(int(size, 16))
    if len(sizes) != 24 or sizes != sorted(sizes, reverse=True) or sizes[0] != max(size for _, _, size in symbols):
        sys.exit("FAIL: not the largest symbols: %s" % sizes)


if __name__ == "__main__":
    main()
