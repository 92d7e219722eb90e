"""A road network that a study names as one file."""

from __future__ import annotations

from pathlib import Path

from shelter_geo.errors import Fault, RoadError
from shelter_geo.roads import RoadNetwork, contract_chains, load_network, read_pbf


def read_network(path: Path) -> tuple[RoadNetwork | None, list[Fault]]:
    """Read a stored network, or an OSM extract, which takes longer each time.

    Parameters
    ----------
    path
        Written by `shelter-geo roads import`, or an OSM file that ends in `.pbf`.

    Returns
    -------
    network
        None if there is any fault.
    faults
        Why it cannot be read.
    """
    try:
        if path.suffix == ".pbf":
            return contract_chains(read_pbf(path)), []
        return load_network(path), []
    except RoadError as error:
        remedy = "Make it anew with: shelter-geo roads import."
        return None, [Fault(path.name, str(error).rstrip("."), remedy)]
