"""The command on sites: its answers, its tables, and what it says to bad usage and bad files."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner, Result

from shelter_geo.analysis.norms import whole_places
from shelter_geo.analysis.siting_question import question_from_file
from shelter_geo.cli.site import register
from shelter_geo.errors import SitingError, TableError
from shelter_geo.publish.siting.lines import CHANGES, PLACES, SERVED
from shelter_geo.siting import model_choices
from shelter_geo.study.study import Study
from shelter_geo.vocabulary import Effect

THREE = """candidate_id,name,lat,lon,allowed,cost,place_cost,most_places
north,North,41.36,48.51,,30,2,20
west,West,41.19,47.17,yes,,,
shut,Shut,40.50,47.50,no,,,
"""


def site(*arguments: str | Path) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=True)


def answer(*arguments: str | Path) -> list[str]:
    done = site(*arguments)
    assert done.exit_code == 0, done.exception
    return done.stdout.splitlines()


@pytest.fixture
def three(tmp_path: Path) -> Path:
    path = tmp_path / "three.csv"
    path.write_text(THREE, encoding="utf-8")
    return path


def test_the_card_says_what_is_proven_and_who_gains(tmp_path: Path) -> None:
    lines = answer("--model", "p-median", "--new", "3", "--out", tmp_path)
    assert lines[0] == "Least travel for all (p-median): optimal"
    assert lines[1] == "Counted: residents"
    assert lines[2].endswith("gap 0.00%")
    assert lines[3] == "Opens: Nakhchivan; Bilasuvar; Yevlakh"
    assert sum(line.startswith("Worth of ") for line in lines) == 3
    assert "Farther than today: nobody" in lines
    # Those had no road before: they are not among those who have a nearer shelter.
    assert "Nearer than today: 4,222,500 people" in lines
    reached = "With a road inside the country at last, 472,400 people: Babek"
    assert any(line.startswith(reached) for line in lines)
    assert lines[-1].startswith("Least travel for all (p-median). Makes the distance")
    table = pd.read_csv(tmp_path / "changes_by_district.csv")
    assert tuple(table.columns) == CHANGES
    assert len(table) == 75
    assert (table["change"] == Effect.COMES_WITHIN_REACH).sum() == 8
    assert set(table["cost_unit"]) == {"km"}


@pytest.mark.parametrize(
    ("arguments", "opening"),
    [
        (("--model", "p-center", "--new", "2"), "Nobody farther than necessary"),
        (("--model", "mclp", "--new", "2", "--within", "100km"), "Most people within a limit"),
        (("--model", "own-region", "--new", "2"), "Most women with a shelter in their own region"),
        (("--model", "uptake", "--new", "2", "--within", "50 km"), "Most people who would come"),
        (("--model", "kolm-pollak", "--new", "2"), "Fair distances"),
        (("--new", "1", "--within", "400km"), "Nobody beyond a limit, then least travel"),
    ],
)
def test_every_model_answers(arguments: tuple[str, ...], opening: str) -> None:
    lines = answer(*arguments)
    assert lines[0].startswith(opening)
    assert lines[0].endswith("optimal")


@pytest.mark.parametrize(
    ("arguments", "unit"),
    [
        (("--model", "p-center", "--new", "1"), "km at worst"),
        (("--model", "mclp", "--new", "1", "--within", "90min"), "% of people at worst"),
        (("--new", "1", "--within", "400km"), "km at worst"),
    ],
)
def test_a_plan_is_held_against_scenarios(arguments: tuple[str, ...], unit: str) -> None:
    lines = answer(*arguments, "--robust")
    assert any(line.startswith("Held against 100 scenarios") for line in lines)
    plan = next(line for line in lines if line.startswith("This plan"))
    opened = next(line for line in lines if line.startswith("Opens: ")).removeprefix("Opens: ")
    assert opened in plan
    assert plan.endswith(unit)


def test_no_new_site_tells_of_today() -> None:
    lines = answer("--new", "0")
    assert lines[0].endswith("optimal")
    assert "Opens: nothing" in lines


def test_a_number_of_sites_below_zero_is_refused() -> None:
    done = site("--new", "-1")
    assert isinstance(done.exception, SitingError)
    assert "-1 sites cannot be opened" in str(done.exception)


def test_a_candidate_beside_a_shelter_and_one_twice_over_are_answered(
    study: Study, tmp_path: Path
) -> None:
    point = study.shelters.geometry.iloc[0]
    row = f"{point.y:.4f},{point.x:.4f}"
    path = tmp_path / "alike.csv"
    path.write_text(
        f"candidate_id,lat,lon\nbeside,{row}\na,39.2,45.4\nagain,39.2,45.4\n", encoding="utf-8"
    )
    lines = answer("--new", "1", "--candidates", path)
    # Two candidates at one point are equally good: the first by its key is named.
    assert "Opens: a" in lines
    assert any(line.strip().startswith("again: 0.0% worse") for line in lines)


def test_minutes_are_minutes() -> None:
    lines = answer("--model", "mclp", "--new", "1", "--within", "90min")
    assert any(
        line.startswith("Of those with a road: mean ") and " min, half within" in line
        for line in lines
    )
    # Minutes are told as time, not as distance.
    assert any(line.startswith("Trip takes less time than today: ") for line in lines)
    assert "Trip takes longer than today: nobody" in lines


def test_a_plan_that_cannot_be_says_why() -> None:
    few = answer("--new", "2", "--per-region")
    assert few[0].endswith("infeasible")
    assert few[2].startswith("12 regions have no shelter and 2 may be opened: ")
    assert "East Zangezur" in few[2]
    far = answer("--new", "1", "--within", "50km")
    assert far[2].startswith("1 sites leave ")


def test_answers_speak_the_language_that_is_asked_for() -> None:
    asked = ("--model", "p-median", "--new", "3", "--lang")
    english, azerbaijani = answer(*asked, "en"), answer(*asked, "az")
    assert len(english) == len(azerbaijani)
    assert azerbaijani[0] == "Hamı üçün ən az yol (p-median): ən yaxşısı olduğu sübut edilib"
    assert azerbaijani[1] == "Sayılır: faktiki yaşayanlar"
    assert azerbaijani[2].startswith("adam-km: ")
    assert azerbaijani[3] == "Açılır: Naxçıvan; Biləsuvar; Yevlax"
    assert english[3] == "Opens: Nakhchivan; Bilasuvar; Yevlakh"
    both = set(english) & set(azerbaijani)
    assert both == {""}
    figures = [re.findall(r"\d+", lines[2]) for lines in (english, azerbaijani)]
    assert figures[0] == figures[1]


def test_a_plan_that_cannot_be_says_why_in_russian() -> None:
    few = answer("--new", "2", "--per-region", "--lang", "ru")
    assert few[2].startswith("Регионов без убежища: 12, можно открыть: 2. Регионы: ")
    assert not re.search("[A-Za-zƏə]", few[2])


def test_a_language_that_the_study_lacks_is_refused() -> None:
    done = site("--new", "1", "--lang", "xx")
    assert done.exit_code == 2
    assert "choose one of en, az, ru" in " ".join(done.output.replace("│", " ").split())


def test_candidates_of_ones_own(three: Path) -> None:
    lines = answer("--new", "2", "--candidates", three)
    assert lines[3] == "Opens: North; West"
    assert any(
        line.startswith("Note: 472,429 people cannot be reached by any site") for line in lines
    )
    assert any(
        line.startswith("Still without a road inside the country to any: Babek, ") for line in lines
    )


def test_a_budget_buys_places_and_says_who_has_none(three: Path, tmp_path: Path) -> None:
    lines = answer(
        "--model", "places-budget", "--budget", "60", "--candidates", three,
        "--out", tmp_path / "out",
    )  # fmt: skip
    # 175 places stand and 60 more are bought at a cost of 1 each; the norm asks for 1,006,
    # one for every 10,000 of the 10,062,869 residents.
    assert lines[2] == "Family places missing: 771 of 1,006 (no plan has fewer than 771)"
    assert "Without a place (no site can be reached): 47" in lines
    places = pd.read_csv(tmp_path / "out" / "places.csv")
    served = pd.read_csv(tmp_path / "out" / "served.csv")
    assert (tuple(places.columns), tuple(served.columns)) == (PLACES, SERVED)
    assert places["places_added"].sum() == places["cost"].sum() == 60
    assert served["places"].sum() == 235


def test_without_a_cap_or_regions_a_warning_says_where_the_places_go(tmp_path: Path) -> None:
    bare = ("--model", "places-budget", "--new", "2", "--out", tmp_path / "out")
    lines = answer(*bare)
    (warning,) = [line for line in lines if line.startswith("Warning:")]
    opened = [re.match(r"  (.+?) (?:adds|opens) ", line) for line in lines]
    towns = {match[1] for match in opened if match}
    assert towns
    assert all(town in warning for town in towns)
    places = pd.read_csv(tmp_path / "out" / "places.csv")
    acted = places["places_added"] > 0
    assert (places.loc[acted, "warning"] == warning).all()
    assert places.loc[~acted, "warning"].isna().all()
    # 175 places are 175 family places or, at 2.5 to a family, 70.
    assert any(line.endswith("more family places are missing: 105") for line in lines)
    for more in (("--most-places", "20"), ("--per-region", "--new", "12")):
        assert not [line for line in answer(*bare, *more) if line.startswith("Warning:")]


def test_a_file_of_candidates_is_placed_and_priced(study: Study, three: Path) -> None:
    sites = question_from_file(study, three).sites
    assert sites.loc["north", "region"] == "Guba-Khachmaz"
    assert sites.loc[["north", "west", "shut"], "allowed"].tolist() == [True, True, False]
    assert sites.loc["north", ["cost", "place_cost", "most_places"]].tolist() == [30, 2, 20]
    assert sites.loc["west", ["cost", "place_cost", "most_places"]].isna().all()
    assert (sites["role"] == "shelter").sum() == len(study.shelters)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("candidate_id,lat,lon\n", TableError, "the table holds no row"),
        ("candidate_id,lat\na,40\n", TableError, "column lon: the column is missing"),
        ("candidate_id,lat,lon\na,91,48\n", TableError, "is not a latitude"),
        ("candidate_id,lat,lon\na,40,48\na,40,48\n", TableError, "stands more than once"),
        ("candidate_id,lat,lon,allowed\na,40,48,maybe\n", TableError, "must be one of yes, no"),
        ("candidate_id,lat,lon,cost\na,40,48,-1\n", TableError, "not a whole number"),
        ("candidate_id,lat,lon\na,inf,48\n", TableError, "is not a number"),
        ("candidate_id,lat,lon\na,,48\n", TableError, "the cell is empty"),
        ("candidate_id,lat,lon,cost\na,40,48,inf\n", TableError, "not a whole number"),
        ("candidate_id,lat,lon,most_places\na,40,48,-3\n", TableError, "not a whole number"),
        ("candidate_id,lat,lon,allowed\na,40,48,no\n", TableError, "no candidate is allowed"),
        ("candidate_id,lat,lon\nganja,40,48\n", TableError, "key of a shelter that stands"),
    ],
)
def test_a_file_at_fault_is_refused(
    study: Study, tmp_path: Path, text: str, error: type[Exception], message: str
) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        question_from_file(study, path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "gravity"), "choose one of"),
        ((), "how many new sites"),
        (("--new", "1", "--within", "far"), "100km or 90min"),
        (("--new", "1", "--within", "-5km"), "100km or 90min"),
        (("--model", "mclp", "--new", "1"), "needs a limit"),
        (("--model", "p-center", "--new", "1", "--within", "9km"), "has no limit"),
        (("--model", "lscp", "--new", "1", "--within", "9km"), "finds the number itself"),
        (
            (
                "--model",
                "places-budget",
            ),
            "give it, or --new",
        ),
        (("--new", "1", "--budget", "5"), "only places-budget"),
        (("--new", "1", "--time-limit", "0"), "above 0"),
        (("--new", "0", "--robust"), "at least one new site"),
        (("--model", "uptake", "--new", "1", "--within", "9km", "--robust"), "only for p-median"),
    ],
)
def test_bad_usage_is_told_before_anything_is_read(
    arguments: tuple[str, ...], message: str
) -> None:
    done = site(*arguments)
    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())


def test_more_sites_than_candidates_are_refused(three: Path) -> None:
    done = site("--new", "3", "--candidates", three)
    assert isinstance(done.exception, SitingError)
    assert "3 sites cannot be opened: there are 2 candidates" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--budget", "-1"), "the budget lies between 0"),
        (("--new", "-2"), "the actions lies between 0"),
        (("--budget", "9", "--place-cost", "-1"), "costs and places are 0 or more"),
        (("--budget", "9", "--open-cost", "-1"), "costs and places are 0 or more"),
        (("--budget", "9", "--most-places", "-1"), "costs and places are 0 or more"),
    ],
)
def test_money_and_places_below_zero_are_refused(arguments: tuple[str, ...], message: str) -> None:
    done = site("--model", "places-budget", *arguments)
    assert isinstance(done.exception, SitingError)
    assert message in str(done.exception)


def test_no_money_adds_no_place() -> None:
    lines = answer("--model", "places-budget", "--budget", "0")
    assert lines[0].endswith("optimal")
    # 175 family places stand and the norm asks for 1,006.
    assert lines[2].startswith("Family places missing: 831 of 1,006")
    assert "Spent: 0" in lines


def test_places_of_the_norm_add_up_to_the_whole() -> None:
    people = pd.Series([14_000, 14_000, 12_000], index=["a", "b", "c"])
    # 1.4, 1.4 and 1.2 add up to 4: the one more goes to the first of the largest remainders.
    assert whole_places(people, 10_000).to_dict() == {"a": 2, "b": 1, "c": 1}


def test_all_models_are_named_in_the_help() -> None:
    text = " ".join(site("--help").output.split())
    assert all(model.split("-")[0] in text for model in model_choices())
