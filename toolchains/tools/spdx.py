#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""spdx.py PLAN.json OUT: the bill of material of an image, in SPDX 2.3 (JSON).

What is linked is read from the debug data of the ELF file: the linker keeps a compilation unit there if
it has kept a section of that object, and drops it else. A unit's name is a path of the tree, of
third_party/ (an -ffile-prefix-map of toolchains/repos.bzl), or of GCC's own sources. Assembly that has only
data has no unit.

The same image gives the same bytes: the time is 0, and the document's name space comes from the image's digest.
"""
import collections
import hashlib
import json
import re
import subprocess
import sys
import uuid

UNIT = re.compile(r"^ <0>.*?(?=^ <1>|^  Compilation Unit|\Z)", re.M | re.S)
ATTRIBUTE = re.compile(r"DW_AT_(name|producer)\s*: (?:\([^)]*\): )?(.*)")
# name of the tool, for the producer that a unit names
PRODUCERS = [("GCC", re.compile(r"^GNU C\d* (\S+)")), ("clang", re.compile(r"clang version (\S+)")), ("GNU Binutils", re.compile(r"^GNU AS (\S+)"))]
LIBGCC = re.compile(r"(?:^|/)gcc-?([^/]*)/libgcc/")
RUNTIME = "GPL-3.0-or-later WITH GCC-exception-3.1"
OURS = "Apache-2.0"


def units(objdump, elf, own_prefix):
    """(name, producer) of each compilation unit; ours without the folder of this dependency."""
    text = subprocess.run([objdump, "--dwarf=info", "--dwarf-depth=1", elf], check=True,
                          stdout=subprocess.PIPE, universal_newlines=True).stdout
    for unit in UNIT.findall(text):
        found = dict(ATTRIBUTE.findall(unit))
        name = found.get("name", "").strip()
        yield name[len(own_prefix) :] if name.startswith(own_prefix) else name, found.get("producer", "").strip()


def component(name, third_party):
    """(id, title, version, licence, source) of the code that has this unit; None: the image's own."""
    gcc = LIBGCC.search(name)
    if gcc:
        return "libgcc", "libgcc", gcc.group(1) or None, RUNTIME, None
    first, _, rest = name.partition("/")
    if first == "third_party":
        key = rest.split("/")[0]
        facts = third_party[key]
        return key, facts["title"], facts["version"], facts["license"], "Debian's %s, sha256 %s" % (facts["pool"], facts["sha256"])
    return (first, first, None, OURS, None) if re.match(r"lib(arch|mm|irq|console|vm|hv)$", first) else None


def tools(producers):
    """{(title, version)} of what compiled the units."""
    out = set()
    for producer in producers:
        known = [(title, m.group(1)) for title, m in ((t, p.search(producer)) for t, p in PRODUCERS) if m]
        out.add(known[0] if known else (producer, None))
    return out


def digest(path, name):
    with open(path, "rb") as f:
        return {"algorithm": name.upper(), "checksumValue": hashlib.new(name, f.read()).hexdigest()}


def package(key, title, version, licence, **more):
    out = {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", key),
        "name": title,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
    }
    if version:
        out["versionInfo"] = version
    return dict(out, **more)


def relation(one, kind, other):
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def document(plan):
    found = list(units(plan["objdump"], plan["elf"], plan["own_prefix"]))
    linked = collections.defaultdict(set)
    own = set()
    for name, _ in found:
        code = component(name, plan["third_party"])
        (linked[code] if code else own).add(name)
    image_digest = digest(plan["bin"], "sha256")
    image = package("Image", plan["image"], None, "NOASSERTION", primaryPackagePurpose="FIRMWARE",
                    packageFileName=plan["image"] + ".bin", checksums=[image_digest],
                    comment="Sources besides the packages below: " + " ".join(sorted(own)))
    me = image["SPDXID"]
    packages, files = [image], []
    relations = [relation("SPDXRef-DOCUMENT", "DESCRIBES", me)]
    ours = [code for code in linked if code[3] == OURS]
    if ours:
        whole = package("libhyp", "libhyp", plan["version"], OURS)
        packages.append(whole)
        relations.append(relation(me, "CONTAINS", whole["SPDXID"]))
    for code in sorted(linked, key=lambda c: c[0]):
        key, title, version, licence, source = code
        part = package("Linked-" + key, title, version or (plan["version"] if code in ours else None), licence,
                       comment="Linked: " + " ".join(sorted(n.lstrip("./") for n in linked[code])),
                       **({"sourceInfo": source} if source else {}))
        packages.append(part)
        relations.append(relation(me, "STATIC_LINK", part["SPDXID"]))
        if code in ours:
            relations.append(relation("SPDXRef-libhyp", "CONTAINS", part["SPDXID"]))
    for title, version in sorted(tools(producer for _, producer in found), key=str):
        tool = package("Tool-" + title, title, version, "NOASSERTION")
        packages.append(tool)
        relations.append(relation(tool["SPDXID"], "BUILD_TOOL_OF", me))
    for name, path in sorted(plan["blobs"].items()):
        blob = {
            "SPDXID": "SPDXRef-Embedded-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
            "fileName": "./" + name,
            "checksums": [digest(path, "sha1"), digest(path, "sha256")],
            "fileTypes": ["BINARY"],
            "licenseConcluded": "NOASSERTION",
            "licenseInfoInFiles": ["NOASSERTION"],
            "copyrightText": "NOASSERTION",
        }
        files.append(blob)
        relations.append(relation(me, "CONTAINS", blob["SPDXID"]))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": plan["image"],
        "documentNamespace": "urn:uuid:%s" % uuid.uuid5(uuid.NAMESPACE_OID, plan["image"] + " " + image_digest["checksumValue"]),
        "creationInfo": {"created": "1970-01-01T00:00:00Z", "creators": ["Tool: libhyp-spdx-" + plan["version"]]},
        "packages": packages,
        "files": files,
        "relationships": relations,
    }


def main():
    plan_path, out = sys.argv[1:]
    with open(plan_path, encoding="utf-8") as f:
        plan = json.load(f)
    with open(out, "w", encoding="utf-8") as f:
        json.dump(document(plan), f, indent=2)
        f.write("\n")


main()
