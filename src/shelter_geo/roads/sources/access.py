"""Where an ordinary car may drive: the tags of access, of ways and of barriers on them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from shelter_geo.roads.sources.notes import ANY, Note, split_values

ACCESS_KEYS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most particular to the most general; the first that is tagged decides."""

OPEN_ACCESS: Final = frozenset(
    [
        "yes",
        "permissive",
        "designated",
        "destination",
        "public",
        "official",
        "discouraged",
        "unknown",
        "motorcar",
        "motor_vehicle",
        "vehicle",
        "car",
        "hov",
        "toll",
    ]
)
"""Values that let an ordinary car in; people live where only those who go there may drive."""

CLOSED_ACCESS: Final = (
    "no",
    "private",
    "agricultural",
    "forestry",
    "emergency",
    "military",
    "psv",
    "bus",
    "taxi",
    "delivery",
    "customers",
    "permit",
    "residents",
    "employees",
    "members",
    "staff",
    "goods",
    "hgv",
    "foot",
    "bicycle",
    "restricted",
)
"""Values that shut a road to a stranger's car."""

OPEN_BARRIERS: Final = frozenset(
    [
        "no",
        "cattle_grid",
        "border_control",
        "toll_booth",
        "sally_port",
        "gate",
        "lift_gate",
        "entrance",
        "swing_gate",
        "sliding_gate",
        "hampshire_gate",
        "bump_gate",
        "checkpoint",
        "kerb",
        "height_restrictor",
    ]
)
"""Barriers that a car passes: those of OSRM's car profile, gates of other make, and kerbs."""

CLOSED_BARRIERS: Final = frozenset(
    [
        "bollard",
        "block",
        "jersey_barrier",
        "chain",
        "rope",
        "log",
        "debris",
        "fence",
        "wall",
        "hedge",
        "ditch",
        "spikes",
        "planter",
        "cycle_barrier",
        "motorcycle_barrier",
        "stile",
        "turnstile",
        "full-height_turnstile",
        "kissing_gate",
        "wicket_gate",
        "horse_stile",
        "bus_trap",
        "sump_buster",
        "guard_rail",
        "retaining_wall",
        "barrier_board",
        "yes",
        "city_wall",
        "hedge_bank",
        "embankment",
        "tank_trap",
    ]
)
CAR_HEIGHT_M: Final = 2.5
"""Height that must fit under a height restrictor, as in OSRM's car profile."""
_METRES: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*m?")


class Access(NamedTuple):
    """Which directions are open, and what is to be said of the tags."""

    forward: bool
    backward: bool
    notes: tuple[Note, ...] = ()


def way_access(tags: Mapping[str, str], closed: Collection[str]) -> Access:
    """Decide by the hierarchy of access whether an ordinary car may drive a way.

    Parameters
    ----------
    tags
        Of the way.
    closed
        Values that shut a road; values of `CLOSED_ACCESS` that are not among them do not.
    """
    notes: dict[Note, None] = {}
    open_ = []
    for direction in ("forward", "backward"):
        names = [name for key in ACCESS_KEYS for name in (f"{key}:{direction}", key)]
        free, note = _decide(tags, names, closed)
        open_.append(free)
        if note:
            notes[note] = None
    for name in CONDITIONAL_ACCESS:
        if name in tags:
            notes[Note(name, ANY, "the rule that holds without the condition", "assumed")] = None
    if any(open_):  # a direction that is shut by a known value needs no word
        notes = {note: None for note in notes if note.kind != "left out"}
    return Access(open_[0], open_[1], tuple(notes))


CONDITIONAL_ACCESS: Final = tuple(
    f"{key}{direction}:conditional"
    for key in ACCESS_KEYS
    for direction in ("", ":forward", ":backward")
)


def barrier_note(tags: Mapping[str, str], closed: Collection[str]) -> Note | None:
    """Say what shuts a point to cars, or give None if they can pass it.

    Access that is tagged at the point decides; else the kind of the barrier does.
    """
    if any(tags.get(key, "").strip() for key in ACCESS_KEYS):
        free, note = _decide(tags, list(ACCESS_KEYS), closed)
        return None if free else note
    shut = [value for value in split_values(tags.get("barrier", "")) if not _passable(value, tags)]
    if not shut:
        return None
    known = all(value in CLOSED_BARRIERS or value in OPEN_BARRIERS for value in shut)
    return Note("barrier", ";".join(shut), "closed", "left out" if known else "not understood")


def _passable(barrier: str, tags: Mapping[str, str]) -> bool:
    if barrier == "bollard":
        return tags.get("bollard", "").strip().lower() == "rising"
    if barrier == "height_restrictor":
        height = _METRES.fullmatch(tags.get("maxheight", "").strip().lower())
        return height is None or float(height[1].replace(",", ".")) >= CAR_HEIGHT_M
    return barrier in OPEN_BARRIERS


def _decide(
    tags: Mapping[str, str], names: list[str], closed: Collection[str]
) -> tuple[bool, Note | None]:
    """Whether the first tag that is there opens, and a note if it shuts or is unknown."""
    for name in names:
        values = split_values(tags.get(name, ""))
        if not values:
            continue
        free = any(
            value not in closed and (value in OPEN_ACCESS or value in CLOSED_ACCESS)
            for value in values
        )
        unknown = [v for v in values if v not in closed and v not in OPEN_ACCESS | _CLOSED]
        taken = "open" if free else "closed"
        if unknown:
            return free, Note(name, tags[name].strip(), taken, "not understood")
        return free, None if free else Note(name, tags[name].strip(), taken, "left out")
    return True, None


_CLOSED: Final = frozenset(CLOSED_ACCESS)
