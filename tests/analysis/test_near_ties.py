"""Second roads nearly as fast as the first: only to the nearest shelter, only on roads as given."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from helpers.speaking import said

from shelter_geo.analysis import Evaluation, near_ties, other_km
from shelter_geo.errors import CostError
from shelter_geo.publish.study.headline import either_distance, headline, key_figures
from shelter_geo.publish.study.study_texts import notes
from shelter_geo.publish.words import Words
from shelter_geo.study.load import bundled_study


def test_both_lengths_are_given_for_the_nearest_city_alone(evaluation: Evaluation) -> None:
    table = pd.read_csv(bundled_study().parent / "roads/near_ties.csv").set_index("district_id")
    found = near_ties(evaluation)
    # Lerik has two roads to Baku and two to Ganja; Baku is the nearer of them.
    assert (found.index == "AZ-LER").sum() == 1
    assert found.at["AZ-LER", "other_km"] == 264.0
    for key, row in found.iterrows():
        one = table.loc[[key]]
        assert row["other_km"] in set(one["km_other"])
        # What stands in the table was measured on all roads, the fastest distance on ours.
        assert (one["km_fastest"] - row["distance_km"]).abs().min() < 2.5
        assert (one["min_fastest"] - row["travel_min"]).abs().min() < 4
    assert other_km(evaluation, "AZ-ZAN") == 294.9
    assert other_km(evaluation, "AZ-AST") is None
    # Barda is nearer to Ganja, and its second road leads to Baku.
    assert other_km(evaluation, "AZ-BAR") is None


def test_without_a_table_or_on_other_roads_there_is_no_second_road(evaluation: Evaluation) -> None:
    study = evaluation.study
    bare = replace(evaluation, study=replace(study, near_ties=None))
    changed = replace(evaluation, study=replace(study, roads_before=study.network))
    for other in (bare, changed):
        assert near_ties(other).empty
        assert other_km(other, "AZ-ZAN") is None
        assert headline(other).farthest_other_km is None


def test_an_unknown_district_is_refused(evaluation: Evaluation) -> None:
    with pytest.raises(CostError, match="unknown district: AZ-NOWHERE"):
        other_km(evaluation, "AZ-NOWHERE")


def test_a_district_of_two_roads_is_named_with_both_lengths(evaluation: Evaluation) -> None:
    assert said(key_figures(evaluation)[0][1]) == "Zangilan, 307 km (or 295 km)"
    lines = [said(note) for note in notes(evaluation) if "two roads" in said(note)]
    assert len(lines) == 1
    assert "Gubadli 275 km (or 263 km); " in lines[0]
    # 12.46 and 12.1 km are one length to a reader.
    assert "Samukh" not in lines[0]
    assert other_km(evaluation, "AZ-SMX") is None
    assert either_distance(Words("ru"), 10.0, 12.4) == "10 км (или 12 км)"
    assert either_distance(Words("az"), 10.0, None) == Words("az").distance(10.0)
