"""Places of a study held against its norm: by region, and in all as a published claim counts."""

from __future__ import annotations

from typing import Final

import pandas as pd

from shelter_geo.capacity import TOTAL, PlaceReading, shortfall
from shelter_geo.study import PLACE_ENDS, REGION, Study, people_unknown, places_total

PLACES: Final = ("places", *PLACE_ENDS)
"""Places as counted, and the least and most of them that are for these people."""
_OF_PEOPLE: Final = (
    "population", "family_places_needed", "family_places_missing", "family_places_missing_low",
    "family_places_missing_high", "times_fewer",
)  # fmt: skip
"""Columns of a shortfall that rest on how many people live somewhere."""


def _readings(study: Study) -> list[PlaceReading]:
    return [
        PlaceReading(reading.id, reading.persons_per_family_place)
        for reading in study.settings.capacity.readings
    ]


def with_evidence(study: Study, shortfall: pd.DataFrame) -> pd.DataFrame:
    """Say how each reading of the places is known."""
    known = {reading.id: reading.evidence for reading in study.settings.capacity.readings}
    return shortfall.assign(evidence=shortfall["reading"].map(known))


def shortfall_by_region(study: Study) -> pd.DataFrame:
    """Hold the places of each region, or of all where there are none, against the norm.

    Returns
    -------
    DataFrame
        As of `capacity.shortfall`, with `population_year` and the least and most of `PLACES`.
    """
    year = study.settings.study.as_of.year
    if REGION in study.lacks:
        return _in_all(study, int(study.districts["population"].sum()), year)
    population = study.districts.groupby(REGION)["population"].sum()
    region = study.shelters["district_id"].map(study.districts[REGION])
    places = study.shelters[[*PLACES]].groupby(region.to_numpy()).sum()
    places = places.reindex(population.index, fill_value=0)
    table = _ranged_shortfall(study, population, places).assign(population_year=year)
    # A region in which nobody was counted needs an unknown number of places, not none.
    bare = people_unknown(study.districts).groupby(study.districts[REGION]).all()
    bare = table["area"].isin(bare.index[bare])
    return table if not bare.any() else table.assign(**{n: table[n].mask(bare) for n in _OF_PEOPLE})


def _ranged_shortfall(study: Study, people: pd.Series, places: pd.DataFrame) -> pd.DataFrame:
    """Hold places against the norm, and the least and most that they may be."""
    norm, readings = study.settings.capacity.people_per_family_place, _readings(study)
    table, least, most = (
        shortfall(people, places[name], readings, people_per_family_place=norm) for name in PLACES
    )
    return table.assign(
        places_low=least["places"],
        places_high=most["places"],
        family_places_missing_low=most["family_places_missing"],
        family_places_missing_high=least["family_places_missing"],
    )


def claimed_shortfall(study: Study) -> pd.DataFrame:
    """Compute the total against the population that the published claim was made against."""
    claimed = study.settings.capacity.claim_population
    people = int(study.districts["population"].sum()) if claimed is None else claimed.value
    return _in_all(
        study, people, study.settings.study.as_of.year if claimed is None else claimed.year
    )


def _in_all(study: Study, people: int, year: int) -> pd.DataFrame:
    """Compute the total of all places against so many people of a year."""
    places = pd.DataFrame([places_total(study.shelters)], index=[""])
    table = _ranged_shortfall(study, pd.Series({"": people}), places)
    return table[table["area"] == TOTAL].assign(population_year=year)
