"""Siting models against spopt, where spopt has the model."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from shelter_geo.siting import LSCP, MCLP, PCenter, PMedian

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    locate: Any = pytest.importorskip("spopt.locate", reason="spopt, the peer, is not installed")
    pulp: Any = pytest.importorskip("pulp")

# The peer builds its model in a way that its own solver library is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore")

seeds = pytest.mark.parametrize("seed", range(8))


def town(seed: int) -> dict[str, Any]:
    """Whole kilometres on a map between 40 places and 12 sites, two of which stand."""
    random = np.random.default_rng(seed)
    places, sites = random.integers(0, 100, (40, 2)), random.integers(0, 100, (12, 2))
    apart = np.abs(places[:, None] - sites[None]).sum(axis=2)
    return {
        "costs": apart.astype(float),
        "weights": random.integers(1, 50, 40),
        "fixed": [3, 7],
        "unit": "one",
    }


def peer(name: str, town: dict[str, Any], *given: Any, **options: Any) -> float:
    standing = np.isin(np.arange(12), town["fixed"])
    model = getattr(locate, name).from_cost_matrix(
        town["costs"], *given, predefined_facilities_arr=standing, **options
    )
    solver = pulp.HiGHS(msg=False, gapRel=0, threads=1)
    return float(model.solve(solver).problem.objective.value())


@seeds
def test_p_median(seed):
    place = town(seed)
    theirs = peer("PMedian", place, place["weights"], p_facilities=5)
    assert PMedian.from_cost_matrix(**place, p=3).solve().objective == pytest.approx(theirs)


@seeds
def test_p_center(seed):
    place = town(seed)
    theirs = peer("PCenter", place, p_facilities=5)
    assert PCenter.from_cost_matrix(**place, p=3).solve().objective == pytest.approx(theirs)


@seeds
def test_maximal_covering(seed):
    place = town(seed)
    theirs = peer("MCLP", place, place["weights"], 20, p_facilities=5)
    assert MCLP.from_cost_matrix(**place, p=3, within=20).solve().objective == pytest.approx(theirs)


@seeds
def test_set_covering(seed):
    """The peer counts the standing sites and cannot leave out whom nobody can reach."""
    place = town(seed)
    within = float(place["costs"].min(axis=1).max())
    theirs = peer("LSCP", place, within)
    assert LSCP.from_cost_matrix(**place, within=within).solve().objective + 2 == theirs
