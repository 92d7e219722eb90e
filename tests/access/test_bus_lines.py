"""Hours by bus: from lines that are known, as a range, and none where none is known."""

import pandas as pd
import pytest
from helpers.small_study import small_study

from shelter_geo.access.bus_lines import bus_hours, lines_to
from shelter_geo.analysis import evaluate
from shelter_geo.errors import TableError
from shelter_geo.plans import Plan, apply_plan
from shelter_geo.publish.qualifiers import bus_note, by_bus, by_bus_in_sentence
from shelter_geo.publish.words import Words
from shelter_geo.study import bundled_study, load_study

AREAS = pd.Series({"h1": "hill", "h2": "hill", "v1": "vale", "c1": "coast", "c2": "coast"})
LINES = pd.DataFrame(
    [
        ("bus", "h1", "c1", 4.5),
        ("minibus", "c1", "h2", 5.25),
        ("bus", "v1", "h1", 1.0),
        ("train", "v1", "c1", 2.0),
        ("bus", "v1", "c1", None),
        ("bus", "c2", "c1", 0.5),
        ("bus", "", "c1", 9.0),
    ],
    columns=["mode", "from_settlement", "to_settlement", "hours"],
)
TRAVEL = """\
line_id,mode,from_settlement,to_settlement,year,hours,source,evidence
a,bus,s1,s3,2024,3.5,a timetable,sourced
b,minibus,s3,s1,2019,4,a traveller,sourced
c,train,s2,s3,2025,1,a railway,sourced
"""


def with_travel(folder, text=TRAVEL):
    study = small_study(folder)
    study.write("travel.csv", text)
    study.replace("study.toml", "[roads]\n", 'travel = "travel.csv"\n\n[roads]\n')
    return study


def test_three_lines_and_one_that_is_not_known_by_hand():
    found = bus_hours(lines_to(LINES, {"c1"}, AREAS), pd.Index(["hill", "vale", "coast"]))
    # Hill has two lines, one each way. Vale has a train, a line without hours and one to the hill.
    assert found.loc["hill"].tolist() == [4.5, 5.25, "c1"]
    assert found.loc[["vale", "coast"]].isna().all(axis=None)


def test_an_area_with_a_shelter_of_its_own_takes_no_line():
    lines = lines_to(LINES, {"c1", "h1"}, AREAS)
    assert lines[["area", "town", "hours"]].to_numpy().tolist() == [["vale", "h1", 1.0]]


def test_hours_stand_in_the_tables_and_no_factor_does(tmp_path):
    evaluation = evaluate(load_study(with_travel(tmp_path).folder))
    upper, lower = evaluation.districts.loc["upper"], evaluation.districts.loc["lower"]
    assert (upper["bus_hours_low"], upper["bus_hours_high"], upper["bus_to"]) == (3.5, 4.0, "s3")
    assert pd.isna(lower["bus_hours_low"])
    assert evaluation.districts["bus_min"].isna().all()
    assert not evaluation.metrics["metric"].str.contains("bus").any()
    words = Words("en")
    assert by_bus(dict(upper)).of(words) == "3 h 30 min to 4 h"
    assert by_bus(dict(lower)) is None
    assert by_bus_in_sentence(dict(lower)).of(words) == "no bus time is known"
    note = bus_note(evaluation).of(words)
    assert "Highmill – Quayside 3 h 30 min (a timetable)" in note
    assert "Quayside – Highmill 4 h (a traveller)" in note
    assert "railway" not in note


def test_without_a_table_the_factor_is_used_and_called_assumed(tmp_path):
    evaluation = evaluate(load_study(small_study(tmp_path).folder))
    lower = evaluation.districts.loc["lower"]
    # 36 minutes by car, 1.3 times as long by bus.
    assert lower["bus_min"] == pytest.approx(1.3 * 36)
    assert by_bus(dict(lower)).of(Words("en")) == "about 45 min (assumed)"
    assert pd.isna(lower["bus_hours_low"])
    assert "1.30 times" in bus_note(evaluation).of(Words("en"))


def test_a_plan_that_changes_roads_or_gives_a_factor_takes_no_line_of_today(tmp_path):
    study = load_study(with_travel(tmp_path).folder)
    scenario = {"id": "p", "name": "p"}
    factor = Plan.model_validate({"scenario": scenario, "time_factor": {"bus": 2.0}})
    assert evaluate(apply_plan(study, factor)).districts.loc["lower", "bus_min"] == 72
    slow = Plan.model_validate({"scenario": scenario, "time_factor": {"snow": 2.0}})
    found = evaluate(apply_plan(study, slow)).districts
    assert found[["bus_min", "bus_hours_low"]].isna().all(axis=None)


def test_a_line_from_nowhere_is_a_fault(tmp_path):
    study = with_travel(tmp_path, TRAVEL.replace("a,bus,s1", "a,bus,s9"))
    with pytest.raises(TableError, match=r"travel.csv.*s9"):
        load_study(study.folder)


def test_the_bundled_lines_with_their_hours():
    table = pd.read_csv(bundled_study().parent / "roads/travel.csv")
    assert table["line_id"].is_unique
    assert table["line_id"].tolist() == sorted(table["line_id"])
    found = evaluate(load_study()).districts
    known = found.loc[
        found["bus_hours_low"].notna(), ["name_en", "bus_hours_low", "bus_hours_high"]
    ]
    # Read off the sources by hand: lines to Baku or Ganja with hours; Sheki has two.
    assert {name: (low, high) for name, low, high in known.to_numpy().tolist()} == {
        "Aghdam": (6, 6),
        "Gabala": (4.5, 4.5),
        "Guba": (2, 2),
        "Lankaran": (5.1, 5.1),
        "Sheki": (5.5, 6),
        "Shusha": (6.5, 6.5),
    }
