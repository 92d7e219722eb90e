"""Where a shelter could be opened: centres of districts and places that are listed as large."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.small_study import small_study

from shelter_geo.analysis.candidates import candidate_sites
from shelter_geo.analysis.siting_question import site_question
from shelter_geo.errors import SitingError
from shelter_geo.study.load import load_study
from shelter_geo.study.study import Study


def test_candidates_are_centres_and_places_listed_as_large(study: Study) -> None:
    found = candidate_sites(study.districts, study.settlements, study.shelters)
    candidates = found[found["role"] == "candidate"]
    listed = study.settlements["population_listed"].fillna(0) > 5000
    assert set(study.settlements.index[listed.to_numpy(bool)]) <= set(candidates.index)
    assert set(candidates["district_id"]) == set(study.districts.index)
    small = candidates[~candidates.index.isin(study.settlements.index[listed.to_numpy(bool)])]
    centres = study.settlements.loc[small.index, ["lon", "lat"]].to_numpy()
    own = study.districts.loc[small["district_id"], ["lon", "lat"]].to_numpy()
    assert abs(centres - own).max() < 1e-4
    shelters = found[found["role"] == "shelter"]
    assert shelters["places"].sum() == study.shelters["places"].sum()
    assert found.index.name == "site_id"
    assert list(found.index) == sorted(found.index)
    every = candidate_sites(study.districts, study.settlements, study.shelters, min_population=0)
    assert len(every) > len(found)


def test_people_handed_out_to_a_village_make_it_no_candidate(study: Study) -> None:
    village = study.settlements[
        (study.settlements["population"] > 5000)
        & (study.settlements["population_listed"].fillna(0) <= 5000)
    ]
    found = candidate_sites(study.districts, study.settlements, study.shelters)
    centres = study.districts[["lon", "lat"]].round(4).apply(tuple, axis=1)
    plain = village[~village[["lon", "lat"]].round(4).apply(tuple, axis=1).isin(set(centres))]
    assert len(plain) > 20
    assert not set(plain.index) & set(found.index)


def test_candidates_that_make_no_sense_are_refused(study: Study) -> None:
    with pytest.raises(SitingError, match="0 or more"):
        candidate_sites(study.districts, study.settlements, study.shelters, min_population=-1)
    bare = study.settlements[study.settlements["district_id"] != study.districts.index[0]]
    with pytest.raises(SitingError, match="without any settlement"):
        candidate_sites(study.districts, bare, study.shelters)
    clash = study.shelters.assign(shelter_id=study.shelters["settlement_id"])
    with pytest.raises(SitingError, match="two sites"):
        candidate_sites(study.districts, study.settlements, clash)


def test_a_settlement_that_joins_no_road_is_no_candidate_of_a_question(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    line = "isle,Isle,coast,40.05,-29.05,7000\n"
    study.write("settlements.csv", study.text("settlements.csv") + line)
    study.replace("study.toml", "max_connector_km = 10.0", "max_connector_km = 5.0")
    allowed = site_question(load_study(study.file)).sites["allowed"]
    assert allowed.to_dict() == {
        "isle": False,
        "quayside-1": True,
        "s1": True,
        "s2": True,
        "s3": True,
    }


def test_where_no_settlement_joins_a_road_each_is_a_candidate(tmp_path: Path) -> None:
    study = small_study(tmp_path / "s")
    study.write("links.csv", "from_node,to_node,km,minutes\n")
    study.change("nodes.csv", lambda row: row.update(lat=str(float(row["lat"]) + 0.2)))
    question = site_question(load_study(study.file))
    assert question.sites["allowed"].all()
