"""Published claims beside what the data give, each by the rule that it names."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import networkx as nx
import pandas as pd
import pytest
from helpers.study_copy import StudyCopy, copy_study
from pydantic import ValidationError

from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.claims import Measured, compare_claims, districts_as_far, main_city
from shelter_geo.errors import TableError
from shelter_geo.study.claims import Claim
from shelter_geo.study.load import bundled_study, load_study
from shelter_geo.vocabulary import ClaimRule, Verdict

CLAIMS = "published/claims.csv"
STATISTICS = pd.DataFrame(
    {"measure": "crimes", "year": [2018, 2019, 2020, 2023], "value": [1000.0, 1400, None, 9000]}
)


def claim(low: float | None, high: float | None, **given: object) -> Claim:
    fields = {"id": "c", "statement": "s", "measure": "places", "unit": "places", "source": "x"}
    return Claim.model_validate(
        {**fields, "evidence": "sourced", "low": low, "high": high, **given}
    )


def verdict(said: Claim, found: Measured | None = None) -> str:
    measures = {} if found is None else {str(said.measure): found}
    return str(compare_claims([said], measures, STATISTICS).loc[0, "verdict"])


@pytest.mark.parametrize(
    ("published", "data", "expected"),
    [
        ((175, 175), (175, 175), Verdict.HOLDS),
        ((9, 11), (9.5, 10), Verdict.HOLDS),
        ((9.5, 10.5), (5.8, 14.5), Verdict.HOLDS_IN_PART),
        ((9, 11), (11, 12), Verdict.HOLDS_IN_PART),
        ((9, 11), (12, 13), Verdict.DOES_NOT_HOLD),
        ((9, 11), (1, 8), Verdict.DOES_NOT_HOLD),
    ],
)
def test_verdict_follows_the_ranges(
    published: tuple[float, float], data: tuple[float, float], expected: str
) -> None:
    assert verdict(claim(*published), Measured(*data, "note")) == expected


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ((10.3, 10.6), Verdict.HOLDS),
        ((5.8, 10.3, 10.6, 14.5), Verdict.HOLDS_IN_PART),
        ((5.8, 14.5), Verdict.DOES_NOT_HOLD),  # between the readings lies nothing that was counted
    ],
)
def test_ten_times_holds_for_the_readings_that_give_it(
    readings: tuple[float, ...], expected: str
) -> None:
    said = claim(10, 10, measure="times_fewer", about_percent=10)
    assert verdict(said, Measured(min(readings), max(readings), "", readings)) == expected


def places(**km: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name_en": list(km),
            "distance_km": list(km.values()),
            "population": 10,
            "is_district": True,
        }
    )


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [
        ({"a": 20, "b": 271}, {"a": 20, "b": 271}, Verdict.HOLDS),
        ({"a": 20, "b": 269}, {"a": 20, "b": 400}, Verdict.HOLDS_IN_PART),
        ({"a": 20, "b": 269}, {"a": 20, "b": 269}, Verdict.DOES_NOT_HOLD),
    ],
)
def test_one_place_bears_out_a_journey_from_some_areas(
    near: dict[str, float], far: dict[str, float], expected: str
) -> None:
    found = Measured(
        max(near.values()), max(far.values()), "", near=places(**near), far=places(**far)
    )
    said = claim(300, 300, measure="travel_km", about_percent=10)
    table = compare_claims([said], {"travel_km": found})
    assert table.loc[0, "verdict"] == expected
    assert table.loc[0, "districts"] == sum(km >= 270 for km in near.values())


def test_cases_are_the_mean_of_the_years_that_the_claim_speaks_of() -> None:
    given = {"measure": "cases_a_year", "statistic": "crimes", "first_year": 2018}
    said = claim(1200, 1200, **given, last_year=2020)  # (1000 + 1400) / 2, without the gap
    assert verdict(said) == Verdict.HOLDS
    assert verdict(claim(1400, 1400, **given, last_year=2020)) == Verdict.HOLDS_IN_PART
    assert verdict(claim(1100, 1110, **given, last_year=2020)) == Verdict.DOES_NOT_HOLD
    assert verdict(claim(1, 9, **{**given, "statistic": "x"}, last_year=2020)) == (
        Verdict.CANNOT_BE_TESTED_HERE
    )


def test_an_input_is_not_tested_against_itself_and_silence_is_no_refutation() -> None:
    assert verdict(claim(175, 175, is_input=True), Measured(175, 175, "")) == (
        Verdict.INPUT_NOT_TESTED
    )
    assert verdict(claim(80, 80, measure=None)) == Verdict.CANNOT_BE_TESTED_HERE


@pytest.mark.parametrize(
    ("low", "high", "given", "message"),
    [
        (2, 1, {}, "low is above high"),
        (None, 1, {}, "give low and high"),
        (1, 1, {"measure": "cases_a_year"}, "needs statistic"),
        (1, 1, {"about_percent": 100}, "less than 100"),
        (1, 1, {"measure": "feelings"}, "measure"),
    ],
)
def test_claims_that_cannot_be_judged_are_refused(
    low: float | None, high: float | None, given: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        claim(low, high, **given)


VERDICTS = {
    "places-175": Verdict.INPUT_NOT_TESTED,
    "two-cities": Verdict.INPUT_NOT_TESTED,
    "four-houses": Verdict.INPUT_NOT_TESTED,
    "ten-times": Verdict.HOLDS_IN_PART,
    "300-km": Verdict.HOLDS,
    "crimes-1300": Verdict.HOLDS,
    "missing-58": Verdict.DOES_NOT_HOLD,
    "half-placed": Verdict.CANNOT_BE_TESTED_HERE,
}


def test_bundled_claims_have_their_verdicts_and_say_where_they_stand(
    evaluation: Evaluation,
) -> None:
    table = evaluation.claims.set_index("claim_id")
    assert table["verdict"].loc[list(VERDICTS)].to_dict() == VERDICTS
    assert (table["document"] != "").all()
    assert (table["paragraph"] != "").all()
    assert not (table["evidence"] == "recalled").any()
    assert set(table["rule"]) <= set(ClaimRule)


def test_the_journey_of_the_bundled_claim_from_the_tables_alone(evaluation: Evaluation) -> None:
    data = bundled_study().parent
    districts = pd.read_csv(data / "population/districts.csv")
    links = pd.read_csv(data / "roads/links.csv")
    nodes = pd.read_csv(data / "roads/nodes.csv")
    roads = nx.DiGraph()
    for link in links.itertuples():
        there = (link.from_node, link.to_node, link.km, link.minutes)
        back = (link.to_node, link.from_node, link.km_back, link.minutes_back)
        for start, end, km, minutes in (there, back):
            if minutes < roads.get_edge_data(start, end, {"minutes": math.inf})["minutes"]:
                roads.add_edge(start, end, km=km, minutes=minutes)
    lived = districts[districts["counts_registered_not_resident"] == "no"]
    centre = nodes[nodes["kind"] == "district_centre"].set_index("district_id")["node_id"]
    at = lived["district_id"].map(centre)
    towards = roads.reverse()
    shelters = pd.read_csv(data / "shelters/shelters.csv")
    homes = districts.set_index("district_id").loc[shelters["district_id"].unique()]
    ways = {}
    for key, name in zip(homes.index, homes["centre_en"], strict=True):
        paths = nx.single_source_dijkstra_path(towards, centre[key], weight="minutes")
        ways[name] = {
            node: sum(towards.edges[step]["km"] for step in itertools.pairwise(path))
            for node, path in paths.items()
            if node in set(at)
        }
    nearest = at.map(lambda node: min(way.get(node, math.inf) for way in ways.values()))
    to_baku = at.map(lambda node: ways["Baku"].get(node, math.nan))
    far = lived[nearest.between(270, 1000)]
    row = evaluation.claims.set_index("claim_id").loc["300-km"]
    assert set(far["name_en"]) == {"Lerik", "Astara"}
    assert row["districts"] == len(far)
    assert row["people"] == far["population"].sum() == 201_024
    assert row["data_low"] == pytest.approx(nearest[nearest < math.inf].max(), abs=0.1)
    assert row["data_high"] == pytest.approx(to_baku.max(), abs=0.1)
    said = next(c for c in evaluation.study.settings.claims if c.id == "300-km")
    assert list(districts_as_far(said, evaluation.districts)["name_en"]) == ["Lerik", "Astara"]
    assert (
        evaluation.study.settlements.loc[main_city(evaluation.study.shelters), "name_en"] == "Baku"
    )


def test_the_states_own_share_by_hand(evaluation: Evaluation) -> None:
    """The norm asks 10,127,100 people for 1,012.71 family places; 58 % missing leaves 425."""
    row = evaluation.claims.set_index("claim_id").loc["missing-58"]
    assert row["data_low"] == pytest.approx(100 * (1 - 175 / 1012.71))
    assert row["data_high"] == pytest.approx(100 * (1 - 175 / 2.5 / 1012.71))
    assert round(1012.71 * (1 - 0.58)) == 425


@pytest.fixture
def copy(tmp_path_factory: pytest.TempPathFactory) -> StudyCopy:
    return copy_study(tmp_path_factory.mktemp("claims") / "study")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("low", "400", "low is above high"),
        ("measure", "feelings", "Input should be"),
        ("statistic", "no such", "stands in no row"),
        ("evidence", "guessed", "must be one of"),
        ("claim_id", "places-175", "stands more than once"),
        ("statement_en", "", "the cell is empty"),
    ],
)
def test_faults_of_the_table_are_named(
    copy: StudyCopy, column: str, value: str, message: str
) -> None:
    row = next(i for i, r in enumerate(copy.rows(CLAIMS), start=2) if r["claim_id"] == "300-km")
    copy.set_cell(CLAIMS, row, column, value)
    with pytest.raises(TableError) as caught:
        load_study(copy.file)
    assert any(
        fault.row == row and fault.file == "claims.csv" and message in fault.message
        for fault in caught.value.faults
    ), str(caught.value)


def test_a_study_may_give_claims_in_its_file_or_none(copy: StudyCopy) -> None:
    edit: Callable[[str], str] = lambda text: text.replace(f'claims = "{CLAIMS}"\n', "")  # noqa: E731
    copy.write("study.toml", edit(copy.text("study.toml")))
    assert load_study(copy.file).settings.claims == ()


def test_no_claims_give_an_empty_table() -> None:
    assert isinstance(compare_claims([], {}), pd.DataFrame)
