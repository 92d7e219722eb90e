"""Editing the words of reasons, effects, verdicts and evidence changes words and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import pandas as pd
import pytest
from helpers.map_toys import basemap, districts, routes, shelters
from helpers.planner_toys import toy_planner
from helpers.speaking import LANGUAGES

from shelter_geo.analysis import Evaluation, site_options
from shelter_geo.analysis.capacity_results import capacity_results
from shelter_geo.analysis.group_access import access_for
from shelter_geo.analysis.siting_question import site_question
from shelter_geo.publish import languages
from shelter_geo.publish import words as module
from shelter_geo.publish.brief.study_brief import study_brief
from shelter_geo.publish.catalogue import packaged
from shelter_geo.publish.figures.tornado import draw_tornado
from shelter_geo.publish.files.tables import write_table
from shelter_geo.publish.maps.access_map import access_map
from shelter_geo.publish.maps.capacity_map import PlaceClasses, capacity_map
from shelter_geo.publish.maps.comparison_map import comparison_map
from shelter_geo.publish.siting.lines import answer_lines
from shelter_geo.publish.study.capacity_page import reach_map
from shelter_geo.publish.study.study_map import access_page
from shelter_geo.publish.words import Words, everywhere
from shelter_geo.siting import PMedian
from shelter_geo.vocabulary import (
    Effect,
    Evidence,
    Infeasible,
    Note,
    Passed,
    Reason,
    Verdict,
    choose,
)

MARK = "¤"
"""Put before every edited text; it stands nowhere else."""
BESIDE = "capacity.class_none"
"""Stands among reasons in one column, whose alphabetical order is to stay."""
SECTIONS: dict[str, type[StrEnum]] = {
    "reason": Reason,
    "effect": Effect,
    "verdict": Verdict,
    "evidence": Evidence,
    "infeasible": Infeasible,
    "note": Note,
    "passed": Passed,
}
TEXTS = {
    "title": "T",
    "lead": "L",
    "figures": [("A", "1")],
    "sources": ["S"],
    "assumptions": [],
    "notes": ["N"],
}


@pytest.fixture
def edit(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Change the text of every reason, effect, verdict and kind of evidence."""

    def marked(lang: str) -> Mapping[str, str | Mapping[str, str]]:
        return {
            key: f"{MARK}{text}" if key.partition(".")[0] in SECTIONS or key == BESIDE else text
            for key, text in packaged(lang).items()
        }

    def patch() -> None:
        for reader in (module, languages):
            monkeypatch.setattr(reader, "packaged", marked)

    return patch


def toy_access() -> str:
    units = districts().drop(columns="reason_en")
    units["reason"] = units["reason"].where(units["reason"] == "", Reason.NO_ROAD_NEARBY)
    parts = (None, shelters(), routes(), basemap())
    return access_map(units, *parts, **TEXTS).html


def toy_capacity() -> str:
    """One district for each reason that the map knows, and some with places."""
    units = districts().drop(columns=["distance_km", "travel_min", "reason", "reason_en"])
    why = [Reason.NO_ROAD, Reason.NO_ROAD_TO_ADMITTING, Reason.NO_ROAD_TO_KNOWN]
    units["reason"] = [*why, Reason.NOBODY_LIVES_HERE, "", "", "", ""]
    units["places_per_10000_low"] = [0.0, 0.0, 0.0, None, 0.0, 0.07, 0.2, 0.3]
    units["places_per_10000_high"] = units["places_per_10000_low"]
    units["people_in_reach_low"] = [0, 0, 0, 0, 0, 10_000, 7_000, 8_000]
    units["distance_km_low"] = [None, None, None, None, 312.7, 50.0, 20.0, 10.0]
    classes = PlaceClasses(breaks=(0.0, 0.05, 0.1, 0.25))
    return capacity_map(units, shelters(), basemap(), classes=classes, **TEXTS).html


def toy_comparison() -> str:
    """One district for each effect."""
    units = districts().iloc[: len(Effect)].drop(columns=["reason", "reason_en"])
    units["change"] = list(Effect)
    units["km_before"] = [90.0, 20.0, 60.0, 30.0, None, 40.0, None, 50.0]
    units["km_after"] = [30.0, 80.0, 60.0, 30.0, 70.0, None, None, 50.0]
    units["min_before"] = units["km_before"]
    units["min_after"] = [30.0, 80.0, 45.0, 55.0, 70.0, None, None, 50.0]
    units["gain_km"] = units["km_before"] - units["km_after"]
    units["gain_min"] = units["min_before"] - units["min_after"]
    place = everywhere("Town")
    units["place_before"] = [None if pd.isna(km) else place for km in units["km_before"]]
    units["place_after"] = [None if pd.isna(km) else place for km in units["km_after"]]
    return comparison_map(units, shelters().assign(change=""), basemap(), **TEXTS).html


def toy_plans() -> str:
    return toy_planner().html


@pytest.mark.parametrize("make", [toy_access, toy_capacity, toy_comparison])
def test_maps_keep_classes_colours_hatches_and_numbers(
    make: Callable[[], str], edit: Callable[[], None]
) -> None:
    before = make()
    edit()
    after = make()
    assert MARK not in before
    assert MARK in after
    assert after.replace(MARK, "") == before


