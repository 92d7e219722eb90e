"""Pages that call nobody: constant scripts, inert data, a policy of hashes, one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from html import escape as quoted
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from shelter_geo.errors import OutputError
from shelter_geo.publish.files.staging import staged
from shelter_geo.publish.words import AnyText, Languages, Text, everywhere
from shelter_geo.publish.written import unbroken
from shelter_geo.study import FALLBACK

_LARGE: Final = ("h1", "h2", "dd")
"""Elements in large type, headings and figures, which break often."""
_ASSETS: Final = files("shelter_geo.publish") / "assets"
_SCHEME: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
_BLANK: Final = re.compile(r"^\s+", re.MULTILINE)
_REMARK: Final = re.compile(r"^[ \t]*//(?!#).*\n", re.MULTILINE)
_STYLE_REMARK: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_SPACE: Final = re.compile(r"\s*([{};,]|:(?=\s))\s*")
_BIDI_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ESCAPES: Final = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&'`\u2028\u2029"})


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Reduce a text to what a page may show: no controls, no forced direction, no address.

    Line breaks become spaces, broken characters the replacement mark, and `scheme://` goes: a
    sealed page links nowhere, so an address stands there as words.
    """
    shown = []
    for character in _SCHEME.sub("", text):
        category = unicodedata.category(character)
        if category == "Cs":
            shown.append("\ufffd")
        elif category in ("Cc", "Zl", "Zp"):
            shown.append(" ")
        elif character not in _BIDI_OVERRIDES:
            shown.append(character)
    return "".join(shown).strip()


def inert_json(value: Any) -> Markup:
    """Write data for a JSON block that no HTML parser and no script can take for code.

    Raises
    ------
    OutputError
        If the data hold a number that JSON cannot, or something that is not data.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as fault:
        raise OutputError(f"A page cannot hold these data: {fault}.") from fault
    return Markup(text.translate(_ESCAPES))


@cache
def asset(name: str) -> str:
    """Read one of the constant scripts and styles that pages carry, without indents and remarks."""
    code = (_ASSETS / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return _STYLE_SPACE.sub(r"\1", _STYLE_REMARK.sub("", code)).replace(";}", "}").strip()
    if name.endswith(".js"):
        return _BLANK.sub("", _REMARK.sub("", code))
    return _INDENT.sub("", code)


@cache
def leaflet() -> str:
    """Read Leaflet 1.9.4 as published, its licence on top and its addresses taken out.

    Two brackets around its body tell the browser that it runs at once, so that it is read once.

    Raises
    ------
    OutputError
        If the file is not the one whose addresses are known.
    """
    code = asset("leaflet.js")
    for published, changed in (
        ('href="https://leafletjs.com"', ""),
        ("https://", ""),
        ("//# sourceMappingURL=leaflet.js.map", ""),
        ("(this,function(t){", "(this,(function(t){"),
        ("window.L=t});", "window.L=t}));"),
    ):
        if published not in code:
            raise OutputError(f"assets/leaflet.js is not Leaflet 1.9.4: no {published!r} in it.")
        code = code.replace(published, changed)
    return f"/*!\n{asset('leaflet.LICENSE')}*/\n{code.rstrip()}\n"


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def policy(scripts: Sequence[str], style: str) -> str:
    """Write the Content-Security-Policy that lets these scripts and this style run, and no more."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(map(_digest, scripts)),
            "style-src " + _digest(style),
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("shelter_geo.publish", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def seal(
    template: str,
    *,
    scripts: Sequence[str],
    styles: Sequence[str],
    data: Callable[[], Any],
    **context: Any,
) -> str:
    """Render a template of the assets into one sealed page.

    Parameters
    ----------
    template
        File name of a template that extends `page.html`.
    scripts, styles
        Constant code, in the order in which it runs.
    data
        Gives what the scripts read from the inert block `data`. It is asked last, when the
        template has shown all its texts.
    context
        What else the template shows; every text is escaped.
    """
    code = [script.strip() for script in scripts]
    style = "\n".join(styles).strip()
    return (
        _templates()
        .get_template(template)
        .render(
            policy=policy(code, style),
            scripts=[Markup(script) for script in code],
            style=Markup(style),
            data=lambda: inert_json(data()),
            **context,
        )
    )


def sign_of(symbol: str, mark: str) -> str:
    """Draw one of the signs of maps (`patterns.html`) as an SVG file of its own.

    Parameters
    ----------
    symbol
        `shelter` for one of today, `new` for one that a plan brings.
    mark
        Ink of the signs, `#rrggbb`.
    """
    signs = str(_templates().get_template("patterns.html").module.signs(mark))  # type: ignore[attr-defined]
    found = re.search(rf'<symbol id="{symbol}" (viewBox="[^"]*")>(.*?)</symbol>', signs)
    if found is None:
        raise OutputError(f"No sign is called {symbol}.")
    box, drawn = found.groups()
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{drawn}</svg>'


_HEIGHT: Final = "1100px"


def save_page(html: str, path: str | Path) -> None:
    """Write a page whole or not at all.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.
    """
    path = Path(path)
    with staged(path.parent) as folder:
        (folder / path.name).write_text(html, encoding="utf-8", newline="\n")


def framed(html: str, *, width: str, height: str, sandbox: str) -> str:
    """Put a page into a frame that may do no more than `sandbox` says."""
    return (
        f'<iframe srcdoc="{quoted(html)}" width="{width}" height="{height}" '
        f'sandbox="{sandbox}" referrerpolicy="no-referrer" style="border:0"></iframe>'
    )


class OneFile(ABC):
    """A page that can be saved, and shows itself in a notebook."""

    sandbox: ClassVar[str] = "allow-scripts"

    @property
    @abstractmethod
    def html(self) -> str:
        """The whole page."""

    def save(self, path: str | Path) -> None:
        """Write the page whole or not at all.

        Raises
        ------
        OutputError
            If the folder or the file cannot be written.
        """
        save_page(self.html, path)

    def _repr_html_(self) -> str:
        return framed(self.html, width="100%", height=_HEIGHT, sandbox=self.sandbox)


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
        """Write an element that holds one text and changes with the language.

        No line of a heading or a figure ends between a number and its unit.
        """
        entry = self._in_each(text)
        if tag in _LARGE:
            entry = tuple(map(unbroken, entry))
        return self._element(tag, entry, attributes)

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
