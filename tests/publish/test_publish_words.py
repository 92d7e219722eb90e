"""The catalogues of all languages say the same, and numbers and names obey each language."""

from __future__ import annotations

import datetime
import re
import string
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest
from babel import Locale
from helpers.speaking import LANGUAGES, said, speaking

from shelter_geo.analysis import Quantity
from shelter_geo.errors import OutputError
from shelter_geo.publish.catalogue import PACKAGED, fold, known_people, packaged
from shelter_geo.publish.words import Languages, Words, everywhere, own_name, say, translated
from shelter_geo.siting import MODELS

NBSP = "\u00a0"


def forms(entry: str | Mapping[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_package_brings_three_languages() -> None:
    assert sorted(PACKAGED) == sorted(LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_catalogue_has_the_keys_and_placeholders_of_the_english_one(lang: str) -> None:
    english, other = packaged("en"), packaged(lang)
    assert list(other) == list(english)
    for key, entry in english.items():
        wanted = placeholders(forms(entry)[-1])
        for text in forms(other[key]):
            assert placeholders(text) == wanted, f"{lang} {key}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plural_texts_have_exactly_the_forms_of_their_language(lang: str) -> None:
    tags = Locale.parse(lang).plural_form.tags | {"other"}
    plurals = [entry for entry in packaged(lang).values() if not isinstance(entry, str)]
    assert plurals
    assert all(set(entry) == tags for entry in plurals)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_plain_words(lang: str) -> None:
    review = {"language.review", "study.credit"}
    for key, entry in packaged(lang).items():
        for text in forms(entry):
            assert text == text.strip(), key
            assert text or key in review, f"{lang} {key} is empty"
            assert not re.search(r"[<>&`]|https?:", text), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_small_and_capital_letters_stand_in_one_order(lang: str) -> None:
    small, large = (str(packaged(lang)[f"language.{n}"]) for n in ("alphabet", "capitals"))
    dotted = {"i": "İ", "ı": "I"}
    assert [dotted.get(letter, letter.upper()) for letter in small] == list(large)
    assert len(set(small)) == len(small)


def test_translations_that_nobody_has_read_say_so() -> None:
    read = {lang: not packaged(lang)["language.review"] for lang in LANGUAGES}
    assert read == {"az": False, "en": True, "ru": False}


def test_every_text_that_the_code_asks_for_is_there() -> None:
    folder = Path(str(files("shelter_geo"))) / "publish"
    sources = [*folder.rglob("*.py"), *(folder / "assets").glob("*.html")]
    sections = "|".join({key.partition(".")[0] for key in packaged("en")})
    asked = {
        key
        for file in sources
        for key in re.findall(rf'(?:say|text)\(\s*"((?:{sections})\.\w+)"', file.read_text("utf-8"))
    }
    assert len(asked) > 30
    assert asked <= set(packaged("en"))


def code() -> str:
    """All code and all templates that could ask for a text."""
    folder = Path(str(files("shelter_geo")))
    kinds = {".py", ".js", ".html"}
    return "\n".join(
        path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.suffix in kinds
    )


def put_in(key: str, between: list[str], quoted: set[str]) -> bool:
    """Whether a key is made of what stands between placeholders, and of words of the code."""
    first, *rest = between
    if not key.startswith(first):
        return False
    left = key.removeprefix(first)
    if not rest:
        return not left
    return any(
        (not left[:end] or left[:end] in quoted) and put_in(left[end:], rest, quoted)
        for end in range(len(left) + 1)
    )


def test_every_text_is_asked_for() -> None:
    """By its whole key, or by a key that the code puts together of parts that stand in it."""
    written = code()
    stems = set(re.findall(r'f"(\w+)\.(\w*)\{[^}"]+\}(\w*)"', written))
    stems |= {(of, stem, "") for of, stem in re.findall(r'"(\w+)\." ~ "(\w+)" ~ ', written)}
    stems |= {(of, "", "") for of in re.findall(r'"(\w+)\." ~ [a-z]', written)}
    stems.add(("planner_live", "", ""))  # sent to the page as a whole
    begun = set(re.findall(r"[\"`](\w+_)(?:\" \+|\$\{)", written))
    quoted = {*re.findall(r"[\"'.](\w+)", written), *MODELS}
    whole = set(re.findall(r"\b(?=(\w+\.\w+))", written))
    composed = [
        re.split(r"\{[^}]+\}", text)
        for text in re.findall(r'f"(\w+\.\w*(?:\{[^}"]+\}\w*){2,})"', written)
    ]
    idle = []
    for key in packaged("en"):
        section, _, name = key.partition(".")
        parts = [
            name.removeprefix(stem).removesuffix(end)
            for of, stem, end in stems
            if of == section and name.startswith(stem) and name.endswith(end)
        ]
        put_together = any(part in quoted or part.startswith(tuple(begun)) for part in parts)
        of_parts = any(put_in(key, between, quoted) for between in composed)
        if key not in whole and not put_together and not of_parts:
            idle.append(key)
    assert idle == []


def test_plural_texts_are_asked_for_with_their_number_and_only_those_have_forms() -> None:
    """A text with forms in one language has them in each, so that none lacks its grammar."""
    for key, entry in packaged("en").items():
        plural = {lang: not isinstance(packaged(lang)[key], str) for lang in LANGUAGES}
        assert len(set(plural.values())) == 1, key
        if not isinstance(entry, str):
            assert any(placeholders(form) for form in forms(entry)), key


# Words that readers of every language meet as they are: names of commands, files and settings.
AS_THEY_ARE = re.compile(
    r"\{\w+\}|\[?scenario\]?|shelter-geo (?:compare|run|site)|"
    r"\w+\.(csv|toml)|\bid\b|\bname\b|\b[A-Z]+\b"
)


NAMES = {"Leaflet", "Clause", "JavaScript", "Tab", "Enter", "Escape", "Luo", "Wang", "Qi"}


def test_no_russian_text_is_left_in_english() -> None:
    for key, entry in packaged("ru").items():
        if key.startswith("language."):
            continue
        for text in forms(entry):
            rest = AS_THEY_ARE.sub("", text)
            latin = set(re.findall(r"[A-Za-z]{2,}", rest)) - NAMES
            assert not latin, f"{key}: {latin}"


def test_no_azerbaijani_text_is_left_in_english() -> None:
    """Words alone cannot tell the two apart; a sentence of both languages alike can."""
    english = packaged("en")
    for key, entry in packaged("az").items():
        for text, other in zip(forms(entry), forms(english[key]), strict=False):
            rest = AS_THEY_ARE.sub("", text)
            words = re.findall(r"[A-Za-z]{3,}", rest)
            assert text != other or len(words) < 2 or key.startswith("language."), key
            assert not re.search(r"\b(the|and|of|is|are|with|from|which|people)\b", rest), key


def test_a_text_in_some_languages_falls_back_to_the_bare_one() -> None:
    row = {"title": "Bare", "title_az": "Yerli", "title_ru": float("nan")}
    title = translated(row, "title")
    assert [said(title, lang) for lang in ("az", "en", "ru")] == ["Yerli", "Bare", "Bare"]


@pytest.mark.parametrize(
    ("lang", "number", "share", "people", "day"),
    [
        ("en", "1,234,567.9", "4.6%", "16,800", "2 January 2026"),
        ("az", "1.234.567,9", "4,6%", "16.800", "2 yanvar 2026"),
        (
            "ru",
            f"1{NBSP}234{NBSP}567,9",
            f"4,6{NBSP}%",
            f"16{NBSP}800",
            "2 января 2026 г.",
        ),
    ],
)
def test_numbers_and_days(lang: str, number: str, share: str, people: str, day: str) -> None:
    words = Words(lang)
    assert words.number(1_234_567.89, digits=1) == number
    assert words.percent(0.046, digits=1) == share
    assert words.people(16_823) == people
    assert words.date(datetime.date(2026, 1, 2)).split() == day.split()


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (0, "0 min"),
        (1.2, "under 5 min"),
        (2.5, "5 min"),
        (57.4, "55 min"),
        (57.5, "1 h"),
        (62.5, "1 h 5 min"),
        (299, "5 h"),
    ],
)
def test_times_are_rounded_to_five_minutes(minutes: float, written: str) -> None:
    assert Words("en").duration(minutes) == written


@pytest.mark.parametrize(
    ("count", "known"), [(0, 0), (49, 0), (50, 100), (250, 300), (16_823, 16_800)]
)
def test_people_are_rounded_to_the_hundred_halves_up(count: float, known: int) -> None:
    assert known_people(count) == known


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (1, "1 район"),
        (2, "2 района"),
        (5, "5 районов"),
        (11, "11 районов"),
        (21, "21 район"),
        (112, "112 районов"),
    ],
)
def test_russian_counts_have_their_form(count: int, written: str) -> None:
    assert Words("ru").text("units.districts", n=Quantity.count(count)) == written


