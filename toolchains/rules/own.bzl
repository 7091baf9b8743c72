# SPDX-License-Identifier: Apache-2.0
"""own: libhyp's own targets, in macros that any repository calls."""

def own(text):
    """A label of libhyp as each repository may write it, also where libhyp is the main one."""
    s = str(Label(text))
    return "@libhyp" + s if s.startswith("//") else s
