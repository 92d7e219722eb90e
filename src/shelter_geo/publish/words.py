"""Reader texts in every language: sentences, numbers, dates and the order of names."""

from __future__ import annotations

import datetime
import math
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from shelter_geo.errors import OutputError

Text: TypeAlias = Mapping[str, str]
"""The same words in every language, keyed by language."""

_Entry: TypeAlias = str | Mapping[str, str]
_CATALOGUES: Final = files("shelter_geo.publish") / "catalogues"
_FOLDED: Final = str.maketrans({"ə": "e", "ı": "i"})
_DATE_LOCALES: Final = {"en": "en_GB"}
_PEOPLE_STEP: Final = 100
_MINUTES_STEP: Final = 5

LANGUAGES: Final = tuple(
    sorted(file.name.removesuffix(".toml") for file in _CATALOGUES.iterdir() if file.is_file())
)
"""Every language that has a catalogue, by code."""


@cache
def catalogue(lang: str) -> Mapping[str, _Entry]:
    """Read the texts of one language, keyed `section.name`; plural texts are tables of forms.

    Raises
    ------
    OutputError
        If there is no catalogue for the language.
    """
    if lang not in LANGUAGES:
        raise OutputError(f"There is no language {lang!r}. Choose one of {', '.join(LANGUAGES)}.")
    sections = tomllib.loads((_CATALOGUES / f"{lang}.toml").read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": entry
        for section, entries in sections.items()
        for name, entry in entries.items()
    }


@dataclass(frozen=True)
class Words:
    """The words, numbers and alphabet of one language.

    Attributes
    ----------
    lang
        Code of the language, one of `LANGUAGES`.

    Raises
    ------
    OutputError
        If there is no catalogue for the language.
    """

    lang: str

    def __post_init__(self) -> None:
        catalogue(self.lang)

    def text(self, key: str, /, **values: Any) -> str:
        """Say one text, its placeholders filled in.

        Parameters
        ----------
        key
            `section.name` of the catalogue. A plural text takes its form from the value `n`.
        values
            Placeholders by name. Numbers are formatted, a `Text` gives this language's words.

        Raises
        ------
        KeyError
            If the catalogue has no such text, or a placeholder got no value.
        """
        entry = catalogue(self.lang)[key]
        if not isinstance(entry, str):
            form = Locale.parse(self.lang).plural_form(values["n"])
            entry = entry[form]
        return entry.format_map({name: self._word(value) for name, value in values.items()})

    def _word(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping):
            return str(value[self.lang])
        return self.number(value)

    def number(self, value: float, *, digits: int = 0) -> str:
        """Write a number with this language's separators, to `digits` decimals."""
        return _decimal(float(value), digits, self.lang)

    def percent(self, share: float, *, digits: int = 0) -> str:
        """Write a share of 1 as a percentage."""
        whole = str(Locale.parse(self.lang).percent_formats[None].pattern)
        pattern = whole.replace(_pattern(0), _pattern(digits))
        return str(format_percent(share, pattern, locale=self.lang))

    def date(self, day: datetime.date) -> str:
        """Write a day in full."""
        return str(format_date(day, "long", locale=_DATE_LOCALES.get(self.lang, self.lang)))

    def people(self, count: float) -> str:
        """Write a number of people, rounded to what is known."""
        return self.number(known_people(count))

    def distance(self, distance_km: float) -> str:
        """Write a distance, rounded to the kilometre."""
        return self.text("units.km", n=self.number(distance_km))

    def duration(self, minutes: float) -> str:
        """Write a time in hours and minutes, rounded to five minutes."""
        rounded = _to_step(minutes, _MINUTES_STEP)
        if minutes > 0 and rounded == 0:
            return self.text("units.under_minutes", n=_MINUTES_STEP)
        hours, rest = divmod(rounded, 60)
        if hours == 0:
            return self.text("units.minutes", n=rest)
        if rest == 0:
            return self.text("units.hours", n=hours)
        return self.text("units.hours_minutes", h=hours, m=rest)

    def order(self, text: str) -> tuple[tuple[int, int], ...]:
        """Give the key that sorts names as this language's alphabet does.

        Marks and digits come first, then the alphabet, large and small letters alike, then letters
        of other scripts. A letter the alphabet lacks stands where its plain letter does.
        """
        letters = _alphabet(self.lang)
        return tuple(_place(letter, letters) for letter in unicodedata.normalize("NFC", text))


def _pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")


def known_people(count: float) -> int:
    """Round a number of people to the hundred that is known of it."""
    return _to_step(count, _PEOPLE_STEP)


@cache
def _decimal(value: float, digits: int, lang: str) -> str:
    return str(format_decimal(value, _pattern(digits), locale=lang))


def _to_step(value: float, step: int) -> int:
    return step * math.floor(value / step + 0.5)


@cache
def _alphabet(lang: str) -> Mapping[str, int]:
    entries = catalogue(lang)
    small, large = str(entries["language.alphabet"]), str(entries["language.capitals"])
    return {letter: rank for row in (small, large) for rank, letter in enumerate(row)}


def _place(letter: str, letters: Mapping[str, int]) -> tuple[int, int]:
    rank = letters.get(letter)
    if rank is None:
        rank = letters.get(unicodedata.normalize("NFKD", letter)[0])
    if rank is not None:
        return (1, rank)
    return (2 if letter.isalpha() else 0, ord(letter))


def in_each(write: Callable[[Words], str]) -> Text:
    """Write one text in every language."""
    return {lang: write(Words(lang)) for lang in LANGUAGES}


def say(key: str, /, **values: Any) -> Text:
    """Say one text of the catalogues in every language; see `Words.text`."""
    return in_each(lambda words: words.text(key, **values))


def everywhere(text: str | Text) -> Text:
    """Take one text for every language, or check that each language has its own.

    Raises
    ------
    OutputError
        If a text was given for some of the languages only.
    """
    if isinstance(text, str):
        return dict.fromkeys(LANGUAGES, text)
    missing = [lang for lang in LANGUAGES if lang not in text]
    if missing:
        raise OutputError(f"A text has no words in {', '.join(missing)}: {dict(text)}.")
    return {lang: text[lang] for lang in LANGUAGES}


def own_name(row: Mapping[str, Any], stem: str = "name") -> Text:
    """Take the name of a place in every language from columns such as `name_en`.

    A language without a column takes the local name (the first column that is not English), then
    the English one, then the bare column.

    Raises
    ------
    OutputError
        If the row has no name at all.
    """
    named = {
        str(column).removeprefix(f"{stem}_"): value
        for column, value in row.items()
        if str(column).startswith(f"{stem}_") and isinstance(value, str) and value
    }
    spare = next((named[lang] for lang in named if lang in LANGUAGES and lang != "en"), None)
    spare = spare or named.get("en") or row.get(stem)
    if not isinstance(spare, str):
        raise OutputError(f"A row has no {stem}: {dict(row)}.")
    return {lang: named.get(lang, spare) for lang in LANGUAGES}


def translated(row: Mapping[str, Any], stem: str) -> Text:
    """Take a text in every language from columns such as `title_az`, else the bare `title`."""
    own = {lang: row.get(f"{stem}_{lang}") for lang in LANGUAGES}
    bare = str(row[stem])
    return {lang: text if isinstance(text, str) and text else bare for lang, text in own.items()}


def fold(text: str) -> str:
    """Reduce a name to the plain small letters that a search compares."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_FOLDED)
