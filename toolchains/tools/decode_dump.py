#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Decodes the dumps of a console log: which instruction of the hypervisor failed, and its callers.

    bazel run //toolchains/tools:decode_dump -- IMAGE.elf < console.log

The ELF file must have the build id that the dump names. Callers are found by the call frame
information of the debug data. Where it ends (assembly has none), the words of the stack that lie
behind a call instruction are listed as possible callers: some may be left over from older calls.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

RUNFILES = os.environ.get("TEST_SRCDIR") or os.path.abspath(__file__) + ".runfiles"
# with modules the folder of @pyelftools has a longer name
sys.path += glob.glob(os.path.join(RUNFILES, "*pyelftools/usr/lib/python3/dist-packages"))
from elftools.dwarf import callframe  # noqa: E402
from elftools.dwarf.structs import DWARFStructs  # noqa: E402
from elftools.elf.elffile import ELFFile  # noqa: E402

NAMES = ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()
RA, SP = 1, 2
FRAMES_MAX = 64
CIE_VERSION_AT = 8  # behind length and id of the first entry of .debug_frame
# "Supervisor Cause (scause) Register" and its augmentation by the hypervisor extension
CAUSES = {
    0: "instruction address misaligned", 1: "instruction access fault", 2: "illegal instruction", 3: "breakpoint",
    4: "load address misaligned", 5: "load access fault", 6: "store/AMO address misaligned", 7: "store/AMO access fault",
    12: "instruction page fault", 13: "load page fault", 15: "store/AMO page fault", 20: "instruction guest-page fault",
    21: "load guest-page fault", 22: "virtual instruction", 23: "store/AMO guest-page fault",
}
HEAD = re.compile(r'^hyp: panic="(.*)" hart=0x(\w+) vm=(\S*)(?: build=(\S+) build_id=(\w+))?$', re.M)


class Refused(Exception):
    pass


class Dump:
    """What the log has from one head to the next: `regs` by number, `words` {address: value} of the stack."""

    def __init__(self, head, text):
        self.what, self.hart, self.vm, self.build, self.build_id = head.groups()
        self.named, self.words = {}, {}
        for line in text.split("\n"):
            row = re.match(r"stack=0x(\w+)((?: (?:0x\w+|-))+)$", line)
            if row:
                for i, word in enumerate(row[2].split()):
                    if word != "-":
                        self.words.setdefault(int(row[1], 16) + 8 * i, int(word, 16))
            elif re.match(r"(\S+ )?\w+=0x[0-9a-f]+( \w+=0x[0-9a-f]+)*$", line):
                for name, value in re.findall(r"(\w+)=0x([0-9a-f]+)", line):
                    self.named.setdefault(name, int(value, 16))
        self.where = re.search(r"^(\S+) line=0x(\w+)$", text, re.M)
        self.complete = all(n in self.named for n in NAMES[1:])
        self.regs = {i: self.named.get(n, 0) for i, n in enumerate(NAMES)}


def dumps(text):
    text = text.replace("\r", "")
    heads = list(HEAD.finditer(text))
    ends = [h.start() for h in heads[1:]] + [len(text)]
    return [Dump(h, text[h.end() : end]) for h, end in zip(heads, ends)]


def structs_4(**options):
    """pyelftools 0.29 reads call frame information as version 2; in version 4, clang's, one header is longer."""
    structs = DWARFStructs(**options)
    structs.Dwarf_CIE_header = DWARFStructs(dwarf_version=4, **options).Dwarf_CIE_header
    return structs


