"""An extract read plainly, step by step between its points, to judge routes of any engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
Speeds = Mapping[int, tuple[float, float, float]]
"""Km/h forward and backward, and seconds along the whole where they are known, by way."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Every step of every way with `highway` or `route`, from one point to the next.

    Attributes
    ----------
    tags
        Tags of each way.
    a, b, way, metres
        Ends of each step as numbers of points in the file, and its way.
    whole_m
        Metres of each way.
    """

    tags: dict[int, dict[str, str]]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    way: NDArray[np.int64]
    metres: NDArray[np.float64]
    whole_m: dict[int, float]
    lonlat: dict[int, tuple[float, float]]


def read_steps(extract: Path) -> Steps:
    """Read the steps of an extract."""
    tags: dict[int, dict[str, str]] = {}
    lonlat: dict[int, tuple[float, float]] = {}
    a, b, ways, counts = [], [], [], []
    processor = osmium.FileProcessor(str(extract)).with_locations()
    processor = processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    way: Any
    for way in processor.with_filter(osmium.filter.KeyFilter("highway", "route")):
        points = [node for node in way.nodes if node.location.valid()]
        if len(points) < 2:
            continue
        tags[way.id] = {tag.k: tag.v for tag in way.tags}
        refs = [node.ref for node in points]
        lonlat.update((node.ref, (node.lon, node.lat)) for node in points)
        a += refs[:-1]
        b += refs[1:]
        ways.append(way.id)
        counts.append(len(refs) - 1)
    tail, head = (np.array([lonlat[ref] for ref in side]) for side in (a, b))
    metres = GEOD.inv(tail[:, 0], tail[:, 1], head[:, 0], head[:, 1])[2]
    of_way = np.repeat(np.array(ways, dtype=np.int64), counts)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    whole = dict(zip(ways, np.add.reduceat(metres, first).tolist(), strict=True))
    return Steps(tags, np.array(a), np.array(b), of_way, metres, whole, lonlat)


class Judge:
    """Times of routes by one reading of the tags."""

    def __init__(self, steps: Steps, speeds: Speeds, barriers: set[int]) -> None:
        self.barriers = barriers
        f, b, whole = (
            np.array([speeds.get(way, (0.0, 0.0, 0.0))[k] for way in steps.tags]) for k in range(3)
        )
        row = {way: k for k, way in enumerate(steps.tags)}
        at = np.array([row[way] for way in steps.way.tolist()], dtype=np.int64)
        share = steps.metres / np.array([max(steps.whole_m[w], 1e-9) for w in steps.tags])[at]
        columns = []
        for kmh, (tail, head) in ((f, (steps.a, steps.b)), (b, (steps.b, steps.a))):
            with np.errstate(divide="ignore"):
                seconds = np.where(kmh[at] > 0, steps.metres * 3.6 / kmh[at], np.inf)
            timed = (whole[at] > 0) & (kmh[at] > 0)
            seconds = np.where(timed, whole[at] * share, seconds)
            columns.append((tail, head, seconds, steps.way, steps.metres))
        tail, head, seconds, way, metres = map(np.concatenate, zip(*columns, strict=True))
        self._ids = np.unique(np.concatenate([tail, head]))
        key = self._key(tail, head)
        order = np.lexsort((seconds, key))
        key = key[order]
        new = np.concatenate([[True], key[1:] != key[:-1]])
        self._keys, keep = key[new], order[new]
        self.seconds, self.way, self.metres = seconds[keep], way[keep], metres[keep]

    def _key(self, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
        a, b = np.searchsorted(self._ids, tail), np.searchsorted(self._ids, head)
        key: NDArray[np.int64] = a * len(self._ids) + b
        return key

    def rows(self, nodes: Sequence[int]) -> NDArray[np.int64]:
        """Rows of the steps of a route."""
        path = np.array(nodes, dtype=np.int64)
        key = self._key(path[:-1], path[1:])
        at = np.searchsorted(self._keys, key).clip(0, len(self._keys) - 1)
        if (self._keys[at] != key).any():
            raise ValueError("a route makes a step that no way makes")
        return at

    def judge(self, nodes: Sequence[int]) -> tuple[float, float, list[int]]:
        """Seconds and metres of a route, infinite where it is closed, and ways or points closed.

        A closed point is given as its negative number.
        """
        if len(nodes) < 2:
            return 0.0, 0.0, []
        at = self.rows(nodes)
        closed = self.way[at[~np.isfinite(self.seconds[at])]].tolist()
        shut = [-node for node in nodes[1:-1] if node in self.barriers]
        seconds = float(self.seconds[at].sum()) if not shut else np.inf
        return seconds, float(self.metres[at].sum()), list(dict.fromkeys([*closed, *shut]))


def trimmed(nodes: list[int], start: int, end: int) -> list[int]:
    """Part of a route between two of its points, without steps that it only touches."""
    first = nodes.index(start) if start in nodes[:2] else 0
    last = len(nodes) - 1
    if end in nodes[-2:]:
        last -= nodes[::-1].index(end)
    return nodes[first : last + 1] if last >= first else [start]


SPEED_TAGS = (
    "maxspeed:advisory",
    "maxspeed:forward",
    "maxspeed:backward",
    "maxspeed",
    "source:maxspeed",
    "maxspeed:type",
    "zone:traffic",
    "zone:maxspeed",
    "surface",
    "smoothness",
    "tracktype",
    "bridge",
    "duration",
    "highway",
)
CLOSING_TAGS = (
    "motorcar",
    "motor_vehicle",
    "vehicle",
    "access",
    "service",
    "maxheight",
    "maxwidth",
    "maxweight",
    "maxlength",
    "width",
    "est_width",
    "construction",
    "impassable",
    "status",
    "hov",
    "highway",
)


def difference(
    tags: dict[str, str],
    ours: tuple[float, float, float],
    theirs: tuple[float, float, float],
    why: str,
) -> str:
    """Name what is read differently, or give an empty text."""
    mine, other = [kmh > 0 for kmh in ours[:2]], [kmh > 0 for kmh in theirs[:2]]
    highway = tags.get("highway", "")
    if not any(mine):
        return f"here: {why or f'highway={highway}'}"
    if not any(other):
        if highway in ("track", "road"):
            return f"there: highway={highway}"
        tag = next((t for t in CLOSING_TAGS if t in tags), "route")
        return f"there: {tag}={tags.get(tag, '')}"
    if mine != other:
        named = [f"{t}={tags[t]}" for t in tags if "oneway" in t or "access" in t]
        return f"direction: {' '.join(named) or f'highway={highway}'}"
    if ours[2] > 0 or theirs[2] > 0:
        return "" if abs(ours[2] - theirs[2]) < 1 else f"speed: duration={tags.get('duration', '')}"
    if max(abs(ours[k] - theirs[k]) for k in (0, 1)) < 0.5:
        return ""
    tag = next((t for t in SPEED_TAGS if t in tags), "route")
    return f"speed: {tag}={tags.get(tag, '')}"
