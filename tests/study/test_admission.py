"""Answers on who is admitted where: the table goes before the facilities' own columns."""

import shutil

import pandas as pd
import pytest

from shelter_geo.capacity.groups import admission, places_for_group, refusals_reported
from shelter_geo.errors import TableError
from shelter_geo.study.facilities import with_admission
from shelter_geo.study.load import bundled_study, load_study

HOUSES = pd.DataFrame(
    {"shelter_id": ["a", "b", "c"], "men": ["no", "no", "yes"], "places": [30, 120, 25]}
)


def answers(*rows):
    return pd.DataFrame(rows, columns=["shelter_id", "group", "admitted"])


def test_the_table_answers_before_the_column_and_silence_is_unknown():
    table = answers(("a", "men", "yes"), ("a", "epilepsy", "case_by_case"))
    found = with_admission(HOUSES, table)
    assert found["men"].tolist() == ["yes", "no", "yes"]
    assert found["epilepsy"].tolist() == ["case_by_case", "unknown", "unknown"]
    assert with_admission(None, table) is None
    assert with_admission(HOUSES, None) is HOUSES


def test_places_of_a_group_range_over_everything_that_is_not_settled():
    table = answers(
        ("a", "lgbtq", "refusals_reported"),
        ("b", "lgbtq", "no"),
        ("c", "lgbtq", "yes"),
        ("a", "without_police_papers", "refusals_reported"),
        ("b", "without_police_papers", "yes"),
        ("c", "without_police_papers", "no"),
    )
    found = with_admission(HOUSES, table)
    assert places_for_group(admission(found, ["lgbtq"]), found["places"]) == (25, 55)
    papers = admission(found, without_police_papers=True)
    assert places_for_group(papers, found["places"]) == (120, 150)
    assert refusals_reported(found, ["lgbtq"])
    assert refusals_reported(found, without_police_papers=True)
    assert not refusals_reported(found, ["men"])
    assert not refusals_reported(found)


def test_the_bundled_answers_as_their_sources_give_them():
    study = load_study()
    shelters = study.shelters
    # 30 state places answer yes for women, and the house in Ganja is implied to (25 assumed).
    assert places_for_group(admission(shelters, ["women"]), shelters["places"]) == (55, 175)
    for group in ("men", "lgbtq"):
        assert places_for_group(admission(shelters, [group]), shelters["places"]) == (0, 175)
    for group in ("addiction", "mental_illness", "infectious_disease"):
        assert places_for_group(admission(shelters, [group]), shelters["places"]) == (0, 145)
    assert study.admission["source"].ne("").all()
    assert not study.admission.duplicated(["shelter_id", "group"]).any()


def test_an_answer_on_a_shelter_that_is_not_there_is_refused(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(bundled_study().parent, folder)
    file = folder / "shelters" / "admission.csv"
    file.write_text(file.read_text().replace("ganja,men", "gandja,men"))
    with pytest.raises(TableError, match="gandja"):
        load_study(folder)
