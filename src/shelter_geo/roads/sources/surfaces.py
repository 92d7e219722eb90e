"""How fast a bad surface lets a car go: the limits of OSRM's car profile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from shelter_geo.roads.sources.notes import Note, split_values

NO_LIMIT: Final = math.inf

SURFACE_KMH: Final[dict[str, float]] = {
    **dict.fromkeys(
        ["asphalt", "concrete", "concrete:plates", "concrete:lanes", "paved", "chipseal"], NO_LIMIT
    ),
    **dict.fromkeys(["cement", "compacted", "fine_gravel"], 80.0),
    **dict.fromkeys(["paving_stones", "metal", "bricks"], 60.0),
    **dict.fromkeys(
        [
            "grass",
            "wood",
            "sett",
            "grass_paver",
            "gravel",
            "unpaved",
            "ground",
            "dirt",
            "pebblestone",
            "tartan",
        ],
        40.0,
    ),
    **dict.fromkeys(["cobblestone", "clay", "unhewn_cobblestone"], 30.0),
    **dict.fromkeys(["earth", "stone", "rocky", "rock", "sand"], 20.0),
    "mud": 10.0,
}
"""Kilometres per hour; chipseal, unhewn_cobblestone and rock as their next of kin."""

TRACKTYPE_KMH: Final[dict[str, float]] = {
    "grade1": 60.0,
    "grade2": 40.0,
    "grade3": 30.0,
    "grade4": 25.0,
    "grade5": 20.0,
}
SMOOTHNESS_KMH: Final[dict[str, float]] = {
    "excellent": NO_LIMIT,
    "good": NO_LIMIT,
    "intermediate": 80.0,
    "bad": 40.0,
    "very_bad": 20.0,
    "horrible": 10.0,
    "very_horrible": 5.0,
    "impassable": 0.0,
}
LIMITS: Final = {
    "surface": SURFACE_KMH,
    "smoothness": SMOOTHNESS_KMH,
    "tracktype": TRACKTYPE_KMH,
}


def surface_kmh(tags: Mapping[str, str]) -> tuple[float, tuple[Note, ...]]:
    """Lowest limit of surface, smoothness and tracktype, 0 for an impassable way.

    Returns
    -------
    limit
        Kilometres per hour, infinite where nothing limits.
    notes
        Values that are in no table; they do not limit.
    """
    limit, notes = NO_LIMIT, []
    for tag, table in LIMITS.items():
        values = split_values(tags.get(tag, ""))
        known = [table[value] for value in values if value in table]
        limit = min([limit, *known])
        if len(known) < len(values):
            taken = "the lowest of the others" if known else "no limit"
            notes.append(Note(tag, tags[tag].strip(), taken, "not understood"))
    return limit, tuple(notes)
