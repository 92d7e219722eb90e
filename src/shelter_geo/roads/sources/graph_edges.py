"""The edges of a networkx graph read as roads, by the same rules as ways of OpenStreetMap."""

from __future__ import annotations

import ast
import math
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import CLOSED
from shelter_geo.roads.sources.driving import NO_ROADS, TAGS, Drive, WayReader
from shelter_geo.roads.sources.notes import Note, split_values
from shelter_geo.roads.sources.speeds import SPEED_KMH, RoadSettings, rank
from shelter_geo.roads.sources.ways import GEOD

Shape = tuple[tuple[float, float], ...]
EXAMPLES: Final = 3
MOST_COMBINATIONS: Final = 256
"""Combinations of values that are tried on an edge joined of several ways."""
_DIRECTED: Final = ("oneway", "oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle")
_YES: Final = frozenset(["true", "yes", "1", "-1", "reverse"])


@dataclass
class GraphEdge:
    """A street, driven one way or both."""

    u: int
    v: int
    length_cm: int
    road_class: str
    enterable: bool
    shape: Shape
    times_ms: list[int]

    def order(self) -> tuple[Any, ...]:
        """Key that sorts edges the same way however the graph was put together."""
        return (self.u, self.v, self.length_cm, self.times_ms, self.road_class, self.shape)


