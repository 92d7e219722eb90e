"""One thing has one number: read out of pages, pictures and consoles, and worked out anew."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from helpers.figures import (
    LABELS,
    OF_PLANNER,
    SPACES,
    after,
    clock,
    figures_of_plans,
    half_up,
    kilometres,
    numbers,
    people,
    rows_of,
)
from helpers.reading import LANGUAGES, ReadPage, read_picture
from helpers.study_pages import outputs as outputs
from helpers.study_pages import pages as pages
from typer.testing import CliRunner

from shelter_geo.cli.main import app
from shelter_geo.plans import read_plans
from shelter_geo.study.study import Study

Pages = dict[str, dict[str, ReadPage]]

PAGES = ("changes", "access")


@pytest.fixture(scope="module")
def today(outputs: Path) -> pd.DataFrame:
    return pd.read_csv(outputs / "access_by_district.csv").set_index("district_id")


@pytest.fixture(scope="module")
def plans(outputs: Path, today: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return figures_of_plans(outputs, today)


@pytest.fixture(scope="module")
def headline(outputs: Path, today: pd.DataFrame) -> Mapping[str, list[float]]:
    """The five figures, worked out from the table of districts and the two readings of a place."""
    reached = today[today["distance_km"].notna()]
    who = reached["population"]
    needed, there = today["population"].sum() / 10_000, 175
    ends = (needed - there, needed - there / 2.5)
    return {
        "far": [half_up(reached.loc[who > 0, "distance_km"].max())],
        "mean": [half_up((who * reached["distance_km"]).sum() / who.sum())],
        "cut_off": [people(today.loc[today["distance_km"].isna(), "population"].sum())],
        "missing": [half_up(end) for end in ends],
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_headline_figures_are_the_same_on_every_page_of_today(
    pages: Pages, today: pd.DataFrame, headline: Mapping[str, list[float]], lang: str
) -> None:
    labels, brief = LABELS[lang], pages["report.html"][lang]
    beyond = after(brief, labels["beyond"])
    over = today.loc[today["distance_km"] > 200, "population"].sum()
    assert beyond[0] <= over <= beyond[1]
    for name in ("report.html", "index.html", "maps/access.html"):
        for figure, wanted in headline.items():
            # Beside the farthest district stands its other road, if two are nearly as fast.
            shown = after(pages[name][lang], labels[figure])
            assert shown[: len(wanted)] == wanted, (name, figure)
        assert after(pages[name][lang], labels["beyond"]) == beyond, name
    planner = pages["planner.html"][lang]
    for figure in ("far", "mean", "cut_off"):
        assert after(planner, labels[figure]) == headline[figure], figure
    assert after(planner, OF_PLANNER[lang]) == beyond
    assert headline["missing"] in [numbers(text)[:2] for text in planner.texts]
    wanted = [*beyond, 200, *headline["cut_off"], *headline["missing"]]
    assert numbers(brief.lead)[: len(wanted)] == wanted
    assert numbers(brief.title) == headline["far"]
    for name in ("maps/access.html", "index.html"):
        assert numbers(pages[name][lang].title) == [*beyond, 200], name


def test_the_console_and_the_pictures_of_today_give_the_same_headline_figures(
    outputs: Path, pages: Pages, headline: Mapping[str, list[float]]
) -> None:
    labels = LABELS["en"]
    beyond = after(pages["report.html"]["en"], labels["beyond"])
    said = (outputs.parent / "said.txt").read_text(encoding="utf-8").splitlines()
    figures = {**headline, "beyond": beyond}
    for figure, wanted in figures.items():
        line = next(line for line in said if line.startswith(labels[figure]))
        shown = numbers(line.removeprefix(labels[figure]))
        assert shown[: len(wanted)] == wanted, line
    drawn = read_picture(outputs / "figures" / "access_map.svg")
    parts = re.split(r"(?<=\.)\s|\n(?=[A-Z])", drawn)
    lines = [" ".join(part.split()) for part in parts]  # a line may end within a sentence
    title = next(line for line in lines if "up to" in line)
    assert numbers(title) == headline["far"]
    assert numbers(next(line for line in lines if "live farther" in line)) == [*beyond, 200]
    assert (
        numbers(next(line for line in lines if "have no road inside" in line))[:1]
        == (headline["cut_off"])
    )
    lacking = read_picture(outputs / "figures" / "shortfall.svg").splitlines()
    assert numbers(next(line for line in lacking if "lack" in line)) == headline["missing"]


def plan_names(study: Study) -> dict[str, Mapping[str, str]]:
    names = {plan.scenario.id: plan.scenario.name for plan in read_plans(study.scenarios)}
    return {key: name for key, name in names.items() if isinstance(name, Mapping)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_has_the_same_figures_on_its_pages_in_the_brief_and_in_its_summary(
    outputs: Path, pages: Pages, plans: dict[str, dict[str, Any]], study: Study, lang: str
) -> None:
    names = plan_names(study)
    index = pages["index.html"][lang].texts
    for key, plan in plans.items():
        unit, shown = ("travel_min", clock) if plan["of_roads"] else ("distance_km", kilometres)
        mean = {end: shown(value) for end, value in plan["mean"][unit].items()}
        change, access = (pages[f"scenarios/{key}/{name}.html"][lang] for name in PAGES)
        # The brief: how many come nearer, who gets a road, the farthest and the mean.
        gain, reached = ([float(people(plan[name]))] for name in ("gain", "reached"))
        ends = [shown(plan["max_of_both"][unit]), mean["is"]]
        if plan["of_roads"]:  # where a plan is told in minutes, those of today stand beside them
            was = shown(plan["max_of_both_before"][unit]), mean["was"]
            ends = [end if end == now else [*now, *end] for now, end in zip(was, ends, strict=True)]
        wanted = [gain, reached, *ends]
        rows = rows_of(pages["report.html"][lang], names[key][lang], 5)
        assert wanted in [row[1:] for row in rows], key
        # The map of changes: its title counts the most people, its figures are before and after.
        most = max(plan[name] for name in ("gain", "lose", "reached"))
        assert float(people(most)) in numbers(change.title), key
        label = LABELS[lang]["mean_trip" if plan["of_roads"] else "mean"]
        before_after = mean["was"] if mean["was"] == mean["is"] else [*mean["was"], *mean["is"]]
        at = next(
            n
            for n, text in enumerate(change.texts)
            if text == label or text.startswith(f"{label} (")
        )
        assert numbers(change.texts[at + 1]) == before_after, key
        assert numbers(access.title)[-len(shown(plan["max"])) :] == shown(plan["max"]), key
        # Files that are sent on alone.
        line = (outputs / f"scenarios/{key}/summary.txt").read_text(encoding="utf-8").splitlines()
        told = numbers(line[LANGUAGES.index(lang)])
        for wanted in (float(people(most)), *before_after):
            assert wanted in told, (key, wanted)
        titles = {page.title.translate(SPACES) for page in (change, access)}
        assert titles <= {text.translate(SPACES) for text in index}, key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_on_a_plan_of_roads_speaks_of_kilometres(
    pages: Pages, plans: dict[str, dict[str, Any]], lang: str
) -> None:
    """A faster road may be a longer one, so it brings nobody nearer in kilometres."""
    of_roads = [key for key, plan in plans.items() if plan["of_roads"]]
    assert len(of_roads) == 3
    for key in of_roads:
        change, access = (pages[f"scenarios/{key}/{name}.html"][lang] for name in PAGES)
        for text in (change.title, change.lead, access.title, access.lead):
            assert not re.search(r"\d\s*(km|км)\b", text), (key, text)
        labels = LABELS[lang]
        assert labels["longest_trip"] in access.texts
        assert not {labels["far"], labels["mean"], labels["beyond"]} & set(access.texts), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_by_distance_are_the_same_in_the_brief_and_in_the_key_of_the_map(
    pages: Pages, today: pd.DataFrame, lang: str
) -> None:
    limits = [-1, 50, 100, 200, 300, math.inf]
    where = pd.cut(today["distance_km"], limits, labels=False)
    for rank in range(5):
        inside = today[where == rank]
        wanted = [float(len(inside)), float(people(inside["population"].sum()))]
        key = f"{limits[rank]}+" if rank == 4 else f"{max(limits[rank], 0)}–{limits[rank + 1]}"
        head = f"{key} {'км' if lang == 'ru' else 'km'}"
        brief = pages["report.html"][lang]
        assert wanted in [[*row[0], *row[1]] for row in rows_of(brief, head, 2)], head
        assert any(numbers(text) == wanted for text in pages["maps/access.html"][lang].texts), head


def console(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def test_compare_gives_the_figures_of_the_pages(
    outputs: Path, plans: dict[str, dict[str, Any]], today: pd.DataFrame
) -> None:
    keys = ["best-three-mean", "winter"]
    said = console("compare", "today", *keys).splitlines()
    rows = {re.split(r"  +", line)[0]: re.split(r"  +", line)[1:] for line in said if "  " in line}

    def row(start: str) -> list[str]:
        return next(cells for label, cells in rows.items() if label.startswith(start))

    sited, winter = (plans[key] for key in keys)
    ends = {end: half_up(value) for end, value in sited["mean"]["distance_km"].items()}
    assert row("Average distance") == [
        f"{ends['was']} km", f"{ends['is']} km (−{ends['was'] - ends['is']} km)", "–"
    ]  # fmt: skip
    far = half_up(sited["max_of_both"]["distance_km"])
    assert numbers(row("Farthest district")[1])[0] == far
    # Minutes stand for all plans as soon as one changes roads, kilometres not for that one.
    trips = row("Average trip by car")
    assert numbers(trips[2])[:2] == clock(winter["mean"]["travel_min"]["is"])
    assert numbers(trips[0]) == clock(winter["mean"]["travel_min"]["was"])
    for limit in (50, 100, 200, 300):
        now, then, none = row(f"People within {limit} km")
        was = people(today.loc[today["distance_km"] <= limit, "population"].sum())
        is_ = people(sited["within"][limit])
        assert numbers(now) == [was]
        assert numbers(then) == [is_, is_ - was]
        assert none == "–"
    # The sentence below gives the difference that the table shows.
    sentence = next(line for line in said if line.startswith("best-three-mean: "))
    more = max(people(sited["within"][n]) - int(numbers(row(f"People within {n} km")[0])[0])
               for n in (50, 100, 200, 300))  # fmt: skip
    assert float(more) in numbers(sentence)
    assert numbers(row("People with a nearer shelter")[1]) == [people(sited["gain"])]
    assert numbers(row("People whose trip takes longer")[2]) == [people(winter["lose"])]
    # Places missing and families turned away, as the tables of a run have them.
    needed = today["population"].sum() / 10_000
    for persons in (1, 2.5):
        cells = row(f"Family places missing (places that one family takes: {persons:g})")
        assert numbers(cells[0]) == [half_up(needed - 175 / persons)]
        assert numbers(cells[1])[0] == half_up(needed - 295 / persons)
    lost = pd.read_csv(outputs / "capacity_no_place.csv")
    lost = lost[(lost["units"] == "residents") & (lost["stay_days"] == 36)]
    shares = [[half_up(100 * share)] for share in lost["no_place_central"]]
    found = [numbers(row[0]) for label, row in rows.items() if label.startswith("Find no place")]
    assert found == shares


def test_site_gives_the_figures_of_compare_the_map_and_the_brief(
    outputs: Path, pages: Pages, plans: dict[str, dict[str, Any]], today: pd.DataFrame
) -> None:
    said = console("site", "--model", "p-median", "--new", "3").splitlines()
    table = pd.read_csv(outputs / "siting.csv")
    best = table[(table["model"] == "p-median") & (table["new_sites"] == 3)].iloc[0]
    opened = next(line for line in said if line.startswith("Opens: "))
    assert opened.removeprefix("Opens: ") == best["site_names"]
    mean, far = half_up(best["distance_km_mean"]), half_up(best["distance_km_max"])
    lead = pages["maps/siting_best_by_mean.html"]["en"].lead
    now = half_up((today["population"] * today["distance_km"]).sum()
                  / today.loc[today["distance_km"].notna(), "population"].sum())  # fmt: skip
    assert numbers(lead)[:3] == [mean, now, far]
    of_access = numbers(next(line for line in said if line.startswith("Of those with a road")))
    assert of_access[:2] == [now, mean]
    assert far in of_access
    # The same sites as a plan: as many are nearer, and as many get a road, as it says there.
    plan = plans["best-three-mean"]
    nearer = next(line for line in said if line.startswith("Nearer than today"))
    assert numbers(nearer) == [people(plan["gain"])]
    reached = next(line for line in said if line.startswith("With a road inside"))
    assert numbers(reached) == [people(plan["reached"])]
    rows = rows_of(pages["report.html"]["en"], "Best sites by average distance (3)", 4)
    assert [[0], [far], [mean]] in [row[1:] for row in rows]
    sweep = read_picture(outputs / "figures" / "siting_sweep.svg").splitlines()
    title = next(line for line in sweep if line.startswith("With 3 new shelters"))
    assert numbers(title) == [3, now, mean]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_families_turned_away_are_the_same_in_the_brief_and_in_the_picture(
    outputs: Path, pages: Pages, study: Study, lang: str
) -> None:
    lost = pd.read_csv(outputs / "capacity_no_place.csv")
    lost = lost[(lost["units"] == "residents") & (lost["stay_days"] == 36)]
    demand = study.settings.capacity.demand
    assert demand is not None
    names = {basis.id: basis.name for basis in demand.bases}
    brief = pages["report.html"][lang]
    for row in lost.to_dict("records"):
        name = names[row["demand_basis"]]
        assert isinstance(name, Mapping)
        wanted = [
            [half_up(size * row[f"{column}_{end}"]) for end in ("central", "low", "high")]
            for column, size in (
                ("no_place", 100),
                ("refused_at_nearest", 100),
                ("places_needed", 1),
            )
        ]
        assert wanted in [cells[1:] for cells in rows_of(brief, name[lang], 4)], name
    if lang == "en":
        drawn = read_picture(outputs / "figures" / "turn_away.svg").splitlines()
        title = next(line for line in drawn if "find no place anywhere" in line)
        central = [half_up(100 * share) for share in sorted({*lost["no_place_central"]})]
        assert numbers(title) == [central[0], central[-1]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_journeys_are_the_same_in_the_brief_and_on_their_maps(
    outputs: Path, pages: Pages, lang: str
) -> None:
    table = pd.read_csv(outputs / "journeys.csv")
    table = table[(table["place_kind"] == "district_centre") & (table["population"] > 0)]
    for key in ("baku", "papers"):
        rows = table[(table["journey"] == key) & table["distance_km_journey"].notna()]
        who, km = rows["population"], rows["distance_km_journey"]
        mean, most = half_up((who * km).sum() / who.sum()), half_up(km.max())
        assert mean in numbers(pages[f"maps/journey_{key}.html"][lang].title)
        told = [numbers(text)[:2] for text in pages["report.html"][lang].texts]
        assert [mean, most] in told, key


def test_how_often_a_service_begins_in_time_is_the_same_in_the_brief_and_in_the_picture(
    outputs: Path, pages: Pages
) -> None:
    table = pd.read_csv(outputs / "service_times_in_all.csv")
    table = table[(table["who"] == "all") & (table["weighted_by"] == "people")]
    drawn = read_picture(outputs / "figures" / "service_times_forensic-examination.svg")
    shown = [line for line in drawn.splitlines() if re.fullmatch(r"\d+%", line)]
    wanted = []
    for key in ("forensic-day-and-night", "forensic-working-days"):
        rows = table[table["scenario"] == key].sort_values("within_h")
        shares = [half_up(100 * share) for share in rows["moments_low"]]
        wanted += shares
        sentence = next(
            text for text in pages["report.html"]["en"].texts
            if text.startswith(rows["scenario_name"].iloc[0]) and "begins within" in text
        )  # fmt: skip
        assert [int(found) for found in re.findall(r"(\d+)%", sentence)][: len(shares)] == shares
    assert [int(text[:-1]) for text in shown[-len(wanted) :]] == wanted
