"""Published numbers under drawn people, places, speeds and closed roads: ranges, not one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.analysis.candidates import candidate_sites, site_options
from shelter_geo.analysis.evaluation import Evaluation, evaluate
from shelter_geo.analysis.siting_question import site_question
from shelter_geo.errors import CostError, StudyError
from shelter_geo.roads import CLOSED, RoadNetwork, redraw
from shelter_geo.siting import PMedian
from shelter_geo.study import WOMEN, Study, draw_like

Sites = list[tuple[int, str]]
Draw = tuple[NDArray[np.float64], Sites]

BLOCK: Final = 10
"""Draws that are computed and written together."""
PLACE_COLUMNS: Final = ("places", "places_low", "places_high")
PEOPLE: Final = ("population", "residents_low", "residents_high")
OF_WOMEN: Final = ("women", "resident_women_low", "resident_women_high")
KEYS: Final = ("table", "basis", "units", "weighted_by", "metric", "key", "unit")
BY_DISTRICT: Final = {"distance_km": "km", "travel_min": "min"}


@dataclass(frozen=True)
class Spreads:
    """How far each thing that is drawn may lie from what the study says; assumptions, all of them.

    People and places need none: they are drawn between the ends that the study itself gives.

    Attributes
    ----------
    slowdown
        Ends between which one factor of all times is drawn evenly.
    class_sigma
        Standard deviation of the logarithm of a factor of the times of each class of road.
    closed
        Chance that a stretch of road between two junctions is closed, each by itself.
    demand_sigma
        Standard deviation of the logarithm of a factor of the people of each district; for sites.
    new_sites
        Sites are chosen for one to so many new shelters.

    Raises
    ------
    StudyError
        If a spread is below 0 or above 3, a factor not above 0 or upside down, the chance not from
        0 to 1, or the sites not from 0 to 5.
    """

    slowdown: tuple[float, float] = (1.0, 1.3)
    class_sigma: float = 0.1
    closed: float = 0.0005
    demand_sigma: float = 0.3
    new_sites: int = 3

    def __post_init__(self) -> None:
        """Check the numbers."""
        low, high = self.slowdown
        sigmas = self.class_sigma, self.demand_sigma
        rules = {
            f"a spread lies between 0 and 3, not {sigmas}": all(0 <= s <= 3 for s in sigmas),
            f"times are multiplied by 0.1 to 10, low end first, not {low} to {high}": (
                0.1 <= low <= high <= 10
            ),
            f"the chance of a closed road lies between 0 and 1, not at {self.closed}": (
                0 <= self.closed <= 1
            ),
            f"sites are chosen for 0 to 5 new shelters, not {self.new_sites}": (
                0 <= self.new_sites <= 5
            ),
        }
        wrong = [words for words, holds in rules.items() if not holds]
        if wrong:
            raise StudyError("; ".join(wrong))


@dataclass(frozen=True, eq=False)
class Ensemble:
    """A study of which draws are computed, in blocks that do not depend on each other.

    Attributes
    ----------
    study
        As given, which is draw 0.
    spreads, seed, draws
        What is drawn, and how often beside draw 0.
    """

    study: Study
    spreads: Spreads
    seed: int
    draws: int

    @property
    def blocks(self) -> list[range]:
        """Draws of each block; the first begins with draw 0."""
        every = range(self.draws + 1)
        return [every[first : first + BLOCK] for first in range(0, len(every), BLOCK)]

    def block(self, numbers: Sequence[int]) -> list[Draw]:
        """Compute some draws."""
        return [self.draw(number) for number in numbers]

    def draw(self, number: int) -> Draw:
        """Compute every number, and the best sites, of one draw.

        Returns
        -------
        tuple
            A value for each row of `numbers`, missing where there is none in this draw; and pairs
            of the count of new shelters and a site.
        """
        random = np.random.default_rng([self.seed, number])
        study = self.study
        if number:
            study = drawn_study(self.study, self.spreads, random)
            draw_like(study, self.study)
        rows = pd.MultiIndex.from_frame(self.numbers)
        try:
            result = evaluate(study)
        except CostError:  # no settlement is left on a road
            return np.full(len(rows), np.nan), []
        values = _numbers(result).set_index(list(self.numbers))["value"]
        return values.reindex(rows).to_numpy(float), self._sites(study, number, random)

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """What each row of a draw is.

        `table`, `basis`, `units`, `weighted_by`, `metric`, `key` and `unit`, as text; what does
        not apply is empty.
        """
        return _numbers(evaluate(self.study)).drop(columns="value")

    @cached_property
    def _candidates(self) -> gpd.GeoDataFrame:
        study = self.study
        return candidate_sites(study.districts, study.settlements, study.shelters)

    def _sites(self, study: Study, number: int, random: np.random.Generator) -> Sites:
        question = site_question(study, site_options(study, self._candidates))
        people = question.districts["population"].to_numpy(float)
        if number:
            people = people * np.exp(
                self.spreads.demand_sigma * random.standard_normal(len(people))
            )
        weighed = question.districts.assign(population=np.rint(people).astype(np.int64))
        problem = replace(question, districts=weighed).problem()
        most = min(self.spreads.new_sites, len(problem.candidates))
        return [
            (count, str(site))
            for count in range(1, most + 1)
            for site in PMedian(problem, p=count).solve().chosen
        ]


def drawn_study(study: Study, spreads: Spreads, random: np.random.Generator) -> Study:
    """Draw a study: people and places within its own ranges, times and open roads by `spreads`.

    Parameters
    ----------
    study
        As given; where it has no ranges, its people and places stay.
    spreads
        Of speeds and closed roads.
    random
        Source of the numbers.
    """
    districts = _drawn_people(study.districts, random)
    share = districts["population"] / study.districts["population"].where(
        study.districts["population"] > 0
    )
    settlements = study.settlements.assign(
        **{
            name: _whole(study.settlements[name] * study.settlements["district_id"].map(share))
            for name in (*PEOPLE, *OF_WOMEN)
            if name in study.settlements
        }
    )
    low, high = (study.shelters[name].to_numpy(float) for name in PLACE_COLUMNS[1:])
    places = np.rint(low + (high - low) * random.random(len(low))).astype(np.int64)
    return replace(
        study,
        districts=districts,
        settlements=settlements,
        shelters=study.shelters.assign(**dict.fromkeys(PLACE_COLUMNS, places)),
        network=_drawn_roads(study.network, spreads, random),
    )


def _drawn_people(districts: Any, random: np.random.Generator) -> Any:
    """Draw the people of each district from the triangle of its least, central and most."""
    central, low, high = (districts[name].to_numpy(float) for name in PEOPLE)
    wide = high > low
    people = central.copy()
    people[wide] = random.triangular(low[wide], central[wide], high[wide])
    people = np.rint(people).astype(np.int64)
    columns = dict.fromkeys(PEOPLE, people)
    if WOMEN in districts:
        share = districts[WOMEN].to_numpy(float) / np.maximum(central, 1)
        columns |= dict.fromkeys(OF_WOMEN, np.rint(people * share).astype(np.int64))
    return districts.assign(**columns)


def _drawn_roads(
    network: RoadNetwork, spreads: Spreads, random: np.random.Generator
) -> RoadNetwork:
    classes = np.exp(spreads.class_sigma * random.standard_normal(len(network.class_names)))
    factor = random.uniform(*spreads.slowdown) * classes[network.road_class]
    shut = random.random(network.n_edges) < spreads.closed

    def slower(given: NDArray[np.int64]) -> NDArray[np.int64]:
        times = np.maximum(np.rint(given * factor), np.sign(given))
        return np.where(shut | (given < 0), CLOSED, times).astype(np.int64)

    return redraw(network, slower(network.forward_ms), slower(network.backward_ms))


def _whole(people: pd.Series[float]) -> pd.Series[int]:
    return people.fillna(0).round().astype("int64")


def _numbers(result: Evaluation) -> pd.DataFrame:
    """Everything that is published as a number, with what it is."""
    metrics = result.metrics[["basis", "units", "weighted_by", "metric", "unit", "value"]]
    missing = result.shortfall
    lacking = pd.DataFrame(
        {
            "table": "capacity",
            "metric": "family_places_missing",
            "basis": missing["reading"],
            "units": missing["population_year"].astype(str),
            "key": missing["area"],
            "unit": "family places",
            "value": missing["family_places_missing"],
        }
    )
    districts = [
        result.districts[name].astype(float).rename("value").rename_axis("key").reset_index()
        for name in BY_DISTRICT
    ]
    for part, (name, unit) in zip(districts, BY_DISTRICT.items(), strict=True):
        part[["table", "metric", "unit"]] = "districts", name, unit
    residents = metrics[metrics["units"] == "residents"].assign(table="metrics")
    table = pd.concat([residents, lacking, *districts], ignore_index=True)
    known = pd.DataFrame(table[[*KEYS, "value"]]).fillna(dict.fromkeys(KEYS, ""))
    return pd.DataFrame(known.drop_duplicates(list(KEYS), ignore_index=True))
