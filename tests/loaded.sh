#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# loaded.sh LOOPS RUNS TARGETS...: runs each test RUNS times beside LOOPS busy loops, which end with it.
set -eu
cd "$(dirname "$0")/.."
loops=$1
runs=$2
shift 2
pids=
trap 'kill $pids' EXIT
trap 'exit 1' INT TERM
while [ "$loops" -gt 0 ]; do
    sh -c 'while :; do :; done' &
    pids="$pids $!"
    loops=$((loops - 1))
done
./bazelw test --keep_going --noshow_progress --test_tag_filters=qemu --build_tests_only --runs_per_test="$runs" "$@"
