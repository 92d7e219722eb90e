"""Reader texts in every language: sentences, names and their order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from shelter_geo.analysis import Quantity
from shelter_geo.errors import OutputError
from shelter_geo.publish.catalogue import (
    Catalogue,
    alphabet,
    locale_of,
    own_name_of,
    packaged,
    place,
)
from shelter_geo.publish.written import Figures
from shelter_geo.study import FALLBACK, LANGUAGE_CODE

if TYPE_CHECKING:
    import pandas as pd

_CODE: Final = re.compile(LANGUAGE_CODE)


@dataclass(frozen=True)
class Text:
    """Words for readers, written in a language once it is known which one.

    Attributes
    ----------
    write
        Writes them in the language it is given.
    """

    write: Callable[[Words], str]

    def of(self, words: Words) -> str:
        """Write the text in one language."""
        return self.write(words)


Written: TypeAlias = str | Text | Quantity
"""What a placeholder takes."""
AnyText: TypeAlias = str | Mapping[str, str] | Text | Quantity
"""Words as a caller may give them: for all languages, for some by code, as a text or a figure."""


@dataclass(frozen=True)
class Words(Figures):
    """The words, numbers and alphabet of one language.

    Attributes
    ----------
    lang
        Code of the language.
    entries
        Its catalogue; without one, that of the package. What it lacks is said in English.
    area_name
        What the study calls one of its regions; the catalogue's word if not given.

    Raises
    ------
    OutputError
        If no catalogue is given and none comes with the package.
    """

    lang: str
    entries: Catalogue = field(default_factory=dict, repr=False, compare=False)
    area_name: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.entries:
            if not packaged(self.lang):
                raise OutputError(f"There is no catalogue for the language {self.lang!r}.")
            object.__setattr__(self, "entries", packaged(self.lang))

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return str(self.entries.get("language.name") or own_name_of(self.lang))

    @property
    def area(self) -> str:
        """What one region is called, within a sentence."""
        return self.area_name or self.text("access.region")

    def capital(self, text: str) -> str:
        """Begin a text with a capital letter."""
        large = str(self.entries.get("language.capital_i", "I"))
        return (large if text[:1] == "i" else text[:1].upper()) + text[1:]

    def text(self, key: str, /, **values: Written) -> str:
        """Say one text, its placeholders filled in.

        Parameters
        ----------
        key
            `section.name` of the catalogue. A plural text takes its form from the quantity `n`.
        values
            Placeholders by name: words, a `Text` or a `Quantity`, which is written with what is
            owed beside it. No bare number, which would say neither its unit nor how it is known.

        Raises
        ------
        KeyError
            If no catalogue has such a text, or a placeholder got no value.
        TypeError
            If a value is a bare number.
        """
        entry, lang = self.entries.get(key), self.lang
        if entry is None:
            entry, lang = packaged(FALLBACK)[key], FALLBACK
        if not isinstance(entry, str):
            entry = entry[locale_of(lang).plural_form(self._number(key, values["n"]))]
        return entry.format_map({name: self._word(key, value) for name, value in values.items()})

    def pattern(self, key: str) -> str:
        """Give one text as it stands in the catalogue, its placeholders left to the reader."""
        return str(self.entries.get(key, packaged(FALLBACK)[key]))

    def _number(self, key: str, value: Written) -> float:
        if not isinstance(value, Quantity):
            raise TypeError(f"{key} takes its form from a Quantity, not {value!r}")
        return value.value

    def _word(self, key: str, value: Written) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, Text):
            return value.of(self)
        if isinstance(value, Quantity):
            return self.quantity(value)
        raise TypeError(f"{key} takes words or a Quantity, not {value!r}")

    def order(self, text: str) -> tuple[tuple[int, int], ...]:
        """Give the key that sorts names as this language's alphabet does.

        Marks and digits come first, then the alphabet, large and small letters alike, then letters
        of other scripts. A letter the alphabet lacks stands where its plain letter does. Without an
        alphabet in the catalogue letters stand in the order of Unicode.
        """
        letters = alphabet(
            str(self.entries.get("language.alphabet", "")),
            str(self.entries.get("language.capitals", "")),
        )
        return tuple(place(letter, letters) for letter in unicodedata.normalize("NFC", text))


@dataclass(frozen=True)
class Languages:
    """The languages that readers are offered, in this order.

    Attributes
    ----------
    words
        The words of each.
    opens_in
        Code of the one that pages open in and that figures are drawn in; the first if not given.

    Raises
    ------
    OutputError
        If there is no language, or the one to open in is not offered.
    """

    words: tuple[Words, ...]
    opens_in: str = ""

    def __post_init__(self) -> None:
        if not self.words:
            raise OutputError("There is no language to write in.")
        opens_in = self.opens_in or self.words[0].lang
        if opens_in not in self.codes:
            raise OutputError(
                f"There is no language {opens_in!r}. Choose one of {', '.join(self.codes)}."
            )
        object.__setattr__(self, "opens_in", opens_in)

    def __iter__(self) -> Iterator[Words]:
        return iter(self.words)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def codes(self) -> tuple[str, ...]:
        """Code of each language."""
        return tuple(words.lang for words in self.words)

    @property
    def names(self) -> dict[str, str]:
        """What each language calls itself, by its code."""
        return {words.lang: words.name for words in self.words}

    @property
    def first(self) -> Words:
        """Words of the language that pages open in."""
        return next(words for words in self.words if words.lang == self.opens_in)

    def each(self, text: Text) -> dict[str, str]:
        """Write a text in every language, by code."""
        return {words.lang: text.of(words) for words in self.words}


def packaged_languages(*codes: str, opens_in: str = "") -> Languages:
    """Take languages whose catalogues come with the package, such as for a map of bare frames.

    Parameters
    ----------
    codes
        The languages in the order in which they are offered; English alone if none is given.
    opens_in
        The one that pages open in; the first if not given.

    Raises
    ------
    OutputError
        If the package has no catalogue for one of them.
    """
    return Languages(tuple(Words(code) for code in codes or (FALLBACK,)), opens_in)


def in_each(write: Callable[[Words], str]) -> Text:
    """Write one text in every language."""
    return Text(write)


AREA: Final = in_each(lambda words: words.capital(words.area))
"""What one region is called, as the head of a column."""


def say(key: str, /, **values: Written) -> Text:
    """Say one text of the catalogues in every language; see `Words.text`."""
    return Text(lambda words: words.text(key, **values))


def everywhere(text: AnyText) -> Text:
    """Take words that are given: one text for all languages, or those of some by their code.

    A language without words of its own takes the English ones, else the first that there are.

    Raises
    ------
    OutputError
        If a table holds no text.
    """
    if isinstance(text, Text):
        return text
    if isinstance(text, str):
        return Text(lambda words: text)
    if isinstance(text, Quantity):
        return Text(lambda words: words.quantity(text))
    if not text:
        raise OutputError("A text has no words in any language.")
    spare = text.get(FALLBACK) or next(iter(text.values()))
    return Text(lambda words: text.get(words.lang) or spare)


def own_name(row: Mapping[Any, Any] | pd.Series, stem: str = "name") -> Text:
    """Take the name of a place in every language from columns such as `name_en`.

    A language without a column takes the local name (the first column that is not English), then
    the English one, then the bare column.

    Raises
    ------
    OutputError
        If the row has no name at all.
    """
    named: dict[str, str] = {}
    for column, value in row.items():
        head, _, code = str(column).rpartition("_")
        if head == stem and isinstance(value, str) and value and _CODE.fullmatch(code):
            named[code] = value
    spare = next((name for code, name in named.items() if code != FALLBACK), None)
    spare = spare or named.get(FALLBACK) or row.get(stem)
    if not isinstance(spare, str):
        raise OutputError(f"A row has no {stem}: {dict(row)}.")
    return Text(lambda words: named.get(words.lang, spare))


def translated(row: Mapping[str, Any], stem: str) -> Text:
    """Take a text in every language from columns such as `title_fr`, else the bare `title`."""
    bare = str(row[stem])

    def write(words: Words) -> str:
        own = row.get(f"{stem}_{words.lang}")
        return own if isinstance(own, str) and own else bare

    return Text(write)