class Image:
    def __init__(self, path, addr2line):
        self.path, self.addr2line = path, addr2line
        with open(path, "rb") as f:
            elf = ELFFile(f)
            note = elf.get_section_by_name(".note.gnu.build-id")
            self.build_id = next((n["n_desc"] for n in note.iter_notes()), None) if note else None
            text = elf.get_section_by_name(".text")
            self.start, self.code = text["sh_addr"], text.data()
            frame = elf.get_section_by_name(".debug_frame")
            is_version_4 = frame is not None and frame.data()[CIE_VERSION_AT] == 4
            callframe.DWARFStructs = structs_4 if is_version_4 else DWARFStructs
            self.frames = [e for e in elf.get_dwarf_info().CFI_entries() if isinstance(e, callframe.FDE)] if frame else []

    def has(self, pc):
        return self.start <= pc < self.start + len(self.code)

    def half(self, at):
        i = at - self.start
        return int.from_bytes(self.code[i : i + 2], "little")

    def is_behind_call(self, pc):
        """True if the instruction before pc is a jal or jalr that writes ra."""
        if pc % 2 or not self.start + 2 <= pc <= self.start + len(self.code):
            return False
        last = self.half(pc - 2)
        if last & 0xF07F == 0x9002 and last & 0xF80:  # c.jalr
            return True
        first = self.half(pc - 4) if pc >= self.start + 4 else 0
        return first & 0x7F in (0x6F, 0x67) and first >> 7 & 0x1F == RA

    def rule(self, pc):
        """(base register, offset of the canonical frame address, {register: offset}) at pc, or None."""
        for entry in self.frames:
            start = entry["initial_location"]
            if start <= pc < start + entry["address_range"]:
                rows = [r for r in entry.get_decoded().table if r["pc"] <= pc]
                if not rows or rows[-1]["cfa"].reg is None:
                    return None
                saved = {n: r.arg for n, r in rows[-1].items() if isinstance(n, int) and r.type == "OFFSET"}
                return rows[-1]["cfa"].reg, rows[-1]["cfa"].offset, saved
        return None

    def places(self, addresses):
        """For each address its functions, the innermost first: ["f () at file:line"]."""
        if not addresses:
            return []
        cmd = [self.addr2line, "-e", self.path, "-f", "-i", "-a"] + ["%#x" % a for a in addresses]
        out = subprocess.run(cmd, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
        found = []
        lines = iter(out.splitlines())
        for line in lines:
            if line.startswith("0x"):
                found.append([])
            else:
                file, _, number = next(lines).split(" (")[0].rpartition(":")
                # assembly has the folder of the build before its path
                file = os.path.normpath(file.replace("/proc/self/cwd/", ""))
                found[-1].append("%s () at %s:%s" % (line, file, number))
        return found


def unwind(image, dump):
    """[(pc, address to look up)] of the frames, innermost first, and the stack pointer where they end."""
    regs = dict(dump.regs)
    # a panic is a call: ra is behind it
    pc = dump.named.get("sepc", regs[RA])
    look_up = pc if "sepc" in dump.named else pc - 1
    frames = [(pc, look_up)]
    while len(frames) < FRAMES_MAX:
        rule = image.rule(look_up)
        if rule is None and len(frames) > 1:
            break
        # without a rule the innermost one is assembly, or no code at all: ra may still hold
        base, offset, saved = rule or (SP, 0, {})
        cfa = regs[base] + offset
        if any(cfa + at not in dump.words for at in saved.values()):
            break
        regs.update({n: dump.words[cfa + at] for n, at in saved.items()})
        if not image.is_behind_call(regs[RA]) or (regs[RA] == pc and cfa == regs[SP]):
            break
        regs[SP] = cfa
        pc = regs[RA]
        look_up = pc - 1
        frames.append((pc, look_up))
    return frames, regs[SP]


def show_frame(label, pc, places):
    if not places:
        print("%-4s %#x is no code of this image" % (label, pc))
    for place in places or []:
        print("%-4s %#x in %s" % (label, pc, place))
        label = ""  # the others: it is inlined in these


def show(image, dump):
    print('panic "%s" on hart %d, vm %s, build %s' % (dump.what, int(dump.hart, 16), dump.vm or "?", dump.build or "?"))
    if dump.where:
        print("at %s:%d" % (dump.where[1], int(dump.where[2], 16)))
    if "scause" in dump.named:
        cause = dump.named["scause"]
        print("cause %d, %s, stval %#x" % (cause, CAUSES.get(cause, "reserved"), dump.named.get("stval", 0)))
    if not dump.complete:
        print("This dump is not complete: it has no registers or not all of them.")
        return
    frames, sp = unwind(image, dump)
    known = [(pc, at) for pc, at in frames if image.has(at)]
    places = dict(zip(known, image.places([at for _, at in known])))
    for i, frame in enumerate(frames):
        show_frame("#%d" % i, frame[0], places.get(frame))
    rest = [w for at, w in sorted(dump.words.items()) if at >= sp and image.is_behind_call(w)]
    rest = [w for w in dict.fromkeys(rest) if w not in [pc for pc, _ in frames]]
    if rest:
        print("Possible callers: words of the stack above these frames that lie behind a call.")
    for word, place in zip(rest, image.places([w - 1 for w in rest])):
        show_frame("?", word, place)


def decode(image, text):
    found = dumps(text)
    if not found:
        raise Refused("the log has no dump: no line begins with hyp: panic=\"")
    for dump in found:
        if dump.build_id is None:
            print("A dump of hart %d ends in its first line." % int(dump.hart, 16))
            continue
        if dump.build_id != image.build_id:
            raise Refused("the dump is of build id %s, but %s has build id %s: it is another image" % (
                dump.build_id, image.path, image.build_id or "none"))
        show(image, dump)
    if re.search("^hyp: panic=nested$", text.replace("\r", ""), re.M):
        print("The report itself has faulted (panic=nested).")


def main():
    p = argparse.ArgumentParser(prog="bazel run //toolchains/tools:decode_dump --",
                                description="Decodes the dumps of a console log on standard input.")
    p.add_argument("--addr2line", required=True, help=argparse.SUPPRESS)
    p.add_argument("elf", metavar="IMAGE.elf")
    args = p.parse_args()
    path = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()), args.elf)
    try:
        decode(Image(path, os.path.abspath(args.addr2line)), sys.stdin.buffer.read().decode(errors="replace"))
    except (Refused, OSError) as e:
        sys.exit("decode_dump: %s" % e)


if __name__ == "__main__":
    main()
