"""Open a file of roads by what it holds: GraphML, an extract, or a stored network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import networkx as nx

from shelter_geo.errors import RoadError
from shelter_geo.roads.network import RoadNetwork
from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.convert import from_networkx
from shelter_geo.roads.sources.files import is_graphml
from shelter_geo.roads.sources.osm import read_pbf
from shelter_geo.roads.sources.speeds import RoadSettings
from shelter_geo.roads.sources.store import load_network

STORED: Final = ".npz"
"""How the name of a stored network ends."""


def read_graphml(path: str | Path, settings: RoadSettings | None = None) -> RoadNetwork:
    """Read a graph that osmnx or networkx wrote as GraphML.

    Raises
    ------
    RoadError
        If the file is missing or no GraphML of a road graph, or as `from_networkx`.
    """
    path = Path(path)
    try:
        graph: Any = nx.read_graphml(path, force_multigraph=True)
    except FileNotFoundError as error:
        raise RoadError(f"{path} does not exist") from error
    except OSError as error:
        raise RoadError(f"{path} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # whatever is wrong in a GraphML file is raised in many ways
        raise RoadError(f"{path} is not a graph in GraphML: {error}. Save it again.") from error
    source = str(graph.graph.get("source") or path.name)
    try:
        return from_networkx(_with_numbers(graph), settings, source=source)
    except RoadError as error:
        raise RoadError(f"{path}: {error}") from error


def _with_numbers(graph: nx.MultiDiGraph[Any]) -> nx.MultiDiGraph[Any]:
    """Give the graph whole numbers as keys, where all keys are such in text."""
    try:
        numbers = {key: int(key) for key in graph.nodes}
    except ValueError:
        return graph
    if len(set(numbers.values())) < len(numbers):
        return graph
    relabelled: nx.MultiDiGraph[Any] = nx.relabel_nodes(graph, numbers)
    return relabelled


def read_roads_file(
    path: str | Path,
    settings: RoadSettings | None = None,
    *,
    date: str = "",
    progress: Callable[[int], None] | None = None,
) -> RoadNetwork:
    """Read an OpenStreetMap extract (PBF, o5m or XML) or a graph in GraphML.

    Raises
    ------
    RoadError
        As `read_pbf` and `read_graphml`; of a file that is neither it says what it is.
    """
    path = Path(path)
    if is_graphml(path):
        return read_graphml(path, settings)
    return read_pbf(path, settings, date=date, progress=progress)


def network_of_file(path: str | Path) -> RoadNetwork:
    """Load a network that `roads import` or `roads fetch` wrote, or read any other file of roads.

    Chains are joined in either.

    Raises
    ------
    RoadError
        As `load_network` and `read_roads_file`.
    """
    path = Path(path)
    return load_network(path) if path.suffix == STORED else contract_chains(read_roads_file(path))
