#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""count.py EVENTS STATUS [EVENTS STATUS ...]: prints "N passed, N failed" from Bazel's build events; fails if any failed.

A test that was not run, for it or anything else did not build, is a failed one; so is an
unsuccessful build with no test to blame, and one that has no tests. EVENTS of "-" is one test by itself.
"""
import json
import sys


def count(lines, status):
    tests, done, broken = set(), {}, set()
    for line in lines:
        event = json.loads(line)
        (kind, ident), = list(event["id"].items())[:1]
        label = ident.get("label") if isinstance(ident, dict) else None
        aborted = event.get("aborted", {}).get("reason")
        if aborted == "SKIPPED":
            # not for this platform
            tests.discard(label)
        elif kind == "targetConfigured":
            if aborted:
                broken.add(label)
            # a flag that the command line sets is announced and never configured: aborted, without a reason
            elif event.get("configured", {}).get("targetKind", "").endswith("_test rule"):
                tests.add(label)
        elif kind == "targetCompleted" and not event.get("completed", {}).get("success"):
            broken.add(label)
        elif kind == "testSummary":
            done[label] = event.get("testSummary", {}).get("overallStatus") == "PASSED"
    passed = sum(done.values())
    failed = len(done) - passed + len((tests | broken) - set(done))
    return passed, failed or int(status != 0 or not passed)


def main():
    passed = failed = 0
    for path, status in zip(sys.argv[1::2], sys.argv[2::2]):
        try:
            if path == "-":
                p, n = (1, 0) if int(status) == 0 else (0, 1)
            else:
                with open(path) as f:
                    p, n = count(f, int(status))
        except OSError as e:
            print(e)
            p, n = 0, 1
        passed, failed = passed + p, failed + n
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
