#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""graph.py [FOLDER]: writes rooms.dot and rooms.svg there: which room includes which, in rows, arrows going down.

A room is a library, a folder of libvm or libhv, images, or platforms. Tests are left out. Fails, and
writes nothing, if rooms include each other in a circle. FOLDER is the current one unless it is given.
"""
import html
import os
import sys

import includes
import tree

BOX_H, ROW, GAP, LANE, MARGIN, FONT = 40, 120, 28, 22, 32, 13


class Circle(Exception):
    """Rows cannot be found: some rooms include each other."""


def rows_of(rooms, edges):
    """{room: row}: 0 includes nobody, each other is one above the highest that it includes."""
    below = {r: {b for a, b in edges if a == r} for r in rooms}
    for circle in includes.circles(below):
        raise Circle("rooms include each other: " + " ".join(circle))
    row = {}

    def find(room):
        if room not in row:
            row[room] = 1 + max((find(b) for b in below[room]), default=-1)
        return row[room]

    for room in rooms:
        find(room)
    return row


def lane(target, row):
    """The place in a row through which arrows to a room further down pass."""
    return (target, row)


def links_of(row, edges):
    """{(upper, lower): target} between neighbouring rows. Arrows to one room share their lanes."""
    links = {}
    for a, b in sorted(edges):
        upper = a
        for r in range(row[a] - 1, row[b], -1):
            links[upper, lane(b, r)] = b
            upper = lane(b, r)
        links[upper, b] = b
    return links


def crossings(order, links):
    place = {n: (r, i) for r, row in enumerate(order) for i, n in enumerate(row)}
    ends = [[] for _ in order]
    for a, b in links:
        ends[place[a][0]].append((place[a][1], place[b][1]))
    return sum((a - c) * (b - d) < 0 for row in ends for i, (a, b) in enumerate(row) for c, d in row[:i])


def neighbours(links):
    up, down = {}, {}
    for a, b in links:
        down.setdefault(a, []).append(b)
        up.setdefault(b, []).append(a)
    return up, down


def ordered(row, links):
    """The nodes of each row, the lowest row first, so that few links cross."""
    nodes = set(row) | {n for link in links for n in link}
    order = [[] for _ in range(1 + max(row.values()))]
    for n in sorted(nodes, key=str):
        order[row[n] if n in row else n[1]].append(n)
    up, down = neighbours(links)
    best = ([list(r) for r in order], crossings(order, links))
    for sweep in range(40):
        rising = sweep % 2 == 0
        for r in range(len(order)) if rising else range(len(order) - 1, -1, -1):
            side = down if rising else up
            place = {n: (i + 0.5) / len(x) for x in order for i, n in enumerate(x)}
            mean = {n: sum(place[m] for m in side[n]) / len(side[n]) if n in side else place[n] for n in order[r]}
            order[r].sort(key=lambda n: (mean[n], str(n)))
        swap(order, links)
        count = crossings(order, links)
        if count < best[1]:
            best = ([list(r) for r in order], count)
    return best[0]


def swap(order, links):
    """Exchanges neighbours while that makes fewer crossings."""
    count = crossings(order, links)
    better = True
    while better:
        better = False
        for r in order:
            for i in range(len(r) - 1):
                r[i], r[i + 1] = r[i + 1], r[i]
                now = crossings(order, links)
                if now < count:
                    count, better = now, True
                else:
                    r[i], r[i + 1] = r[i + 1], r[i]


def width(node):
    return max(90, 8 * len(node) + 24) if isinstance(node, str) else LANE


def apart(left, right):
    """How far apart the middles of two neighbours are at least."""
    boxes = isinstance(left, str) and isinstance(right, str)
    return (width(left) + width(right)) / 2 + (GAP if boxes else GAP / 2)


def spread(nodes, wanted):
    """{node: x}, as near to what is wanted as their widths and order allow (least squares)."""
    offset, at = {}, 0.0
    for i, n in enumerate(nodes):
        at += apart(nodes[i - 1], n) if i else 0
        offset[n] = at
    blocks = []  # [mean, weight, nodes] of those that touch
    for n in nodes:
        blocks.append([wanted[n] - offset[n], 1 if isinstance(n, str) else 3, [n]])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            m, w, ns = blocks.pop()
            b = blocks[-1]
            b[0], b[1], b[2] = (b[0] * b[1] + m * w) / (b[1] + w), b[1] + w, b[2] + ns
    return {n: mean + offset[n] for mean, _, ns in blocks for n in ns}


def placed(order, links):
    """{node: x of its middle}"""
    x = {n: 100.0 * i for r in order for i, n in enumerate(r)}
    up, down = neighbours(links)
    for sweep in range(200):
        for r in order if sweep % 2 == 0 else reversed(order):
            near = {n: up.get(n, []) + down.get(n, []) for n in r}
            x.update(spread(r, {n: sum(x[m] for m in near[n]) / len(near[n]) if near[n] else x[n] for n in r}))
    left = min(x[n] - width(n) / 2 for n in x)
    return {n: x[n] - left + MARGIN for n in x}


def colours(rooms):
    """{room: colour}, no two alike."""
    return {r: "hsl(%d,75%%,%d%%)" % (360 * i // len(rooms), 30 + 14 * (i % 2)) for i, r in enumerate(rooms)}


def svg(rooms, edges):
    """The picture; rooms is {room: number of files}, edges {(room, room): ["file -> file"]}."""
    row = rows_of(rooms, edges)
    links = links_of(row, edges)
    order = ordered(row, links)
    x = placed(order, links)
    top = {n: MARGIN + 30 + ROW * (len(order) - 1 - r) for r, nodes in enumerate(order) for n in nodes}
    colour = colours(sorted({b for _, b in edges}))
    w = max(x[n] + width(n) / 2 for n in x) + MARGIN
    h = max(top.values()) + BOX_H + MARGIN
    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '
        'font-family="DejaVu Sans Mono, monospace" font-size="%d">' % (w, h, w, h, FONT),
        '<rect width="100%" height="100%" fill="white"/>',
        '<text x="%d" y="%d">An arrow is an include. Arrows of one colour end at one room.</text>' % (MARGIN, MARGIN),
    ]
    up, down = neighbours(links)
    for (a, b), target in sorted(links.items(), key=str):
        out += line(x, top, down, a, b, target, colour[target], edges)
    for n in sorted(rooms):
        files = "%d file%s" % (rooms[n], "" if rooms[n] == 1 else "s")
        out += [
            '<rect x="%.1f" y="%d" width="%d" height="%d" rx="5" fill="#f4f6f8" stroke="%s" stroke-width="1.5"/>'
            % (x[n] - width(n) / 2, top[n], width(n), BOX_H, colour.get(n, "#333")),
            '<text x="%.1f" y="%d" text-anchor="middle">%s</text>' % (x[n], top[n] + 17, html.escape(n)),
            '<text x="%.1f" y="%d" text-anchor="middle" font-size="10" fill="#666">%s</text>' % (x[n], top[n] + 32, files),
        ]
    return "\n".join(out + ["</svg>", ""])


def line(x, top, down, a, b, target, colour, edges):
    """One link, from the lower edge of `a` to the upper edge of `b`; through the row, where `b` is a lane."""
    exits = sorted(down[a], key=lambda n: x[n])
    step = width(a) / (len(exits) + 1)
    x1 = x[a] - width(a) / 2 + step * (exits.index(b) + 1) if isinstance(a, str) else x[a]
    y1, x2, y2 = top[a] + BOX_H, x[b], top[b]
    arrow = isinstance(b, str)
    y2 -= 8 if arrow else 0
    path = "M%.1f %d C%.1f %.1f %.1f %.1f %.1f %d" % (x1, y1, x1, y1 + 0.4 * (y2 - y1), x2, y2 - 0.5 * (y2 - y1), x2, y2)
    path += "" if arrow else " V%d" % (top[b] + BOX_H)
    title = ""
    if isinstance(a, str):
        files = edges[a, target]
        title = "<title>%s</title>" % html.escape("%s -> %s: %d\n%s" % (a, target, len(files), "\n".join(files)))
    out = ['<path d="%s" fill="none" stroke="%s" stroke-width="1.5">%s</path>' % (path, colour, title)]
    if arrow:
        out.append('<path d="M%.1f %d l-4.5 -9 h9 z" fill="%s"/>' % (x2, top[b], colour))
    return out


def dot(rooms, edges):
    out = ["digraph rooms {", "    node [shape=box];"]
    out += ['    "%s";' % r for r in sorted(rooms)]
    out += ['    "%s" -> "%s" [label=%d];' % (a, b, len(files)) for (a, b), files in sorted(edges.items())]
    return "\n".join(out + ["}", ""])


def main():
    here = os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd())
    folder = os.path.join(here, sys.argv[1]) if len(sys.argv) > 1 else here
    paths = [p for p in tree.files(".c", ".h", ".S") if includes.is_source(p)]
    rooms = {}
    for path in paths:
        rooms[includes.room(path)] = rooms.get(includes.room(path), 0) + 1
    edges = includes.rooms_of(includes.graph_of({p: tree.read(p) for p in paths}))
    try:
        texts = {"rooms.dot": dot(rooms, edges), "rooms.svg": svg(rooms, edges)}
    except Circle as why:
        sys.exit("graph: %s" % why)
    os.makedirs(folder, exist_ok=True)
    for name, text in texts.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text)
    print("graph: %d rooms, %d arrows; %s/rooms.{dot,svg}" % (len(rooms), len(edges), folder))


if __name__ == "__main__":
    main()