class EdgeReader:
    """Turns the edges of one graph into streets, counting what had to be worked out."""

    def __init__(
        self, keys: NDArray[Any], lonlat: NDArray[np.float64], settings: RoadSettings
    ) -> None:
        self._number = {key: k for k, key in enumerate(keys.tolist())}
        self._places: list[tuple[float, float]] = [(x, y) for x, y in lonlat.tolist()]
        self._settings = settings
        self._faults: defaultdict[str, list[str]] = defaultdict(list)
        self._ferry_metres: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._counted: set[tuple[frozenset[int], float, tuple[Note, ...]]] = set()
        self.counts: Counter[str] = Counter()
        self.reader = WayReader(settings)

    def read(self, graph: nx.MultiDiGraph[Any]) -> list[GraphEdge]:
        """Read every edge.

        Raises
        ------
        RoadError
            If any edge has a negative, missing or unreadable weight; all of them are counted.
        """
        directed = graph if graph.is_directed() else graph.to_directed()
        self._measure_ferries(directed)
        streets: list[GraphEdge] = []
        waiting: defaultdict[tuple[Any, ...], deque[GraphEdge]] = defaultdict(deque)
        for tail, head, tags in directed.edges(data=True):
            found = self._edge(tail, head, tags)
            if found is None:
                continue
            backward, time_ms, line = found
            one_way = _is_true(tags.get("oneway"))
            if one_way and not graph.is_directed():
                one_way = False
                note = Note("oneway", "yes", "both ways, as the graph has no directions", "assumed")
                self._count((note,), line[:2], line[2] / 100)
            if not one_way and waiting[(*line, not backward)]:
                waiting[(*line, not backward)].popleft().times_ms[backward] = time_ms
                continue
            times_ms = [CLOSED, CLOSED]
            times_ms[backward] = time_ms
            street = GraphEdge(*line, times_ms)
            if not one_way:
                waiting[(*line, backward)].append(street)
            streets.append(street)
        self._check()
        return streets

    def _edge(
        self, tail: Any, head: Any, tags: Mapping[str, Any]
    ) -> tuple[bool, int, tuple[int, int, int, str, bool, Shape]] | None:
        """Whether an edge is driven against its line, its time, and the line; None if left out."""
        name = f"{tail}-{head}"
        u, v = self._number[tail], self._number[head]
        shape = _shape(tags.get("geometry"), self._places[u], self._places[v])
        if shape is None:
            self._faults["a geometry that is not a line"].append(name)
            shape = (self._places[u], self._places[v])
        metres = self._weight(tags, "length", name)
        if metres is None:
            self.counts["lengths_measured"] += 1
            metres = _metres(shape)
        weights = {key: self._weight(tags, key, name) for key in ("travel_time", "speed_kph")}
        timed = any(value is not None for value in weights.values())
        drive = self._drive(tags, (u, v), metres, timed)
        if drive is None:
            self.counts["not_kept"] += 1
            return None
        seconds = self._seconds(weights, drive, tags, metres, name)
        backward = u > v or (u == v and shape > shape[::-1])
        if backward:
            u, v, shape = v, u, shape[::-1]
        line = (u, v, round(metres * 100), drive.road_class, drive.enterable, shape)
        return backward, round(seconds * 1000), line

    def _drive(
        self, tags: Mapping[str, Any], ends: tuple[int, int], metres: float, timed: bool
    ) -> Drive | None:
        """How the edge is driven in its own direction: as the slowest of the ways it was joined of.

        The speed stands in `forward_kmh`. An edge without a class is a road at no speed.
        """
        if not values_of(tags.get("highway")) and not values_of(tags.get("route")):
            return Drive("road", 0.0, 0.0)
        back = {_is_true(value) for value in values_of(tags.get("reversed"))} or {False}
        found: list[Drive] = []
        said: dict[Note, None] = {}
        for combination in _combinations(tags):
            drive, notes = self.reader.read(combination)
            if drive is None:
                drive, notes = self._left_out(dict(combination), notes, timed)
            said.update(dict.fromkeys(notes))
            both = (drive.forward_kmh, drive.backward_kmh) if drive else (0.0, 0.0)
            kmh = min(both[way] for way in back)
            if drive is None or kmh == 0:
                self._count(tuple(said), ends, metres)
                return None
            found.append(drive._replace(forward_kmh=kmh))
        self._count(tuple(said), ends, metres)
        slowest = min(found, key=lambda drive: drive.forward_kmh)
        last = max(found, key=lambda drive: (rank(drive.road_class), drive.road_class))
        enterable = all(drive.enterable for drive in found)
        if tags.get("enterable") is not None:
            enterable = all(_is_true(value) for value in values_of(tags["enterable"]))
        return slowest._replace(road_class=last.road_class, enterable=enterable)

    def _count(self, notes: tuple[Note, ...], ends: tuple[int, int], metres: float) -> None:
        """Count the notes of an edge, but not again for the other direction of it."""
        line = (frozenset(ends), round(metres, 1), notes)
        if notes and line not in self._counted:
            self._counted.add(line)
            self.reader.count(notes, metres / 1000)

    def _left_out(
        self, tags: Mapping[str, str], notes: tuple[Note, ...], timed: bool
    ) -> tuple[Drive | None, tuple[Note, ...]]:
        """Say why an edge is left out; one of an unknown class is kept where its time is given."""
        highway = tags.get("highway", "")
        values = split_values(highway)
        unknown = [v for v in values if v not in NO_ROADS and v not in SPEED_KMH]
        if unknown and timed:
            note = Note("highway", highway, "a road, driven in the time given", "not understood")
            return Drive(highway, math.inf, math.inf), (note,)
        if any(note.taken != "open" for note in notes):
            return None, notes
        return None, (Note("highway", highway, "no road that is kept", "left out"),)

    def _seconds(
        self,
        weights: Mapping[str, float | None],
        drive: Drive,
        tags: Mapping[str, Any],
        metres: float,
        name: str,
    ) -> float:
        """Travel time: as given, from a given speed, of a ferry, or from the class."""
        seconds, kmh = weights["travel_time"], weights["speed_kph"]
        if seconds is not None:
            return seconds
        if kmh is not None:
            self.counts["times_from_speed"] += 1
        elif drive.minutes > 0:
            self.counts["times_from_class"] += 1
            whole = self._ferry_metres.get(_ferry_key(tags)) or metres
            return drive.minutes * 60 * metres / whole if whole else drive.minutes * 60
        elif drive.forward_kmh > 0:
            self.counts["times_from_class"] += 1
            kmh = drive.forward_kmh
        else:
            self._faults["no travel_time, speed_kph or highway"].append(name)
            return 0.0
        if kmh <= 0:
            self._faults["a speed of 0"].append(name)
            return 0.0
        return metres * 3.6 / kmh

    def _measure_ferries(self, graph: nx.MultiDiGraph[Any]) -> None:
        """Add up the edges of each ferry, whose duration is that of all of them."""
        for tail, head, tags in graph.edges(data=True):
            if "osmid" in tags and tags.get("duration") and tags.get("travel_time") is None:
                ends = (self._places[self._number[tail]], self._places[self._number[head]])
                metres = number(tags.get("length"))
                if not math.isfinite(metres):
                    metres = _metres(_shape(tags.get("geometry"), *ends) or ends)
                self._ferry_metres[_ferry_key(tags)] += metres

    def _weight(self, tags: Mapping[str, Any], key: str, name: str) -> float | None:
        """Value of a weight, 0 for a bad one, which is noted; None for a missing one."""
        value = tags.get(key)
        if value is None:
            return None
        amount = number(value)
        if math.isfinite(amount) and amount >= 0:
            return amount
        what = f"a negative {key}" if amount < 0 else f"no number as {key}"
        self._faults[what].append(f"{name} ({value})")
        return 0.0

    def _check(self) -> None:
        sentences = []
        for what, edges in sorted(self._faults.items()):
            noun = "edge has" if len(edges) == 1 else "edges have"
            some = ", ".join(sorted(edges)[:EXAMPLES])
            sentences.append(f"{len(edges)} {noun} {what}, e.g. {some}")
        if sentences:
            raise RoadError("the graph cannot be used: " + "; ".join(sentences))