def test_placeholders_take_the_words_of_the_language() -> None:
    text = say(
        "access.class_size",
        districts=say("units.districts", n=Quantity.count(1)),
        people="{people}",
    )
    assert said(text) == "1 district, {people}"
    assert said(text, "ru") == "1 район, {people}"


def test_azerbaijani_names_stand_in_the_order_of_its_alphabet() -> None:
    names = ["Çaylı", "Cəlil", "Əli", "Elçin", "Fuzuli", "Xızı", "Hacı", "Ilxı", "İsmayıllı", "Qax",
             "Kür", "Samux", "Şəki", "Zaqatala", "2 saylı"]  # fmt: skip
    order = ["2 saylı", "Cəlil", "Çaylı", "Elçin", "Əli", "Fuzuli", "Hacı", "Xızı", "Ilxı",
             "İsmayıllı", "Kür", "Qax", "Samux", "Şəki", "Zaqatala"]  # fmt: skip
    assert sorted(names, key=Words("az").order) == order


def test_russian_order_puts_yo_after_ye_and_latin_names_last() -> None:
    names = ["Şəki", "Жаба", "Ёлка", "Ель", "ель", "Samux", "Астара"]
    order = ["Астара", "Ель", "ель", "Ёлка", "Жаба", "Samux", "Şəki"]
    assert sorted(names, key=Words("ru").order) == order


