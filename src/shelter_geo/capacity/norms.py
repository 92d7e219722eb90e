"""Places against a norm of one family place for so many people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shelter_geo.errors import CapacityError

TOTAL = "Total"


@dataclass(frozen=True)
class PlaceReading:
    """One way to read a number of places: how many persons a family place stands for."""

    id: str
    persons_per_family_place: float


def shortfall(
    population: pd.Series,
    places: pd.Series,
    readings: Sequence[PlaceReading],
    *,
    people_per_family_place: int,
) -> pd.DataFrame:
    """Family places needed, there and missing, in each area and in total, under each reading.

    With `N` people, `c` places, `r` persons per family place and a norm of one family place for
    `q` people: needed ``N / q``, there ``c / r``, missing ``max(0, N / q - c / r)``, times fewer
    ``(N / q) / (c / r)``.

    Parameters
    ----------
    population, places
        People and places by area, indexed alike.
    readings
        Ways to read the places.
    people_per_family_place
        The norm, such as 10,000.

    Returns
    -------
    DataFrame
        `area`, `reading`, `persons_per_family_place`, `population`, `places`,
        `family_places_needed`, `family_places_there`, `family_places_missing`, `times_fewer`
        (missing where there is no place at all). The last area is the total, computed from the
        totals, so that a surplus in one area makes up for a lack in another.

    Raises
    ------
    CapacityError
        If the norm or a reading is not above 0, places are negative, or the areas differ.

    Examples
    --------
    Five beds for 120,000 people, two and a half to a family: two family places where the norm
    asks for twelve.

    >>> people, places = pd.Series({"north": 120_000}), pd.Series({"north": 5})
    >>> beds = [PlaceReading("beds", 2.5)]
    >>> table = shortfall(people, places, beds, people_per_family_place=10_000)
    >>> table.loc[0, ["family_places_there", "family_places_missing"]].to_list()
    [2.0, 10.0]
    """
    if people_per_family_place <= 0:
        raise CapacityError("the norm must be one family place for more than 0 people")
    if any(reading.persons_per_family_place <= 0 for reading in readings):
        raise CapacityError("a family place must stand for more than 0 persons")
    if not population.index.equals(places.index):
        raise CapacityError("population and places are not given for the same areas")
    if (places < 0).any() or (population < 0).any():
        raise CapacityError("people and places cannot be negative")
    people = pd.concat([population, pd.Series({TOTAL: population.sum()})])
    supply = pd.concat([places, pd.Series({TOTAL: places.sum()})])
    return pd.concat(
        [_under(reading, people, supply, people_per_family_place) for reading in readings],
        ignore_index=True,
    )


def missing_family_places(
    needed: pd.Series, places: pd.Series, persons_per_family_place: Sequence[float]
) -> pd.DataFrame:
    """Family places needed, there and missing in each area, as the range over the readings.

    Parameters
    ----------
    needed
        Family places that a norm asks for, by area.
    places
        Published places, by the same areas.
    persons_per_family_place
        Of each reading.

    Returns
    -------
    DataFrame
        Indexed as `needed`: `needed`, `there_low`, `there_high`, `missing_low`, `missing_high`.

    Raises
    ------
    CapacityError
        If areas differ, a number is negative or missing, or there is no reading.
    """
    readings = list(persons_per_family_place)
    if not readings or min(readings) <= 0:
        raise CapacityError("give at least one reading, of more than 0 persons")
    _same_areas(needed, places)
    return _missing(needed, places / max(readings), places / min(readings))


def missing_shelters(needed: pd.Series, there: pd.Series) -> pd.DataFrame:
    """Shelters needed, there and missing in each area; columns as `missing_family_places`.

    Raises
    ------
    CapacityError
        If areas differ, or a number is negative or missing.
    """
    _same_areas(needed, there)
    return _missing(needed, there, there)


def _same_areas(needed: pd.Series, there: pd.Series) -> None:
    if not needed.index.equals(there.index):
        raise CapacityError("what is needed and what is there are not given for the same areas")
    for values in (needed, there):
        if values.isna().any() or (values < 0).any():
            raise CapacityError("what is needed and what is there must be 0 or more")


def _missing(needed: pd.Series, low: pd.Series, high: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "needed": needed,
            "there_low": low,
            "there_high": high,
            "missing_low": (needed - high).clip(lower=0),
            "missing_high": (needed - low).clip(lower=0),
        }
    ).astype("float64")


def _under(
    reading: PlaceReading, people: pd.Series, places: pd.Series, people_per_family_place: int
) -> pd.DataFrame:
    needed = people.to_numpy(float) / people_per_family_place
    there = places.to_numpy(float) / reading.persons_per_family_place
    ratio = np.divide(needed, there, out=np.full_like(needed, np.nan), where=there > 0)
    return pd.DataFrame(
        {
            "area": people.index,
            "reading": reading.id,
            "persons_per_family_place": reading.persons_per_family_place,
            "population": people.to_numpy("int64"),
            "places": places.to_numpy("int64"),
            "family_places_needed": needed,
            "family_places_there": there,
            "family_places_missing": np.maximum(0, needed - there),
            "times_fewer": ratio,
        }
    )
