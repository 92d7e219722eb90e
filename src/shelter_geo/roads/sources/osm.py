"""Read the roads and places of an OpenStreetMap extract in PBF."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import Provenance, RoadNetwork
from shelter_geo.roads.sources.speeds import TAGS, Drive, RoadSettings, drive
from shelter_geo.roads.sources.ways import Ways, make_ways, network_of_ways

LICENCE: Final = "© OpenStreetMap contributors, ODbL 1.0"
PBF_START: Final = b"\x0a\x09OSMHeader"
REPORT_EVERY: Final = 10_000


def read_pbf(
    path: str | Path,
    settings: RoadSettings | None = None,
    *,
    date: str = "",
    progress: Callable[[int], None] | None = None,
) -> RoadNetwork:
    """Read the roads of a PBF file into a network whose edges run from junction to junction.

    Turn restrictions and barriers on nodes are not read.

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
        Its provenance counts what was read, left out and not understood.

    Raises
    ------
    RoadError
        If the file is missing, not a PBF file, damaged or cut short, or has no roads.
    """
    path, settings = Path(path), settings or RoadSettings()
    digest = _check(path)
    with _readable(path):
        stated = osmium.io.Reader(str(path)).header().get("osmosis_replication_timestamp")
        collector = _Collector(settings, progress)
        collector.read(path)
    ways = collector.ways()
    if not len(ways.road_class):
        raise RoadError(
            f"{path} has no road that is kept: {collector.counts['ways']} ways with highway or "
            f"route were found, {collector.counts['incomplete']} of them lack their points, and "
            f"the kept classes are {', '.join(settings.keep)}"
        )
    record = {
        "roads": settings.model_dump(mode="json"),
        "input_sha256": digest,
        "counts": dict(sorted(collector.counts.items())),
        "maxspeed_ignored": dict(sorted(collector.ignored.items())),
    }
    provenance = Provenance(
        f"OpenStreetMap extract {path.name}", LICENCE, date or (stated or "")[:10], record
    )
    return network_of_ways(ways, provenance)


def read_places(path: str | Path) -> gpd.GeoDataFrame:
    """Read the named places of a PBF file.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in EPSG:4326 with `osm_id`, `name` and `place`, sorted by id.

    Raises
    ------
    RoadError
        If the file is missing, not a PBF file, damaged or cut short.
    """
    path = Path(path)
    _check(path)
    rows: list[tuple[int, str, str, float, float]] = []
    with _readable(path):
        processor = osmium.FileProcessor(str(path), osmium.osm.NODE)
        for node in processor.with_filter(osmium.filter.KeyFilter("place")):
            name = node.tags.get("name")
            if isinstance(node, osmium.osm.Node) and name and node.location.valid():
                place, at = node.tags["place"], node.location
                rows.append((node.id, name, place, at.lon, at.lat))
    rows.sort()
    columns = {"osm_id": [r[0] for r in rows], "name": [r[1] for r in rows]}
    geometry = gpd.points_from_xy([r[3] for r in rows], [r[4] for r in rows])
    return gpd.GeoDataFrame(
        {**columns, "place": [r[2] for r in rows]}, geometry=geometry, crs="EPSG:4326"
    )


class _Collector:
    """Gathers the kept ways of a file, with as little work per point as possible."""

    def __init__(self, settings: RoadSettings, progress: Callable[[int], None] | None) -> None:
        self.settings = settings
        self.progress = progress
        self.counts: Counter[str] = Counter(ways=0, kept=0, incomplete=0)
        self.ignored: Counter[str] = Counter()
        self._drives: dict[tuple[str | None, ...], Drive | None] = {}
        self._drive_of_piece: list[Drive] = []
        self._size = array("q")
        self._refs = array("q")
        self._lines: list[str] = []
        self._factory = osmium.geom.WKBFactory()

    def read(self, path: Path) -> None:
        processor = osmium.FileProcessor(str(path)).with_locations()
        processor = processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        for way in processor.with_filter(osmium.filter.KeyFilter("highway", "route")):
            self.counts["ways"] += 1
            if self.progress and self.counts["ways"] % REPORT_EVERY == 0:
                self.progress(self.counts["ways"])
            found = self._drive(way)
            if found:
                self._add(way, found)

    def _drive(self, way: Any) -> Drive | None:
        get = way.tags.get
        key = tuple([get(tag) for tag in TAGS])
        if key not in self._drives:
            tags = {tag: value for tag, value in zip(TAGS, key, strict=True) if value is not None}
            self._drives[key] = drive(tags, self.settings)
        return self._drives[key]

    def _add(self, way: Any, found: Drive) -> None:
        nodes = way.nodes
        refs = [nodes[i].ref for i in range(len(nodes))]
        try:
            pieces = [(refs, self._factory.create_linestring(way, osmium.geom.ALL))]
        except (osmium.InvalidLocationError, RuntimeError):
            self.counts["incomplete"] += 1
            pieces = _known_pieces(nodes)
        self.counts["kept"] += 1
        if found.ignored:
            self.ignored[found.ignored] += 1
        for piece, line in pieces:
            self._drive_of_piece.append(found)
            self._size.append(len(piece))
            self._refs.extend(piece)
            self._lines.append(line)

    def ways(self) -> Ways:
        """Arrays of everything gathered."""
        size = np.frombuffer(self._size, dtype=np.int64)
        lonlat = _coordinates(self._lines, size)
        return make_ways(self._drive_of_piece, self._size, self._refs, lonlat)


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


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, OSError) as error:
        raise RoadError(
            f"{path} is damaged or cut short ({error}); fetch or copy it again"
        ) from error


def _check(path: Path) -> str:
    """Make sure of a PBF file and return its SHA-256."""
    try:
        with path.open("rb") as file:
            start = file.read(4 + len(PBF_START))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RoadError(f"{path} cannot be read: {error.strerror}") from error
    if start[4:] == PBF_START:
        return digest
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise RoadError(
            f"{path} is XML, not PBF; convert it with: osmium cat {path.name} -o roads.osm.pbf"
        )
    raise RoadError(f"{path} is not an OpenStreetMap PBF file")
