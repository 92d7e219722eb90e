"""A study held against each of its norms: in all, by region and by catchment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from shelter_geo.access import UNITS, populations
from shelter_geo.access import counted as people_of
from shelter_geo.analysis.evaluation import Evaluation
from shelter_geo.analysis.shortfall import PLACES
from shelter_geo.capacity import TOTAL, missing_family_places, missing_shelters
from shelter_geo.study import REGION, WOMEN, Norm, in_english, people_unknown
from shelter_geo.vocabulary import Reason, choose, evidence_of

COUNTRY: Final = "all"
CATCHMENT: Final = "catchment"
NO_SHELTER: Final = "none"
"""Stands for no shelter at all in the column of the areas' keys."""
NOTHING_ASKED: Final = {
    "people": Reason.NOBODY_LIVES_HERE,
    "women": Reason.NO_WOMEN_LIVE_HERE,
    "regions": Reason.NOBODY_LIVES_HERE,
    "settlements": Reason.NO_TOWN_AS_LARGE,
}
FAMILY_PLACES: Final = ("people", "women")
"""What family places are asked for; else it is shelters."""


def against_norms(
    evaluation: Evaluation,
    *,
    kinds: Sequence[str] = (COUNTRY, REGION, CATCHMENT),
    units: Sequence[str] = UNITS,
) -> pd.DataFrame:
    """Hold the places and shelters of a study against each of its norms.

    A catchment is the districts whose centres have their nearest shelter by time in one
    settlement. Towns are counted by their listed people, where these are the town's own. A norm
    for regions says nothing of catchments, so these rows are not there; without regions, those by
    region are not, and without women the column `women` is not.

    Parameters
    ----------
    evaluation
        A study, evaluated.
    kinds
        Kinds of areas to give.
    units
        Whose people to count: all, or without those registered where they do not live.

    Returns
    -------
    DataFrame
        A row a norm, units and area: `norm`, `norm_name`, `units`, `area_kind`, `area_key`,
        `area`, `population`, `women`, `places`, `asked_in` (family places or shelters), `needed`,
        `there_low`, `there_high`, `missing_low`, `missing_high` (over the readings of the
        places as counted), `places_low`, `places_high`, `missing_at_least`, `missing_at_most`
        (over the readings and what the places of each shelter may be), `reason`, `standard`,
        `body`, `binds`, `second_reading`, `source`, `evidence`, `not_known`: towns that may be
        large enough, of which only the people of a wider or smaller area are known.
    """
    norms = evaluation.study.settings.capacity.norms
    parts = [
        _compared(evaluation, norm, counted)
        for counted in _counts(evaluation, kinds, units)
        for norm in norms
        if (norm.asks_for, counted.kind) != ("regions", CATCHMENT)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["norm"])


def missing_in_all(evaluation: Evaluation) -> Iterator[dict[str, object]]:
    """Give what `against_norms` says is missing in all, for all people, without the rest.

    Yields
    ------
    dict
        `norm`, `asked_in`, `missing_low`, `missing_high`; one a norm.
    """
    for counted in _counts(evaluation, (COUNTRY,), UNITS[:1]):
        for norm in evaluation.study.settings.capacity.norms:
            table = _needed(evaluation, norm, counted)
            ends = {name: table[name].iloc[0] for name in ("missing_low", "missing_high")}
            yield {"norm": norm.id, "asked_in": _asked_in(norm)} | ends


@dataclass(frozen=True, eq=False)
class _Counted:
    """Who lives and how many places there are in areas of one kind."""

    kind: str
    area: pd.Series
    units: str
    lives_there: pd.Series
    people: pd.DataFrame
    places: pd.DataFrame


def _counts(
    evaluation: Evaluation, kinds: Sequence[str], units: Sequence[str]
) -> Iterator[_Counted]:
    """Count people and places in each kind of area, for each of the units."""
    districts = evaluation.districts
    for kind, area in _areas(evaluation):
        if kind not in kinds:
            continue
        home = _home(evaluation, kind, area)
        supply = evaluation.study.shelters[[*PLACES]].groupby(home).sum()
        for name in (name for name in populations(districts) if name in units):
            counts = {"population": "people"}
            if WOMEN not in evaluation.study.lacks:
                counts[WOMEN] = WOMEN
            living = pd.DataFrame(
                {key: people_of(districts, name, who) for key, who in counts.items()}
            )
            lives_there = living["population"] > 0
            people = living.groupby(area).sum()
            places = supply.reindex(people.index, fill_value=0)
            yield _Counted(kind, area, name, lives_there, people, places)


def _areas(evaluation: Evaluation) -> Iterator[tuple[str, pd.Series]]:
    """Give each kind of area with the key of the area that every district belongs to."""
    districts, shelters = evaluation.districts, evaluation.study.shelters
    yield COUNTRY, pd.Series(TOTAL, index=districts.index)
    if REGION not in evaluation.study.lacks:
        yield REGION, districts[REGION]
    town = districts["nearest_shelter_id"].map(shelters["settlement_id"])
    yield CATCHMENT, town.astype(object).fillna(NO_SHELTER)


