"""What becomes a road and how fast it is: the settings of an import."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shelter_geo.errors import RoadError
from shelter_geo.outside import MOST_SETTINGS_BYTES, REMEDY, toml_of, unreadable
from shelter_geo.roads.sources.access import CLOSED_ACCESS

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
"""Kilometres per hour by class: those of OSRM's car profile; 25 for living streets and service
roads, which have 10 and 15 there, and for tracks, which it leaves out."""


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
        Keep ferries and trains that carry cars (`route`), at the speed that their `duration` gives
        or else at 5 km/h. Yes.
    construction
        Roads being built: "drop" them (the default), keep them "closed" for a scenario to open, or
        take them as "open", at the speed of the class they are to have.
    winter_roads
        Ice and winter roads: "drop" them (the default), keep them "closed", for a scenario to open
        by their class `winter_road`, or take them as "open".
    maxspeed
        Drive at the tagged `maxspeed` rather than at the speed of the class. Yes.
    maxspeed_factor
        Share of a tagged speed that is really driven: 1 by default (OSRM takes 0.8).
    surface
        Drive no faster than surface, smoothness and tracktype let one. Yes.
    one_way
        Obey one-way streets, among them motorways and roundabouts that do not say so. Yes.
        Reversible lanes are never kept.
    closed_access
        Values of `access`, `vehicle`, `motor_vehicle` or `motorcar` that shut a road or a barrier;
        the most particular of these tags decides, and a value that is unknown shuts too. It does
        not matter for roads being built.
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
    winter_roads: Literal["drop", "closed", "open"] = "drop"
    maxspeed: bool = True
    maxspeed_factor: float = Field(default=1.0, gt=0, le=2)
    surface: bool = True
    one_way: bool = True
    closed_access: tuple[str, ...] = CLOSED_ACCESS

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
    if said := unreadable(path, MOST_SETTINGS_BYTES):
        raise RoadError(f"{path} {said}. {REMEDY}")
    try:
        return RoadSettings.model_validate(toml_of(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RoadError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RoadError(f"{path} is not a TOML file: {error}. Correct that place.") from error
    except RecursionError:
        raise RoadError(f"{path} is nested too deeply; write plain keys and lists") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise RoadError(f"{path}: " + "; ".join(faults)) from error


def rank(road_class: str) -> int:
    """Place of a class in the order of `SPEED_KMH`, those not in it last."""
    return list(SPEED_KMH).index(road_class) if road_class in SPEED_KMH else len(SPEED_KMH)
