#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts an image in QEMU on this terminal; `bazel run //images:X -- OPTIONS` ends here.

The manifest says what an image wants, one row a line, fields separated by tabs:
    blob     NAME  HPA  MAXSIZE  VM  KIND      KIND is kernel, initrd or image
    default  KEY   VALUE                       KEY is cpu, machine, mem or smp
    build_id HEX                               as in the note of the ELF file; not used here
Returns 0 when the machine was shut down, 1 when it was shut down for a failure, 124 for --timeout.
"""
import argparse
import os
import subprocess
import sys

UNAVAILABLE = b"#!unavailable\n"


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
    p.add_argument("--kernel", metavar="F", help="kernel of the first VM that loads one")
    p.add_argument("--initrd", metavar="F", help="initrd of the first VM that loads one")
    p.add_argument("--append", metavar="S", help="boot arguments of that VM, instead of its own")
    p.add_argument("--timeout", metavar="S", type=float, help="kill QEMU after S seconds, return 124")
    p.add_argument("--print", action="store_true", help="print QEMU's command line and leave")
    own, more = (argv[: argv.index("--")], argv[argv.index("--") + 1 :]) if "--" in argv else (argv, [])
    args = p.parse_args(own)
    args.more = more
    return args


def read_manifest(path):
    blobs, defaults = [], {}
    with open(path) as f:
        for number, line in enumerate(f, 1):
            row = line.rstrip("\n").split("\t")
            if row == [""] or row[0].startswith("#"):
                continue
            if row[0] == "blob" and len(row) == 6:
                name, hpa, size, vm, kind = row[1:]
                blobs.append({"name": name, "hpa": int(hpa, 0), "max": int(size, 0), "vm": vm, "kind": kind})
            elif row[0] == "default" and len(row) == 3:
                defaults[row[1]] = row[2]
            elif row[0] == "build_id" and len(row) == 2:
                continue
            else:
                die("%s:%d: not understood: %s" % (path, number, line.strip()))
    return blobs, defaults


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


def loaded_blobs(args, blobs, root):
    """[(blob, path)]: the rule's files, with the user's in the place of the first VM's."""
    paths = dict(item.split("=", 1) for item in args.load)
    chosen = {b["name"]: resolve(paths[b["name"]], root) for b in blobs if b["name"] in paths}
    for kind in ("kernel", "initrd"):
        given = getattr(args, kind)
        if given is None:
            continue
        first = next((b for b in blobs if b["kind"] == kind), None)
        if first is None:
            die("--%s: no VM of this image loads a %s" % (kind, kind))
        chosen[first["name"]] = user_path(given)
    for b in blobs:
        if b["name"] not in chosen:
            die("VM %s: no file for its %s (blob %s)" % (b["vm"], b["kind"], b["name"]))
    return [(b, chosen[b["name"]]) for b in blobs]


def command_line(args):
    root = os.path.abspath(args.root or os.getcwd())
    blobs, defaults = read_manifest(resolve(args.manifest, root)) if args.manifest else ([], {})

    def want(key, fallback):
        return getattr(args, key) or defaults.get(key) or fallback

    machine = ",".join(m for m in ("virt", defaults.get("machine"), args.machine) if m)
    cmd = [resolve(args.qemu, root), "-M", machine, "-cpu", want("cpu", "rv64"), "-smp", want("smp", "4")]
    cmd += ["-m", want("mem", "2G"), "-nographic", "-no-reboot", "-action", "panic=exit-failure"]
    cmd += ["-bios", resolve(args.bios, root), "-kernel", resolve(args.image, root)]
    words = []
    for blob, path in loaded_blobs(args, blobs, root):
        size = check_file(blob, path)
        cmd += ["-device", "loader,file=%s,addr=%#x,force-raw=on" % (comma(path), blob["hpa"])]
        words.append("%s.%s-size=%d" % (blob["vm"], blob["kind"], size))
    if args.append is not None:
        first = next((b for b in blobs if b["kind"] == "kernel"), None)
        if first is None:
            die("--append: no VM of this image loads a kernel")
        words.append("%s.append=%s" % (first["vm"], quote(args.append)))
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
