"""What each column of the output tables means: its type, unit and words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from shelter_geo.publish.catalogue import english_name_of
from shelter_geo.study import LANGUAGE_CODE
from shelter_geo.vocabulary import (
    ClaimRule,
    Effect,
    Evidence,
    Infeasible,
    Passed,
    Reason,
    Verdict,
)


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


def _three(name: str, description: str, decimals: int) -> dict[str, Column]:
    words = {"low": "least of the readings", "central": "middle", "high": "most of the readings"}
    return {
        f"{name}_{corner}": _number(f"{description}: {word}", decimals)
        for corner, word in words.items()
    }


def _ends(name: str, column: Column) -> dict[str, Column]:
    return {f"{name}_low": column, f"{name}_high": column}


def _keyed(name: str, description: str, keys: Iterable[StrEnum]) -> dict[str, Column]:
    """Describe a column of keys, and the one beside it with their English words."""
    return {
        name: _text(f"{description}, by key, or empty: {', '.join(keys)}"),
        f"{name}_en": _text(f"{description}, in English; a study may have words of its own"),
    }


COLUMNS: Final[dict[str, Column]] = {
    "district_id": _text("Key of the district"),
    "settlement_id": _text("Key of the settlement"),
    "origin_id": _text("Key of the district or settlement travelled from"),
    "origin_kind": _text("district_centre or settlement"),
    "facility_id": _text("Key of the shelter"),
    "name_en": _text("Name in English"),
    "region": _text("Region"),
    "population": _whole("People who live there, as far as the study says; else those registered"),
    "residents_low": _whole("Least number of people who live there"),
    "residents_high": _whole("Largest number of people who live there"),
    "registered": _whole("People registered there"),
    "women": _whole("Women, counted as population is"),
    "registered_women": _whole("Women registered there"),
    "counts_registered_not_resident": Column(
        "boolean", "Whether the figures count people registered there who live elsewhere"
    ),
    "nearest_shelter_id": _text("Key of the shelter nearest by time; empty if there is no road"),
    "nearest_shelter_place": _text("Settlement of that shelter"),
    "distance_km": _km("Road distance to the nearest shelter along the fastest route"),
    "travel_min": _min("Free-flow time by car to the nearest shelter"),
    "bus_hours_low": _number("Fewest hours of the known bus lines to a town with a shelter", 2),
    "bus_hours_high": _number("Most hours of these lines; empty where no line is known", 2),
    "bus_to": _text("Settlements that these lines lead to"),
    "bus_min": _min("Time by bus by a general factor; empty where a study lists its lines"),
    "bus_min_low": _min("The same, low assumption"),
    "bus_min_high": _min("The same, high assumption"),
    "weighted_distance_km": _km("Mean road distance over the people of the settlements"),
    "weighted_travel_min": _min("Mean time by car over the people of the settlements"),
    "settlement_reachable_pct": _pct("Share of the people whom the two means stand for"),
    "reachable": Column("boolean", "Whether a road leads to any shelter"),
    **_keyed(
        "reason",
        "Why no road leads there, why a value is 0 or missing, or why there is no plan",
        [*Reason, *Infeasible],
    ),
    "population_listed": _whole("Population as listed by the source; used as a share only"),
    "basis": _text("Where people are taken to start: district_centres or settlements"),
    "units": _text("Population that is counted: residents or registered"),
    "weighted_by": _text("people, women or men"),
    "metric": _text("Name of the metric; beyond_ counts those who reach a shelter at all"),
    "value": _number("Value of the metric or input"),
    "value_low": _number("Least value over what is known of how many live where"),
    "value_high": _number("Largest value over what is known of how many live where"),
    "unit": _text("Unit of the value"),
    "point_kind": _text("district_centre, settlement or shelter (at its settlement's point)"),
    "point_id": _text("Key of the district, settlement or shelter"),
    "joined": Column("boolean", "Whether the point joins the roads"),
    "road_class": _text("Class of the road it joins"),
    "connector_km": _km("Way from the point to the road"),
    "connector_min": _min("Time from the point to the road"),
    "component": _whole("Part of the network it joins; 0 is the longest"),
    "component_km": _km("Length of that part"),
    "nearest_road_km": _km("Distance of the nearest road of any kind"),
    "nearest_component": _whole("Part of the network which that road belongs to"),
    "main_component": _whole("Part that most points of its district are nearest to"),
    "passed_class": _text("Class of that road, where it was passed over"),
    **_keyed("passed_over", "Why the nearest road was passed over", Passed),
    "counted_from": _text(
        "Settlement that the district is counted from, where its centre is far from its roads"
    ),
    "apart": Column("boolean", "Whether it joins another part than most of its district"),
    "journey": _text("Key of the journey, as the study file gives it"),
    "place_kind": _text("Where the journey starts: district_centre or settlement"),
    "place_id": _text("Key of the district or settlement"),
    "legs": _whole("Legs of the journey"),
    "leg": _whole("Number of the leg, from 1"),
    "distance_km_journey": _km("All legs by domestic road; empty where one has no such road"),
    "travel_min_journey": _min("Free-flow time by car of all legs; empty where one has no road"),
    "longest_leg_km": _km("Longest leg of the journey"),
    "journey_bus_hours_low": _number("Fewest hours by bus; empty unless every leg has a line", 2),
    "journey_bus_hours_high": _number("Most hours by bus; empty unless every leg has a line", 2),
    "from_stop": _text("Stop that the leg starts from, in the words of the study file"),
    "to_stop": _text("Stop that the leg leads to, in the words of the study file"),
    "from_id": _text("Key of that place; of the nearest shelter by the study's measure"),
    "to_id": _text("Key of that place; of the nearest shelter by the study's measure"),
    "leg_km": _km("Road distance of the leg along the fastest route; empty without a road"),
    "leg_min": _min("Free-flow time by car of the leg; empty without a road"),
    "leg_bus_hours_low": _number("Fewest hours of the known bus lines of the leg", 2),
    "leg_bus_hours_high": _number("Most hours of these lines; empty where no line is known", 2),
    "bus_lines": _text("Keys of these lines in the table of travel"),
    "bus_source": _text("Who wrote their hours down"),
    "link": _text("Link that stands in for legs without a domestic road"),
    "link_mode": _text("air, rail, water, or abroad: by road through another country"),
    "link_legs": _whole("Legs of the journey that go over the link"),
    "link_min_low": _min("Least time on the link, all legs over it, without waiting"),
    "link_min_high": _min("Most time on the link, all legs over it, without waiting"),
    "link_price": _number("Price of these legs for one adult", 2),
    "currency": _text("Currency of the price"),
    "price_year": _whole("Year of the price"),
    "road_km": _km("By domestic road to the link and from it, and of the other legs"),
    "road_min": _min("Free-flow time by car of these roads"),
    "papers": _text("What must be shown on the way, in English"),
    "scenario": _text("Key of the scenario"),
    "scenario_name": _text("Name of the scenario"),
    **_keyed("scenario_evidence", "How the scenario is known", Evidence),
    "cost": _number("Cost of what it opens and adds, as given in the scenario", 0),
    "measure": _text("distance or time: what the gains of the plan are told in"),
    "people_compared": _whole("People who reach a shelter today and under the scenario"),
    "distance_km_reached": _km("Mean distance of those who come within reach"),
    "distance_km_mean_before": _km("Mean distance today of the people compared"),
    "distance_km_max_before": _km("Distance today of the farthest of them"),
    "travel_min_mean_before": _min("Mean time by car today of the people compared"),
    "travel_min_mean": _min("Mean time by car under the scenario of the people compared"),
    "travel_min_max_before": _min("Time by car today of the one of them with the longest trip"),
    "travel_min_max": _min("Time by car under the scenario of the longest trip among them"),
    "shelter_by_km": _text("Key of the shelter with the fewest kilometres"),
    "shelter_by_min": _text("Key of the shelter with the fewest minutes"),
    "people_gain": _whole("People whose nearest shelter becomes nearer by time"),
    "people_lose": _whole("People whose nearest shelter becomes farther by time"),
    "people_reached": _whole("People who had no road to any shelter and now have one"),
    "people_cut_off": _whole("People who had a road to a shelter and now have none"),
    "distance_km_mean": _km("Mean road distance over the people who reach a shelter"),
    "distance_km_max": _km("Road distance of the farthest district that reaches a shelter"),
    "uncosted": _whole("Shelters it opens or resizes without a cost given"),
    "value_before": _number("Value of the metric today"),
    "difference": _number("Value under the scenario less the value today"),
    "limit_km": _number(
        "Road distance from a shelter within or beyond which people are counted", 0
    ),
    "people_within": _whole("People within it under the scenario"),
    "people_come_within": _whole("Of these, people who are not within it today"),
    "people_no_longer_within": _whole("People within it today and not under the scenario"),
    "place_before": _text("Settlement of the nearest shelter today; empty where there is none"),
    "place_after": _text("Settlement of the nearest shelter under the scenario, or empty"),
    "shelter_before": _text("Key of the nearest shelter today"),
    "shelter_after": _text("Key of the nearest shelter under the scenario"),
    "km_before": _km("Road distance today"),
    "km_after": _km("Road distance under the scenario"),
    "min_before": _min("Time by car today"),
    "min_after": _min("Time by car under the scenario"),
    "gain_km": _km("Kilometres saved; negative where the road is longer"),
    "gain_min": _min("Minutes saved; negative where it takes longer"),
    **_keyed("change", "What the plan does to the way to the nearest shelter", Effect),
    "districts": _whole("Districts"),
    "people": _whole("People"),
    "rank": _whole("1 for the farthest"),
    "area": _text("Region, or Total"),
    "reading": _text("How places are read; see the study file"),
    "persons_per_family_place": _number("Persons that one family place stands for", 2),
    "population_year": _whole("Year of the population"),
    "places": _whole("Places in shelters"),
    "family_places_needed": _number("Family places that the norm asks for"),
    "family_places_there": _number("Family places there under this reading"),
    "family_places_missing": _number("Family places missing, 0 where there are enough"),
    "family_places_missing_low": _number("Family places missing beside places_high"),
    "family_places_missing_high": _number("Family places missing beside places_low"),
    "times_fewer": _number("Needed over there; empty where there is no place"),
    "claim_id": _text("Key of the claim"),
    "statement": _text("What was published"),
    "scope": _text("Of what it was said, in the words of the claim"),
    "held_against": _text("What the data say beside it, by key; empty where nothing does"),
    "about_percent": _number("How far the figure may be off on each side, where it says about", 0),
    "said_by": _text("Who said it"),
    "document": _text("Document in which it stands"),
    "paragraph": _text("Where in the document"),
    **_keyed("rule", "By which rule the verdict is given", ClaimRule),
    "published_low": _number("Published value, low end", 1),
    "published_high": _number("Published value, high end", 1),
    "data_low": _number("What the data give, low end", 1),
    "data_high": _number("What the data give, high end", 1),
    **_keyed("verdict", "How the published figure stands beside the data", Verdict),
    "data_note": _text("What the ends of the range stand for"),
    "source": _text("Source"),
    **_keyed("evidence", "How it is known", Evidence),
    "demand_basis": _text("Count that the stays are computed from; none of them is the truth"),
    "shelter_id": _text("Key of the shelter; Total for all, none for people without a road to any"),
    "settlement": _text("Settlement of the shelter, never its address"),
    "places_basis": _text("Whether the number of places is published or assumed"),
    "catchment_people": _whole("People whose nearest shelter by time it is; ties share them"),
    **_three("stays", "Stays asked for in a year, a woman with her children each", 1),
    **_three("turn_away", "Share of those who ask at the nearest shelter refused there, 0 to 1", 4),
    **_three("turned_away_per_year", "Stays a year refused at the nearest shelter", 1),
    **_three(
        "no_place",
        "Share of all stays asked for that find no place anywhere within reach by road, 0 to 1",
        4,
    ),
    **_three("no_place_per_year", "Stays a year that find no place anywhere", 1),
    **_three("refused_at_nearest", "Share of those who reach a shelter refused at the nearest", 4),
    "stay_days": _number("Mean length of a stay in days, its central reading", 0),
    "measured": _number("Measured share of those who needed a place and got none, 0 to 1", 4),
    "measured_low": _number("Low end of its 95 % interval (Wilson)", 4),
    "measured_high": _number("High end of its 95 % interval (Wilson)", 4),
    **_three("places_needed", "Places with which no more than the target are turned away", 0),
    "limit_months": _number("Longest stay allowed, months of a twelfth of a year; empty: none", 1),
    "limit_days": _number("The same in days", 1),
    "limit_source": _text("Who sets this limit, where somebody does"),
    **_three("mean_stay", "Mean length of a stay under the limit, days", 1),
    **_three("at_limit", "Share of the stays that would have gone on and end at the limit", 4),
    **_three("leave_at_limit", "Families a year who leave so, with the places there are", 1),
    **_three("no_place_or_home", "Families a year without a place, or who leave so", 1),
    **_three("leave_if_enough", "Families a year who leave so, if there are places_needed", 1),
    "rests_on": _text(
        "How each input of the row is known; see capacity_inputs.csv and the shelters"
    ),
    "warning": _text("What to know of where the places go, in English; empty if nothing"),
    "norm": _text("Key of the norm"),
    "norm_name": _text("What the norm asks for"),
    "area_kind": _text("all, region, or catchment of the nearest shelter by time"),
    "area_key": _text("Region, settlement of the nearest shelter, none, or Total"),
    "asked_in": _text("What the norm counts: family places or shelters"),
    "needed": _number("What the norm asks for"),
    **_ends("there", _number("What is there; low if places are beds and families large")),
    **_ends(
        "missing",
        _number("What is missing, 0 where there is enough; low if a place takes a family"),
    ),
    "missing_at_least": _number("Missing with places_high, if a place takes a family"),
    "missing_at_most": _number("Missing with places_low, if places are beds and families large"),
    "standard": _text("Row of the table of standards"),
    "body": _text("Who asks for it"),
    "binds": _text("Whether it binds the country, and why not"),
    "second_reading": _text("How else it is read, and whether that has a source"),
    "not_known": _text("Towns that may be as large, whose own people are not known"),
    "next_settlement": _text("Nearest other settlement with shelters, by time"),
    "next_km": _km("Road distance to it"),
    "next_min": _min("Time by car to it"),
    **_three("refused_first", "Stays a year that find no place in the first town", 1),
    **_three("taken_in_next", "Of these, stays a year that find one in the next", 1),
    **_three("lost", "Of these, stays a year that find none there either", 1),
    "method": _text("How that was computed"),
    "family_size": _whole("Beds the family needs, where a place is a bed; the last and more"),
    "target": _number("Share that may be turned away", 3),
    "spread_by": _text("What the district's part of the stays rests on"),
    "suppressed": Column("boolean", "Whether the stays are left out so that no count is told"),
    "group": _text("People who look for a shelter; all for everybody"),
    "without_police_papers": Column("boolean", "Whether they have no paper from the police"),
    **_ends("shelters", _whole("Shelters that admit the group; low counts every unknown as a no")),
    "places_low": _whole(
        "Places for these people alone: without those that others share or come first in, and of "
        "a group without every unknown"
    ),
    "places_high": _whole("Places at most: every unknown counts as a yes"),
    **_ends("people_reached", _whole("People with a road to such a shelter; low as above")),
    **_ends("people_in_reach", _whole("People with such a shelter within reach; low as above")),
    **_ends("distance_km", _km("Road distance to the nearest such shelter; low if unknown is yes")),
    **_ends("travel_min", _min("Time by car to the nearest such shelter; low if unknown is yes")),
    **_ends("shelter", _text("Key of that shelter; empty where there is none")),
    **_ends("places_per_10000", _number("Places per 10,000 people within reach, floating", 4)),
    "input": _text("Name of the input"),
    "low": _number("Low end of the input"),
    "high": _number("High end of the input"),
    "input_low": _number("Low end of the input"),
    "input_high": _number("High end of the input"),
    "answer_central": _whole("Places needed with every input at its centre"),
    "answer_at_low": _whole("Places needed with this input at its low end"),
    "answer_at_high": _whole("Places needed with this input at its high end"),
    "swing": _whole("Difference between the two"),
    "shelters": _whole("Shelters that share the family places and the stays"),
    "places_smallest": _whole("Family places of the smallest"),
    "places_largest": _whole("Family places of the largest"),
    "turn_away_apart": _number("Share turned away if none hands over, 0 to 1", 4),
    "turn_away_together": _number("Share turned away if all hand over to all, 0 to 1", 4),
    "places_needed_apart": _whole("Family places needed for the target if none hands over"),
    "places_needed_together": _whole("Family places needed for the target if all hand over"),
    "model": _text("Siting model; ties go to the smaller mean distance, then to the first keys"),
    "new_sites": _whole("New sites asked for, beside the shelters that stand"),
    "sites": _text("Keys of the sites that open, separated by spaces"),
    "site_names": _text("Settlements of those sites, separated by semicolons"),
    "status": _text("optimal (proven), not proven (best found in time) or infeasible"),
    "objective": _number("What the model makes as good as can be; see objective_name"),
    "objective_name": _text("What the objective is, and its unit"),
    "bound": _number("No plan can be better than this; equal to the objective where it is proven"),
    "gap": _number("Distance between objective and bound as a share of the objective", 6),
    "people_gaining": _whole("People who come nearer to a shelter, or have a road to one at last"),
    "people_losing": _whole("People who have farther to go than today"),
    "unserved": _whole("People whom no road leads to an open site"),
    "distance_km_median": _km("Road distance that half of the people served do not exceed"),
    "distance_km_p90": _km("Road distance that nine of ten people served do not exceed"),
    "share_beyond_limit": _number("Share of the people served beyond the limit, 0 to 1", 4),
    "distance_km_kolm_pollak": _km(
        "Kolm-Pollak equivalent (aversion 1, today's distances): shared by all, it would be as bad"
    ),
    "gini": _number("Gini coefficient of the distances, reported and never optimised", 4),
    "alike": _whole("Plans with just these two figures; the first of them is named"),
    "subject": _text("site or plan"),
    "scenarios": _whole(
        "Scenarios of demand, under-reporting, speed and count of the registered; all assumed"
    ),
    "share_optimal": _number("Share of the scenarios in which it is, or belongs to, the best", 3),
    "role": _text(
        "Site: core, interchangeable or rare. Plan: best for the data, least worst regret"
    ),
    "instead_of": _text("Site of the plan for the data that it stands in for most often"),
    "regret_km_mean": _km("Mean distance above that of each scenario's best plan, mean"),
    "regret_km_p90": _km("The same, not exceeded in nine scenarios of ten"),
    "regret_km_max": _km("The same, worst scenario"),
    "site_id": _text("Key of the site"),
    "standing": Column("boolean", "Whether a shelter stands there"),
    "places_before": _whole("Family places that stand"),
    "places_added": _whole("Family places that open or are added"),
    "travel_cost": _number("Cost of travel of each family, in cost_unit"),
    "cost_unit": _text("km or min"),
    "site_before": _text("Key of the nearest site today"),
    "site_after": _text("Key of the nearest site under the plan"),
    "cost_before": _number("Cost of travel to it today, in cost_unit"),
    "cost_after": _number("Cost of travel to it under the plan, in cost_unit"),
}

_TRANSLATED: Final = re.compile(f"(name|region)_({LANGUAGE_CODE})")


def described(column: str) -> Column | None:
    """Describe a column of a table; those in other languages by the one they translate."""
    if column in COLUMNS:
        return COLUMNS[column]
    translated = _TRANSLATED.fullmatch(column)
    if translated is None:
        return None
    what = "Name" if translated[1] == "name" else "Region"
    return _text(f"{what} in {english_name_of(translated[2])}")