def test_a_letter_the_alphabet_lacks_stands_with_its_plain_letter() -> None:
    assert sorted(["Füx", "Évian", "Gent"], key=Words("az").order) == ["Évian", "Füx", "Gent"]


def test_folding_leaves_the_letters_that_a_search_compares() -> None:
    assert fold("Şəki, İmişli, Ağdaş, Xızı, Gəncə, ÇÖL") == "seki, imisli, agdas, xizi, gence, col"


def test_a_language_without_its_own_name_takes_the_local_one() -> None:
    assert said(own_name({"name_en": "Baku-like", "name_az": "Yerli"}), "ru") == "Yerli"
    assert said(own_name({"name_en": "Only"}), "az") == "Only"
    assert said(own_name({"name": "Bare"}), "ru") == "Bare"


def test_a_row_without_a_name_is_refused() -> None:
    with pytest.raises(OutputError, match="no name"):
        own_name({"name_en": float("nan")})


def test_a_text_in_some_languages_falls_back_to_english_then_to_the_first() -> None:
    assert said(everywhere("x"), "ru") == "x"
    assert said(everywhere({"az": "y", "en": "x"}), "ru") == "x"
    assert said(everywhere({"az": "y"}), "ru") == "y"
    with pytest.raises(OutputError, match="in any language"):
        everywhere({})


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(OutputError, match="no catalogue for the language 'xx'"):
        Words("xx")
    with pytest.raises(OutputError, match="en, az, ru"):
        speaking("xx")
    with pytest.raises(OutputError, match="no language to write in"):
        Languages(())


def test_an_unknown_text_is_refused() -> None:
    with pytest.raises(KeyError):
        Words("en").text("map.nonsense")
