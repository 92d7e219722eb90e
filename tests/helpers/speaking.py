"""The languages of the bundled study, and texts as tests read them."""

from __future__ import annotations

from shelter_geo.publish.words import Languages, Text, Words, packaged_languages

LANGUAGES = ("en", "az", "ru")
"""Languages of the bundled study, in its order."""


def speaking(lang: str = "en") -> Languages:
    """The three languages of the package, opening in one of them."""
    return packaged_languages(*LANGUAGES, opens_in=lang)


def said(text: Text, lang: str = "en") -> str:
    """A text in one language of the package."""
    return text.of(Words(lang))
