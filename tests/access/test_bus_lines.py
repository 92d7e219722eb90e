"""Hours by bus and nights of waiting, from lines that are known, and none where none is known."""

import pandas as pd
import pytest
from helpers.small_study import small_study
from hypothesis import given, settings
from hypothesis import strategies as st

from shelter_geo.access.bus_lines import Departures, bus_hours, lines_to, nights_waited
from shelter_geo.analysis import evaluate
from shelter_geo.errors import CostError, TableError
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


def line(first: str, last: str, hours: float) -> Departures:
    ends = (int(time[:2]) * 60 + int(time[3:]) for time in (first, last))
    return Departures(*ends, round(60 * hours))


@pytest.mark.parametrize(
    ("there", "back", "nights"),
    [
        # Home again at 10:00 to 12:00: after the last way there at 8:00.
        (line("06:00", "08:00", 2), line("06:00", "18:00", 2), (1, 1)),
        # Home again at 10:00 to 16:00: the last way there is at noon.
        (line("06:00", "12:00", 2), line("06:00", "18:00", 2), (0, 1)),
        # Arrives at 13:00, home at 20:00; the first way there again is at 6:00: one night.
        (line("06:00", "06:00", 7), line("06:00", "18:00", 7), (1, 1)),
        # Arrives at 13:00, after the one way back at 7:00; home at 14:00, after the one at 6:00.
        (line("06:00", "06:00", 7), line("07:00", "07:00", 7), (2, 2)),
        # The night bus there arrives at 6:00; home at 13:00, in time for the next one at 22:00.
        (line("22:00", "22:00", 8), line("07:00", "07:00", 6), (0, 0)),
    ],
)
def test_nights_of_home_city_home_city_by_hand(there, back, nights):
    assert nights_waited([[there], [back], [there]]) == nights


def test_a_last_bus_is_caught_to_the_minute():
    morning, back = line("06:00", "06:00", 5), line("07:00", "11:00", 5)
    assert nights_waited([[morning], [back]]) == (0, 0)
    assert nights_waited([[morning], [back._replace(last=659)]]) == (1, 1)
    # Where another line leaves later that day, nobody waits for the morning.
    late = line("20:00", "20:00", 9)
    assert nights_waited([[morning], [back._replace(last=659), late]]) == (0, 0)
    assert nights_waited([[morning]]) == (0, 0)


def waited(legs, minute, day=0):
    """Follow one traveller on a clock that runs on, minute by minute, by every line in turn."""
    if not legs:
        return {0}
    found = set()
    clock = day * 1440 + minute
    leaving = []
    while not leaving:
        of_day = clock % 1440
        leaving = [each for each in legs[0] if each.first <= of_day <= each.last]
        clock += not leaving
    later = [
        each
        for each in legs[0]
        if clock // 1440 == day and each not in leaving and each.first > clock % 1440
    ]
    if clock // 1440 > day:
        # Next morning she takes whichever line she likes when it first leaves.
        later = [each for each in legs[0] if each not in leaving]
    for each in leaving + later:
        leaves = clock if each in leaving else clock // 1440 * 1440 + each.first
        arrives = leaves + each.minutes
        nights = leaves // 1440 - day
        found |= {nights + n for n in waited(legs[1:], arrives % 1440, arrives // 1440)}
    return found


RANDOM_LINES = st.builds(
    lambda ends, minutes: Departures(*sorted(ends), minutes),
    st.tuples(st.integers(0, 1439), st.integers(0, 1439)),
    st.integers(1, 2000),
)


@settings(max_examples=25)
@given(st.lists(st.lists(RANDOM_LINES, min_size=1, max_size=2), min_size=1, max_size=3))
def test_nights_are_those_of_every_traveller_minute_by_minute(legs):
    first, last = min(each.first for each in legs[0]), max(each.last for each in legs[0])
    # Few starts are followed where there are many: none of them may lie outside.
    every = [first, last, *range(first, last, 7)]
    seen = set().union(*(waited(legs, minute) for minute in every))
    low, high = nights_waited(legs)
    assert low <= min(seen)
    assert max(seen) <= high
    if last - first < 300:
        seen = set().union(*(waited(legs, minute) for minute in range(first, last + 1)))
        assert (low, high) == (min(seen), max(seen))


def test_nights_without_a_line_and_impossible_lines():
    there = line("06:00", "08:00", 2)
    assert nights_waited([[there], []]) is None
    for bad in (there._replace(first=481), there._replace(last=1440), there._replace(minutes=0)):
        with pytest.raises(CostError, match="cannot have these departures"):
            nights_waited([[there], [bad]])


DEPARTING = """\
line_id,mode,from_settlement,to_settlement,year,hours,first_departure,last_departure,\
first_departure_back,last_departure_back,source,evidence
a,bus,s1,s3,2024,3.5,06:00,12:00,07:00,11:00,a timetable,sourced
b,bus,s2,s3,2024,1,06:00,,,,a sign at the stop,sourced
"""


@pytest.mark.parametrize(
    ("old", "new", "column", "said"),
    [
        ("06:00,12:00", "06:00,25:00", "last_departure", "is not a time of day"),
        ("06:00,12:00", "6:00,12:00", "first_departure", "is not a time of day"),
        ("07:00,11:00", "07:00,11:60", "last_departure_back", "is not a time of day"),
        ("06:00,12:00", "12:30,12:00", "last_departure", "the last departure is before the first"),
        ("07:00,11:00", "11:01,11:00", "last_departure_back", "departure is before the first"),
        ("s3,2024,1,06", "s3,2024,,06", "first_departure", "departures of a line whose hours are"),
    ],
)
def test_departures_that_cannot_be_are_faults(tmp_path, old, new, column, said):
    study = with_travel(tmp_path, DEPARTING)
    load_study(study.folder)
    study.replace("travel.csv", old, new)
    with pytest.raises(TableError, match=said) as raised:
        load_study(study.folder)
    assert f"column {column}:" in str(raised.value)
    assert "travel.csv" in str(raised.value)
