# SPDX-License-Identifier: Apache-2.0
"""A flattened device tree as nodes that can be changed, and back."""
import struct

BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9


def align(n):
    return (n + 3) & ~3


class Node:
    def __init__(self, name):
        self.name, self.props, self.nodes = name, {}, []

    def find(self, path):
        """The node at a path below this one, by names with or without their unit address."""
        node = self
        for part in path.strip("/").split("/"):
            node = next(n for n in node.nodes if part in (n.name, n.name.split("@")[0]))
        return node

    def add(self, name, **props):
        """A node within; names of properties have _ for - and __ for a comma."""
        node = Node(name)
        for key, value in props.items():
            node.props[key.replace("__", ",").replace("_", "-")] = value
        self.nodes.append(node)
        return node


def cells(*numbers):
    return b"".join(struct.pack(">I", n) for n in numbers)


def pairs(*numbers):
    """Each as two cells."""
    return b"".join(struct.pack(">Q", n) for n in numbers)


class Tree:
    @classmethod
    def empty(cls):
        tree = cls.__new__(cls)
        tree.reserved, tree.root = [], Node("")
        return tree

    def __init__(self, blob):
        head = struct.unpack_from(">10I", blob)
        self.reserved = []
        at = head[4]
        while True:
            start, size = struct.unpack_from(">QQ", blob, at)
            if start == 0 and size == 0:
                break
            self.reserved.append((start, size))
            at += 16
        self._read(blob, head[2], head[3])

    def _read(self, blob, at, strings):
        stack = [Node("")]
        while True:
            token = struct.unpack_from(">I", blob, at)[0]
            at += 4
            if token == BEGIN_NODE:
                end = blob.index(b"\0", at)
                node = Node(blob[at:end].decode())
                stack[-1].nodes.append(node)
                stack.append(node)
                at = align(end + 1)
            elif token == PROP:
                length, name = struct.unpack_from(">II", blob, at)
                key = blob[strings + name : blob.index(b"\0", strings + name)].decode()
                stack[-1].props[key] = blob[at + 8 : at + 8 + length]
                at = align(at + 8 + length)
            elif token == END_NODE:
                stack.pop()
            elif token == END:
                break
        self.root = stack[0].nodes[0]

    def _write(self, node, names):
        out = cells(BEGIN_NODE) + (node.name.encode() + b"\0").ljust(align(len(node.name) + 1), b"\0")
        for key, value in node.props.items():
            if key not in names:
                names[key] = sum(len(n) + 1 for n in names)
            out += cells(PROP, len(value), names[key]) + value.ljust(align(len(value)), b"\0")
        return out + b"".join(self._write(n, names) for n in node.nodes) + cells(END_NODE)

    def blob(self):
        names = {}
        nodes = self._write(self.root, names) + cells(END)
        strings = b"".join(n.encode() + b"\0" for n in names)
        reserved = b"".join(pairs(*r) for r in self.reserved) + pairs(0, 0)
        at = 40 + len(reserved)
        size = at + len(nodes) + len(strings)
        head = cells(0xD00DFEED, size, at, at + len(nodes), 40, 17, 16, 0, len(strings), len(nodes))
        return head + reserved + nodes + strings
