"""Open a file of roads by what it holds, whatever its name ends in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.sources.files import is_graphml
from shelter_geo.roads.sources.graphml import read_graphml
from shelter_geo.roads.sources.osm import read_pbf
from shelter_geo.roads.sources.speeds import RoadSettings


def read_roads_file(
    path: str | Path,
    settings: RoadSettings | None = None,
    *,
    date: str = "",
    progress: Callable[[int], None] | None = None,
) -> RoadNetwork:
    """Read an OpenStreetMap extract in PBF or a graph in GraphML.

    Raises
    ------
    RoadError
        As `read_pbf` and `read_graphml`; of a file that is neither it says what it is.
    """
    path = Path(path)
    if is_graphml(path):
        return read_graphml(path, settings)
    return read_pbf(path, settings, date=date, progress=progress)
