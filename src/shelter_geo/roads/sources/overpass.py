"""Fetch roads from an Overpass server, tile by tile, going on where it was cut off."""

from __future__ import annotations

import hashlib
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmnx
import shapely
from osmnx._errors import CacheOnlyInterruptError, InsufficientResponseError

from shelter_geo.errors import NetworkAccessError, RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.access import barrier_note
from shelter_geo.roads.sources.driving import TAGS, Drive, WayReader
from shelter_geo.roads.sources.notes import Note
from shelter_geo.roads.sources.osm import LICENCE, barriers_by_value
from shelter_geo.roads.sources.osmnx_session import Server
from shelter_geo.roads.sources.restrictions import Member, Restrictions
from shelter_geo.roads.sources.speeds import RoadSettings
from shelter_geo.roads.sources.ways import GEOD, make_ways, network_of_ways

OVERPASS: Final = "https://overpass-api.de/api"
NOMINATIM: Final = "https://nominatim.openstreetmap.org"
ADDED_DEGREES: Final = 0.0055
"""A little more than the half kilometre that osmnx asks for around an area."""
OUTLINE_DEGREES: Final = 0.005
"""Detail of the outline sent to the server, which is drawn that much wider."""
OFFLINE: Final = "this needs the network; allow it with --online"


def fetch(
    area: shapely.Polygon | shapely.MultiPolygon,
    settings: RoadSettings | None = None,
    *,
    online: bool,
    server: Server,
    tile_km2: float = 2500.0,
) -> RoadNetwork:
    """Fetch the roads in an area.

    The area is cut into tiles. Every answer is kept in the server's cache folder at once, and a
    tile that is there is not asked for again.

    Parameters
    ----------
    area
        In degrees, EPSG:4326. Ways that leave it are kept whole.
    settings
        What becomes a road and how fast it is; the defaults of `RoadSettings` if not given.
    online
        Whether the network may be used.
    server
        An Overpass server, and how to treat it.
    tile_km2
        Largest tile.

    Raises
    ------
    NetworkAccessError
        If the network may not be used, or the server refuses or keeps failing.
    RoadError
        If the area is none, or has no roads.
    """
    settings = settings or RoadSettings()
    if not online:
        raise NetworkAccessError(OFFLINE)
    if not isinstance(area, (shapely.Polygon, shapely.MultiPolygon)) or not area.is_valid:
        raise RoadError("the area must be a valid polygon")
    outline: Any = shapely.buffer(area, 2 * OUTLINE_DEGREES).simplify(OUTLINE_DEGREES)
    filters = _filters(settings)
    question = json.dumps([shapely.to_wkt(outline, 6), filters, tile_km2, server.url])
    name = hashlib.sha256(question.encode()).hexdigest()[:16]
    server = replace(server, cache=server.cache / name)
    server.ask(
        lambda: _download(sides_of_180(outline), filters),
        overpass_url=server.url,
        cache_only_mode=True,
        max_query_area_size=tile_km2 * 1e6,
    )
    return _network(server, settings)


def country_area(
    name: str, *, online: bool, server: Server
) -> shapely.Polygon | shapely.MultiPolygon:
    """Look up the outline of a country by its name or ISO code at a Nominatim server.

    Raises
    ------
    NetworkAccessError
        If the network may not be used, or the server refuses, keeps failing or knows no such
        country.
    """
    if not online:
        raise NetworkAccessError(OFFLINE)
    server = replace(server, cache=server.cache / "countries")

    def look_up() -> Any:
        try:
            return osmnx.geocode_to_gdf({"country": name})
        except (InsufficientResponseError, TypeError):
            return None

    found = server.ask(look_up, nominatim_url=server.url)
    if found is None:
        raise NetworkAccessError(
            f"{server.url} knows no outline of {name!r}; give a file with --boundary"
        )
    area: shapely.Polygon | shapely.MultiPolygon = found.geometry.iloc[0]
    return area


def _filters(settings: RoadSettings) -> list[str]:
    classes = [*settings.keep]
    if settings.ramps:
        classes += [f"{name}_link" for name in settings.keep]
    if settings.construction != "drop":
        classes.append("construction")
    if not settings.ferries:
        return [f'["highway"~"^({"|".join(classes)})$"]']
    return [
        f'["highway"~"^({"|".join([*classes, "ferry"])})$"]',
        '["route"~"(^|;)(ferry|shuttle_train)(;|$)"]',
    ]


