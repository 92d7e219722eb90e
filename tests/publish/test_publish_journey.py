"""The page of a journey: its figures, its table leg by leg, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from helpers.small_study import small_study
from helpers.speaking import LANGUAGES
from typer.testing import CliRunner, Result

from shelter_geo.analysis import Evaluation, evaluate
from shelter_geo.cli.pages import register
from shelter_geo.errors import OutputError
from shelter_geo.publish.palette import MISSING, Classes
from shelter_geo.publish.study.journey_page import journey_page, mapped_journeys
from shelter_geo.publish.words import Words
from shelter_geo.study import load_study

PAPERS_LEGS = 3


def ordered(*arguments: str | Path) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["map", *map(str, arguments)])


def places(evaluation: Evaluation, key: str) -> pd.DataFrame:
    assert evaluation.journeys is not None
    found = evaluation.journeys.of(key, "district_centre").rename_axis(None)
    return found.sort_values(["distance_km", "place_id"], ascending=[False, True])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_district_has_the_kilometres_of_the_journey_and_their_colour(
    evaluation: Evaluation, lang: str
) -> None:
    words = Words(lang)
    page = journey_page(evaluation, "papers")
    found = places(evaluation, "papers")
    no_road = words.text("journey.no_road")
    said = [cell.of(words) for cell in page.page.table.columns[1].cells]
    assert said == [
        no_road if np.isnan(km) else words.distance(km) for km in found["distance_km"].tolist()
    ]
    limits = [limit * PAPERS_LEGS for limit in evaluation.study.settings.access.distance_classes_km]
    classes = Classes(breaks=tuple(limits))
    by_hand = [
        MISSING if np.isnan(km) else sum(km > limit for limit in limits)
        for km in found["distance_km"].tolist()
    ]
    assert list(page.page.table.columns[2].fills) == [classes.colour(rank) for rank in by_hand]
    title = page.page.title.of(words)
    people = evaluation.districts.loc[found.index, "population"].to_numpy(float)
    road = found["distance_km"].notna().to_numpy()
    mean = np.average(found["distance_km"].to_numpy()[road], weights=people[road])
    assert words.distance(mean) in title


def test_legs_stand_beside_each_other_and_add_up(evaluation: Evaluation) -> None:
    words = Words("en")
    page = journey_page(evaluation, "papers")
    heads = [column.title.of(words) for column in page.page.table.columns]
    assert [head for head in heads if "→" in head] == [
        "1. home → Baku",
        "2. Baku → home",
        "3. home → Baku",
    ]
    assert evaluation.journeys is not None
    legs = evaluation.journeys.legs
    own = legs[(legs["journey"] == "papers") & (legs["place_kind"] == "district_centre")]
    first = own[own["leg"] == 1].set_index("place_id")
    column = page.page.table.columns[heads.index("1. home → Baku")]
    for key, cell in zip(places(evaluation, "papers").index, column.cells, strict=True):
        leg = first.loc[key]
        if np.isnan(leg["distance_km"]):
            assert cell.of(words) == "–"
        else:
            assert cell.of(words) == (
                f"{words.distance(leg['distance_km'])}, {words.duration(leg['travel_min'])}"
            )
    one_leg = journey_page(evaluation, "baku")
    assert not [c for c in one_leg.page.table.columns if "→" in c.title.of(words)]


def test_links_stand_beside_those_who_have_no_road_and_nobody_else(evaluation: Evaluation) -> None:
    words = Words("en")
    table = journey_page(evaluation, "papers").page.table
    titles = [column.title.of(words) for column in table.columns]
    beside = table.columns[titles.index(words.text("journey.beside"))]
    road = places(evaluation, "papers")["distance_km"].notna()
    for has_road, cell in zip(road, beside.cells, strict=True):
        assert ("by air" in cell.of(words)) is not has_road
        assert (cell.of(words) == "–") is has_road


def test_figures_count_those_with_a_long_way_and_without_a_road(evaluation: Evaluation) -> None:
    words = Words("en")
    figures = {
        label.of(words): value.of(words)
        for label, value in journey_page(evaluation, "papers").page.figures
    }
    found = places(evaluation, "papers")
    lost = found.index[found["distance_km"].isna()]
    without = evaluation.districts.loc[lost, "population"].sum()
    assert figures["Without a road all the way"] == words.people(float(without))
    assert figures["Longest journey"] == words.distance(float(found["distance_km"].max()))
    assert "One way of it is 400 km or longer" in figures


def test_a_run_maps_every_journey_that_is_not_the_map_of_access(evaluation: Evaluation) -> None:
    assert mapped_journeys(evaluation.study) == ["baku", "papers"]


def test_what_is_no_journey_is_refused(evaluation: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no journey home\. It has: nearest, baku, papers"):
        journey_page(evaluation, "home")
    none = evaluate(load_study(small_study(tmp_path).folder))
    with pytest.raises(OutputError, match=r"no journey papers\. It has: none"):
        journey_page(none, "papers")
    out = ("--out", tmp_path / "map.html")
    refused = {
        "asks about no journey": (none.study.folder / "study.toml", "--of", "journey", *out),
        "choose one of nearest, baku": ("--of", "journey", "--journey", "home", *out),
        "goes with --of journey": ("--journey", "papers", *out),
    }
    for message, words in refused.items():
        result = ordered(*words)
        assert result.exit_code != 0, message
        assert message in " ".join(result.output.replace("│", " ").split())