def _compared(evaluation: Evaluation, norm: Norm, counted: _Counted) -> pd.DataFrame:
    people, table = counted.people, _needed(evaluation, norm, counted)
    unknown = people_unknown(evaluation.districts).groupby(counted.area).all()
    unknown = unknown.reindex(table.index, fill_value=False)
    edges = [unknown, table["needed"] == 0, table["missing_high"] == 0]
    if unknown.any():
        people, table = people.mask(unknown), table.mask(unknown)
    told: dict[str, object] = {
        "units": counted.units,
        "area_kind": counted.kind,
        "area_key": table.index,
        "area": _named(evaluation, counted.kind, table.index),
        **{str(who): people[who] for who in people},
        **{name: counted.places[name] for name in PLACES},
        "asked_in": _asked_in(norm),
        "not_known": _unknown_towns(evaluation, norm, counted.area, table.index),
        "reason": choose(
            edges, [Reason.PEOPLE_NOT_KNOWN, NOTHING_ASKED[norm.asks_for], Reason.NORM_MET]
        ),
    }
    return pd.DataFrame(told | dict(table.items()) | _standard_texts(evaluation, norm)).sort_index()


def _needed(evaluation: Evaluation, norm: Norm, counted: _Counted) -> pd.DataFrame:
    """Give what a norm asks for, what is there and what is missing, by area."""
    if norm.asks_for not in FAMILY_PLACES:
        sites = _sites(evaluation, norm, counted.area, counted.lives_there)
        table = missing_shelters(*sites)
        ends = {"missing_at_least": table["missing_low"], "missing_at_most": table["missing_high"]}
        return table.assign(**ends)
    asked = counted.people["women" if norm.asks_for == "women" else "population"] / norm.each
    readings = evaluation.study.settings.capacity.readings
    persons = [entry.persons_per_family_place for entry in readings]
    table, least, most = (
        missing_family_places(asked, counted.places[name], persons) for name in PLACES
    )
    return table.assign(missing_at_least=most["missing_low"], missing_at_most=least["missing_high"])


def _asked_in(norm: Norm) -> str:
    return "family places" if norm.asks_for in FAMILY_PLACES else "shelters"


def _home(evaluation: Evaluation, kind: str, area: pd.Series) -> pd.Series:
    """Give the key of the area that each shelter belongs to."""
    shelters = evaluation.study.shelters
    own: pd.Series = shelters["district_id"].map(area)
    return shelters["settlement_id"] if kind == CATCHMENT else own


def _sites(
    evaluation: Evaluation, norm: Norm, area: pd.Series, lives_there: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Count in each area the regions or towns that a shelter is asked for, and those with one."""
    districts, shelters = evaluation.districts, evaluation.study.shelters
    if norm.asks_for == "regions":
        region = districts[REGION]
        lived_in = lives_there.groupby(region).any()
        served = lived_in.index.isin(shelters["district_id"].map(region))
        sites = pd.DataFrame({"area": area.groupby(region).first(), "served": served})[lived_in]
    else:
        towns = evaluation.settlements
        lived_in = towns["district_id"].map(lives_there) & (towns["population_listed"] >= norm.each)
        if "population_is" in towns:
            lived_in &= towns["population_is"].fillna("own") == "own"
        served = towns.index.isin(shelters["settlement_id"])
        home = towns["district_id"].map(area)
        sites = pd.DataFrame({"area": home, "served": served})[lived_in]
    by_area = sites.groupby("area")["served"]
    keys = pd.Index(sorted(area.unique()))
    needed = by_area.size().reindex(keys, fill_value=0)
    return needed, by_area.sum().reindex(keys, fill_value=0)


def _unknown_towns(
    evaluation: Evaluation, norm: Norm, area: pd.Series, keys: pd.Index
) -> list[str]:
    """Name in each area the towns whose own people are not known."""
    towns = towns_not_known(evaluation, norm)
    names = towns["name_en"].groupby(towns["district_id"].map(area).to_numpy())
    by_area = {key: "; ".join(sorted(group)) for key, group in names}
    return [by_area.get(key, "") for key in keys]


def _named(evaluation: Evaluation, kind: str, keys: pd.Index) -> pd.Index:
    if kind != CATCHMENT:
        return keys
    names = evaluation.settlements["name_en"]
    return pd.Index([NO_SHELTER if key == NO_SHELTER else str(names[key]) for key in keys])


def _standard_texts(evaluation: Evaluation, norm: Norm) -> dict[str, str]:
    """Say what the norm is called and who asks for it."""
    standards = evaluation.study.standards
    if standards is None:
        raise AssertionError("a study with norms has no standards although no fault was found")
    row = standards.loc[norm.standard]
    told = {"norm": norm.id, "norm_name": in_english(norm.name), "standard": norm.standard}
    known = evidence_of(str(row["evidence"]).replace(",", " ").split()[0])
    said = {name: _said(row.get(f"{name}_en")) for name in ("binds", "second_reading")}
    told |= {"body": str(row["body"]), "source": str(row["source"]), "evidence": known}
    return told | said


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""


def towns_not_known(evaluation: Evaluation, norm: Norm) -> pd.DataFrame:
    """Return settlements that a norm may ask a shelter for, whose own people are not known.

    Parameters
    ----------
    evaluation
        A study, evaluated; `population_is` of its settlements says whose people are listed.
    norm
        Of the study.
    """
    towns = evaluation.settlements
    if norm.asks_for != "settlements" or "population_is" not in towns:
        return pd.DataFrame(towns.iloc[:0])
    large = towns["population_listed"] >= norm.each
    return pd.DataFrame(towns[large.fillna(False) & (towns["population_is"] == "wider")])


def whole_places(population: pd.Series, people_per_place: float) -> pd.Series:
    """Return the family places that a norm asks for, whole, so that they add up to the whole.

    The total is rounded, and the districts with the largest remainders are rounded up (Hamilton's
    method); ties go to the first.
    """
    exact = population.to_numpy(float) / people_per_place
    down = np.floor(exact).astype(np.int64)
    more = int(np.floor(exact.sum() + 0.5)) - int(down.sum())
    down[np.argsort(down - exact, kind="stable")[:more]] += 1
    return pd.Series(down, index=population.index)
