# SPDX-License-Identifier: Apache-2.0
"""Which file includes which, the rooms that files are in, and circles."""
import os
import re

INCLUDE = re.compile(r'^#\s*include\s+([<"])([^>"]+)[>"]', re.M)
# folders of a library that are rooms of their own
ROOMS = {
    "libvm": {"config", "dt"},
    "libhv": {"boot", "console", "events", "hart", "irqc", "vm"},
}
# data that the rooms of libhv may see, though hv.h beside it sees the rooms
DATA = {"libhv/build.h": "libhv:build", "libhv/layout.h": "libhv:build"}
FOLDERS = ("images", "libarch", "libconsole", "libhv", "libirq", "libmm", "libvm", "platforms")


def is_test(path):
    # what lies beside a test is not in a library: its name says so
    return bool(re.search(r"_(test|prop|ref|fuzz)\.[ch]$|/test_\w+\.[ch]$|/insn_table\.h$|^libarch/host/", path))


def is_source(path):
    """Whether it is part of an image: tests are not."""
    return path.split("/")[0] in FOLDERS and path.endswith((".c", ".h", ".S")) and not is_test(path)


def included(path, kind, name, paths):
    """The files of `paths` that the name may mean in this file; none for a header of somebody else's."""
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if kind == '"' and beside in paths:
        return [beside]
    found = [p for p in paths if p == name or p.endswith("/" + name)]
    own = [p for p in found if p.split("/")[0] == path.split("/")[0]]
    return own or found


def graph_of(texts):
    """{file: files that it includes}, of {file: its text}."""
    return {
        path: {p for kind, name in INCLUDE.findall(text) for p in included(path, kind, name, texts)}
        for path, text in texts.items()
    }


def missing(texts):
    """Includes of our own headers that no file is found for."""
    return [
        "%s: no such header: %s" % (path, name)
        for path, text in sorted(texts.items())
        for kind, name in INCLUDE.findall(text)
        if (kind == '"' or name.startswith("hyp/")) and not included(path, kind, name, texts)
    ]


def room(path):
    """libirq, libvm/config, libhv/boot"""
    top, *folders = path.split("/")[:-1]
    for folder in folders:
        if folder in ROOMS.get(top, ()):
            return top + "/" + folder
    return DATA.get(path, top)


def rooms_of(graph):
    """{(room, room): ["file -> file"]} of includes between two rooms."""
    out = {}
    for path in sorted(graph):
        for other in sorted(graph[path]):
            if room(path) != room(other):
                out.setdefault((room(path), room(other)), []).append("%s -> %s" % (path, other))
    return out


def reach(graph, start):
    """Returns the nodes that can be reached from there by an edge or more."""
    seen, left = set(), list(graph.get(start, ()))
    while left:
        node = left.pop()
        if node not in seen:
            seen.add(node)
            left += graph.get(node, ())
    return seen


def circles(graph):
    """Sets of nodes that reach each other, each as a sorted list; one that reaches itself is a circle, too."""
    reached = {node: reach(graph, node) for node in graph}
    found = {
        tuple(sorted(other for other in reached[node] if node in reached.get(other, ())))
        for node in graph
        if node in reached[node]
    }
    return sorted(list(c) for c in found)
