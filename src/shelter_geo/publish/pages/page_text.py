"""The texts of one page, each kept once, so that its script can change the language."""

from __future__ import annotations

from markupsafe import Markup, escape

from shelter_geo.publish.pages.sealed import plain
from shelter_geo.publish.words import LANGUAGES, Text, everywhere


class PageText:
    """Collects texts and writes the elements that show them in the first language.

    Parameters
    ----------
    lang
        Language in which the page opens.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._places: dict[tuple[str, ...], int] = {}

    def number(self, text: str | Text) -> int:
        """Place of a text in the table of texts."""
        spoken = everywhere(text)
        entry = tuple(plain(spoken[lang]) for lang in LANGUAGES)
        return self._places.setdefault(entry, len(self._places))

    def shown(self, text: str | Text) -> str:
        """Words of a text in the first language."""
        return plain(everywhere(text)[self.lang])

    def element(self, tag: str, text: str | Text, **attributes: str) -> Markup:
        """Write an element that holds one text and changes with the language."""
        spoken = everywhere(text)
        if len(set(spoken.values())) > 1:
            attributes["data-t"] = str(self.number(spoken))
        written = "".join(
            f' {escape(name.rstrip("_"))}="{escape(value)}"' for name, value in attributes.items()
        )
        # Every part is escaped one by one: Markup's own format takes three times as long.
        return Markup(f"<{tag}{written}>{escape(plain(spoken[self.lang]))}</{tag}>")

    def cited(self, tag: str, text: Text) -> Markup:
        """Write an element for a title; one for every language is as published, in English."""
        published = len(set(text.values())) == 1
        return self.element(tag, text, **({"lang": "en"} if published else {}))

    def label(self, text: str | Text) -> Markup:
        """Write the attributes that name an element aloud and change with the language."""
        return Markup('aria-label="{}" data-t-label="{}"').format(
            self.shown(text), self.number(text)
        )

    def table(self) -> list[str | list[str]]:
        """All texts so far, in the order of `LANGUAGES`; one text where all languages agree."""
        return [entry[0] if len(set(entry)) == 1 else list(entry) for entry in self._places]