def test_the_planner_says_none_of_these_words_but_the_mark(edit: Callable[[], None]) -> None:
    before = toy_plans()
    edit()
    after = toy_plans()
    marks = [f"{MARK}{packaged(lang)['evidence.assumed']}" for lang in LANGUAGES]
    assert after.count(MARK) == sum(map(after.count, marks)) > 0
    assert after.replace(MARK, "") == before


def test_pages_of_a_study_keep_all_but_the_words(
    evaluation: Evaluation, edit: Callable[[], None]
) -> None:
    reach = access_for(evaluation)
    needs = capacity_results(evaluation)

    def pages() -> list[str]:
        access = access_page(evaluation, title=everywhere("T"), lead=everywhere("L"))
        brief = study_brief(evaluation, needs=needs)
        return [reach_map(evaluation, reach).html, access.html, brief.html]

    before = pages()
    edit()
    after = pages()
    assert [MARK in page for page in after] == [True, True, True]
    assert [page.replace(MARK, "") for page in after] == before
    assert (reach["reason"] == Reason.NO_ROAD).sum() == 8


def test_siting_answers_keep_all_but_the_words(
    evaluation: Evaluation, edit: Callable[[], None]
) -> None:
    study = evaluation.study
    question = site_question(study, site_options(study))
    few = PMedian(question.problem(per_region=True), 2).solve()
    today = PMedian(question.problem(), 0).solve()
    assert few.reason is not None
    assert few.reason.key == Infeasible.TOO_FEW_FOR_REGIONS
    assert [note.key for note in today.notes] == [Note.UNOPENED_SITE_REACHES]

    def lines() -> list[str]:
        return [
            line
            for result in (few, today)
            for line in answer_lines(result, question, "km", Words("en"))
        ]

    before = lines()
    edit()
    after = lines()
    assert [line.replace(MARK, "") for line in after] == before
    assert sum(MARK in line for line in after) == 2


def test_a_sentence_of_the_study_itself_is_a_text_too(evaluation: Evaluation) -> None:
    def page(of: Evaluation) -> str:
        return access_page(of, title=everywhere("T"), lead=everywhere("L")).html

    study = evaluation.study
    separate = tuple(
        entry.model_copy(
            update={"reason": {k: f"{MARK}{t}" for k, t in dict(entry.reason).items()}}
        )
        for entry in study.settings.roads.separate
    )
    roads = study.settings.roads.model_copy(update={"separate": separate})
    settings = study.settings.model_copy(update={"roads": roads})
    edited = page(replace(evaluation, study=replace(study, settings=settings)))
    assert MARK in edited
    assert edited.replace(MARK, "") == page(evaluation)


def test_the_figure_of_assumptions_keeps_its_colours(
    tmp_path: Path, edit: Callable[[], None]
) -> None:
    table = pd.DataFrame(
        {
            "demand_basis": "cases",
            "input": ["cases", "stay_days", "share_needing", "recorded_cases", "under_reporting"],
            "evidence": list(Evidence),
            "input_low": [1.0, 2.0, 0.1, 1.0, 1.0],
            "input_high": [2.0, 3.0, 0.2, 2.0, 2.0],
            "answer_central": 10,
            "answer_at_low": [5, 7, 8, 6, 9],
            "answer_at_high": [20, 15, 12, 14, 11],
        }
    )

    def colours(stem: Path) -> list[str]:
        draw_tornado(
            table,
            stem,
            places=10,
            target=0.05,
            names={"cases": "Cases"},
            words=Words("en"),
            foot="F",
        )
        return re.findall(r"fill: (#\w+)", stem.with_suffix(".svg").read_text("utf-8"))

    before = colours(tmp_path / "before")
    edit()
    after = colours(tmp_path / "after")
    assert set(before) == set(after)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_has_its_words_and_no_words_lack_a_key(section: str, lang: str) -> None:
    there = {key.partition(".")[2] for key in packaged(lang) if key.startswith(f"{section}.")}
    assert there == set(SECTIONS[section])


def test_a_table_has_the_key_and_beside_it_the_english_words(tmp_path: Path) -> None:
    frame = pd.DataFrame({"change": [Effect.NEARER, Effect.CUT_OFF, ""]})
    write_table(frame, ("change", "change_en"), tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()
    assert lines[1:] == ["nearer,nearer", "cut_off,loses every road to a shelter", ","]
    own = frame.assign(change_en="as the study says")
    write_table(own, ("change", "change_en"), tmp_path / "own.csv")
    assert "cut_off,as the study says" in (tmp_path / "own.csv").read_text("utf-8-sig")


def test_a_sentence_is_no_key(tmp_path: Path) -> None:
    frame = pd.DataFrame({"change": ["loses every road"]})
    with pytest.raises(KeyError, match=r"effect\.loses every road"):
        write_table(frame, ("change", "change_en"), tmp_path / "t.csv")


def test_the_first_condition_that_is_true_chooses() -> None:
    chosen = choose(
        [[True, True, False], [False, True, True]], [Reason.NO_ROAD, Reason.NO_PLACES], "x"
    )
    assert list(chosen) == [Reason.NO_ROAD, Reason.NO_ROAD, Reason.NO_PLACES]
    assert all(isinstance(key, Reason) for key in chosen)


@pytest.mark.parametrize("conditions", [[], [[True], [False]]])
def test_each_key_has_one_condition(conditions: list[list[bool]]) -> None:
    with pytest.raises(ValueError, match=r"condition|zip"):
        choose(conditions, [Reason.NO_ROAD])
