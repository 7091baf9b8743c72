# SPDX-License-Identifier: Apache-2.0
"""Symbols and code of an ELF file, read by pyelftools."""
import glob
import os
import sys

# @pyelftools lies beside the workspace in the runfiles; with modules its folder has a longer name
RUNFILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
sys.path += glob.glob(os.path.join(RUNFILES, "*pyelftools/usr/lib/python3/dist-packages"))
from elftools.elf.constants import SH_FLAGS  # noqa: E402
from elftools.elf.elffile import ELFFile  # noqa: E402


def symbols(path):
    """{name: (address, size)}"""
    with open(path, "rb") as f:
        table = ELFFile(f).get_section_by_name(".symtab")
        return {s.name: (s["st_value"], s["st_size"]) for s in table.iter_symbols() if s.name}


def code(path):
    """[(address, bytes)] of each section that can be executed."""
    with open(path, "rb") as f:
        sections = [s for s in ELFFile(f).iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_EXECINSTR and s["sh_size"]]
        return [(s["sh_addr"], s.data()) for s in sections]


def loaded_sections(path):
    """{name: (size, address)} of the sections that take memory."""
    with open(path, "rb") as f:
        sections = [s for s in ELFFile(f).iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_ALLOC and s["sh_size"]]
        return {s.name: (s["sh_size"], s["sh_addr"]) for s in sections}
