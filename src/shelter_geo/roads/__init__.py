"""Road networks: where they come from, how points join them and how they are routed."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter_geo.roads.changes.applying import apply_changes
    from shelter_geo.roads.changes.types import (
        CloseRoads,
        OpenRoad,
        RoadChange,
        SetSpeed,
        SlowRoads,
    )
    from shelter_geo.roads.check import check_network
    from shelter_geo.roads.joining.anchors import NOWHERE, Anchors, direct, sharing_pairs
    from shelter_geo.roads.joining.finder import RoadFinder
    from shelter_geo.roads.joining.joiner import Joiner
    from shelter_geo.roads.joining.snap_report import snap_table
    from shelter_geo.roads.joining.snapping import SnapSettings, snap
    from shelter_geo.roads.lines import (
        RouteLines,
        draw_parts,
        kilometres,
        own_shares,
        parts_within,
        shares_within,
    )
    from shelter_geo.roads.network import CLOSED, Provenance, RoadNetwork
    from shelter_geo.roads.redrawing import redraw
    from shelter_geo.roads.routing.engine import (
        Engine,
        cache_folder,
        make_engine,
        redrawn_engine,
    )
    from shelter_geo.roads.routing.graph import UNREACHED, Matrix, Path, Seeds, Weight
    from shelter_geo.roads.sources.chains import contract_chains
    from shelter_geo.roads.sources.convert import from_networkx, to_networkx
    from shelter_geo.roads.sources.doors import network_of_file, read_graphml, read_roads_file
    from shelter_geo.roads.sources.files import stem_of
    from shelter_geo.roads.sources.notes import tag_summary
    from shelter_geo.roads.sources.osm import read_pbf, read_places
    from shelter_geo.roads.sources.osmnx_session import Server
    from shelter_geo.roads.sources.overpass import country_area, fetch, sides_of_180
    from shelter_geo.roads.sources.restrictions import turn_summary
    from shelter_geo.roads.sources.speeds import RoadSettings, read_road_settings
    from shelter_geo.roads.sources.store import load_network, save_network
    from shelter_geo.roads.sources.ways import network_from_tables

_HOME = {
    "Anchors": "joining.anchors",
    "CLOSED": "network",
    "CloseRoads": "changes.types",
    "Engine": "routing.engine",
    "Joiner": "joining.joiner",
    "Matrix": "routing.graph",
    "NOWHERE": "joining.anchors",
    "OpenRoad": "changes.types",
    "Path": "routing.graph",
    "Provenance": "network",
    "RoadChange": "changes.types",
    "RoadFinder": "joining.finder",
    "RoadNetwork": "network",
    "RoadSettings": "sources.speeds",
    "RouteLines": "lines",
    "Seeds": "routing.graph",
    "Server": "sources.osmnx_session",
    "SetSpeed": "changes.types",
    "SlowRoads": "changes.types",
    "SnapSettings": "joining.snapping",
    "UNREACHED": "routing.graph",
    "Weight": "routing.graph",
    "apply_changes": "changes.applying",
    "cache_folder": "routing.engine",
    "check_network": "check",
    "contract_chains": "sources.chains",
    "country_area": "sources.overpass",
    "direct": "joining.anchors",
    "draw_parts": "lines",
    "fetch": "sources.overpass",
    "from_networkx": "sources.convert",
    "kilometres": "lines",
    "load_network": "sources.store",
    "make_engine": "routing.engine",
    "network_from_tables": "sources.ways",
    "network_of_file": "sources.doors",
    "own_shares": "lines",
    "parts_within": "lines",
    "read_graphml": "sources.doors",
    "read_pbf": "sources.osm",
    "read_places": "sources.osm",
    "read_road_settings": "sources.speeds",
    "read_roads_file": "sources.doors",
    "redraw": "redrawing",
    "redrawn_engine": "routing.engine",
    "save_network": "sources.store",
    "shares_within": "lines",
    "sharing_pairs": "joining.anchors",
    "sides_of_180": "sources.overpass",
    "snap": "joining.snapping",
    "snap_table": "joining.snap_report",
    "stem_of": "sources.files",
    "tag_summary": "sources.notes",
    "to_networkx": "sources.convert",
    "turn_summary": "sources.restrictions",
}

__all__ = [
    "CLOSED",
    "NOWHERE",
    "UNREACHED",
    "Anchors",
    "CloseRoads",
    "Engine",
    "Joiner",
    "Matrix",
    "OpenRoad",
    "Path",
    "Provenance",
    "RoadChange",
    "RoadFinder",
    "RoadNetwork",
    "RoadSettings",
    "RouteLines",
    "Seeds",
    "Server",
    "SetSpeed",
    "SlowRoads",
    "SnapSettings",
    "Weight",
    "apply_changes",
    "cache_folder",
    "check_network",
    "contract_chains",
    "country_area",
    "direct",
    "draw_parts",
    "fetch",
    "from_networkx",
    "kilometres",
    "load_network",
    "make_engine",
    "network_from_tables",
    "network_of_file",
    "own_shares",
    "parts_within",
    "read_graphml",
    "read_pbf",
    "read_places",
    "read_road_settings",
    "read_roads_file",
    "redraw",
    "redrawn_engine",
    "save_network",
    "shares_within",
    "sharing_pairs",
    "sides_of_180",
    "snap",
    "snap_table",
    "stem_of",
    "tag_summary",
    "to_networkx",
    "turn_summary",
]


def __getattr__(name: str) -> object:
    """Import names of this room when they are first used: some of them bring large libraries."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
