#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""spdx_test.py NM IMAGE... ARCHIVE...: the bill of material of each image is SPDX 2.3, and true.

IMAGE is SPDX:ELF:BIN:PART,PART…:NAME=FILE,…: the packages that are linked, and the embedded files. An
image whose list of parts begins with + is compared with the archives: an object is linked if and only if the
ELF file has a symbol that it exports.
"""
import hashlib
import json
import os
import re
import subprocess
import sys

# The required members of the JSON schema of SPDX 2.3 (schemas/spdx-schema.json), and of clauses 6 to 11 those
# that are mandatory besides; a list's members in a list.
REQUIRED = {
    "spdxVersion": "SPDX-2.3$",
    "dataLicense": "CC0-1.0$",
    "SPDXID": "SPDXRef-DOCUMENT$",
    "name": ".",
    "documentNamespace": "[a-z]+:[^#]+$",
    "creationInfo": {"created": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "creators": ["(Person|Organization|Tool): ."]},
    "packages": [{"SPDXID": r"SPDXRef-[a-zA-Z0-9.-]+$", "name": ".", "downloadLocation": "."}],
    "files": [{"SPDXID": r"SPDXRef-[a-zA-Z0-9.-]+$", "fileName": r"\./", "checksums": [{"algorithm": "SHA(1|256)$", "checksumValue": "[0-9a-f]+$"}]}],
    "relationships": [{"spdxElementId": "SPDXRef-", "relatedSpdxElement": "SPDXRef-", "relationshipType": "(DESCRIBES|CONTAINS|STATIC_LINK|BUILD_TOOL_OF)$"}],
}
# Objects of data alone have no compilation unit, and are not in a bill's list of sources.
NO_UNIT = {("libarch", "scrub_code")}


def output(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout


def lacks(wanted, value, where):
    """Names of required members that are missing or have another form."""
    if isinstance(wanted, dict):
        if not isinstance(value, dict):
            return [where]
        return [bad for key, inner in wanted.items() for bad in lacks(inner, value.get(key), where + "." + key)]
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return [where]
        return [bad for n, item in enumerate(value) for bad in lacks(wanted[0], item, "%s[%d]" % (where, n))]
    return [] if isinstance(value, str) and re.match(wanted, value) else [where]


def digest(path, kind):
    with open(path, "rb") as f:
        return hashlib.new(kind, f.read()).hexdigest()


def check_form(bill):
    bad = ["%s is missing or wrong" % w for w in lacks(REQUIRED, bill, "document")]
    ids = [e["SPDXID"] for e in bill["packages"] + bill["files"]] + [bill["SPDXID"]]
    bad += ["%s twice" % i for i in set(ids) if ids.count(i) > 1]
    for r in bill["relationships"]:
        bad += ["%s is nowhere" % r[k] for k in ("spdxElementId", "relatedSpdxElement") if r[k] not in ids]
    ends = {r[k] for r in bill["relationships"] for k in ("spdxElementId", "relatedSpdxElement")}
    bad += ["%s has no relationship" % i for i in ids if i not in ends]
    bad += ["%s has no SHA1" % f["fileName"] for f in bill["files"] if "SHA1" not in [c["algorithm"] for c in f["checksums"]]]
    return bad


def check_files(bill, binary, embedded):
    image = next(p for p in bill["packages"] if p["SPDXID"] == "SPDXRef-Image")
    bad = []
    if image["checksums"] != [{"algorithm": "SHA256", "checksumValue": digest(binary, "sha256")}]:
        bad.append("the image has another digest")
    listed = {f["fileName"]: {c["algorithm"]: c["checksumValue"] for c in f["checksums"]} for f in bill["files"]}
    wanted = {"./" + n: {"SHA1": digest(p, "sha1"), "SHA256": digest(p, "sha256")} for n, p in embedded.items()}
    return bad + (["embedded files are %s, not %s" % (listed, wanted)] if listed != wanted else [])


def check_objects(nm, elf, archives, sources):
    """By symbols, in place of debug data."""
    there = {line.split()[0] for line in output(nm, "--defined-only", "-P", elf).splitlines()}
    exported = {}
    for archive in archives:
        library = re.sub(r".*/bin/", "", os.path.realpath(archive)).split("/")[0]
        for line in output(nm, "-g", "--defined-only", "-A", "-P", archive).splitlines():
            obj, symbol = re.match(r".*\[([^\]]+)\]: (\S+)", line).groups()
            exported.setdefault((library, obj.split(".")[0]), set()).add(symbol)
    listed = {(s.split("/")[0], os.path.splitext(os.path.basename(s))[0]) for s in sources}
    linked = {key for key, symbols in exported.items() if symbols & there} - NO_UNIT
    return ["%s/%s is linked, and not listed" % k for k in sorted(linked - listed)] + \
        ["%s/%s is listed, and not linked" % k for k in sorted((listed & set(exported)) - linked)]


def check(nm, image, archives):
    path, elf, binary, parts, embedded = image.split(":")
    with open(path, encoding="utf-8") as f:
        bill = json.load(f)
    bad = check_form(bill)
    links = [r["relatedSpdxElement"] for r in bill["relationships"] if r["relationshipType"] == "STATIC_LINK"]
    linked = [i[len("SPDXRef-Linked-"):] for i in links]
    if linked != parts.strip("+").split(","):
        bad.append("linked are %s" % linked)
    bad += check_files(bill, binary, dict(e.split("=") for e in embedded.split(",") if e))
    if parts.startswith("+"):
        own = [p for p in bill["packages"] if p["SPDXID"] in links + ["SPDXRef-Image"]]
        sources = [s for p in own for s in p["comment"].split(": ", 1)[1].split()]
        bad += check_objects(nm, elf, archives, sources)
    return ["%s: %s" % (os.path.basename(path), b) for b in bad]


def main():
    nm = sys.argv[1]
    images = [a for a in sys.argv[2:] if ":" in a]
    archives = [a for a in sys.argv[2:] if ":" not in a]
    bad = [b for image in images for b in check(nm, image, archives)]
    print("\n".join(bad) or "%d bills are true" % len(images))
    sys.exit(1 if bad or not images or not archives else 0)


main()
