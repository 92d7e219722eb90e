"""Turns that are forbidden: the nodes and arcs that a junction becomes so that none is made."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Junctions(NamedTuple):
    """Where drives end and begin, once junctions with forbidden turns are taken apart.

    Drive 2e runs along edge e from `u` to `v`, drive 2e + 1 from `v` to `u`. A junction where a
    turn is forbidden becomes several nodes: one that is only arrived at, one that is left by those
    who set out there or come by a road without restrictions, one for each drive that may not turn
    everywhere, and one for each drive away. Arcs without length, one for each turn that is
    allowed, join them: the expansion of edges to turns, of these junctions alone.

    Attributes
    ----------
    of : int32, shape (x,)
        Junction of each node that is added after those of the network.
    head, tail : int32, shape (2 m,)
        Node at which each drive arrives, and from which it departs.
    start : int32, shape (n,)
        Node from which one sets out at each node of the network.
    turn_tail, turn_head : int32, shape (t,)
        Nodes that the arcs without length join.
    """

    of: NDArray[np.int32]
    head: NDArray[np.int32]
    tail: NDArray[np.int32]
    start: NDArray[np.int32]
    turn_tail: NDArray[np.int32]
    turn_head: NDArray[np.int32]


def take_apart(
    u: NDArray[np.int32],
    v: NDArray[np.int32],
    n_nodes: int,
    turn_from: NDArray[np.int64],
    turn_to: NDArray[np.int64],
) -> Junctions:
    """Take apart the junctions at which a turn is forbidden.

    Parameters
    ----------
    u, v
        Ends of the edges.
    n_nodes
        Nodes of the network.
    turn_from, turn_to
        Drive towards a junction, and the drive away from it that may not follow.
    """
    head = np.stack([v, u], axis=1).ravel().astype(np.int32)
    tail = np.stack([u, v], axis=1).ravel().astype(np.int32)
    start = np.arange(n_nodes, dtype=np.int32)
    of: list[int] = []
    turns: list[tuple[int, int]] = []
    if not len(turn_from):
        none = np.zeros(0, dtype=np.int32)
        return Junctions(none, head, tail, start, none, none)
    forbidden: dict[int, set[int]] = {}
    for before, after in zip(turn_from.tolist(), turn_to.tolist(), strict=True):
        forbidden.setdefault(before, set()).add(after)
    restricted = np.zeros(n_nodes, dtype=bool)
    restricted[head[turn_from]] = True
    away: dict[int, list[int]] = {}
    leaving = np.flatnonzero(restricted[tail])
    for drive, node in zip(leaving.tolist(), tail[leaving].tolist(), strict=True):
        away.setdefault(node, []).append(drive)
    towards = np.flatnonzero(restricted[head])

    def add(node: int) -> int:
        of.append(node)
        return n_nodes + len(of) - 1

    for node in np.flatnonzero(restricted).tolist():
        start[node] = add(node)
        turns.append((int(start[node]), node))
        for drive in away[node]:
            tail[drive] = add(node)
            turns.append((int(start[node]), int(tail[drive])))
    for drive, node in zip(towards.tolist(), head[towards].tolist(), strict=True):
        if drive not in forbidden:
            head[drive] = start[node]
            continue
        head[drive] = add(node)
        ways = [int(tail[after]) for after in away[node] if after not in forbidden[drive]]
        turns += [(int(head[drive]), end) for end in (node, *ways)]
    ends = np.array(turns, dtype=np.int32)
    return Junctions(np.array(of, np.int32), head, tail, start, ends[:, 0], ends[:, 1])
