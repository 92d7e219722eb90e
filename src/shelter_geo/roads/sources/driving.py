"""Whether and how a way is driven: one set of rules for every door by which roads come in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from shelter_geo.roads.sources.access import ACCESS_KEYS, CONDITIONAL_ACCESS, way_access
from shelter_geo.roads.sources.notes import ANY, Note, TagReport, split_values
from shelter_geo.roads.sources.speeds import SPEED_KMH, RoadSettings
from shelter_geo.roads.sources.tagged_speeds import (
    CONDITIONAL_SPEEDS,
    IMPLIED_TAGS,
    LIMITS,
    duration_min,
    surface_kmh,
    way_speeds,
)

_ONE_WAY_KEYS: Final = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
_WINTER_KEYS: Final = ("ice_road", "winter_road")
TAGS: Final = frozenset(
    [
        "highway",
        "route",
        "construction",
        "junction",
        "area",
        "duration",
        "motorroad",
        "tunnel",
        "seasonal",
        "impassable",
        "status",
        "service",
        "maxspeed",
        "maxspeed:forward",
        "maxspeed:backward",
        "oneway:conditional",
        *_ONE_WAY_KEYS,
        *_WINTER_KEYS,
        *(f"{key}{end}" for key in ACCESS_KEYS for end in ("", ":forward", ":backward")),
        *CONDITIONAL_ACCESS,
        *CONDITIONAL_SPEEDS,
        *IMPLIED_TAGS,
        *LIMITS,
    ]
)
"""Every tag of a way that `read_tags` looks at."""

NO_ROADS: Final = frozenset(
    [
        "footway",
        "path",
        "cycleway",
        "steps",
        "pedestrian",
        "bridleway",
        "corridor",
        "elevator",
        "platform",
        "proposed",
        "planned",
        "raceway",
        "busway",
        "bus_guideway",
        "escape",
        "via_ferrata",
        "razed",
        "abandoned",
        "demolished",
        "disused",
        "no",
        "construction",
        "rest_area",
        "services",
        "emergency_bay",
        "bus_stop",
        "crossing",
        "ladder",
        "emergency_access_point",
        "street_lamp",
        "trailhead",
        "turning_circle",
        "layby",
        "sidewalk",
        "historic",
        "virtual",
    ]
)
"""Values of `highway` that are no roads for cars; others than these and the classes are unknown."""
WINTER: Final = "winter_road"
_ONE_WAY: Final = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}
_TWO_WAY: Final = frozenset(["no", "false", "0", "alternating"])
_ROUNDABOUTS: Final = frozenset(["roundabout", "circular"])
_CARRIED: Final = frozenset(["ferry", "shuttle_train"])
NEVER_ENTERED: Final = frozenset(["motorway", "motorway_link", "ferry"])
"""Classes of road onto which nobody steps between their ends."""
_ICE: Final = frozenset(["ice", "snow"])
_NO_TUNNEL: Final = frozenset(["no", "building_passage"])


class Drive(NamedTuple):
    """How a way is driven.

    Attributes
    ----------
    road_class
        Its class, for instance "primary", "ferry" or "construction".
    forward_kmh, backward_kmh
        Speed in each direction, 0 where it is closed.
    minutes
        Duration of a ferry, 0 if unknown.
    enterable
        Whether a person can step onto it.
    """

    road_class: str
    forward_kmh: float
    backward_kmh: float
    minutes: float = 0.0
    enterable: bool = True


class Reading(NamedTuple):
    """What the tags of a way mean.

    Attributes
    ----------
    drive
        None if the way is not kept.
    notes
        What was not understood, assumed, or the reason for leaving the way out.
    """

    drive: Drive | None
    notes: tuple[Note, ...] = ()


def read_tags(tags: Mapping[str, str], settings: RoadSettings) -> Reading:
    """Decide whether and how a way is driven.

    Parameters
    ----------
    tags
        Tags of the way, at least those named in `TAGS`.
    settings
        The rules.
    """
    road_class, kmh, notes = _class_and_speed(tags, settings)
    if not road_class:
        return Reading(None, notes)
    winter = _winter(tags)
    out = _left_out(tags, settings, winter)
    if out:
        return Reading(None, (*notes, out))
    building = road_class == "construction"
    forward = backward = kmh
    free = (True, True)
    if not building:
        access = way_access(tags, settings.closed_access)
        free, notes = access[:2], (*notes, *access.notes)
        if not any(free):
            return Reading(None, notes)
    if settings.maxspeed and road_class != "ferry":
        forward, backward, more = way_speeds(tags, kmh, settings.maxspeed_factor)
        notes = (*notes, *more)
    if settings.surface and road_class != "ferry":
        limit, more = surface_kmh(tags)
        forward, backward, notes = min(forward, limit), min(backward, limit), (*notes, *more)
        if limit == 0:
            return Reading(None, (*notes, Note("smoothness", "impassable", "closed", "left out")))
    direction, more = _direction(tags) if settings.one_way else (0, ())
    notes = (*notes, *more, *_season(tags))
    if not (free[0] and direction >= 0):
        forward = 0.0
    if not (free[1] and direction <= 0):
        backward = 0.0
    if forward == backward == 0.0:
        shut = Note("oneway", tags.get("oneway", ""), "closed together with its access", "left out")
        return Reading(None, (*notes, shut))
    if (building and settings.construction == "closed") or (
        winter and settings.winter_roads == "closed"
    ):
        forward = backward = 0.0
    minutes = 0.0
    if road_class == "ferry":
        minutes, more = _ferry_minutes(tags, kmh)
        notes = (*notes, *more)
    name = WINTER if winter else road_class
    return Reading(Drive(name, forward, backward, minutes, _enterable(tags, road_class)), notes)


class WayReader:
    """Reads the tags of many ways, each combination once, and counts what they left open."""

    def __init__(self, settings: RoadSettings) -> None:
        self.settings = settings
        self._readings: dict[tuple[tuple[str, str], ...], Reading] = {}
        self._ways: Counter[tuple[Note, ...]] = Counter()
        self._km: defaultdict[tuple[Note, ...], float] = defaultdict(float)

    def read(self, tags: Iterable[tuple[str, str]]) -> Reading:
        """Read the tags of a way, given as pairs that `TAGS` names, always in one order."""
        key = tuple(tags)
        if key not in self._readings:
            self._readings[key] = read_tags(dict(key), self.settings)
        return self._readings[key]

    def count(self, notes: tuple[Note, ...], km: float) -> None:
        """Count a way of some kilometres for its notes."""
        self._ways[notes] += 1
        self._km[notes] += km

    def rows(self) -> list[dict[str, Any]]:
        """Rows of `TagReport` of all that was counted."""
        report = TagReport()
        for notes, ways in self._ways.items():
            report.add(notes, ways, self._km[notes])
        return report.rows()


def _class_and_speed(
    tags: Mapping[str, str], settings: RoadSettings
) -> tuple[str, float, tuple[Note, ...]]:
    """Class and speed of a way, or an empty class if it is not kept."""
    text = tags.get("highway", "")
    values = split_values(text)
    if "ferry" in values or not _CARRIED.isdisjoint(split_values(tags.get("route", ""))):
        return ("ferry" if settings.ferries else "", settings.speed_kmh["ferry"], ())
    found = [kept for kept in (_one_class(value, tags, settings) for value in values) if kept[0]]
    if not found:
        unknown = [v for v in values if v not in NO_ROADS and v not in SPEED_KMH]
        left = (Note("highway", text.strip(), "no road", "not understood"),) if unknown else ()
        return "", 0.0, left
    slowest = min(found, key=lambda kept: kept[1])
    if len(values) > 1:
        note = Note("highway", text.strip(), f"{slowest[0]}, the slowest that is kept", "assumed")
        return (*slowest, (note,))
    return (*slowest, ())


def _one_class(highway: str, tags: Mapping[str, str], settings: RoadSettings) -> tuple[str, float]:
    speeds = settings.speed_kmh
    if highway == "construction" and settings.construction != "drop":
        future = tags.get("construction", "").strip().lower()
        return "construction", speeds.get(future, speeds["unclassified"])
    parent = highway.removesuffix("_link")
    if parent not in settings.keep or (parent != highway and not settings.ramps):
        return "", 0.0
    return highway, speeds.get(highway, speeds["unclassified"])


def _winter(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """Tag and value that make a way an ice or winter road."""
    for key in _WINTER_KEYS:
        if any(value not in ("no", "false") for value in split_values(tags.get(key, ""))):
            return key, tags[key].strip()
    seasons = split_values(tags.get("seasonal", ""))
    if seasons and all(season == "winter" for season in seasons):
        return "seasonal", tags["seasonal"].strip()
    if any(value in _ICE for value in split_values(tags.get("surface", ""))):
        return "surface", tags["surface"].strip()
    return None


def _left_out(
    tags: Mapping[str, str], settings: RoadSettings, winter: tuple[str, str] | None
) -> Note | None:
    """Say why a way of a kept class is no road all the same."""
    if winter and settings.winter_roads == "drop":
        return Note(*winter, "an ice or winter road", "left out")
    for tag, value, taken in (
        ("area", "yes", "a square, not a line"),
        ("oneway", "reversible", "a lane whose direction changes"),
        ("impassable", "yes", "closed"),
        ("status", "impassable", "closed"),
        ("service", "emergency_access", "closed"),
    ):
        if tags.get(tag, "").strip().lower() == value:
            return Note(tag, value, taken, "left out")
    return None


def _direction(tags: Mapping[str, str]) -> tuple[int, tuple[Note, ...]]:
    """1 forward only, -1 backward only, 0 both; and what was assumed."""
    notes = []
    if "oneway:conditional" in tags:
        taken = "the rule that holds without the condition"
        notes.append(Note("oneway:conditional", ANY, taken, "assumed"))
    highway, junction = (
        split_values(tags.get("highway", "")),
        split_values(tags.get("junction", "")),
    )
    implied = int("motorway" in highway or not _ROUNDABOUTS.isdisjoint(junction))
    for key in _ONE_WAY_KEYS:
        value = tags.get(key, "").strip().lower()
        if value in _TWO_WAY:
            return 0, tuple(notes)
        if value in _ONE_WAY:
            return _ONE_WAY[value], tuple(notes)
        if value:
            taken = "one way" if implied else "both ways"
            notes.append(Note(key, tags[key].strip(), taken, "not understood"))
    return implied, tuple(notes)


def _season(tags: Mapping[str, str]) -> tuple[Note, ...]:
    seasons = [value for value in split_values(tags.get("seasonal", "")) if value != "no"]
    if not seasons or all(season == "winter" for season in seasons):
        return ()
    return (Note("seasonal", tags["seasonal"].strip(), "open all year", "assumed"),)


def _ferry_minutes(tags: Mapping[str, str], kmh: float) -> tuple[float, tuple[Note, ...]]:
    text = tags.get("duration", "").strip()
    minutes = duration_min(text)
    if minutes > 0:
        return minutes, ()
    taken = f"{kmh:g} km/h"
    if text:
        return 0.0, (Note("duration", text, taken, "not understood"),)
    return 0.0, (Note("duration", "(none)", f"{taken} by ferry", "assumed"),)


def _enterable(tags: Mapping[str, str], road_class: str) -> bool:
    if road_class in NEVER_ENTERED:
        return False
    if tags.get("motorroad", "").strip().lower() in ("yes", "true", "1"):
        return False
    return all(value in _NO_TUNNEL for value in split_values(tags.get("tunnel", "")))
