#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is code in a README, and which file it is."""
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "tests/readme"))
import extract  # noqa: E402

TEXT = """# Title
```
a picture
```
## Mine
Two files, `other.c` is none of them.

The first is `BUILD.bazel`:
```python
load()

```
Then `a.c`, see [`b.h`](x/b.h) and `c.c`:

```c
int c;
```
Some lines.

```c
.part = 1,
```
"""


class Extract(unittest.TestCase):
    def found(self, text, sections={"R.md#Mine": "mine"}):
        return extract.blocks("R.md", text, sections)

    def test_files(self):
        self.assertEqual(self.found(TEXT), [("mine/BUILD.bazel", "load()\n\n"), ("mine/c.c", "int c;\n"), ("fragments/mine.inc", ".part = 1,\n")])

    def test_unknown_section(self):
        with self.assertRaisesRegex(extract.Bad, "R.md#Mine"):
            self.found(TEXT, {"R.md#Other": "mine"})

    def test_two_of_a_name(self):
        with self.assertRaisesRegex(extract.Bad, "fragments/mine.inc"):
            self.found(TEXT + "\nMore.\n\n```c\n.more = 1,\n```\n")

    def test_section_without_code(self):
        with self.assertRaisesRegex(extract.Bad, "R.md#Yours: there is no code"):
            self.found(TEXT, {"R.md#Mine": "mine", "R.md#Yours": "yours", "S.md#Yours": "yours"})


if __name__ == "__main__":
    unittest.main()
