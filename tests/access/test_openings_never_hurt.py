"""A plan that only opens shelters makes no published distance, time, class or count worse.

All single openings and 500 drawn triples of the bundled study, and random costs besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.access import CostMatrix, cost_matrix, counted, nearest, point_access
from shelter_geo.analysis import Evaluation, site_options
from shelter_geo.capacity import GROUPS, admission, exactly, no_place_anywhere, pools
from shelter_geo.study import Study, engine, joiner
from shelter_geo.vocabulary import Evidence, Impedance

TRIPLES = 500
NEW_PLACES = 20
UNREACHED = -1


def some_of(costs: CostMatrix, columns: list[int]) -> CostMatrix:
    return CostMatrix(
        costs.origin_id,
        costs.facility_id[columns],
        costs.time_ms[:, columns],
        costs.length_cm[:, columns],
        costs.reason,
    )


def plans(today: list[int], free: list[int]) -> Iterator[list[int]]:
    yield from ([*today, site] for site in free)
    draw = np.random.default_rng(20211)
    yield from ([*today, *draw.choice(free, 3, replace=False).tolist()] for _ in range(TRIPLES))


def not_worse(before: pd.DataFrame, after: pd.DataFrame) -> None:
    for measure in ("distance_km", "travel_min"):
        was, is_ = (table[measure].fillna(np.inf).to_numpy() for table in (before, after))
        assert (is_ <= was).all()


def test_no_opening_of_the_bundled_study_hurts_anybody(
    study: Study, evaluation: Evaluation
) -> None:
    costs = site_options(study).costs
    places = {key: n for n, key in enumerate(costs.facility_id)}
    today = [places[key] for key in study.shelters.index]
    free = [n for n in range(len(places)) if n not in today]
    limits = study.settings.access.distance_classes_km
    people = [
        counted(evaluation.districts, units, who).to_numpy(float)
        for units in ("residents", "registered")
        for who in ("people", "women")
    ]

    def within(access: pd.DataFrame) -> np.ndarray:
        km = access["distance_km"].fillna(np.inf).to_numpy()
        return np.array([[who[km <= limit].sum() for limit in (*limits, 1e9)] for who in people])

    points = evaluation.districts
    before = point_access(points, some_of(costs, today), None)
    near = within(before)
    for plan in plans(today, free):
        after = point_access(points, some_of(costs, plan), None)
        not_worse(before, after)
        assert (within(after) >= near).all()


def test_no_opening_hurts_a_group_that_not_every_shelter_admits(study: Study) -> None:
    """Today's shelters that admit a group, surely or perhaps, and new ones that admit everybody."""
    costs = site_options(study).costs
    places = {key: n for n, key in enumerate(costs.facility_id)}
    every = {places[key] for key in study.shelters.index}
    free = [n for n in range(len(places)) if n not in every]
    open_to = {
        tuple(places[key] for key in study.shelters.index[admits.fillna(value=unknown)])
        for admits in (admission(study.shelters, (group,)) for group in GROUPS)
        for unknown in (False, True)
    }
    assert () in open_to
    assert len(open_to) > 2
    for today in map(list, open_to):
        before = nearest(some_of(costs, today))
        for plan in plans(today, free):
            not_worse(before, nearest(some_of(costs, plan)))


def test_no_opening_of_the_bundled_study_turns_more_families_away(
    study: Study, evaluation: Evaluation
) -> None:
    options = site_options(study)
    towns = evaluation.settlements
    costs = cost_matrix(
        study.network, towns, options.sites, snapping=joiner(study), engine=engine(study)
    )
    keys = {key: n for n, key in enumerate(costs.facility_id)}
    today = [keys[key] for key in study.shelters.index]
    free = [n for n in range(len(keys)) if n not in today]
    seats = np.full(len(keys), float(NEW_PLACES))
    seats[today] = study.shelters["places"]
    share = towns["women"] / towns["women"].sum()
    stays = pd.DataFrame(
        {f"stays_{end}": share * n for end, n in (("low", 500), ("central", 2000), ("high", 6000))}
    )
    days = exactly("stay_days", 45, "days", Evidence.ASSUMED, "drawn")
    persons = exactly("persons_per_place", 2.5, "places", Evidence.ASSUMED, "drawn")
    reached = costs.time_ms != UNREACHED

    def lost(plan: list[int]) -> list[float]:
        pooled = pools(reached[:, plan], seats[plan], stays)
        found = no_place_anywhere(pooled, stay_days=days, persons_per_place=persons)
        return [found[f"no_place_{end}"] for end in ("low", "central", "high")]

    before = lost(today)
    for plan in plans(today, free):
        assert all(is_ <= was + 1e-12 for is_, was in zip(lost(plan), before, strict=True))


@given(data=st.data())
@pytest.mark.parametrize("impedance", list(Impedance))
def test_no_opening_hurts_whatever_the_costs(impedance: Impedance, data: st.DataObject) -> None:
    """Times and lengths need not agree: a quick road may be long."""
    origins, sites = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 4))
    pair = st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9))
    drawn = data.draw(st.lists(pair, min_size=origins * sites, max_size=origins * sites))
    time, length = (
        np.array([UNREACHED if p is None else p[n] for p in drawn]).reshape(origins, sites)
        for n in (0, 1)
    )
    keys = pd.Index([f"s{n}" for n in range(sites)])
    costs = CostMatrix(pd.RangeIndex(origins), keys, time, length, np.full(origins, ""))
    tables = {
        plan: nearest(some_of(costs, list(plan)), impedance=impedance)
        for size in range(1, sites + 1)
        for plan in combinations(range(sites), size)
    }
    for plan, before in tables.items():
        for more in tables:
            if set(plan) < set(more):
                not_worse(before, tables[more])
