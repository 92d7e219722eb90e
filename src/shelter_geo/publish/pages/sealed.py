"""Pages that call nobody: constant scripts, inert data, a policy of hashes, one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shelter_geo.errors import OutputError

_ASSETS: Final = files("shelter_geo.publish") / "assets"
_SCHEME: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
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
    """Read one of the constant scripts and styles that pages carry, without its indents."""
    return _INDENT.sub("", (_ASSETS / name).read_text(encoding="utf-8"))


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
