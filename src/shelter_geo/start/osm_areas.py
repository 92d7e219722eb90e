"""Bring boundaries, places and roads of OpenStreetMap from servers, for a study without them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import osmnx
import pandas as pd
import shapely
from osmnx._errors import InsufficientResponseError

from shelter_geo.errors import NetworkAccessError, OutputError
from shelter_geo.roads import (
    Server,
    contract_chains,
    country_area,
    fetch,
    save_network,
    sides_of_180,
)
from shelter_geo.start.downloads import Manners
from shelter_geo.start.fetching import (
    BOUNDARIES,
    NETWORK,
    PLACES,
    Fetched,
    note_fetched,
    whole_already,
)

SETTLED: Final = ("city", "town", "village")
"""Values of `place` whose points are taken."""
_ROADS: Final = "roads"
_WHOLE_KM2: Final = 1e8
"""Areas and points are few: one question each."""
_ANSWERS: Final = "answers"
_LICENCE: Final = "ODbL-1.0"
_NAME: Final = re.compile(r"name(:[a-z]{2,3})?")


@dataclass(frozen=True)
class OsmWanted:
    """What is to be brought of OpenStreetMap; a request holds nothing else.

    Attributes
    ----------
    country
        Its name or code, as Nominatim knows it.
    admin_level
        `admin_level` of the boundaries, such as 6; 0 for none.
    places
        Whether places are wanted.
    overpass, names
        Addresses of an Overpass and of a Nominatim server.
    roads
        Whether the roads within the boundaries in the folder are wanted, else those within the
        country's outline.
    """

    country: str
    admin_level: int
    places: bool
    overpass: str
    names: str
    roads: bool = False


def fetch_osm(
    folder: Path, wanted: OsmWanted, *, online: bool, manners: Manners | None = None
) -> list[Fetched]:
    """Bring what is wanted of OpenStreetMap into a folder; what is there is not asked for again.

    Answers are kept in the folder as they come, so that the next try goes on from there.

    Raises
    ------
    NetworkAccessError
        If the network may not be used, a server refuses or keeps failing, or has nothing there.
    OutputError
        If the folder cannot be written.
    """
    manners = manners or Manners()
    cache = folder / _ANSWERS
    asked = Server(
        wanted.overpass,
        cache / "areas",
        timeout_s=manners.timeout_s,
        tries=manners.tries,
        wait_s=manners.wait_s,
        sleep=manners.sleep,
    )
    names = replace(asked, url=wanted.names, cache=cache)
    steps: list[tuple[str, dict[str, Any], Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]]] = []
    if wanted.admin_level:
        steps.append((BOUNDARIES, {"admin_level": str(wanted.admin_level)}, _areas))
    if wanted.places:
        steps.append((PLACES, {"place": list(SETTLED)}, _points))
    brought = []
    for name, tags, keep in steps:
        address = f"{wanted.overpass}?{json.dumps(tags)}&{wanted.country}"
        known = whole_already(folder, name, address)
        if known is None:
            ground = country_area(wanted.country, online=online, server=names)
            found = keep(_inside(_ask(asked, ground, tags), ground))
            if found.empty:
                raise NetworkAccessError(
                    f"{wanted.overpass} has nothing there that is tagged {_said(tags)}. Give "
                    "another --osm-level, or a file of your own."
                )
            known = _written(folder, name, found, address)
        brought.append(known)
    if wanted.roads:
        brought.append(_network(folder, wanted, asked, names, manners, online=online))
    return brought


def _network(
    folder: Path,
    wanted: OsmWanted,
    asked: Server,
    names: Server,
    manners: Manners,
    *,
    online: bool,
) -> Fetched:
    """Fetch the roads tile by tile, and store them as `roads fetch` does."""
    if (folder / BOUNDARIES).is_file():
        areas = gpd.read_file(folder / BOUNDARIES).to_crs(4326).geometry
        ground: Any = shapely.union_all(shapely.make_valid(areas.to_numpy()))
    else:
        ground = country_area(wanted.country, online=online, server=names)
    outline = hashlib.sha256(shapely.to_wkb(ground)).hexdigest()[:16]
    address = f"{wanted.overpass}?{_ROADS}&{wanted.country}&{outline}"
    if (known := whole_already(folder, NETWORK, address)) is not None:
        return known

    def tell(done: int) -> None:
        manners.progress("tiles of roads", done, 0)

    tiles = replace(
        asked,
        cache=asked.cache.parent / _ROADS,
        progress=tell,
    )
    network = contract_chains(fetch(ground, online=online, server=tiles))
    save_network(network, folder / NETWORK)
    said = {"licence": _LICENCE, "as_of": network.provenance.date or "not stated"}
    return note_fetched(folder, NETWORK, address, source="OpenStreetMap", **said)


def _ask(server: Server, ground: Any, tags: dict[str, Any]) -> gpd.GeoDataFrame:
    """Ask for what is tagged so; without anything an empty frame."""

    def once() -> gpd.GeoDataFrame:
        frames = []
        for side in sides_of_180(ground):
            with suppress(InsufficientResponseError):
                frames.append(osmnx.features_from_polygon(side, tags))
        if not frames:
            return gpd.GeoDataFrame(geometry=[], crs=4326)
        found = pd.concat(frames) if len(frames) > 1 else frames[0]
        return found[~found.index.duplicated()]

    return server.ask(once, overpass_url=server.url, max_query_area_size=_WHOLE_KM2 * 1e6)


def _inside(found: gpd.GeoDataFrame, ground: shapely.Geometry) -> gpd.GeoDataFrame:
    """Leave out what lies across the border."""
    middles = found.geometry.representative_point()
    return found[shapely.intersects(ground, middles.to_numpy())]


def _areas(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the areas of authorities, with a key and their names."""
    areas = found[shapely.get_dimensions(found.geometry.to_numpy()) == 2]
    kind = areas.get("boundary", pd.Series("", index=areas.index))
    return _named(areas[kind == "administrative"], ())


def _points(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep one point for each place."""
    spots = found.set_geometry(found.geometry.representative_point())
    return _named(spots, ("place", "population"))


def _named(found: gpd.GeoDataFrame, more: Sequence[str]) -> gpd.GeoDataFrame:
    """Take the names, and give each a key of what it is in OpenStreetMap."""
    columns = [name for name in found if _NAME.fullmatch(str(name)) or name in more]
    named = found[[*columns, "geometry"]]
    if "name" not in named:
        return named.iloc[:0]
    keys = [f"{kind[0]}{number}" for kind, number in named.index]
    told = named.reset_index(drop=True).assign(osm_id=keys)
    return told[told["name"].notna()].sort_values("osm_id")


def _written(folder: Path, name: str, found: gpd.GeoDataFrame, address: str) -> Fetched:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = found.to_json(drop_id=True, na="drop", ensure_ascii=False)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder / name} could not be written: {error.strerror}") from error
    return note_fetched(folder, name, address, source="OpenStreetMap", licence=_LICENCE)


def _said(tags: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags.items())
