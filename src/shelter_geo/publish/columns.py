"""What each column of the output tables means: its type, unit and words."""

from __future__ import annotations

from typing import Final, NamedTuple


class Column(NamedTuple):
    """Frictionless type, decimals kept in files, and a description."""

    type: str
    description: str
    decimals: int = 0


def _km(description: str) -> Column:
    return Column("number", f"{description}, kilometres", 3)


def _min(description: str) -> Column:
    return Column("number", f"{description}, minutes", 2)


def _pct(description: str) -> Column:
    return Column("number", f"{description}, per cent", 2)


def _text(description: str) -> Column:
    return Column("string", description)


def _whole(description: str) -> Column:
    return Column("integer", description)


def _number(description: str, decimals: int = 3) -> Column:
    return Column("number", description, decimals)


COLUMNS: Final[dict[str, Column]] = {
    "district_id": _text("Key of the district"),
    "settlement_id": _text("Key of the settlement"),
    "origin_id": _text("Key of the district or settlement travelled from"),
    "origin_kind": _text("district_centre or settlement"),
    "facility_id": _text("Key of the shelter"),
    "name_en": _text("Name in English"),
    "name_az": _text("Local name"),
    "economic_region": _text("Economic region"),
    "population": _whole("People"),
    "women": _whole("Women"),
    "counts_registered_not_resident": Column(
        "boolean", "Whether the figures count people registered there who live elsewhere"
    ),
    "nearest_shelter_id": _text("Key of the shelter nearest by time; empty if there is no road"),
    "nearest_shelter_place": _text("Settlement of that shelter"),
    "distance_km": _km("Road distance to the nearest shelter along the fastest route"),
    "travel_min": _min("Free-flow time by car to the nearest shelter"),
    "bus_min": _min("Time by timetabled bus, middle assumption"),
    "bus_min_low": _min("Time by timetabled bus, low assumption"),
    "bus_min_high": _min("Time by timetabled bus, high assumption"),
    "weighted_distance_km": _km("Mean road distance over the people of the settlements"),
    "weighted_travel_min": _min("Mean time by car over the people of the settlements"),
    "settlement_reachable_pct": _pct("Share of the people whom the two means stand for"),
    "reachable": Column("boolean", "Whether a road leads to any shelter"),
    "reason": _text("Why no road leads there; else empty"),
    "population_listed": _whole("Population as listed by the source; used as a share only"),
    "basis": _text("Where people are taken to start: district_centres or settlements"),
    "units": _text("all, or without_registered_elsewhere"),
    "weighted_by": _text("people or women"),
    "metric": _text("Name of the metric; beyond_ counts those who reach a shelter at all"),
    "value": _number("Value of the metric"),
    "unit": _text("Unit of the value"),
    "rank": _whole("1 for the farthest"),
    "area": _text("Economic region, or Total"),
    "reading": _text("How places are read; see the study file"),
    "persons_per_family_place": _number("Persons that one family place stands for", 2),
    "population_year": _whole("Year of the population"),
    "places": _whole("Places in shelters"),
    "family_places_needed": _number("Family places that the norm asks for"),
    "family_places_there": _number("Family places there under this reading"),
    "family_places_missing": _number("Family places missing, 0 where there are enough"),
    "times_fewer": _number("Needed over there; empty where there is no place"),
    "claim_id": _text("Key of the claim"),
    "statement": _text("What was published"),
    "published_low": _number("Published value, low end", 1),
    "published_high": _number("Published value, high end", 1),
    "data_low": _number("What the data give, low end", 1),
    "data_high": _number("What the data give, high end", 1),
    "verdict": _text("holds, holds for some readings, or does not hold"),
    "data_note": _text("What the ends of the range stand for"),
    "source": _text("Source"),
    "evidence": _text("sourced, recalled or assumed"),
}
