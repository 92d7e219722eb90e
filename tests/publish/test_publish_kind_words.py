"""Texts in the words of a kind of facility: nothing is called a shelter that is none."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping

import pytest
from helpers.speaking import LANGUAGES

from shelter_geo.publish.catalogue import packaged
from shelter_geo.publish.languages import in_words_of, phrases_of
from shelter_geo.study.kinds import SHELTERS, Kind, KindNorm

NAMES = {
    "singular": {"en": "rape crisis centre", "az": "böhran mərkəzi", "ru": "кризисный центр"},
    "plural": {"en": "rape crisis centres", "az": "böhran mərkəzləri", "ru": "кризисные центры"},
}
CENTRE = Kind(id="centre", **NAMES, norm=KindNorm(people_per_place=10, source="x"))  # type: ignore[arg-type]
WHOLE = Kind(id="centre", **NAMES, norm=KindNorm(people_per_facility=10, source="x"))  # type: ignore[arg-type]
SHELTER = {"en": r"shelter(?!-geo)", "az": "sığınaca", "ru": "убежищ|приют"}
VIOLENCE = {"en": "violence", "az": "zorakılı", "ru": "насили"}
FAMILY_PLACE = {"en": "family place", "az": "ailə yer", "ru": r"семейн\w+ мест"}


def spoken(kind: Kind, lang: str) -> dict[str, str | Mapping[str, str]]:
    return dict(in_words_of(kind, lang, packaged(lang), packaged("en")))


def texts(entries: Mapping[str, str | Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for key, entry in entries.items():
        if not key.startswith("language."):
            for form, text in {"": entry}.items() if isinstance(entry, str) else entry.items():
                yield f"{key} {form}", str(text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", [CENTRE, WHOLE], ids=["places", "whole"])
def test_no_text_calls_it_a_shelter(kind: Kind, lang: str) -> None:
    """A new form of the word in a catalogue wants a phrase in catalogues/kinds."""
    wrong = SHELTER[lang] + (f"|{FAMILY_PLACE[lang]}" if kind.counted_whole else "")
    assert [key for key, text in texts(spoken(kind, lang)) if re.search(wrong, text, re.I)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_title_and_no_lead_says_whom_shelters_are_for(lang: str) -> None:
    entries = [(key, text) for key, text in texts(spoken(CENTRE, lang)) if "_subtitle" not in key]
    opening = [(key, text) for key, text in entries if "title" in key or "lead" in key]
    assert opening
    assert [key for key, text in opening if VIOLENCE[lang] in text.lower()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", [CENTRE, WHOLE], ids=["places", "whole"])
def test_texts_ask_for_no_more_than_those_on_shelters(kind: Kind, lang: str) -> None:
    before = dict(texts(packaged(lang)))
    for key, text in texts(spoken(kind, lang)):
        names = [
            {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}
            for words in (text, before[key])
        ]
        assert names[0] <= names[1], key
        if kind is CENTRE:
            assert names[0] == names[1], key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_that_speak_of_no_shelter_stay(lang: str) -> None:
    after = dict(texts(spoken(CENTRE, lang)))
    for key, text in texts(packaged(lang)):
        mapped = key.split()[0] == "capacity.map_title"  # names the kind beside the country
        if not re.search(SHELTER[lang], text, re.I) and not mapped:
            assert after[key] == text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_shelters_keep_their_catalogue(lang: str) -> None:
    assert in_words_of(SHELTERS, lang, packaged(lang), {}) is packaged(lang)


def test_titles_and_legends_name_the_kind() -> None:
    for lang in LANGUAGES:
        entries = spoken(WHOLE, lang)
        kinds = NAMES["plural"][lang]
        assert entries["access.shelters"] == kinds[0].upper() + kinds[1:]
        assert kinds in str(entries["access.shelter_key"])
        assert NAMES["singular" if lang == "en" else "plural"][lang] in str(entries["study.title"])


def test_an_article_fits_the_word() -> None:
    kind = Kind(id="advice", singular="advice bureau", plural="advice bureaux")
    entries = in_words_of(kind, "en", packaged("en"), packaged("en"))
    assert entries["planner.add"] == "Open an advice bureau"
    assert spoken(CENTRE, "en")["planner.add"] == "Open a rape crisis centre"


def test_braces_in_a_word_are_text() -> None:
    kind = Kind(id="odd", singular="{n} house", plural="{n} houses")
    entries = in_words_of(kind, "en", packaged("en"), packaged("en"))
    assert str(entries["access.nearest"]).format() == "Nearest {n} house"


def test_a_language_without_phrases_speaks_english() -> None:
    assert phrases_of("ka") == {}
    own = {"language.name": "ქართული", "access.nearest": "უახლოესი თავშესაფარი"}
    entries = in_words_of(CENTRE, "ka", own, packaged("en"))
    assert entries["access.nearest"] == "Nearest rape crisis centre"
    assert entries["language.name"] == "ქართული"
