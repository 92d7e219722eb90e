"""Merge chains of edges through nodes where nothing branches off, keeping every metre and shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from shelter_geo.roads.network import CLOSED, RoadNetwork

NONE: Final = -1


def contract_chains(
    network: RoadNetwork, *, mixed: bool = False, keep: NDArray[np.int64] | None = None
) -> RoadNetwork:
    """Merge edges that meet at a node where exactly two edges end, open in the same directions.

    Lengths and times are summed as whole numbers, so distances and times between the nodes that
    remain do not change. Merged edges are of one class and driven at one speed, so that a place
    half way along an edge is half the time away, and a change of one class stays exact. All of them
    can be stepped onto, or none. A ring
    without any other node keeps its first node.

    Parameters
    ----------
    network
        The roads.
    mixed
        Merge across changes of class and speed too. The class is then the one with the most metres
        of the chain, the first of `class_names` in a tie.
    keep
        Indices of nodes that must remain, beside those at which a turn is forbidden.

    Returns
    -------
    RoadNetwork
        The nodes that remain keep their order and keys. The edges are in the order of the first
        edge of each chain, and run in its direction.
    """
    junctions = network.junctions.of.astype(np.int64)
    stays = junctions if keep is None else np.append(keep, junctions)
    merged = _merge(network, _follow(_links(network, mixed, stays)))
    settings = {**network.provenance.settings, "chains": "mixed" if mixed else "alike"}
    return replace(merged, provenance=replace(network.provenance, settings=settings))


class _Chains(NamedTuple):
    """Drives in the order they are driven, chain after chain, and where each chain starts.

    Drive 2e runs along edge e from `u` to `v`, drive 2e + 1 from `v` to `u`.
    """

    drive: NDArray[np.int64]
    first: NDArray[np.int64]


def _links(network: RoadNetwork, mixed: bool, keep: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the drive that follows each drive without a choice, or `NONE`."""
    ends = np.stack([network.v, network.u], axis=1).ravel()
    by_node = np.argsort(ends, kind="stable")
    degree = np.bincount(ends, minlength=network.n_nodes)
    through = degree == 2
    through[keep] = False
    position = (np.cumsum(degree) - degree)[through]
    a, b = by_node[position], by_node[position + 1]
    alike = (a // 2 != b // 2) & _alike(network, a, b ^ 1, mixed)
    a, b = a[alike], b[alike]
    kept_node = _first_of_rings(network, ends[a], a // 2, b // 2)
    a, b = a[~kept_node], b[~kept_node]
    after = np.full(len(ends), NONE, dtype=np.int64)
    after[a], after[b] = b ^ 1, a ^ 1
    return after


def _alike(
    network: RoadNetwork, a: NDArray[np.int64], b: NDArray[np.int64], mixed: bool
) -> NDArray[np.bool_]:
    """Whether two drives, one after the other, may become one."""
    time = np.stack([network.forward_ms, network.backward_ms], axis=1).ravel()
    alike: NDArray[np.bool_] = network.enterable[a // 2] == network.enterable[b // 2]
    length_a, length_b = network.length_cm[a // 2], network.length_cm[b // 2]
    for here, there in ((time[a], time[b]), (time[a ^ 1], time[b ^ 1])):
        alike &= (here < 0) == (there < 0)
        if not mixed:
            rounding = (length_a + length_b) / 2
            alike &= (here < 0) | (np.abs(here * length_b - there * length_a) <= rounding)
    if not mixed:
        alike &= network.road_class[a // 2] == network.road_class[b // 2]
    return alike


def _first_of_rings(
    network: RoadNetwork, node: NDArray[np.int32], a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark, among nodes that would vanish, the first of every ring in which all would."""
    m = network.n_edges
    joins = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(m, m))
    count, label = connected_components(joins, directed=False)
    edges = np.bincount(label, minlength=count)
    nodes = np.bincount(label[a], minlength=count)
    least = np.full(count, network.n_nodes)
    np.minimum.at(least, label[a], node)
    marked: NDArray[np.bool_] = (edges == nodes)[label[a]] & (least[label[a]] == node)
    return marked


def _follow(after: NDArray[np.int64]) -> _Chains:
    """Follow the links; of a chain and its reverse take the one that drives its first edge on."""
    drives = np.arange(len(after))
    linked = np.flatnonzero(after != NONE)
    start, place = drives.copy(), np.zeros(len(after), dtype=np.int64)
    start[after[linked]], place[after[linked]] = linked, 1
    while (start[start] != start).any():
        place = place + place[start]
        start = start[start]
    first_edge = np.full(len(after), len(after))
    np.minimum.at(first_edge, start, drives // 2)
    edge = first_edge[start]
    taken = np.flatnonzero(start[2 * edge] == start)
    drive = taken[np.lexsort((place[taken], edge[taken]))]
    return _Chains(drive, np.flatnonzero(place[drive] == 0))


def _merge(network: RoadNetwork, chains: _Chains) -> RoadNetwork:
    drive, first = chains
    last = np.append(first, len(drive))[1:] - 1
    tail = np.stack([network.u, network.v], axis=1).ravel()
    inner = np.ones(len(drive), dtype=bool)
    inner[last] = False
    stays = np.ones(network.n_nodes, dtype=bool)
    stays[tail[drive[inner] ^ 1]] = False
    number = (np.cumsum(stays) - 1).astype(np.int32)
    time = np.stack([network.forward_ms, network.backward_ms], axis=1).ravel()
    chain = 2 * (np.cumsum(~inner) - ~inner)
    renamed = np.empty(len(tail), dtype=np.int64)
    renamed[drive], renamed[drive ^ 1] = chain, chain + 1
    shape_start, shape_lonlat = _merged_shapes(network, drive, inner, first)
    return replace(
        network,
        node_id=network.node_id[stays],
        lon=network.lon[stays],
        lat=network.lat[stays],
        u=number[tail[drive[first]]],
        v=number[tail[drive[last] ^ 1]],
        length_cm=_sums(network.length_cm[drive // 2], first),
        forward_ms=np.maximum(_sums(time[drive], first), CLOSED),
        backward_ms=np.maximum(_sums(time[drive ^ 1], first), CLOSED),
        road_class=_main_class(network, drive, inner),
        enterable=network.enterable[drive[first] // 2],
        shape_start=shape_start,
        shape_lonlat=shape_lonlat,
        turn_from=renamed[network.turn_from],
        turn_to=renamed[network.turn_to],
    )


def _sums(values: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.add.reduceat(values, first) if len(first) else values


def _merged_shapes(
    network: RoadNetwork,
    drive: NDArray[np.int64],
    inner: NDArray[np.bool_],
    first: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Join the shapes along each chain, taking the points between two edges once."""
    begin, end = network.shape_start[drive // 2], network.shape_start[drive // 2 + 1]
    counts = end - begin - inner
    forward = drive % 2 == 0
    before = np.cumsum(counts) - counts
    step = np.repeat(np.where(forward, 1, -1), counts)
    offset = np.arange(counts.sum()) - np.repeat(before, counts)
    rows = np.repeat(np.where(forward, begin, end - 1), counts) + step * offset
    return np.append(before[first], counts.sum()), network.shape_lonlat[rows]


def _main_class(
    network: RoadNetwork, drive: NDArray[np.int64], inner: NDArray[np.bool_]
) -> NDArray[np.int16]:
    chain: NDArray[np.int64] = np.cumsum(~inner) - ~inner
    classes = len(network.class_names)
    weight = np.maximum(network.length_cm[drive // 2], 1)
    cell = chain * classes + network.road_class[drive // 2]
    metres = np.bincount(cell, weights=weight, minlength=int((~inner).sum()) * classes)
    most: NDArray[np.int16] = metres.reshape(-1, classes).argmax(axis=1).astype(np.int16)
    return most
