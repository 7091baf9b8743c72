# SPDX-License-Identifier: Apache-2.0
"""What the call chain of tests/faults/wild.c looks like in a decoded dump."""

# hv_hart_main() calls vcpu_run(), in whose place is that of tests/faults/wild.c.
_CALLERS = [
    r"line:^#. +0x\w+ in __wrap_vcpu_run \(\) at tests/faults/wild\.c:\d+$",
    r"line:^#. +0x\w+ in hv_hart_main \(\) at libhv/hart/hart\.c:\d+$",
]

def chain(first, end):
    """Frames from chain_third() to chain(), which is inlined."""
    return [
        r"line:^#%d +0x\w+ in chain_third \(\) at {fails: %s}$" % (first, end),
        r"line:^#%d +0x\w+ in chain_second \(\) at {second}$" % (first + 1),
        r"line:^#%d +0x\w+ in chain \(\) at {first}$" % (first + 2),
        r"line:^ +0x\w+ in chain_%s \(\) at tests/faults/wild\.c:\d+$" % end,
    ] + _CALLERS
