# SPDX-License-Identifier: Apache-2.0
"""Which source file calls which: an object's undefined symbols are defined by others."""
import os
import re
import subprocess


def symbols(nm, archive, *options):
    """(object, symbol) of each global symbol of one kind."""
    text = subprocess.run([nm, "-g", "-A", "-P"] + list(options) + [archive], check=True,
                          stdout=subprocess.PIPE, universal_newlines=True).stdout
    for line in text.splitlines():
        m = re.match(r".*\[([^\]]+)\]: (\S+) \S", line)
        if m:
            yield m.group(1), m.group(2)


def package_of(path, packages):
    folder = os.path.dirname(path)
    while folder and folder not in packages:
        folder = os.path.dirname(folder)
    return folder


def stem(path):
    return os.path.basename(path).split(".")[0]


def source_of(archive, obj, sources):
    """The file that the object was compiled from; `sources` is {(package, stem): path}."""
    package = os.path.dirname(archive)
    return sources.get((package, stem(obj)), package + "/" + obj)


def calls(nm, archives, sources, hooks):
    """Reads from the archives which source uses which.

    Args:
      nm: the program.
      archives: paths, relative to the tree's root.
      sources: {(package, stem): path}
      hooks: symbols that do not count.

    Returns:
      {(file, file): symbols}: the first uses what the second defines, functions and data alike.
      The set of files that define or use something.
    """
    defined, used = {}, {}
    for archive in archives:
        for obj, symbol in symbols(nm, archive, "--defined-only"):
            defined.setdefault(symbol, set()).add(source_of(archive, obj, sources))
        for obj, symbol in symbols(nm, archive, "--undefined-only"):
            used.setdefault(symbol, set()).add(source_of(archive, obj, sources))
    out = {}
    for symbol in set(used) - hooks:
        for user in used[symbol]:
            for other in defined.get(symbol, set()) - {user}:
                out.setdefault((user, other), set()).add(symbol)
    return out, set().union(*defined.values(), *used.values())


def graph_of(edges):
    graph = {}
    for a, b in edges:
        graph.setdefault(a, set()).add(b)
        graph.setdefault(b, set())
    return graph
