#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts an image in QEMU on this terminal; `bazel run //images:X -- OPTIONS` ends here.

The manifest says what an image wants, one row a line, fields separated by tabs:
    vm       NAME  TREE                        TREE is dtb, or - for a VM without a device tree
    blob     NAME  HPA  MAXSIZE  VM  KIND      KIND is kernel or initrd
    default  KEY   VALUE                       KEY is cpu, machine, mem or smp
    build_id HEX                               as in the note of the ELF file; not used here
Returns 0 when the machine was shut down, 1 when it was shut down for a failure, 124 for --timeout.
"""
import argparse
import difflib
import os
import re
import subprocess
import sys

UNAVAILABLE = b"#!unavailable\n"
KINDS = ("kernel", "initrd")
NAMED = re.compile("([a-z0-9_-]{1,15})=(.*)", re.S)  # VM=VALUE
# Files that are no kernels: their first bytes, what they are, and what makes a kernel of them.
FORMATS = [
    (b"\x7fELF", "an ELF file", "objcopy -O binary"),
    (b"\x1f\x8b", "a gzip file", "gzip -d"),
]


def die(text):
    sys.exit("run_image: " + text)


def parse_arguments(argv):
    p = argparse.ArgumentParser(
        prog="bazel run IMAGE --",
        usage="%(prog)s [OPTIONS] [-- QEMU OPTIONS]",
        description="Starts the image in QEMU on this terminal. Ctrl-A X leaves.",
    )
    for hidden in ("--root", "--image", "--manifest", "--qemu", "--bios"):
        p.add_argument(hidden, help=argparse.SUPPRESS)
    p.add_argument("--load", action="append", default=[], help=argparse.SUPPRESS)
    p.add_argument("--machine", metavar="OPTS", help="more options of -M virt, e.g. aia=aplic-imsic")
    p.add_argument("--cpu", metavar="C", help="QEMU's -cpu")
    p.add_argument("--smp", metavar="N", help="harts")
    p.add_argument("--mem", metavar="M", help="memory, e.g. 2G")
    for kind in KINDS:
        p.add_argument("--" + kind, metavar="[VM=]F", action="append", default=[],
                       help="%s of this VM; without VM=, of the first VM that loads one" % kind)
    p.add_argument("--append", metavar="[VM=]S", action="append", default=[],
                   help="boot arguments of this VM, instead of its own; without VM=, of the first VM that loads a kernel")
    p.add_argument("--timeout", metavar="S", type=float, help="kill QEMU after S seconds, return 124")
    p.add_argument("--print", action="store_true", help="print QEMU's command line and leave")
    own, more = (argv[: argv.index("--")], argv[argv.index("--") + 1 :]) if "--" in argv else (argv, [])
    args = p.parse_args(own)
    args.more = more
    return args


def read_manifest(path):
    """(VMs, files, defaults); VMs is {name: it has a device tree}, in the configuration's order."""
    vms, blobs, defaults = {}, [], {}
    with open(path) as f:
        for number, line in enumerate(f, 1):
            row = line.rstrip("\n").split("\t")
            if row == [""] or row[0].startswith("#"):
                continue
            if row[0] == "vm" and len(row) == 3:
                vms[row[1]] = row[2] == "dtb"
            elif row[0] == "blob" and len(row) == 6:
                name, hpa, size, vm, kind = row[1:]
                blobs.append({"name": name, "hpa": int(hpa, 0), "max": int(size, 0), "vm": vm, "kind": kind})
            elif row[0] == "default" and len(row) == 3:
                defaults[row[1]] = row[2]
            elif row[0] == "build_id" and len(row) == 2:
                continue
            else:
                die("%s:%d: not understood: %s" % (path, number, line.strip()))
    return vms, blobs, defaults


def check_file(blob, path):
    """Returns the size of the file that is to be loaded, or ends with what is wrong with it."""
    what = "VM %s, %s" % (blob["vm"], blob["kind"])
    try:
        size = os.stat(path).st_size
        with open(path, "rb") as f:
            head = f.read(65536)
    except OSError as e:
        die("%s: %s: %s" % (what, path, e.strerror))
    if head.startswith(UNAVAILABLE):
        die("%s: %s" % (what, head[len(UNAVAILABLE) :].decode().strip()))
    if size > blob["max"]:
        die("%s: %s has %d bytes, the configuration allows %d" % (what, path, size, blob["max"]))
    if size == 0:
        die("%s: %s is empty" % (what, path))
    for magic, form, command in FORMATS:
        if blob["kind"] == "kernel" and head.startswith(magic):
            die("%s: %s is %s, not a flat binary: %s makes one" % (what, path, form, command))
    return size


def quote(text):
    """For the hypervisor's command line: inside double quotes, which the text cannot have."""
    if '"' in text or "\n" in text:
        die('--append cannot hold a double quote or a line break: %s' % text)
    return '"%s"' % text


