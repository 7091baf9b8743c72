#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A new workspace beside libhyp, of what README.md says: `../libhyp/bazelw` builds and runs its firmware.
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
cd "$top/firmware"
trap leave EXIT
bazelw build //...
bazelw run //:fw -- --timeout 300 | tee "$top/log"
grep -q "^fw: 7" "$top/log"
