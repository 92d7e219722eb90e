"""One run, read as a reader reads it: which shelters, which people, as of when, how known."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from helpers.reading import LANGUAGES, ReadPage, read_picture
from helpers.study_pages import outputs as outputs
from helpers.study_pages import pages as pages

from shelter_geo.analysis import Quantity
from shelter_geo.plans import read_plans
from shelter_geo.publish.words import Words
from shelter_geo.study.study import Study

SUBJECT = {"en": "violence", "az": "zorakılı", "ru": "насили"}
RESIDENTS = {"en": "residents", "az": "yaşayanlar", "ru": "проживающие"}
NEVER = {
    "en": ("there are 175", "every figure", "recalled", "beyond any doubt", "ask in vain"),
    "az": ("km qədər", "175 yer var", "hər rəqəm onlarla və onlarsız"),
    "ru": ("сейчас 175", "каждая цифра дана с ними", "напрасно"),
}
"""What no page says: false, unproven or not the language."""


def dates_of(study: Study, lang: str) -> list[str]:
    """The three dates, from the settings."""
    words, settings = Words(lang), study.settings
    assert settings.roads.as_of is not None
    assert settings.capacity.places_as_of is not None
    first, last = settings.capacity.places_as_of
    day = words.date(settings.study.as_of)
    return [day, str(first), str(last), words.month(settings.roads.as_of)]


def test_there_is_something_to_read(pages: dict[str, dict[str, ReadPage]]) -> None:
    assert {"report.html", "planner.html", "maps/access.html"} <= set(pages)
    for name, page in pages.items():
        for lang in LANGUAGES:
            assert page[lang].title, (name, lang)
            assert page[lang].lead, (name, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_title_and_lead_names_the_shelters(
    pages: dict[str, dict[str, ReadPage]], lang: str
) -> None:
    bare = [
        (name, part)
        for name, page in pages.items()
        for part in ("title", "lead")
        if SUBJECT[lang] not in getattr(page[lang], part)
        # A comparison's sentences follow a title that names them.
        and not (part == "lead" and name.endswith("changes.html"))
    ]
    assert bare == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_lead_gives_three_dates_and_the_population(
    pages: dict[str, dict[str, ReadPage]], study: Study, lang: str
) -> None:
    wanted = [*dates_of(study, lang), RESIDENTS[lang]]
    lacking = {
        name: [text for text in wanted if text not in page[lang].lead]
        for name, page in pages.items()
    }
    assert {name: texts for name, texts in lacking.items() if texts} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_says_what_is_not_so(pages: dict[str, dict[str, ReadPage]], lang: str) -> None:
    said = [
        (name, phrase)
        for name, page in pages.items()
        for phrase in NEVER[lang]
        if phrase in page[lang].whole.lower()
    ]
    assert said == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_says_once_which_shelters_are_counted(
    pages: dict[str, dict[str, ReadPage]], study: Study, lang: str
) -> None:
    counted = study.settings.capacity.counted
    assert isinstance(counted, dict)
    assert [name for name, page in pages.items() if counted[lang] not in page[lang].whole] == []


def unpublished(study: Study, words: Words) -> set[str]:
    """Labels that would put a number nobody published beside a city."""
    shelters = pd.DataFrame(study.shelters)
    assumed = shelters["places_basis"].str.startswith("assumed")
    towns = shelters.groupby("settlement_id")
    labels = set()
    for key, houses in towns:
        if assumed[houses.index].any():
            city = str(study.settlements.loc[key, f"name_{words.lang}"])
            places = words.text("units.places", n=Quantity.count(int(houses["places"].sum())))
            labels.add(words.text("access.city_places", city=city, places=places))
    return labels


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_map_puts_a_number_beside_a_city_that_nobody_published(
    pages: dict[str, dict[str, ReadPage]], study: Study, lang: str
) -> None:
    labels = unpublished(study, Words(lang))
    assert labels
    today = [name for name in pages if not name.startswith(("scenarios/", "maps/siting"))]
    shown = {
        name: sorted(label for label in labels if label in pages[name][lang].whole)
        for name in today
    }
    assert {name: texts for name, texts in shown.items() if texts} == {}


def test_pictures_name_the_shelters_their_dates_and_no_unpublished_number(
    outputs: Path, study: Study
) -> None:
    pictures = {
        file.name: " ".join(read_picture(file).split())
        for file in sorted((outputs / "figures").glob("*.svg"))
    }
    assert "access_map.svg" in pictures
    for name, text in pictures.items():
        assert "violence" in text, name
        assert "2022" in text, name
        assert "August 2021" in text, name
        assert not {label for label in unpublished(study, Words("en")) if label in text}, name


def test_the_command_and_the_summaries_give_the_dates(outputs: Path, study: Study) -> None:
    said = (outputs.parent / "said.txt").read_text(encoding="utf-8")
    assert all(text in said for text in dates_of(study, "en"))
    summaries = sorted(outputs.glob("scenarios/*/summary.txt"))
    assert summaries
    plans = {plan.scenario.id: plan for plan in read_plans(study.scenarios)}
    for file in summaries:
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(LANGUAGES)
        for line, lang in zip(lines, LANGUAGES, strict=True):
            assert all(text in line for text in dates_of(study, lang)), (file.parent.name, lang)
            assert SUBJECT[lang] in line, (file.parent.name, lang)
            assert plans[file.parent.name].scenario.name[lang] in line, (file.parent.name, lang)
            assert not any(phrase in line.lower() for phrase in NEVER[lang])


def test_the_tables_name_no_source_as_recalled(outputs: Path) -> None:
    claims = pd.read_csv(outputs / "claims.csv")
    assert not (claims["evidence"] == "recalled").any()
    assert claims["rule"].notna().all()


def plain(text: str) -> str:
    """A text without the marks that group digits."""
    return re.sub(r"(?<=\d)[.,\s](?=\d{3})", "", text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_title_is_a_finding(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, lang: str
) -> None:
    """Titles carry the figure that the tables give; the planner's is a question."""
    today = pd.read_csv(outputs / "access_by_district.csv")
    far = (
        today[today["population"] > 0]
        .dropna(subset="distance_km")
        .nlargest(1, "distance_km")
        .iloc[0]
    )
    over = today.loc[today["distance_km"] > 200, "population"].sum()
    reach = pd.read_csv(outputs / "reach_by_district.csv")
    alone = today["population"].sum() - reach["people_in_reach_high"].sum()
    titles = {name: plain(page[lang].title) for name, page in pages.items()}
    assert f" {far['distance_km']:.0f} " in titles["report.html"].replace("\xa0", " ")
    low, high = map(int, re.findall(r"\d{6,}", titles["maps/access.html"]))
    assert low <= over <= high
    assert str(100 * round(alone / 100)) in titles["maps/capacity.html"]
    assert titles["planner.html"].endswith("?")
    plans = pd.read_csv(outputs / "scenarios.csv").set_index("scenario")
    for name, title in titles.items():
        words = title.replace("\xa0", " ")
        if name.endswith("changes.html"):
            row = plans.loc[name.split("/")[1]]
            most = max(row[f"people_{kind}"] for kind in ("gain", "lose", "reached", "cut_off"))
            assert str(int(100 * ((most + 50) // 100))) in words, name
        elif name.startswith("scenarios/"):
            table = pd.read_csv(outputs / name.replace("access.html", "access_by_district.csv"))
            lived = table[table["population"] > 0]
            # A quicker road can be a longer one: plans of roads are told in minutes.
            if plans.loc[name.split("/")[1], "measure"] == "time":
                steps = 5 * int(lived["travel_min"].max() / 5 + 0.5)
                wanted = [str(part) for part in divmod(steps, 60) if part]
                assert re.findall(r"\d+", words)[-len(wanted) :] == wanted, name
            else:
                assert f" {lived['distance_km'].max():.0f} " in words, name


def test_a_lead_of_a_plan_takes_no_difference_from_nobody(
    pages: dict[str, dict[str, ReadPage]], outputs: Path
) -> None:
    """Who had no shelter before has none that is nearer: they are counted by themselves."""
    plans = pd.read_csv(outputs / "scenarios.csv").set_index("scenario")
    both = plans[(plans["people_gain"] > 0) & (plans["people_reached"] > 0)]
    assert len(both)
    for key, row in both.iterrows():
        lead = plain(pages[f"scenarios/{key}/access.html"]["en"].lead)
        counts = [100 * int((row[f"people_{kind}"] + 50) // 100) for kind in ("gain", "reached")]
        assert all(str(count) in lead for count in counts), key
        assert str(sum(counts)) not in lead, key


def test_only_a_road_inside_the_country_is_said_to_lack(
    pages: dict[str, dict[str, ReadPage]],
) -> None:
    """Nakhchivan is reached by air and through Iran."""
    for name in ("report.html", "planner.html", "maps/access.html"):
        page = pages[name]["en"]
        figures = [text for text in page.texts if "without" in text and "road" in text]
        assert any("inside the country" in text for text in figures), name


def plans_of(pages: dict[str, dict[str, ReadPage]], page: str) -> dict[str, str]:
    """Pages of plans of one kind: their names by the plan's key."""
    names = [name for name in pages if name.startswith("scenarios/") and name.endswith(page)]
    return {name.split("/")[1]: name for name in names}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_change_of_a_district_is_after_less_before_under_a_head_of_changes(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, lang: str
) -> None:
    """Under "Kilometres nearer" a road that shortens would stand with a minus, or the reverse."""
    heads = {"en": "Change in", "az": "dəyişməsi", "ru": "Изменение"}
    nearer = {"en": "Kilometres nearer", "az": "Neçə km yaxınlaşır", "ru": "На сколько км ближе"}
    changed = 0
    for key, name in plans_of(pages, "changes.html").items():
        texts = {text.replace("\xa0", " ") for text in pages[name][lang].texts}
        assert sum(heads[lang] in text for text in texts) >= 2, name
        assert nearer[lang] not in texts, name
        table = pd.read_csv(outputs / f"scenarios/{key}/changes_by_district.csv")
        more = (table["km_after"].round() - table["km_before"].round()).dropna()
        km = "км" if lang == "ru" else "km"
        wanted = {f"{'−' if size < 0 else '+'}{abs(size):.0f} {km}" for size in more if size}
        assert wanted <= texts, name
        changed += len(wanted)
    assert changed


def test_the_list_of_a_plan_of_roads_is_in_minutes(
    pages: dict[str, dict[str, ReadPage]], outputs: Path
) -> None:
    """Its first column of changes is what the list beside the map shows."""
    plans = pd.read_csv(outputs / "scenarios.csv").set_index("scenario")
    assert set(plans["measure"]) == {"distance", "time"}
    for key, name in plans_of(pages, "changes.html").items():
        texts = pages[name]["en"].texts
        heads = [texts.index(f"Change in {kind}") for kind in ("distance by road", "time by car")]
        by_time = plans.loc[key, "measure"] == "time"
        assert (heads == sorted(heads)) != by_time, name
        assert any(text.startswith("Districts whose trip time") for text in texts) == by_time, name


def test_how_soon_help_begins_under_a_plan_is_told_as_assumed(
    pages: dict[str, dict[str, ReadPage]],
) -> None:
    """Nobody publishes the hours of today: a bare share or wait would read as a fact."""
    maps = [page["en"] for name, page in pages.items() if name.startswith("maps/evidence_")]
    assert len(maps) == 2
    for page in maps:
        assert "with this plan" in page.title
        texts = (plain(text).replace("\u00a0", " ") for text in page.texts)
        assert any(re.fullmatch(r"\d+ h( \d+ min)? \(assumed\)", text) for text in texts)


NOT_PUBLISHED = {"en": "not published", "az": "dərc olunmayıb", "ru": "не опубликован"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_shelter_that_a_plan_opens_has_the_places_that_the_plan_gives(
    pages: dict[str, dict[str, ReadPage]], lang: str
) -> None:
    """Nobody has published the places of a shelter that is not there: the plan sets them."""
    words = Words(lang)
    opened = words.text("compare.opened")
    met = 0
    for name in plans_of(pages, "changes.html").values():
        new = [text for text in pages[name][lang].texts if text.endswith(opened) and text != opened]
        met += len(new)
        assert not [text for text in new if NOT_PUBLISHED[lang] in text], name
        assert all(re.search(r"\d", text) for text in new), name
    assert met


@pytest.mark.parametrize("lang", LANGUAGES)
def test_distances_of_those_with_a_road_before_and_after_say_so(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, lang: str
) -> None:
    """The farthest of all who reach a shelter under a plan is another figure."""
    words = Words(lang)
    both = {
        name: words.text("compare.of_both", label=words.text(f"compare.figure_distance_km_{name}"))
        for name in ("mean", "max")
    }
    plans = pd.read_csv(outputs / "scenarios.csv").set_index("scenario")
    reaching = plans[plans["people_reached"] > 0]
    assert len(reaching)
    for key, name in plans_of(pages, "changes.html").items():
        named = [label in pages[name][lang].texts for label in both.values()]
        assert all(named) if key in reaching.index else not any(named), name


NEARLY_AS_FAST = {"en": "nearly as fast", "az": "eyni vaxt aparan", "ru": "почти такой же быстрой"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_title_gives_two_lengths_and_the_finding_says_why_there_are_two(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, lang: str
) -> None:
    for name, page in pages.items():
        assert not re.search(r"(km|км)[^\d]*\d+ (km|км)", page[lang].title), name
    assert NEARLY_AS_FAST[lang] in pages["report.html"][lang].whole
    if lang == "en":
        assert NEARLY_AS_FAST[lang] in read_picture(outputs / "figures" / "access_map.svg")


def test_the_picture_of_plans_says_that_it_counts_residents(outputs: Path) -> None:
    """Its title and bars are of residents: what comes within the limit is the table's count."""
    text = read_picture(outputs / "figures" / "comparison.svg")
    assert "residents" in text.partition("People: residents")[0].lower()
    reach = pd.read_csv(outputs / "comparison_reach.csv")
    most = reach.loc[reach["limit_km"] == 100, "people_come_within"].max()
    assert str(int(100 * ((most + 50) // 100))) in plain(text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_another_length_of_stay_stands_with_who_says_it(
    pages: dict[str, dict[str, ReadPage]], study: Study, lang: str
) -> None:
    readings = study.settings.capacity.stays.readings
    assert {reading.days for reading in readings} >= {23, 60, 90}
    for reading in readings:
        assert isinstance(reading.source, dict)
        said = [text for text in pages["report.html"][lang].texts if reading.source[lang] in text]
        assert said, reading.days
        assert all(f"{reading.days:.0f}" in text for text in said)


def test_titles_of_pictures_mark_what_is_assumed(outputs: Path) -> None:
    """A mark in the foot alone is lost where a picture is cut."""
    titles = {
        "by_year": "stays a year",
        "pooling": "small shelters need",
        "tornado": "shelter places are needed",
    }
    for name, words in titles.items():
        lines = read_picture(outputs / "figures" / f"{name}.svg").splitlines()
        title = [line for line in lines if words in line]
        assert title, name
        assert "(assumed)" in " ".join(title), name


@pytest.mark.parametrize(("lang", "share"), [("en", "56.4%"), ("az", "56,4%"), ("ru", "56,4\xa0%")])
def test_that_stays_are_spread_evenly_is_said_beside_the_one_count_by_region(
    pages: dict[str, dict[str, ReadPage]], lang: str, share: str
) -> None:
    for name in ("report.html", "maps/capacity.html"):
        assert share in pages[name][lang].whole.replace("56,4 %", "56,4\xa0%"), name
