#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A new workspace beside libhyp, of what README.md says, with copies of the examples: `../libhyp/bazelw` builds all, and runs
# the firmware and one example.
set -eu
tree=$BUILD_WORKSPACE_DIRECTORY
top=$(mktemp -d)
base=$top/output
bazelw() { HYP_NO_INSTALL=1 ../libhyp/bazelw --output_base="$base" "$@"; }
leave() {
    bazelw shutdown
    chmod -R u+w "$top" # what Bazel has built is read-only
    rm -rf "$top"
}
python3 "$tree/tests/readme/extract.py" "$tree" "$top" README.md
ln -s "$tree" "$top/libhyp"
cp "$tree"/tests/readme/firmware/* "$top/firmware"
cp -r "$top/pair" "$tree/examples" "$top/firmware"
cd "$top/firmware"
trap leave EXIT
bazelw build //...
bazelw test //examples/own_guest:own_guest_test
bazelw run //:fw -- --timeout 300 | tee "$top/log"
grep -q "^fw: 3" "$top/log"