def number(value: Any) -> float:
    """Read a number that may be text; NaN if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def values_of(value: Any) -> list[str]:
    """One or several values of an attribute; osmnx writes several as the text of a list."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return [value]
    several = value if isinstance(value, (list, tuple, set)) else [value]
    return [str(one) for one in several if one is not None and str(one) != ""]


def _combinations(tags: Mapping[str, Any]) -> list[tuple[tuple[str, str], ...]]:
    """Tags of the ways that an edge may have been joined of, as edges of a directed graph.

    Which part of a joined edge is a tunnel is not known, so none is taken for one.
    """
    joined = len(values_of(tags.get("osmid"))) > 1
    left = {"junction", *(["tunnel"] if joined else [])}
    several = [
        [(tag, value) for value in values_of(tags[tag])]
        for tag in sorted(TAGS.intersection(tags))
        if tag not in _DIRECTED and tag not in left and values_of(tags[tag])
    ]
    turned = "reversible" in [value.lower() for value in values_of(tags.get("oneway"))]
    several.append([("oneway", "reversible" if turned else "no")])
    return list(islice(product(*several), MOST_COMBINATIONS))


def _ferry_key(tags: Mapping[str, Any]) -> tuple[str, str]:
    return str(tags.get("osmid")), str(tags.get("reversed"))


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() in _YES


def _metres(shape: Shape) -> float:
    lon, lat = zip(*shape, strict=True)
    return float(GEOD.line_length(lon, lat))


def _shape(geometry: Any, tail: tuple[float, float], head: tuple[float, float]) -> Shape | None:
    """Points from tail to head, turned round if they were drawn from head to tail."""
    if geometry is None:
        return (tail, head)
    if isinstance(geometry, str):
        geometry = shapely.from_wkt(geometry, on_invalid="ignore")
    if not isinstance(geometry, shapely.LineString) or geometry.is_empty:
        return None
    points: Shape = tuple((x, y) for x, y in shapely.get_coordinates(geometry).tolist())
    if math.dist(points[0], head) < math.dist(points[0], tail):
        return points[::-1]
    return points