def comma(path):
    """QEMU's option parser wants a comma in a value twice."""
    return path.replace(",", ",,")


def resolve(path, root):
    return path if os.path.isabs(path) else os.path.normpath(os.path.join(root, path))


def user_path(path):
    return resolve(path, os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))


def names(vms):
    return "its VMs are " + ", ".join(vms)


def first_with(kind, option, blobs, vms):
    """The first VM that loads a file of this kind: the one of an option without VM=."""
    for b in blobs:
        if b["kind"] == kind:
            return b["vm"]
    die("%s: no VM of this image loads a %s; %s" % (option, kind, names(vms)))


def replaced_files(args, kind, blobs, vms):
    """{VM: path} of the user's files. `NAME=` is a VM; a path may begin with ./ instead."""
    files, option = {}, "--" + kind
    loads = [b["vm"] for b in blobs if b["kind"] == kind]
    for value in getattr(args, kind):
        named = NAMED.fullmatch(value)
        if named and named[1] not in vms:
            die("%s %s: this image has no VM %s; %s" % (option, value, named[1], names(vms)))
        if named and named[1] not in loads:
            die("%s %s: VM %s loads no %s: it has none, or has it in the image" % (option, value, named[1], kind))
        vm, path = named.groups() if named else (first_with(kind, option, blobs, vms), value)
        files[vm] = user_path(path)
    return files


def loaded_blobs(args, vms, blobs, root):
    """[(blob, path)]: the rule's files, and the user's in the place of some. Each VM has a copy of its own."""
    paths = dict(item.split("=", 1) for item in args.load)
    given = {kind: replaced_files(args, kind, blobs, vms) for kind in KINDS}
    out = []
    for b in blobs:
        path = given[b["kind"]].get(b["vm"])
        if path is None and b["name"] not in paths:
            die("VM %s: no file for its %s: %s is not in loads of the hyp_image rule" % (b["vm"], b["kind"], b["name"]))
        out.append((b, path or resolve(paths[b["name"]], root)))
    return out


def append_words(args, vms, blobs):
    """VM.append="…" for each VM whose boot arguments are replaced.

    Boot arguments themselves may begin with NAME=, so a NAME that is no VM is theirs, unless it looks like a VM's.
    """
    texts = {}
    for value in args.append:
        named = NAMED.fullmatch(value)
        vm, text = named.groups() if named and named[1] in vms else (None, value)
        if vm is None:
            vm = first_with("kernel", "--append", blobs, vms)
            near = difflib.get_close_matches(named[1], vms, 1, 0.75) if named else []
            if near:
                die("--append %s: this image has no VM %s, but %s; %s. Boot arguments of VM %s that begin so: --append '%s=%s'"
                    % (value, named[1], near[0], names(vms), vm, vm, value))
        if not vms[vm]:
            die("--append %s: VM %s has no device tree, so it cannot read boot arguments" % (value, vm))
        texts[vm] = text
    return ["%s.append=%s" % (vm, quote(text)) for vm, text in texts.items()]


def command_line(args):
    root = os.path.abspath(args.root or os.getcwd())
    vms, blobs, defaults = read_manifest(resolve(args.manifest, root)) if args.manifest else ({}, [], {})

    def want(key, fallback):
        return getattr(args, key) or defaults.get(key) or fallback

    machine = ",".join(m for m in ("virt", defaults.get("machine"), args.machine) if m)
    cmd = [resolve(args.qemu, root), "-M", machine, "-cpu", want("cpu", "rv64"), "-smp", want("smp", "4")]
    cmd += ["-m", want("mem", "2G"), "-nographic", "-no-reboot", "-action", "panic=exit-failure"]
    cmd += ["-bios", resolve(args.bios, root), "-kernel", resolve(args.image, root)]
    words = []
    for blob, path in loaded_blobs(args, vms, blobs, root):
        size = check_file(blob, path)
        cmd += ["-device", "loader,file=%s,addr=%#x,force-raw=on" % (comma(path), blob["hpa"])]
        words.append("%s.%s-size=%d" % (blob["vm"], blob["kind"], size))
    words += append_words(args, vms, blobs)
    if words:
        cmd += ["-append", " ".join(words)]
    return cmd + args.more


def main():
    args = parse_arguments(sys.argv[1:])
    cmd = command_line(args)
    if args.print:
        print("\n".join(cmd))
        return 0
    sys.stdout.flush()
    if args.timeout is None:
        os.execv(cmd[0], cmd)
    qemu = subprocess.Popen(cmd)
    try:
        return qemu.wait(args.timeout)
    except subprocess.TimeoutExpired:
        print("\nrun_image: no shutdown within %g s" % args.timeout, file=sys.stderr)
        return 124
    finally:
        if qemu.poll() is None:
            qemu.kill()
            qemu.wait()


if __name__ == "__main__":
    sys.exit(main())
