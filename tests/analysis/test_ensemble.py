"""Draws of a study, and ranges of what it publishes, beside values worked out by hand and numpy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from helpers.small_study import small_study
from hypothesis import given
from hypothesis import strategies as st

from shelter_geo.analysis.draws import block_table, ranges, site_shares
from shelter_geo.analysis.ensemble import (
    Ensemble,
    Spreads,
    drawn_study,
)
from shelter_geo.errors import StudyError
from shelter_geo.roads import redrawn_engine
from shelter_geo.study import Study, load_study

STILL = Spreads(slowdown=(1, 1), class_sigma=0, closed=0, demand_sigma=0, new_sites=1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(small_study(tmp_path_factory.mktemp("small")).folder)


def value(ensemble: Ensemble, number: int, **row: str) -> float:
    """One number of one draw."""
    rows = (ensemble.numbers[list(row)] == pd.Series(row)).all(axis=1)
    assert rows.sum() == 1
    return float(ensemble.draw(number)[0][rows][0])


def test_the_first_draw_is_the_study_as_given(small: Study):
    ensemble = Ensemble(small, Spreads(), seed=3, draws=2)
    assert value(ensemble, 0, metric="travel_min", key="upper") == pytest.approx(91)
    assert value(ensemble, 0, metric="distance_km", key="upper") == pytest.approx(110)
    missing = value(ensemble, 0, metric="family_places_missing", key="Total", units="2026")
    assert missing == pytest.approx(27 - 12)
    # s1 saves 60,000 people 110 km; s2 saves 150,000 people 48 km, which is more.
    assert ensemble.draw(0)[1][:3] == [(1, "s2"), (2, "s1"), (2, "s2")]


def test_slower_roads_take_longer_and_are_no_longer(small: Study):
    ensemble = Ensemble(small, replace(STILL, slowdown=(2, 2)), seed=1, draws=1)
    assert value(ensemble, 1, metric="travel_min", key="lower") == pytest.approx(72)
    assert value(ensemble, 1, metric="distance_km", key="lower") == pytest.approx(48)


def test_without_a_road_there_is_no_number_but_in_the_town_of_the_shelter(small: Study):
    ensemble = Ensemble(small, replace(STILL, closed=1, new_sites=0), seed=1, draws=1)
    values, sites = ensemble.draw(1)
    assert sites == []
    far = (ensemble.numbers["metric"] == "travel_min") & (ensemble.numbers["key"] == "upper")
    assert np.isnan(values[far]).all()


def test_a_draw_is_the_same_in_any_block_and_another_with_another_seed(small: Study):
    ensemble = Ensemble(small, Spreads(), seed=5, draws=12)
    alone, among = ensemble.draw(3), ensemble.block([2, 3])[1]
    assert np.array_equal(alone[0], among[0], equal_nan=True)
    assert alone[1] == among[1]
    other = replace(ensemble, seed=6).draw(3)
    assert not np.array_equal(alone[0], other[0], equal_nan=True)
    assert [list(block) for block in ensemble.blocks] == [list(range(10)), [10, 11, 12]]


def test_a_draw_on_prepared_roads_is_that_of_roads_laid_out_anew(
    study: Study, monkeypatch: pytest.MonkeyPatch
):
    """What draws share, a skeleton of the roads and the grid that points join by, changes nothing.

    The other way is a plain search of the drawn roads, of which nothing is shared.
    """
    ensemble = Ensemble(study, Spreads(closed=0.02), seed=4, draws=3)
    with monkeypatch.context() as plain:
        plain.setattr(
            "shelter_geo.analysis.ensemble.redraw",
            lambda roads, go, back: replace(roads, forward_ms=go, backward_ms=back),
        )
        plain.setattr("shelter_geo.analysis.ensemble.draw_like", lambda drawn, given: None)
        expected = [ensemble.draw(number) for number in (1, 2)]
    monkeypatch.setattr("shelter_geo.roads.routing.engine._PLAIN_WORK", 0)
    asked: list[Study] = []
    monkeypatch.setattr(
        "shelter_geo.study.routing.redrawn_engine",
        lambda roads, base: asked.append(roads) or redrawn_engine(roads, base),
    )
    for number, (values, sites) in zip((1, 2), expected, strict=True):
        found = ensemble.draw(number)
        np.testing.assert_array_equal(found[0], values)
        assert found[1] == sites
    assert len(asked) == 2


def test_people_and_places_lie_between_the_ends_of_the_study(study: Study):
    seen = []
    for seed in range(20):
        drawn = drawn_study(study, Spreads(), np.random.default_rng(seed))
        people = drawn.districts["population"]
        assert people.between(
            study.districts["residents_low"], study.districts["residents_high"]
        ).all()
        assert drawn.districts["residents_low"].equals(drawn.districts["residents_high"])
        by_district = drawn.settlements.groupby("district_id")["population"].sum()
        assert (by_district - people).abs().max() <= 30  # each settlement is rounded by itself
        places = drawn.shelters["places"]
        assert places.between(study.shelters["places_low"], study.shelters["places_high"]).all()
        seen.append(people.sum())
    assert len(set(seen)) == 20


@given(sigma=st.floats(0, 0.5), closed=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_roads_keep_their_length_and_closed_ones_stay_closed(
    study: Study, sigma: float, closed: float, seed: int
):
    spreads = Spreads(class_sigma=sigma, closed=closed)
    before = study.network
    after = drawn_study(study, spreads, np.random.default_rng(seed)).network
    assert after.length_cm is before.length_cm
    shut = before.forward_ms < 0
    assert (after.forward_ms[shut] < 0).all()
    one_way = (after.forward_ms < 0) != (after.backward_ms < 0)
    assert not (one_way & ((before.forward_ms < 0) == (before.backward_ms < 0))).any()


@pytest.fixture
def blocks(tmp_path: Path) -> tuple[np.ndarray, list[Path], list[Path]]:
    """Numbers of 25 draws in three files, some of them missing, and the sites of each."""
    values = np.random.default_rng(0).normal(size=(25, 7)).round(6)
    values[3:, 2] = np.nan
    values[1:, 4] = np.nan
    numbers, sites = [], []
    for first in (0, 10, 20):
        rows = range(first, min(first + 10, 25))
        draws = [(values[k], [(1, "a" if k % 5 else "b"), (2, "c")]) for k in rows]
        for table, files in zip(block_table(draws, rows), (numbers, sites), strict=True):
            files.append(tmp_path / f"{first}-{'draw' in table.column_names}.parquet")
            pq.write_table(table, files[-1])
    return values, numbers, sites


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_ranges_are_those_of_numpy_however_many_rows_are_held(blocks, rows: int):
    values, files, _ = blocks
    named = pd.DataFrame({"metric": list("abcdefg")})
    table = pd.concat(ranges(named, files, rows=rows), ignore_index=True)
    assert table["metric"].tolist() == list("abcdefg")
    assert table["as_given"].tolist() == pytest.approx(values[0].tolist())
    for k in (0, 1, 3, 5, 6):
        ends = np.percentile(values[1:, k], [5, 50, 95])
        assert table.loc[k, ["low_5", "median", "high_95"]].tolist() == pytest.approx(ends.tolist())
    assert table["draws_without"].tolist() == pytest.approx([0, 0, 22 / 24, 0, 1, 0, 0])
    assert np.isnan(table["median"][4])


def test_shares_of_sites_are_counted_without_the_study_as_given(blocks):
    _, _, files = blocks
    table = site_shares(files, draws=24)
    # Draws 5, 10, 15 and 20 choose b, and so does draw 0, which does not count.
    assert table.to_numpy().tolist() == [
        [1, "a", False, 20 / 24],
        [1, "b", True, 4 / 24],
        [2, "c", True, 1.0],
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"slowdown": (1.2, 1.0)}, "low end first"),
        ({"slowdown": (0.0, 1.0)}, "low end first"),
        ({"class_sigma": -0.1}, "a spread lies between 0 and 3"),
        ({"demand_sigma": float("nan")}, "a spread lies between 0 and 3"),
        ({"closed": 1.5, "new_sites": 9}, "closed road.*; sites are chosen for 0 to 5"),
    ],
)
def test_impossible_spreads_are_refused_all_at_once(wrong: dict, words: str):
    with pytest.raises(StudyError, match=words):
        Spreads(**wrong)
