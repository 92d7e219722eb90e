"""The texts of one page, each kept once, so that its script can change the language."""

from __future__ import annotations

from markupsafe import Markup, escape

from shelter_geo.publish.pages.sealed import plain
from shelter_geo.publish.words import AnyText, Languages, Text, everywhere
from shelter_geo.study import FALLBACK


class PageText:
    """Collects texts and writes the elements that show them in the first language.

    Parameters
    ----------
    languages
        Languages that the page offers, and the one in which it opens.
    """

    def __init__(self, languages: Languages) -> None:
        self.languages = languages
        self._first = languages.codes.index(languages.opens_in)
        self._places: dict[tuple[str, ...], int] = {}

    def number(self, text: AnyText) -> int:
        """Place of a text in the table of texts."""
        return self._number(self._in_each(text))

    def shown(self, text: AnyText) -> str:
        """Words of a text in the first language."""
        return plain(everywhere(text).of(self.languages.first))

    def element(self, tag: str, text: AnyText, **attributes: str) -> Markup:
        """Write an element that holds one text and changes with the language."""
        return self._element(tag, self._in_each(text), attributes)

    def cited(self, tag: str, text: Text) -> Markup:
        """Write an element for a title; one for every language is as published, in English."""
        entry = self._in_each(text)
        return self._element(tag, entry, {"lang": FALLBACK} if len(set(entry)) == 1 else {})

    def label(self, text: AnyText) -> Markup:
        """Write the attributes that name an element aloud and change with the language."""
        return Markup('aria-label="{}" data-t-label="{}"').format(
            self.shown(text), self.number(text)
        )

    def table(self) -> list[str | list[str]]:
        """All texts so far, in the order of the languages; one text where all languages agree."""
        return [entry[0] if len(set(entry)) == 1 else list(entry) for entry in self._places]

    def _in_each(self, text: AnyText) -> tuple[str, ...]:
        spoken = everywhere(text)
        return tuple(plain(spoken.of(words)) for words in self.languages)

    def _number(self, entry: tuple[str, ...]) -> int:
        return self._places.setdefault(entry, len(self._places))

    def _element(self, tag: str, entry: tuple[str, ...], attributes: dict[str, str]) -> Markup:
        if len(set(entry)) > 1:
            attributes["data-t"] = str(self._number(entry))
        written = "".join(
            f' {escape(name.rstrip("_"))}="{escape(value)}"' for name, value in attributes.items()
        )
        # Every part is escaped one by one: Markup's own format takes three times as long.
        return Markup(f"<{tag}{written}>{escape(entry[self._first])}</{tag}>")
