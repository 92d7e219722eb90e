"""What a study file says of its roads: where they come from, and what of them holds today."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from shelter_geo.errors import Fault, RoadError, StudyError
from shelter_geo.roads import (
    CloseRoads,
    RoadNetwork,
    SetSpeed,
    SlowRoads,
    apply_changes,
    from_networkx,
    network_of_file,
)
from shelter_geo.study.journeys import Link
from shelter_geo.study.types import FORMER, Day, RelativePath, Settings, Worded, Words


class ClosedToday(CloseRoads):
    """Roads that cannot be driven today, such as those behind a line of contact, and why."""

    reason: Words
    source: Words


class SlowToday(SlowRoads):
    """Roads that take longer today, such as a ruined one, and why."""

    reason: Words
    source: Words


class SpeedToday(SetSpeed):
    """Roads that are driven at another speed than the file of roads has, and why."""

    reason: Words
    source: Words


Today: TypeAlias = "ClosedToday | SlowToday | SpeedToday"


class SeparateRoads(Settings):
    """A region that roads inside the country do not join to the rest, and why."""

    region: str
    reason: Worded

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_files(cls, given: Any) -> Any:
        """Take the region by the name that files of earlier versions give it."""
        if not isinstance(given, dict) or "region" in given:
            return given
        return {FORMER.get(name, name): value for name, value in given.items()}


class Roads(Settings):
    """Which roads are used and how points join them.

    Attributes
    ----------
    network
        "reference" for tables of nodes and links, "osm" for a file of all roads.
    nodes, links, file
        The tables, or the file.
    source, licence
        Where the roads come from.
    as_of
        A day of the month that the roads are of; readers see the month.
    connector_kmh
        Speed between a point and the road it joins.
    max_connector_km
        A point farther than this from a usable road is unreachable.
    connect_to_main
        Join a point to the main component of its district even where a road of another one is
        nearer. No by default: such points are named in `points_on_roads.csv`.
    separate
        Regions without a road to the rest.
    link
        Ways that are no domestic road: by air, by rail, through another country. No kilometre and
        no minute of theirs is ever added to those by road.
    speed, slow, close
        Roads whose speed is another, that take longer or cannot be driven today, in this order;
        scenarios change what is left.
    """

    network: Literal["reference", "osm"] = "reference"
    nodes: RelativePath | None = None
    links: RelativePath | None = None
    file: RelativePath | None = None
    source: Words
    licence: str
    as_of: Day | None = None
    connector_kmh: float = Field(ge=1, le=130)
    max_connector_km: float = Field(gt=0, le=1000)
    connect_to_main: bool = False
    separate: tuple[SeparateRoads, ...] = ()
    link: tuple[Link, ...] = ()
    speed: tuple[SpeedToday, ...] = ()
    slow: tuple[SlowToday, ...] = ()
    close: tuple[ClosedToday, ...] = ()

    @property
    def today(self) -> dict[str, Sequence[Today]]:
        """Changes of the roads that hold today, by the key of the study file."""
        return {"speed": self.speed, "slow": self.slow, "close": self.close}

    @model_serializer(mode="wrap")
    def _silent_of_none(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out links and changes of today where there are none."""
        written: dict[str, Any] = write(self)
        silent = ("link", *self.today)
        return {key: value for key, value in written.items() if key not in silent or value}

    @model_validator(mode="after")
    def _files_fit_network(self) -> Roads:
        needed = ("nodes", "links") if self.network == "reference" else ("file",)
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(f'network = "{self.network}" needs the key {" and ".join(missing)}')
        return self


def roads_today(
    network: RoadNetwork, roads: Roads, *, file: str
) -> tuple[RoadNetwork, list[Fault]]:
    """Make the changes that a study says of its roads as they stand.

    Parameters
    ----------
    network
        The roads as their file has them.
    roads
        What the study says of them.
    file
        Name of the study file, for the faults.

    Returns
    -------
    network
        Its points join these roads, so none joins a closed one.
    faults
        One for each entry that cannot be made.
    """
    remedy = "Name classes, nodes and edges as the roads have them, and areas as lon, lat."
    faults = []
    for key, entries in roads.today.items():
        for number, entry in enumerate(entries, start=1):
            try:
                network = apply_changes(network, [entry])
            except RoadError as error:
                where = f"roads.{key}, entry {number}"
                faults.append(Fault(file, str(error), remedy, column=where))
    return network, faults


def read_network(path: Path) -> tuple[RoadNetwork | None, list[Fault]]:
    """Read a stored network, or an OSM extract, which takes longer each time.

    Parameters
    ----------
    path
        Written by `shelter-geo roads import` (`.npz`), or else an extract or GraphML.

    Returns
    -------
    network
        None if there is any fault.
    faults
        Why it cannot be read.
    """
    try:
        return network_of_file(path), []
    except RoadError as error:
        remedy = "Make it anew with: shelter-geo roads import."
        return None, [Fault(path.name, str(error).rstrip("."), remedy)]


def road_network(network: Any) -> RoadNetwork:
    """Return the roads of a network, or of a graph in the conventions of osmnx.

    Raises
    ------
    StudyError
        If it is neither.
    RoadError
        If the graph makes no network.
    """
    if isinstance(network, RoadNetwork):
        return network
    if hasattr(network, "adj") and hasattr(network, "nodes"):
        return from_networkx(network)
    raise StudyError(
        f"network: is {type(network).__name__}. Give a RoadNetwork or a networkx MultiDiGraph."
    )
