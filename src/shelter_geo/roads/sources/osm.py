"""Read the roads and places of an OpenStreetMap extract."""

from __future__ import annotations

import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.access import ACCESS_KEYS, barrier_note
from shelter_geo.roads.sources.driving import TAGS, Drive, WayReader
from shelter_geo.roads.sources.files import OsmFile, osm_file, put_in_order, readable
from shelter_geo.roads.sources.notes import Note
from shelter_geo.roads.sources.restrictions import Member, Restrictions
from shelter_geo.roads.sources.speeds import RoadSettings
from shelter_geo.roads.sources.ways import Ways, make_ways, network_of_ways

LICENCE: Final = "© OpenStreetMap contributors, ODbL 1.0"
REPORT_EVERY: Final = 10_000
COMMON: Final = (
    "highway",
    "oneway",
    "maxspeed",
    "surface",
    "access",
    "service",
    "junction",
    "tracktype",
)
"""Tags that many ways have. The others are looked for on those ways only that have any of them."""
RARE: Final = tuple(sorted(TAGS.difference(COMMON)))


def read_pbf(
    path: str | Path,
    settings: RoadSettings | None = None,
    *,
    date: str = "",
    progress: Callable[[int], None] | None = None,
) -> RoadNetwork:
    """Read the roads of an extract into a network whose edges run from junction to junction.

    The file may be PBF, o5m or XML, compressed or not. Of a history file the newest state is
    taken, one that is not sorted is sorted, and negative numbers of points are replaced.

    A barrier that shuts a road cuts it there. Turn restrictions at one point are obeyed.

    Parameters
    ----------
    path
        The extract.
    settings
        What becomes a road and how fast it is; the defaults of `RoadSettings` if not given.
    date
        Date of the data, where the file does not tell it.
    progress
        Called now and then with the number of ways read.

    Returns
    -------
    RoadNetwork
        Its provenance counts what was read, left out, assumed and not understood.

    Raises
    ------
    RoadError
        If the file is missing, no OpenStreetMap data, damaged or cut short, or has no roads; with
        the command that mends it, where there is one.
    """
    path, settings = Path(path), settings or RoadSettings()
    file, disorder = osm_file(path), ""
    with readable(path), tempfile.TemporaryDirectory() as folder:
        stated = _header(file).get("osmosis_replication_timestamp")
        try:
            collector = _collect(file, settings, progress)
        except _DisorderError as fault:
            disorder = str(fault)
            try:
                collector = _collect(put_in_order(file, Path(folder)), settings, progress)
            except _DisorderError:
                raise RoadError(f"{path} is damaged beyond sorting; fetch it again") from None
    ways = collector.ways()
    rows = collector.reader.rows()
    if not len(ways.road_class):
        raise RoadError(
            f"{path} has no road that is kept: {collector.counts['ways']} ways with highway or "
            f"route were found, {collector.counts['incomplete']} of them lack their points, and "
            f"the kept classes are {', '.join(settings.keep)}"
        )
    barriers = collector.barriers(ways)
    record = {
        "roads": settings.model_dump(mode="json"),
        "input_sha256": file.sha256,
        "disorder": disorder,
        "counts": dict(sorted(collector.counts.items())),
        "tags": rows,
        "barriers": barriers_by_value(barriers),
    }
    provenance = Provenance(
        f"OpenStreetMap extract {path.name}", LICENCE, date or (stated or "")[:10], record
    )
    shut = np.array(sorted(barriers), dtype=np.int64)
    return network_of_ways(ways, provenance, shut, collector.restrictions)