def sides_of_180(outline: Any) -> list[Any]:
    """Part an area that lies on both sides of 180 degrees: osmnx asks for the hull of all parts.

    It adds `ADDED_DEGREES` on every side too, which must not lead across.

    Parameters
    ----------
    outline
        In degrees, its longitudes from -180 to 180.

    Returns
    -------
    list
        The area itself, or its parts in the west and in the east.
    """
    west, south, east, north = outline.bounds
    edge = 180 - ADDED_DEGREES / max(math.cos(math.radians(max(-south, north))), 0.01)
    borders = (-edge, 0.0, edge) if east - west > 180 else (-edge, edge)
    boxes = [shapely.box(left, -90, right, 90) for left, right in pairwise(borders)]
    return [part for box in boxes if (part := shapely.intersection(outline, box)).area]


def _download(sides: list[Any], filters: list[str]) -> None:
    """Let osmnx fill its cache; it reports that by an exception."""
    for side in sides:
        with suppress(CacheOnlyInterruptError):
            osmnx.graph_from_polygon(side, custom_filter=filters)
        with suppress(CacheOnlyInterruptError):
            osmnx.features_from_polygon(side, {"type": "restriction"})


def _network(server: Server, settings: RoadSettings) -> RoadNetwork:
    found = _Found(settings)
    for answer in _answers(server.cache):
        found.add(answer, settings)
    counts: Counter[str] = Counter(
        ways=len(found.ways), kept=0, incomplete=0, turn_restrictions=len(found.relations)
    )
    numbers: list[int] = []
    drives: list[Drive] = []
    size, refs = array("q"), array("q")
    for number, (points, tags) in sorted(found.ways.items()):
        known = all(ref in found.nodes for ref in points)
        drive, notes = found.reader.read(sorted(pair for pair in tags.items() if pair[0] in TAGS))
        if notes:
            found.reader.count(notes, _km([found.nodes[ref] for ref in points]) if known else 0.0)
        if drive is None:
            continue
        if not known:
            counts["incomplete"] += 1
            continue
        counts["kept"] += 1
        numbers.append(number)
        drives.append(drive)
        size.append(len(points))
        refs.extend(points)
    if not drives:
        raise RoadError(f"{server.url} has no road that is kept in this area")
    lonlat = np.array([found.nodes[ref] for ref in refs])
    shut = {ref: found.shut[ref] for ref in sorted(found.shut.keys() & set(refs))}
    about = Provenance(
        f"OpenStreetMap by way of {server.url}",
        LICENCE,
        min(found.dates),
        {
            "roads": settings.model_dump(mode="json"),
            "counts": dict(sorted(counts.items())),
            "tags": found.reader.rows(),
            "barriers": barriers_by_value(shut),
        },
    )
    ways = replace(make_ways(drives, size, refs, lonlat), numbers=np.array(numbers, np.int64))
    return network_of_ways(ways, about, np.array(list(shut), dtype=np.int64), found.restrictions())


class _Found:
    """What the answers of a server hold."""

    def __init__(self, settings: RoadSettings) -> None:
        self.reader = WayReader(settings)
        self.nodes: dict[int, tuple[float, float]] = {}
        self.ways: dict[int, tuple[list[int], Mapping[str, str]]] = {}
        self.shut: dict[int, Note] = {}
        self.relations: dict[int, Mapping[str, Any]] = {}
        self.dates: set[str] = set()

    def add(self, answer: Mapping[str, Any], settings: RoadSettings) -> None:
        """Add one answer."""
        self.dates.add(answer.get("osm3s", {}).get("timestamp_osm_base", "")[:10])
        relations = {each["id"]: each for each in answer["elements"] if each["type"] == "relation"}
        self.relations |= relations
        for element in answer["elements"]:
            tags = element.get("tags", {})
            if element["type"] == "node":
                self.nodes[element["id"]] = (element["lon"], element["lat"])
                note = barrier_note(tags, settings.closed_access)
                if note:
                    self.shut[element["id"]] = note
            elif element["type"] == "way" and not relations:  # else a member, asked for or not
                self.ways[element["id"]] = (element["nodes"], tags)

    def restrictions(self) -> Restrictions:
        """Turn restrictions of all answers, each once."""
        result = Restrictions()
        for _, relation in sorted(self.relations.items()):
            members = [Member(m["type"][0], m["ref"], m["role"]) for m in relation["members"]]
            result.add(relation.get("tags", {}), members)
        return result


def _km(points: list[tuple[float, float]]) -> float:
    lon, lat = zip(*points, strict=True)
    return float(GEOD.line_length(lon, lat)) / 1000


def _answers(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))
