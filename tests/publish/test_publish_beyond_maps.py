"""Maps beyond the distance: of one's own area, and of how soon other services begin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer
from helpers.bad_inputs import PLAN as MORE
from helpers.reading import read_page
from helpers.small_study import DEMAND, small_study
from helpers.speaking import LANGUAGES
from typer.testing import CliRunner, Result

from shelter_geo.analysis import TODAY, CapacityResults, Evaluation, capacity_results, evaluate
from shelter_geo.cli.pages import register
from shelter_geo.errors import OutputError
from shelter_geo.publish.palette import DISTANCE, MISSING, NamedClasses, ramp
from shelter_geo.publish.study.own_area_page import own_area_page
from shelter_geo.publish.study.service_page import mapped_services, service_page
from shelter_geo.publish.study.stays_page import stays_page
from shelter_geo.publish.words import Words, everywhere
from shelter_geo.study import load_study

STAYS = """
[[capacity.waits]]
id = "bed"
name = "for a bed"
[capacity.waits.days]
low = 1
central = 2
high = 3
source = "invented"
evidence = "assumed"
"""
KIND, PLAN = "forensic-examination", "forensic-working-days"


def ordered(*arguments: str | Path) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["map", *map(str, arguments)])


def test_a_district_is_in_the_class_of_the_nearest_area_with_a_shelter(
    evaluation: Evaluation,
) -> None:
    page = own_area_page(evaluation).page
    words = Words("en")
    districts, homes = evaluation.districts, set(evaluation.study.shelters["district_id"])
    regions = {districts["region"][home] for home in homes}
    names = {key: row["name_en"] for key, row in districts.to_dict("index").items()}
    by_hand = {
        names[key]: 0 if key in homes else 1 if region in regions else 2
        for key, region in districts["region"].items()
    }
    shown = [cell.of(words) for cell in page.table.columns[0].cells]
    colours = [ramp(3)[by_hand[name]] for name in shown]
    assert list(page.table.columns[1].fills) == colours
    assert sorted(by_hand.values()).count(0) == len(homes) == 2
    # Those without a shelter come first, the most women at their head.
    ranks = [by_hand[name] for name in shown]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_shares_are_those_of_the_metrics(evaluation: Evaluation, lang: str) -> None:
    words = Words(lang)
    page = own_area_page(evaluation, lang=lang).page
    table = evaluation.metrics
    rows = table[
        (table["basis"] == "district_centres")
        & (table["units"] == "residents")
        & (table["weighted_by"] == "women")
    ].set_index("metric")["value"]
    said = [value.of(words) for _, value in page.figures]
    stems = ("shelter_in_own_district_share", "shelter_in_own_region_share")
    assert said == [words.percent(rows[stem] / 100) for stem in stems]
    assert said[1] in page.title.of(words)


def test_without_regions_there_are_two_classes(tmp_path: Path) -> None:
    study = small_study(tmp_path / "small")
    text = (study.folder / "districts.csv").read_text()
    rows = [line.split(",") for line in text.splitlines()]
    study.write("districts.csv", "\n".join(",".join([*row[:2], *row[3:]]) for row in rows) + "\n")
    page = own_area_page(evaluate(load_study(study.folder))).page
    assert [entry.label.of(Words("en")) for entry in page.key][:2] == [
        "a shelter in the district",
        "none in either",
    ]
    # Of 31,000, 46,000 and 61,000 women the last have one.
    assert page.title.of(Words("en")).startswith("Small: 44% of women")
    assert len(page.figures) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_service_is_mapped_by_the_least_share_within_its_shortest_window(
    evaluation: Evaluation, lang: str
) -> None:
    words, times = Words(lang), evaluation.services
    assert times is not None
    page = service_page(evaluation, times, KIND, plan=PLAN, lang=lang).page
    table = times.places
    rows = table[
        (table["scenario"] == PLAN) & (table["who"] == "all") & (table["within_h"] == 24)
    ].set_index("district_id")
    rows = rows.assign(women=evaluation.districts["women"])
    order = rows.reset_index().sort_values(
        ["share_low", "travel_min", "district_id"], ascending=[True, False, True]
    )
    shares = order["share_low"].tolist()
    colours = list(reversed(ramp(5)))
    by_hand = [colours[sum(100 * share > limit for limit in (50, 75, 90, 99))] for share in shares]
    assert list(page.table.columns[2].fills) == by_hand
    cells = [cell.of(words) for cell in page.table.columns[1].cells]
    assert cells == [words.percent(share) for share in shares]
    people = evaluation.districts["population"].reindex(order["district_id"]).to_numpy(float)
    mean = words.percent(float(np.average(shares, weights=people)))
    assert mean in page.title.of(words)
    assert words.text("evidence.assumed") in page.title.of(words)
    assert page.figures[0][1].of(words).startswith(mean)


def test_what_is_not_known_is_drawn_as_that_and_no_run_maps_it(evaluation: Evaluation) -> None:
    times = evaluation.services
    assert times is not None
    page = service_page(evaluation, times, KIND).page
    assert page.figures == []
    assert "not known" in page.title.of(Words("en"))
    assert set(page.table.columns[2].fills) == {DISTANCE.colour(MISSING)}
    assert mapped_services(times) == [(KIND, "forensic-day-and-night"), (KIND, PLAN)]
    assert mapped_services(None) == []


def test_what_is_no_service_is_refused(evaluation: Evaluation, tmp_path: Path) -> None:
    times = evaluation.services
    assert times is not None
    for kind, plan in ((KIND, "winter"), ("shelter", TODAY)):
        with pytest.raises(OutputError, match=f"No times are known of {kind}"):
            service_page(evaluation, times, kind, plan=plan)
    with pytest.raises(OutputError, match="3 classes need as many names"):
        NamedClasses((1.0, 2.0), names=(everywhere("a"),))
    small = small_study(tmp_path / "small").folder / "study.toml"
    out = ("--out", tmp_path / "map.html")
    refused = {
        "add [[kinds.windows]]": (small, "--of", "evidence", *out),
        "changes no facility of forensic-examination": (
            "--of", "evidence", "--scenario", "winter", *out,
        ),
        "choose one of forensic-examination": ("--of", "evidence", "--kind", "shelter", *out),
    }  # fmt: skip
    for message, words in refused.items():
        result = ordered(*words)
        assert result.exit_code != 0, message
        assert message in " ".join(result.output.replace("│", " ").split())
    assert not (tmp_path / "map.html").exists()


def test_maps_beyond_the_distance_are_written_by_their_names(tmp_path: Path) -> None:
    study = small_study(tmp_path / "small").folder / "study.toml"
    assert ordered(study, "--of", "own-region", "--out", tmp_path / "own.html").exit_code == 0
    assert "44%" in (tmp_path / "own.html").read_text(encoding="utf-8")
    told = ordered("--of", "evidence", "--scenario", PLAN, "--out", tmp_path / "soon.html")
    assert told.exit_code == 0
    assert "Ganja" in (tmp_path / "soon.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("of", ["capacity", "own-region", "stays"])
def test_a_map_of_a_plan_says_so_in_title_and_lead(tmp_path: Path, of: str) -> None:
    copy = small_study(tmp_path / "small")
    copy.write("study.toml", copy.text("study.toml") + DEMAND)
    (tmp_path / "more.toml").write_text(MORE.replace('"P"', '"More houses"'), encoding="utf-8")
    (tmp_path / "same.toml").write_text('[scenario]\nid = "same"\nname = "As it is"\n')
    seen = {}
    for plan in ("more", "same"):
        file = tmp_path / f"{plan}.html"
        order = ("--of", of, "--scenario", tmp_path / f"{plan}.toml", "--out", file)
        assert ordered(copy.file, *order).exit_code == 0
        seen[plan] = read_page(file, "en")
    assert seen["more"].title.startswith("Plan “More houses”. Small: ")
    assert seen["more"].lead.startswith("As it would be under this plan, not as it is today. ")
    # A plan that changes nothing is today.
    assert seen["same"].title.startswith("Small: ")
    assert "under this plan" not in seen["same"].lead


@pytest.fixture(scope="module")
def needs(evaluation: Evaluation) -> CapacityResults:
    return capacity_results(evaluation)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stays_are_mapped_by_the_fewest_families_of_all_counts(
    evaluation: Evaluation, needs: CapacityResults, lang: str
) -> None:
    words, page = Words(lang), stays_page(evaluation, needs, lang=lang).page
    # The shortest limit that somebody sets is that of two months.
    rows = needs.stays_by_district[needs.stays_by_district["limit_months"] == 2]
    ends = rows.groupby("district_id")["no_place_or_home_central"].agg(["min", "max"])
    ends = ends.sort_values("min", ascending=False)
    by_hand = [
        words.number(low) if words.number(low) == words.number(high)
        else words.between(low, high, words.number)
        for low, high in ends.itertuples(index=False)
    ]  # fmt: skip
    assert [cell.of(words) for cell in page.table.columns[1].cells] == by_hand
    limits = (2, 5, 10, 20)
    colours = [ramp(5)[sum(low > limit for limit in limits)] for low in ends["min"]]
    assert list(page.table.columns[2].fills) == colours
    whole = needs.stay_limits[needs.stay_limits["limit_months"] == 2]["no_place_or_home_central"]
    said = words.between(whole.min(), whole.max(), words.number)
    assert said in page.title.of(words)
    assert words.text("evidence.assumed") in page.title.of(words)


def test_below_the_map_stand_limits_waits_and_years_with_their_gaps(
    evaluation: Evaluation, needs: CapacityResults
) -> None:
    words, page = Words("en"), stays_page(evaluation, needs).page
    limits, waits, years = (
        [[cell.of(words) for cell in line.cells] for line in listing.lines]
        for listing in page.listings
    )
    assert [row[0] for row in limits] == [
        "1 month", "2 months", "3 months", "6 months", "12 months", "no limit",
    ]  # fmt: skip
    papers = needs.waiting[needs.waiting["wait"] == "papers"]["wait_nights_central"]
    assert waits[0][1] == f"{papers.min():,.0f} to {papers.max():,.0f} (assumed)"
    by_year = {row[0]: row[1:] for row in years}
    assert by_year["2012"] == ["–", "–", "–"]
    # As the statistics have them; of 2021 nine months of orders are counted.
    assert by_year["2021"] == ["–", "1,535", "73 (in 9 months)"]
    assert by_year["2023"] == ["1,482", "1,513", "–"]
    sources = [text.of(words) for text in page.sources]
    assert "registered crimes, 2025: Report.az, 4 Mar 2026" in sources


def test_the_limit_of_the_map_may_be_chosen_and_must_be_one_of_the_study(
    evaluation: Evaluation, needs: CapacityResults, tmp_path: Path
) -> None:
    endless = stays_page(evaluation, needs, limit=float("inf")).page
    assert endless.title.of(Words("en")).endswith("find no place in a domestic violence shelter")
    assert len(endless.figures) == 5
    with pytest.raises(
        OutputError, match=r"No limit of 4 months .* There are: 1, 2, 3, 6, 12, inf"
    ):
        stays_page(evaluation, needs, limit=4)
    refused = ordered("--of", "access", "--limit", "3", "--out", tmp_path / "map.html")
    assert "goes with --of stays" in " ".join(refused.output.replace("│", " ").split())


def test_a_study_without_demand_has_no_map_of_stays(tmp_path: Path) -> None:
    study = small_study(tmp_path / "small")
    found = evaluate(load_study(study.folder))
    with pytest.raises(OutputError, match="No stays are known"):
        stays_page(found, capacity_results(found))
    # With demand, one year of statistics and a wait for a bed it has.
    study.write("study.toml", study.text("study.toml") + DEMAND + STAYS)
    found = evaluate(load_study(study.folder))
    page = stays_page(found, capacity_results(found)).page
    assert [listing.caption.of(Words("en"))[:7] for listing in page.listings] == [
        "The end", "Waiting",
    ]  # fmt: skip
