"""Capacity as readers meet it: figures, the sealed map, and the command."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import typer
from helpers.chromium import PHONE, WIDE, visit
from helpers.map_toys import basemap, shelters
from helpers.map_toys import districts as toy_districts
from helpers.speaking import LANGUAGES, said, speaking
from playwright.sync_api import Browser
from typer.testing import CliRunner

from shelter_geo.analysis import Evaluation
from shelter_geo.analysis.capacity_results import CapacityResults, capacity_results
from shelter_geo.capacity.groups import GROUPS
from shelter_geo.cli.capacity import register
from shelter_geo.errors import CapacityError, OutputError
from shelter_geo.publish.maps.capacity_map import PlaceClasses, capacity_map
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.palette import ramp
from shelter_geo.publish.study.capacity_figures import (
    basis_names,
    known_inputs,
    write_capacity_figures,
)
from shelter_geo.publish.study.capacity_outputs import (
    CAPACITY_TABLES,
    write_capacity,
    write_missing,
    write_reach,
)
from shelter_geo.publish.study.lines import capacity_lines
from shelter_geo.publish.words import Words
from shelter_geo.vocabulary import Reason

DRAWN = {
    f"figures/{name}.{kind}"
    for name in ("turn_away", "tornado", "pooling", "stay_limits", "by_year")
    for kind in ("png", "svg")
}
TWIN = {f"figures/capacity_map.{kind}" for kind in ("pdf", "png", "svg")}
FIGURES = DRAWN | TWIN
CLASSES = PlaceClasses(breaks=(0.0, 0.05, 0.1, 0.25))
NOBODY = {
    "az": "bütün sığınacaqların bu qrupu qəbul etmədiyi bildirilir",
    "en": "every shelter is said not to admit this group",
    "ru": "обо всех убежищах сообщается, что эту группу не принимают",
}


@pytest.fixture(scope="module")
def results(evaluation: Evaluation) -> CapacityResults:
    return capacity_results(evaluation)


@pytest.fixture(scope="module")
def out(
    evaluation: Evaluation, results: CapacityResults, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("capacity")
    write_capacity(evaluation, results, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# ------------------------------------------------------------------------------------- all outputs


def test_every_output_is_there_and_repeats(
    out: Path, evaluation: Evaluation, results: CapacityResults, tmp_path: Path
) -> None:
    first = contents(out)
    assert set(first) == {*CAPACITY_TABLES, *FIGURES, "maps/capacity.html", "maps/stays.html"}
    write_capacity(evaluation, results, tmp_path)
    again = contents(tmp_path)
    assert [name for name in first if first[name] != again[name]] == []


def test_figures_hold_no_date(out: Path) -> None:
    for name in FIGURES:
        raw = (out / name).read_bytes()
        assert not any(mark in raw for mark in (b"Software", b"Creation", b"<dc:date>"))


@pytest.mark.parametrize("lang", ["az", "ru"])
def test_figures_are_drawn_in_each_language(
    evaluation: Evaluation, results: CapacityResults, tmp_path: Path, lang: str
) -> None:
    write_capacity_figures(evaluation, results, tmp_path, Words(lang))
    assert set(contents(tmp_path)) == DRAWN


def test_without_demand_there_is_no_figure_of_it(
    evaluation: Evaluation, results: CapacityResults, tmp_path: Path
) -> None:
    empty = pd.DataFrame(columns=["demand_basis"])
    bare = CapacityResults(**(vars(results) | {"no_place": empty}))
    write_capacity_figures(evaluation, bare, tmp_path, Words("en"))
    assert set(contents(tmp_path)) == {"figures/by_year.png", "figures/by_year.svg"}
    lines = capacity_lines(evaluation, bare, Words("en"))
    assert sum(line.startswith("No cases are given") for line in lines) == 1


def test_missing_places_are_written_with_their_evidence(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    write_missing(evaluation, tmp_path, Words("ru"))
    table = pd.read_csv(tmp_path / "capacity_by_region.csv")
    known = table.drop_duplicates("reading").set_index("reading")["evidence"].to_dict()
    assert known == {
        "family-places": "assumed",
        "beds-1.78": "sourced",
        "beds-1.84": "sourced",
        "beds-2.5": "assumed",
    }
    assert {path.stem for path in (tmp_path / "figures").iterdir()} == {"shortfall"}


def test_figures_say_how_each_input_is_known(
    evaluation: Evaluation, results: CapacityResults
) -> None:
    words = Words("en")
    said = known_inputs(results.inputs, basis_names(evaluation, words), words)
    published, _, assumed = said.partition("Assumed: ")
    assert published == (
        "Published: cases a year (complaints to the police, registered crimes), "
        "cases on record (least). "
    )
    appeals = "appeals to the State Committee (family, women, children)"
    assert assumed.startswith(f"cases a year ({appeals}), cases never")


# ------------------------------------------------------------------------------------------ the map


def test_classes_name_none_the_limits_and_what_is_beyond() -> None:
    assert [said(CLASSES.label(rank)) for rank in range(5)] == [
        "no place within reach",
        "one place for more than 200,000 people",
        "one place for 100,000 to 200,000 people",
        "one place for 40,000 to 100,000 people",
        "one place for fewer than 40,000 people",
    ]
    assert said(CLASSES.label(1), "ru").startswith("одно место больше чем на 200")
    assert CLASSES.of([0.0, 0.05, 0.06, 0.25, 3.0, float("nan")]).tolist() == [0, 1, 2, 3, 4, -1]
    assert CLASSES.colour(0) == ramp(5)[-1]
    with pytest.raises(OutputError, match="must ascend"):
        PlaceClasses(breaks=(0.0, 0.2, 0.1, 0.3))


def toy_map() -> SealedMap:
    """Eight districts: one cut off, one within reach for half of its people."""
    units = toy_districts().drop(columns=["distance_km", "travel_min", "reason"])
    units["places_per_10000_low"] = [0.3, 0.2, 0.08, 0.01, 0.0, 0.0, 0.0, 0.0]
    units["places_per_10000_high"] = [0.4, 0.2, 0.08, 0.01, 0.0, 0.0, 0.0, 0.0]
    units["people_in_reach_low"] = [1_234_561, 10_049, 30_000, 40_000, 0, 0, 0, 0]
    units["distance_km_low"] = [12.4, 50.0, 50.6, 250.0, 312.7, 150.0, 120.0, None]
    units["reason"] = ["", "", "", "", "", "", "", Reason.NO_ROAD]
    words = {"title": "Places", "lead": "", "figures": [("A", "1")]}
    lists = {
        "languages": speaking(),
        "sources": ["A source"],
        "assumptions": [],
        "notes": ["A note"],
    }
    return capacity_map(units, shelters(), basemap(), classes=CLASSES, **words, **lists)


@pytest.mark.browser
def test_toy_map_lists_first_who_has_nothing(browser: Browser, tmp_path: Path) -> None:
    toy_map().save(tmp_path / "toy.html")
    with visit(browser, tmp_path / "toy.html") as seen:
        rows = seen.page.locator("#table tbody tr")
        names = rows.locator(".name").all_text_contents()
        most_first = ["Fern", "Elm", "Birch", "Heath", "Gorse", "Ashfield", "Dunes", "Cedar"]
        assert names == most_first
        cut = rows.filter(has_text="Heath").text_content() or ""
        assert "no road to any shelter" in cut
        birch = rows.filter(has_text="Birch").text_content() or ""
        assert "10,000" in birch
        assert "0.20" in birch
        assert "If shelters that do not say admit them" in (seen.page.text_content("thead") or "")
        seen.assert_silent()


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_map_opens_silently_in_each_language(
    browser: Browser, out: Path, size: tuple[int, int]
) -> None:
    file = out / "maps" / "capacity.html"
    assert file.stat().st_size < 400_000
    with visit(browser, file, size) as seen:
        page = seen.page
        for lang in LANGUAGES:
            page.click(f"[data-lang={lang}]")
            assert page.locator("html").get_attribute("lang") == lang
            assert page.locator("#table tbody tr").count() == 75
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.click("[data-lang=en]")
        assert page.locator(".area").count() == 75
        assert page.locator(".sign").count() == 2
        assert "no place within reach" in (page.locator(".key").text_content() or "")
        seen.assert_silent()


@pytest.mark.browser
def test_map_says_that_nobody_admits_a_group(
    browser: Browser, evaluation: Evaluation, tmp_path: Path
) -> None:
    study = evaluation.study
    closed = replace(study, shelters=study.shelters.assign(men="no"))
    table = write_reach(replace(evaluation, study=closed), tmp_path, groups=["men"])
    assert set(table["reason"]) == {Reason.NOT_ADMITTED}
    with visit(browser, tmp_path / "maps" / "capacity.html") as seen:
        for lang in LANGUAGES:
            seen.page.click(f"[data-lang={lang}]")
            assert NOBODY[lang] in (seen.page.text_content("main") or "")
        seen.page.click("[data-lang=en]")
        assert seen.page.locator(".sign").count() == 0
        assert "75 districts" in (seen.page.locator(".key li").first.text_content() or "")
        seen.assert_silent()


def test_ranges_stand_where_shelters_do_not_say(evaluation: Evaluation, tmp_path: Path) -> None:
    write_reach(evaluation, tmp_path, groups=["women"], without_police_papers=True)
    page = (tmp_path / "maps" / "capacity.html").read_text(encoding="utf-8")
    # 30 and 120 places in Baku and 25 in Ganja, all or none of them.
    assert "0 to 175" in page
    assert "admitted by none without discrimination or refusals reported" in page
    rows = pd.read_csv(tmp_path / "reach_by_district.csv", dtype=str, keep_default_na=False)
    assert set(rows["group"]) == {"women"}
    assert set(rows["without_police_papers"]) == {"yes"}
    assert set(rows["distance_km_high"]) == {""}
    assert rows["distance_km_low"].str.fullmatch(r"\d+\.\d{3}|").all()


def test_map_of_an_unknown_group_is_refused(evaluation: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(CapacityError, match="no known group"):
        write_reach(evaluation, tmp_path, groups=["cats"])


# -------------------------------------------------------------------------------------- the command


@pytest.fixture
def app() -> typer.Typer:
    command = typer.Typer()
    command.command()(lambda: None)
    register(command)
    return command


def test_command_for_one_group_writes_its_table_and_map(app: typer.Typer, tmp_path: Path) -> None:
    folder = tmp_path / "men"
    done = CliRunner().invoke(app, ["capacity", "--for", "men", "--out", str(folder)])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Men: places 0")
    written = {"index.html", "reach_by_district.csv", "maps/capacity.html"}
    assert set(contents(folder)) == written | TWIN


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--for", "cats"], "choose one of women"), (["--lang", "de"], "choose one of en, az, ru")],
)
def test_command_names_what_may_be_asked(app: typer.Typer, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["capacity", *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 2
    assert said in re.sub(r"\s+", " ", done.output)


def test_command_offers_exactly_the_known_groups(app: typer.Typer) -> None:
    done = CliRunner().invoke(app, ["capacity", "--help"], env={"COLUMNS": "300"})
    assert ", ".join(GROUPS) in re.sub(r"\s+", " ", done.output)
