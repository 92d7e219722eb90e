"""What a reader sees: the texts of a page in one language, of a picture, of a command."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("en", "az", "ru")


@dataclass
class ReadPage:
    """A page as it reads in one language.

    Attributes
    ----------
    title, lead
        Its heading and the sentence below it.
    texts
        All its texts, those that the script shows later among them.
    """

    title: str = ""
    lead: str = ""
    texts: list[str] = field(default_factory=list)

    @property
    def whole(self) -> str:
        return "\n".join(self.texts)


class _Reader(HTMLParser):
    def __init__(self, table: list[Any], place: int) -> None:
        super().__init__()
        self.page, self.table, self.place = ReadPage(), table, place
        self._hidden, self._tag, self._given, self._is_lead = "", "", None, False

    def said(self, number: str) -> str:
        entry = self.table[int(number)]
        return entry if isinstance(entry, str) else str(entry[self.place])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("script", "style", "noscript"):
            self._hidden = tag
        if named.get("class") == "still" and self.place:  # drawn in the page's first language
            self._hidden = tag
        number = named.get("data-t")
        self._tag, self._given = tag, None if number is None else self.said(number)
        self._is_lead = named.get("class") == "lead"
        if (label := named.get("data-t-label")) is not None:
            self.page.texts.append(self.said(label))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if self._hidden or not data.strip():
            return
        text = self._given if self._given is not None else data.strip()
        if self._tag == "h1":
            self.page.title = text
        if self._is_lead and not self.page.lead:
            self.page.lead = text
        self.page.texts.append(text)


def read_page(file: Path, lang: str) -> ReadPage:
    """Read a sealed page in one of its languages."""
    html = file.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    place = data["languages"].index(lang)
    reader = _Reader(data["text"], place)
    reader.feed(html)
    reader.page.texts += [
        entry if isinstance(entry, str) else entry[place] for entry in data["text"]
    ]
    return reader.page


def read_picture(file: Path) -> str:
    """Read the words of an SVG, whether they are drawn as text or as shapes with a comment."""
    text = file.read_text(encoding="utf-8")
    drawn = re.findall(r"<text[^>]*>(.*?)</text>", text, re.DOTALL)
    plain = [re.sub(r"<[^>]+>", "", part).strip() for part in drawn]
    return "\n".join([*plain, *re.findall(r"<!-- (.*?) -->", text, re.DOTALL)])
