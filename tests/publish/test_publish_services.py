"""The figure of services: what stands in it, in every language, and when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.small_study import small_study
from helpers.speaking import LANGUAGES

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.publish.figures.services import draw_service_times
from shelter_geo.publish.words import Words
from shelter_geo.study import load_study

CUT_OFF = 472_429
"""People of the districts that no road in the country joins to the two cities of the plans."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_says_what_is_not_known_and_what_the_plans_would_give(
    evaluation: Evaluation, tmp_path: Path, lang: str
) -> None:
    words = Words(lang)
    (stem,) = draw_service_times(evaluation, tmp_path / "times", words=words, foot="foot")
    assert stem.name == "times_forensic-examination"
    svg = stem.with_suffix(".svg").read_text(encoding="utf-8")
    assert stem.with_suffix(".png").is_file()
    assert words.text("services.figure_unknown") in svg
    # Day and night, everybody with a road is there within a day, by hand.
    everybody = evaluation.districts["population"].sum()
    always = words.percent(float(1 - CUT_OFF / everybody))
    assert svg.count(f"<!-- {always} -->") == 3
    assert words.text("evidence.assumed") in svg


def test_a_study_without_such_kinds_has_no_figure(tmp_path: Path) -> None:
    none = evaluate(load_study(small_study(tmp_path / "study").folder))
    assert draw_service_times(none, tmp_path / "times", words=Words("en"), foot="") == []
    assert not list(tmp_path.glob("times*"))
