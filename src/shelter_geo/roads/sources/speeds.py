"""Which roads are kept, how fast they are driven and in which direction."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shelter_geo.errors import RoadError

Kmh = Annotated[float, Field(gt=0, le=300, allow_inf_nan=False)]

SPEED_KMH: Final[dict[str, float]] = {
    "motorway": 90,
    "trunk": 85,
    "primary": 65,
    "secondary": 55,
    "tertiary": 40,
    "unclassified": 25,
    "residential": 25,
    "living_street": 25,
    "service": 25,
    "road": 25,
    "track": 25,
    "motorway_link": 45,
    "trunk_link": 40,
    "primary_link": 30,
    "secondary_link": 25,
    "tertiary_link": 20,
    "ferry": 5,
}
"""Kilometres per hour by class: those of OSRM's car profile, other roads at 25."""

TAGS: Final = (
    "highway",
    "route",
    "construction",
    "oneway",
    "junction",
    "maxspeed",
    "maxspeed:forward",
    "maxspeed:backward",
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "area",
    "duration",
)
"""Every tag that `drive` looks at."""

_ONE_WAY: Final = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}
_TWO_WAY: Final = {"no", "false", "0", "alternating"}
_ROUNDABOUTS: Final = {"roundabout", "circular"}
_MAXSPEED: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_UNIT_KMH: Final = {"mph": 1.609344, "knots": 1.852}
_DURATION: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})|(\d+)")
_ISO_DURATION: Final = re.compile(r"PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


class RoadSettings(BaseModel):
    """What becomes a road, and how fast it is.

    Attributes
    ----------
    keep
        Values of `highway` to keep: all those open to cars, tracks included, because some villages
        have nothing else.
    speed_kmh
        Kilometres per hour by class. What is given replaces single values of `SPEED_KMH`.
    ramps
        Keep the `_link` roads of the kept classes. Yes by default.
    ferries
        Keep `route=ferry`, at the speed that its `duration` gives or else at 5 km/h. Yes.
    construction
        Roads being built: "drop" them (the default), keep them "closed" for a scenario to open, or
        take them as "open", at the speed of the class they are to have.
    maxspeed
        Drive at the tagged `maxspeed` rather than at the speed of the class. Yes.
    maxspeed_factor
        Share of a tagged speed that is really driven: 1 by default (OSRM takes 0.8).
    one_way
        Obey one-way streets, among them motorways and roundabouts that do not say so. Yes.
        Reversible lanes are never kept.
    closed_access
        Values of `access`, `vehicle`, `motor_vehicle` or `motorcar` that shut a road; the most
        particular of these tags decides. It does not matter for roads being built.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep: tuple[str, ...] = (
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
        "track",
    )
    speed_kmh: dict[str, Kmh] = SPEED_KMH
    ramps: bool = True
    ferries: bool = True
    construction: Literal["drop", "closed", "open"] = "drop"
    maxspeed: bool = True
    maxspeed_factor: float = Field(default=1.0, gt=0, le=2)
    one_way: bool = True
    closed_access: tuple[str, ...] = (
        "no",
        "private",
        "agricultural",
        "forestry",
        "emergency",
        "military",
    )

    @field_validator("speed_kmh")
    @classmethod
    def _fill_speeds(cls, given: dict[str, float]) -> dict[str, float]:
        return {**SPEED_KMH, **given}

    @field_validator("keep")
    @classmethod
    def _no_empty_keep(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if not given:
            raise ValueError("at least one class of road must be kept")
        return given


def read_road_settings(path: Path) -> RoadSettings:
    """Read settings from a TOML file.

    Raises
    ------
    RoadError
        If the file cannot be read, or a setting in it is unknown or impossible.
    """
    try:
        return RoadSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RoadError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RoadError(f"{path} is not a TOML file: {error}") from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise RoadError(f"{path}: " + "; ".join(faults)) from error


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
    ignored
        A tagged speed that means nothing to a computer, or an empty text.
    """

    road_class: str
    forward_kmh: float
    backward_kmh: float
    minutes: float = 0.0
    ignored: str = ""


def drive(tags: Mapping[str, str], settings: RoadSettings) -> Drive | None:
    """Decide whether and how a way is driven.

    Parameters
    ----------
    tags
        Tags of the way, at least those named in `TAGS`.
    settings
        The rules.

    Returns
    -------
    Drive or None
        None if the way is not kept.
    """
    road_class, kmh = _class_and_speed(tags, settings)
    if not road_class or tags.get("area") == "yes" or tags.get("oneway") == "reversible":
        return None
    building = road_class == "construction"
    if not building and _shut(tags, settings):
        return None
    forward, backward, ignored = kmh, kmh, ""
    if settings.maxspeed and road_class != "ferry":
        forward, backward, ignored = _tagged_speeds(tags, kmh, settings.maxspeed_factor)
    direction = _direction(tags) if settings.one_way else 0
    if direction < 0 or (building and settings.construction == "closed"):
        forward = 0.0
    if direction > 0 or (building and settings.construction == "closed"):
        backward = 0.0
    minutes = duration_min(tags.get("duration", "")) if road_class == "ferry" else 0.0
    return Drive(road_class, forward, backward, minutes, ignored)


def rank(road_class: str) -> int:
    """Place of a class in the order of `SPEED_KMH`, those not in it last."""
    return list(SPEED_KMH).index(road_class) if road_class in SPEED_KMH else len(SPEED_KMH)


def maxspeed_kmh(text: str) -> float | None:
    """Read a tagged speed in km/h, or give None.

    Examples
    --------
    >>> maxspeed_kmh("60"), maxspeed_kmh("40 mph"), maxspeed_kmh("walk")
    (60.0, 64.37376, None)
    """
    match = _MAXSPEED.fullmatch(text.strip())
    if not match:
        return None
    kmh = float(match[1]) * _UNIT_KMH.get(match[2] or "", 1.0)
    return kmh if 1 <= kmh <= 200 else None


def duration_min(text: str) -> float:
    """Read a duration in minutes: "45", "1:30", "0:45:00", "PT1H30M"; else 0."""
    if iso := _ISO_DURATION.fullmatch(text):
        hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        return hours * 60 + minutes + seconds / 60
    match = _DURATION.fullmatch(text)
    if not match:
        return 0.0
    if match[4]:
        return float(match[4])
    if match[1]:
        return float(match[1]) * 60 + float(match[2]) + float(match[3]) / 60
    return float(match[2]) * 60 + float(match[3])


def _class_and_speed(tags: Mapping[str, str], settings: RoadSettings) -> tuple[str, float]:
    """Class and speed of a way, or an empty class if it is not kept."""
    highway = tags.get("highway", "")
    if not highway:
        ferry = settings.ferries and tags.get("route") == "ferry"
        return ("ferry", settings.speed_kmh["ferry"]) if ferry else ("", 0.0)
    if highway == "construction":
        future = tags.get("construction", "")
        kept = settings.construction != "drop"
        speeds = settings.speed_kmh
        return ("construction", speeds.get(future, speeds["unclassified"])) if kept else ("", 0.0)
    parent = highway.removesuffix("_link")
    if parent not in settings.keep or (parent != highway and not settings.ramps):
        return "", 0.0
    return highway, settings.speed_kmh.get(highway, settings.speed_kmh["unclassified"])


def _shut(tags: Mapping[str, str], settings: RoadSettings) -> bool:
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        if key in tags:
            return tags[key] in settings.closed_access
    return False


def _tagged_speeds(tags: Mapping[str, str], kmh: float, factor: float) -> tuple[float, float, str]:
    both = tags.get("maxspeed", "")
    speeds, ignored = [], ""
    for text in (tags.get("maxspeed:forward", both), tags.get("maxspeed:backward", both)):
        tagged = maxspeed_kmh(text)
        speeds.append(kmh if tagged is None else tagged * factor)
        if tagged is None and text not in ("", "none"):
            ignored = text
    return speeds[0], speeds[1], ignored


def _direction(tags: Mapping[str, str]) -> int:
    """1 forward only, -1 backward only, 0 both."""
    oneway = tags.get("oneway", "")
    if oneway in _TWO_WAY:
        return 0
    implied = tags.get("highway") == "motorway" or tags.get("junction") in _ROUNDABOUTS
    return _ONE_WAY.get(oneway, 1 if implied else 0)
