"""Every number that rests on an assumption carries its mark, found by changing what is assumed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers.reading import read_page, read_picture
from helpers.study_copy import SHELTERS, StudyCopy, copy_study

from shelter_geo.analysis import (
    Evaluation,
    access_for,
    capacity_results,
    evaluate,
    site_options,
)
from shelter_geo.publish import (
    access_page,
    capacity_lines,
    key_figures,
    languages_of,
    reach_map,
    study_brief,
    study_planner,
    write_capacity_figures,
    write_missing,
)
from shelter_geo.publish.share.texts import missing_texts
from shelter_geo.publish.study import study_texts as titles
from shelter_geo.publish.words import say
from shelter_geo.study import load_study

MARK = {
    "en": re.compile("assum", re.IGNORECASE),
    "az": re.compile("fərziyyə", re.IGNORECASE),
    "ru": re.compile("допущени", re.IGNORECASE),
}


def other_assumptions(copy: StudyCopy) -> None:
    """Change what is assumed: who needs a place, how many take one, which shelter has how many."""
    copy.replace(
        "study.toml",
        "low = 0.05\ncentral = 0.10\nhigh = 0.20",
        "low = 0.06\ncentral = 0.13\nhigh = 0.26",
    )
    copy.replace(
        "study.toml", "low = 23\ncentral = 36\nhigh = 180", "low = 25\ncentral = 41\nhigh = 170"
    )
    copy.replace("study.toml", "persons_per_family_place = 2.5", "persons_per_family_place = 3.5")
    for row in copy.rows(SHELTERS):
        assert row["shelter_id"] != "ganja" or row["places"] == "25"
    # The total of the two is published; how it is split is not.
    split = {"baku-other": ("109", "109"), "ganja": ("36", "")}

    def edit(row: dict[str, str]) -> None:
        if row["shelter_id"] in split:
            row["places"], row["places_high"] = split[row["shelter_id"]]

    copy.change(SHELTERS, edit)


def pages_of(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write the pages that numbers of places stand on: brief, planner, maps."""
    results = capacity_results(evaluation)
    pages = {
        "report": study_brief(evaluation, needs=results),
        "planner": study_planner(evaluation, site_options(evaluation.study)),
        "access": access_page(evaluation, title=titles.title(evaluation), lead=say("index.lead")),
        "capacity": reach_map(evaluation, access_for(evaluation)),
    }
    files = []
    for name, page in pages.items():
        files.append(folder / f"{name}.html")
        page.save(files[-1])
    return files


def said(file: Path, folder: Path) -> dict[str, list[str]]:
    """All that pages, pictures, figures and the lines on places say, by language."""
    evaluation = evaluate(load_study(file))
    results = capacity_results(evaluation)
    pages = pages_of(evaluation, folder)
    texts: dict[str, list[str]] = {}
    for words in languages_of(evaluation.study):
        missing = missing_texts(evaluation, words)
        assert missing is not None
        texts[words.lang] = [
            *(value.of(words) for _, value in key_figures(evaluation)),
            *capacity_lines(evaluation, results, words),
            *(text for page in pages for text in read_page(page, words.lang).texts),
            missing.alt,
        ]
    # The figures of a run are in the language that its user asks for.
    for words in languages_of(evaluation.study):
        place = folder / words.lang
        write_capacity_figures(evaluation, results, place, words)
        write_missing(evaluation, place, words)
        texts[words.lang] += [read_picture(picture) for picture in sorted(place.rglob("*.svg"))]
    return texts


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], ...]:
    folder = tmp_path_factory.mktemp("assumed")
    as_it_is = copy_study(folder / "as_it_is")
    changed = copy_study(folder / "changed")
    other_assumptions(changed)
    return tuple(said(copy.file, copy.folder) for copy in (as_it_is, changed))


@pytest.mark.parametrize("lang", ["en", "az", "ru"])
def test_what_moves_with_an_assumption_is_marked(
    both: tuple[dict[str, list[str]], ...], lang: str
) -> None:
    as_it_is, changed = (
        {*re.split(r"(?<=[.;]) ", "\n".join(t[lang]).replace("\n", ". "))} for t in both
    )
    moved = sorted(text for text in as_it_is - changed if re.search(r"\d", text))
    assert moved
    # In a figure a star is the mark, and its word stands in the key; a scale has none.
    unmarked = [text for text in moved if not MARK[lang].search(text)]
    assert [text for text in unmarked if not re.match(r".*\d\s?%?\*|\+\d", text)] == []


@pytest.mark.parametrize("lang", ["en", "az", "ru"])
def test_a_star_in_a_figure_has_its_word_in_the_same_figure(
    both: tuple[dict[str, list[str]], ...], lang: str
) -> None:
    starred = [text for text in both[0][lang] if re.search(r"\d\*", text)]
    assert len(starred) == 3
    assert all(re.search(rf"{MARK[lang].pattern}\w*\*", text, re.I) for text in starred)
