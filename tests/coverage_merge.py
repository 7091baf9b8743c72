#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Merges a test's coverage into one lcov file: gcov's JSON (GCC >= 9), or .dat.

Stands in for Bazel's own Java tool, which would have to be downloaded.
"""
import glob
import gzip
import json
import os
import sys

opt = dict(a[2:].split("=", 1) for a in sys.argv[1:] if a.startswith("--") and "=" in a)
lines, funcs, branches = {}, {}, {}
root = opt["coverage_dir"]
for path in glob.glob(os.path.join(root, "**", "*.gcov.json.gz"), recursive=True):
    for f in json.load(gzip.open(path))["files"]:
        name = f["file"]
        if name.startswith("/usr/") or name.startswith("external/"):
            continue
        for ln in f["lines"]:
            k = (name, ln["line_number"])
            lines[k] = lines.get(k, 0) + ln["count"]
            for i, b in enumerate(ln["branches"]):
                # a header's function is in each object that calls it: the sum is what counts
                k = (name, ln["line_number"], ln.get("function_name", ""), i)
                branches[k] = branches.get(k, 0) + b["count"]
        for fn in f["functions"]:
            k = (name, fn["name"], fn["start_line"])
            funcs[k] = funcs.get(k, 0) + fn["execution_count"]
with open(opt["output_file"], "w") as out:
    for name in sorted({k[0] for k in lines}):
        ff = sorted(k for k in funcs if k[0] == name)
        ll = sorted(k for k in lines if k[0] == name)
        out.write("SF:%s\n" % name)
        out.writelines("FN:%d,%s\n" % (k[2], k[1]) for k in ff)
        out.writelines("FNDA:%d,%s\n" % (funcs[k], k[1]) for k in ff)
        # block: the function, for lines that are in several (macros)
        bb = sorted(k for k in branches if k[0] == name)
        blocks = {f: i for i, f in enumerate(sorted({k[2] for k in bb}))}
        out.writelines("BRDA:%d,%d,%d,%d\n" % (k[1], blocks[k[2]], k[3], branches[k]) for k in bb)
        out.writelines("DA:%d,%d\n" % (k[1], lines[k]) for k in ll)
        out.write("LF:%d\nLH:%d\nend_of_record\n" % (len(ll), sum(lines[k] > 0 for k in ll)))