def read_places(path: str | Path, languages: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Read the named places of an extract: PBF, o5m or XML.

    Parameters
    ----------
    path
        The extract.
    languages
        Codes of languages in which names are read as well.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in EPSG:4326 with `osm_id`, `name`, `place`, `population` as tagged (text) and
        `name:<language>` for each language, sorted by id. Without a plain name the first of the
        others stands in; what is not tagged is None.

    Raises
    ------
    RoadError
        If the file is missing, no OpenStreetMap data, damaged or cut short.
    """
    path = Path(path)
    file = osm_file(path)
    named = [f"name:{code}" for code in languages]
    rows: list[tuple[Any, ...]] = []
    points: list[tuple[float, float]] = []
    with readable(path):
        processor = osmium.FileProcessor(file.opened(), osmium.osm.NODE)
        for node in processor.with_filter(osmium.filter.KeyFilter("place")):
            names = [node.tags.get(key) for key in ("name", *named)]
            plain = next(filter(None, names), None)
            if isinstance(node, osmium.osm.Node) and plain and node.location.valid():
                tagged = node.tags["place"], node.tags.get("population")
                rows.append((node.id, plain, *tagged, *names[1:]))
                points.append((node.location.lon, node.location.lat))
    columns = ["osm_id", "name", "place", "population", *named]
    table = pd.DataFrame(rows, columns=columns)
    table[columns[1:]] = table[columns[1:]].astype(object)
    lonlat = np.array(points, dtype=float).reshape(-1, 2)
    frame = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(lonlat[:, 0], lonlat[:, 1]), crs="EPSG:4326"
    )
    return frame.sort_values("osm_id", kind="stable", ignore_index=True)


class _DisorderError(Exception):
    """A file cannot be read as it stands: what is out of order in it."""


HISTORY: Final = "a history file, of which the newest state was taken"


def _header(file: OsmFile) -> Any:
    return osmium.io.Reader(file.opened()).header()


def _collect(
    file: OsmFile, settings: RoadSettings, progress: Callable[[int], None] | None
) -> _Collector:
    header = _header(file)
    if header.has_multiple_object_versions:
        raise _DisorderError(HISTORY)
    collector = _Collector(file, settings, progress)
    collector.read(located="LocationsOnWays" in _features(header))
    collector.check()
    return collector


class _Collector:
    """Gathers the kept ways of a file, with as little work per point as possible."""

    def __init__(
        self, file: OsmFile, settings: RoadSettings, progress: Callable[[int], None] | None
    ) -> None:
        self.file = file
        self.progress = progress
        self.counts: Counter[str] = Counter(ways=0, kept=0, incomplete=0, turn_restrictions=0)
        self.reader = WayReader(settings)
        self.restrictions = Restrictions()
        self._number = array("q")
        self._rare: set[int] = set()
        self._shut: dict[int, Note] = {}
        self._missing: set[int] = set()
        self._drive_of_piece: list[Drive] = []
        self._size = array("q")
        self._refs = array("q")
        self._lines: list[str] = []
        self._factory = osmium.geom.WKBFactory()

    def read(self, *, located: bool) -> None:
        """Read the file; its ways may hold the locations of their points themselves."""
        self._find_rare()
        processor = osmium.FileProcessor(self.file.opened())
        if not located:
            processor = processor.with_locations()
        filters = (
            (osmium.filter.KeyFilter("barrier", *ACCESS_KEYS), osmium.osm.NODE),
            (osmium.filter.KeyFilter("highway", "route"), osmium.osm.WAY),
            (osmium.filter.TagFilter(("type", "restriction")), osmium.osm.RELATION),
        )
        for wanted, kind in filters:
            wanted.enable_for(kind)
            processor = processor.with_filter(wanted)
        last = None
        item: Any
        for item in processor:
            if item.is_way():
                if item.id == last or not item.visible:
                    raise _DisorderError(HISTORY)
                last = item.id
                self._way(item)
            elif item.is_node():
                note = barrier_note(_pairs(item), self.reader.settings.closed_access)
                if note:
                    self._shut[item.id] = note
            elif item.is_relation():
                self.counts["turn_restrictions"] += 1
                members = [Member(each.type, each.ref, each.role) for each in item.members]
                self.restrictions.add(_pairs(item), members)

    def _find_rare(self) -> None:
        """Note the ways that have rare tags, as it takes long to ask every way for every tag."""
        ways = osmium.FileProcessor(self.file.opened(), osmium.osm.WAY)
        for keys in (("highway", "route"), RARE):
            ways = ways.with_filter(osmium.filter.KeyFilter(*keys))
        self._rare = {way.id for way in ways}

    def _way(self, way: Any) -> None:
        self.counts["ways"] += 1
        if self.progress and self.counts["ways"] % REPORT_EVERY == 0:
            self.progress(self.counts["ways"])
        get = way.tags.get
        tags = [(key, get(key)) for key in COMMON]
        if way.id in self._rare:
            tags += [(key, get(key)) for key in RARE]
        drive, notes = self.reader.read([pair for pair in tags if pair[1] is not None])
        if notes:
            self.reader.count(notes, _km(way))
        if drive:
            self._add(way, drive)

    def _add(self, way: Any, drive: Drive) -> None:
        nodes = way.nodes
        refs = [nodes[i].ref for i in range(len(nodes))]
        try:
            pieces = [(refs, self._factory.create_linestring(way, osmium.geom.ALL))]
        except (osmium.InvalidLocationError, RuntimeError):
            self.counts["incomplete"] += 1
            self._missing.update(node.ref for node in nodes if not node.location.valid())
            pieces = _known_pieces(nodes)
        self.counts["kept"] += 1
        for piece, line in pieces:
            self._drive_of_piece.append(drive)
            self._number.append(way.id)
            self._size.append(len(piece))
            self._refs.extend(piece)
            self._lines.append(line)

    def check(self) -> None:
        """Make sure that points which are missing are missing in the file.

        Raises
        ------
        _DisorderError
            If their numbers are negative, or they stand after the ways.
        """
        if not self._missing:
            return
        if min(self._missing) < 0:
            raise _DisorderError("a file with negative numbers of points, which were replaced")
        nodes = osmium.FileProcessor(self.file.opened(), osmium.osm.NODE)
        for _ in nodes.with_filter(osmium.filter.IdFilter(self._missing)):
            raise _DisorderError("a file with ways before their points, which was sorted")

    def barriers(self, ways: Ways) -> dict[int, Note]:
        """Find what shuts points of kept ways to cars, by the number of the point."""
        shut = np.array(sorted(self._shut), dtype=np.int64)
        met = shut[np.isin(shut, ways.refs)]
        return {ref: self._shut[ref] for ref in met.tolist()}

    def ways(self) -> Ways:
        """Arrays of everything gathered."""
        size = np.frombuffer(self._size, dtype=np.int64)
        lonlat = _coordinates(self._lines, size)
        ways = make_ways(self._drive_of_piece, self._size, self._refs, lonlat)
        return replace(ways, numbers=np.frombuffer(self._number, dtype=np.int64))


def barriers_by_value(barriers: Mapping[int, Note]) -> dict[str, int]:
    """Count the points that are shut, by what shuts them."""
    counts = Counter(f"{note.tag}={note.value}" for note in barriers.values())
    return dict(sorted(counts.items()))


def _pairs(item: Any) -> dict[str, str]:
    return {tag.k: tag.v for tag in item.tags}


def _km(way: Any) -> float:
    """Kilometres of a way, 0 where its points are not known."""
    try:
        return float(osmium.geom.haversine_distance(way.nodes)) / 1000
    except (osmium.InvalidLocationError, RuntimeError):
        return 0.0


def _features(header: osmium.io.Header) -> list[str]:
    """List the optional features that the head of a PBF file names."""
    return [header.get(f"pbf_optional_feature_{k}") for k in range(8)]


def _coordinates(lines: list[str], size: NDArray[np.int64]) -> NDArray[np.float64]:
    """Points of lines in hexadecimal WKB: a head of nine bytes, then two doubles a point."""
    data = np.frombuffer(bytes.fromhex("".join(lines)), dtype=np.uint8)
    end = np.cumsum(size * 16 + 9)
    head = ((end - size * 16 - 9)[:, None] + np.arange(9)).ravel()
    keep = np.ones(len(data), dtype=bool)
    keep[head] = False
    return data[keep].view("<f8").reshape(-1, 2)


def _known_pieces(nodes: Any) -> list[tuple[list[int], str]]:
    """Parts of a way between points that the file does not hold."""
    pieces = []
    for known, run in groupby(list(nodes), key=lambda node: bool(node.location.valid())):
        points = list(run)
        if known and len(points) > 1:
            line = shapely.LineString([(node.lon, node.lat) for node in points])
            pieces.append(([node.ref for node in points], shapely.to_wkb(line, hex=True)))
    return pieces
