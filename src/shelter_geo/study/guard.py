"""The guard against addresses: what a text that stands with a shelter may not hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from shelter_geo.errors import show_none_of
from shelter_geo.study.address_lines import (
    has_words_of_addresses,
    is_address,
)
from shelter_geo.study.address_words import address_words
from shelter_geo.study.plain_text import plain_text

AWAY: Final = "this text may give a place away: an address, a number, a link or a coordinate"
"""What is said of such a text, which is never shown."""
REMEDY: Final = (
    "Name the settlement only, write counts with their unit after them, and name a source by its "
    "title and day; links may lead to the hosts listed under [sources] only."
)
_WORD: Final = re.compile(r"[^\W\d_]{3}")
LONGEST_READ: Final = 20_000
"""Signs of a text that are looked at; nobody writes more beside a shelter."""

_LINK: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,15}:/{1,3}|\bgeo:|///|\bwww\b)\S*"
    r"|(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,12}(?=/\w)/\S*",
    re.IGNORECASE,
)
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Turns of the writing direction, which show a text the other way round."""
_HOST: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:/{0,3})?(?:www\.)?([^/\s:?#]*)", re.IGNORECASE)
_DECIMALS: Final = (
    r"(?<![\d.,])-?\d{1,3}(?:\.\d{2,}|,\d{4,}|(?<=\d\d),\d\d(?:\d(?!\d))?)(?![.,]?\d)"
)
"""A number to 1 km or finer, but not one whose comma sets off thousands."""
_CARDINAL: Final = "NSEWOСЮВЗ"

_CERTAIN: Final = re.compile(
    "|".join(
        (
            rf"{_DECIMALS}\s*[NSEW]?\s*[,;/|\s]\s*[NSEW]?\s*{_DECIMALS}",  # a pair of degrees
            r"(?<![\d.,])-?\d{1,3}(?:\.\d{3,}(?=\D{1,12}\d{1,3}\.\d{3,})|[.,]\d{5,}|\.\d{4})(?!\d)",
            r"\d\s*[°º]",
            rf"\b\d{{1,3}}(?:[.,]\d+)\s?[{_CARDINAL}]\b|\b[NSEW]\s?\d{{1,3}}[.,]\d+",
            rf"\b\d{{1,3}}\s+\d{{1,2}}(?:[.,]\d+)?(?:\s+\d{{1,2}}(?:[.,]\d+)?)?\s?[{_CARDINAL}]\b",
            rf"\b[{_CARDINAL}]\s?\d{{1,3}}[\s°]\s?\d{{1,2}}(?:[.,]\d|['′\s])",
            r"\b\d{1,3}\s?[dD]\s?\d{1,2}\s?[m'′]|\b\d{1,3}\s?['′]\s?\d{1,2}",
            r"\b[2-9CFGHJMPQRVWX]{2,8}\+[2-9CFGHJMPQRVWX]{2,3}\b",  # a plus code
            r"\b\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{2,5}\s?\d{2,5}\b",  # MGRS
            r"\b\d{1,2}\s?[C-HJ-NP-X]\s+\d{5,7}(?:\.\d+)?\s+\d{6,8}",  # UTM
            r"\b[EN]\s?[=:]?\s?\d{5,7}\b|\b\d{6,7}(?:\.\d+)?\s?m?[EN]\b|\bEPSG\b",
            r"\b(?=[b-hjkmnp-z0-9]*\d[b-hjkmnp-z]+\d|[b-hjkmnp-z]+\d+[b-hjkmnp-z])"
            r"[b-hjkmnp-z0-9]{6,12}\b",  # a geohash
            r"(?<![\w.])[^\W\d_]{3,}\.[^\W\d_]{3,}\.[^\W\d_]{3,}(?![\w.])",  # three words
            r"\S@\S|\w\s*[\[({]\s*(?:at|dot)\s*[\])}]\s*\w|(?<!\w)@\w",  # mail
            r"_at_\w+_dot_",
            r"(?<!\d)\d{1,4}\s?[-–/]\s?\d{1,4}\s?[-–/]\s?\d{1,4}(?!\d)(?<!\d{4}-\d\d-\d\d)",
            r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b",  # postcodes
            r"\b(?!EN|ISO|(?:EU|UN|UK|US) (?:19|20)\d\d\b)[A-Z]{2}-?\s?\d{4,6}\b",
            r"\b\d{4}\s?[A-Z]{2}\b|〒|\b\d\d-\d{3}\b",
            r"\b\d{5}-\d{3,4}\b|\b\d{4}-\d{3}\b|\b\d{3}-\d{4}\b|\b\d{3} \d\d\b(?=\s+[^\W\d_]|$)",
            r"\b\d+:\d+:\d+",  # cadastral
            r"\b[HNST][A-HJ-Z]\s\d{3,5}\s(?!000)\d{3,5}\b",  # British grid
            r"\b[A-HJ-Z]\s\d{3,5}\s(?!000)\d{3,5}\b",  # Irish grid
            r"\b[sr]/[nc]\b|\bб/н\b|\bсн\b\.",  # without a number
            r"\b[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*::|(?:\b[0-9a-fA-F]{1,4}:){4}",  # IPv6
            r"\b\d{1,3}\s?(?:deg|degrees?|grad|град\w*|dərəcə|derece)\W*\d+\s?(?:m|м|d|')",
            r"\b(?:[A-Z]+\d[A-Z\d]*|\d+[A-Z][A-Z\d]*)\s(?:[A-Z]+\d[A-Z\d]*|\d+[A-Z][A-Z\d]*)\b",
            r"\bhttps?\s?:\s?/",
            r"^[\u3400-\u9fff\u3040-\u30ff]{1,7}(?:[路街巷弄]|胡同|大道|通り)$",
            r"^[\uac00-\ud7af]{2,6}(?:길|대로|거리)$",
            r"\b\d{2,}-[A-Z]{1,2}-\d+\b|\bw3w\b|what3words",
            r"[一二三四五六七八九十百]+(?:[号號楼樓室栋棟弄巷段]|丁目|番)",
        )
    )
)
_DIGITS: Final = re.compile(r"(?<![\d.,])\+?\(?\d[\d\s().\-–/]{4,}\d")
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:([ .,’'])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_YEARS: Final = re.compile(r"\(?(?:1[89]|20)\d\d\)?(?:[\s,;/–-]+\(?(?:1[89]|20)?\d\d\)?)*")
_DAY: Final = re.compile(
    r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"  # as in the names of files
)
_FRACTION: Final = re.compile(r"\d+\.\d+")
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_SYMBOL: Final = re.compile(
    r"\b[A-Z]{1,6}(?:/[A-Z0-9.]{1,8}){2,}\b|\b\d+-[IVXLQ]{2,}\b|\bitem \d{4,9}\b"
    r"|\b[012]?\d:[0-5]\d\b(?![:.]\d)"
)
"""Of a document of the United Nations, of a law or of a page; and times of the day."""


def gives_a_place_away(text: str, hosts: Collection[str] | None = ()) -> bool:
    """Tell whether a text looks like an address, a way to reach somebody, a link or a coordinate.

    Words pass, and numbers that have a reason: years, days, counts with their unit, paragraphs.
    Any script and any digits are read. This catches slips, not intent: a house described in words
    passes.

    Parameters
    ----------
    text
        In any language.
    hosts
        Hosts to which links may lead; None lets any link pass.

    Examples
    --------
    >>> gives_a_place_away("Shelter, 12 Mill Street"), gives_a_place_away("Shelter in Millbrook")
    (True, False)
    >>> gives_a_place_away("un.org/report", hosts=["un.org"])
    False
    """
    return _found(text, None if hosts is None else tuple(hosts))


@lru_cache(maxsize=50_000)
def _found(text: str, hosts: tuple[str, ...] | None) -> bool:
    if _TURNS.search(text):
        return True
    plain = plain_text(text[:LONGEST_READ])
    plain, strange = _without_links(_SYMBOL.sub(" ", plain), hosts)
    if strange or _CERTAIN.search(plain) is not None:
        return True
    return any(map(_is_long_number, _DIGITS.finditer(plain))) or is_address(plain)


def _is_secret(text: str) -> bool:
    """Whether a text that a message would quote may be an address: words, and no number alone."""
    worded = len(text) > 4 and _WORD.search(text) is not None
    return worded and (gives_a_place_away(text) or key_gives_a_place_away(text))


show_none_of(_is_secret)


def may_be_a_true_name(text: str) -> bool:
    """Tell whether a refused text may be the name of a settlement all the same.

    It has words only, whatever they are, or one number of one or two digits beside words that are
    none of addresses ("Newbury 2"); and no link or code. The study file may excuse such names of
    settlements, never those of shelters.
    """
    plain = plain_text(text)
    if _without_links(plain, ())[1] or _CERTAIN.search(plain) is not None:
        return False
    numbers = re.findall(r"\d+", plain)
    if not numbers:
        return True
    return len(numbers) == 1 and len(numbers[0]) <= 2 and not has_words_of_addresses(plain)


def file_gives_a_place_away(name: str) -> bool:
    """Tell whether the name of a file or folder, which outputs list, is an address.

    Numbers alone pass, since tables are called `people-2`.

    Examples
    --------
    >>> file_gives_a_place_away("mill-street-12.csv"), file_gives_a_place_away("roads-2.csv")
    (True, False)
    """
    words = " ".join(_parts_of(name.rpartition(".")[0] or name, small=False))
    return has_words_of_addresses(words) or _CERTAIN.search(words) is not None


def _parts_of(key: str, *, small: bool = True) -> list[str]:
    """Cut a key where signs, digits and capitals part its words."""
    spaced = re.sub(r"[_.-]+", " ", plain_text(key))
    cut = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])", " ", spaced)
    return (cut.casefold() if small else cut).split()


def key_gives_a_place_away(key: str) -> bool:
    """Tell whether a key that stands with a shelter, or a folder's name, names a street.

    Examples
    --------
    >>> key_gives_a_place_away("mill-street-12"), key_gives_a_place_away("millbrook-1")
    (True, False)
    """
    parts = _parts_of(key)
    words = address_words()
    ends = words.ends["short"]
    streets = (
        words.are("street", part) or part in words.kinds["named"] or part.endswith(ends)
        for part in parts
    )
    return (len(parts) > 1 and any(streets)) or gives_a_place_away(key)


def leads_elsewhere(text: str, hosts: Collection[str]) -> bool:
    """Tell whether a text holds a link to a host that is not listed."""
    return _without_links(_SYMBOL.sub(" ", plain_text(text[:LONGEST_READ])), tuple(hosts))[1]


def _without_links(text: str, hosts: tuple[str, ...] | None) -> tuple[str, bool]:
    """Take links out of a text, and tell whether one leads elsewhere than to the hosts."""
    strange = False

    def check(link: re.Match[str]) -> str:
        nonlocal strange
        named = _HOST.match(link[0])
        host = named[1].lower() if named else ""
        public = hosts is None or any(host == own or host.endswith(f".{own}") for own in hosts)
        strange |= not public
        return " " if public else link[0]

    for pattern in (_LINK, address_words().bare_link):
        text = pattern.sub(check, text)
    return text, strange


def _is_long_number(match: re.Match[str]) -> bool:
    """Whether digits may be those of a telephone: seven or more, and no count, day or years."""
    run = match[0].strip(" .-–/")
    if sum(map(str.isdigit, run)) < 7:
        return False
    parts = re.split(r"\s*[–-]\s*|\s+[./]\s+|\.?\s*[()]\s*|\.\s+", run)
    plain = (_GROUPED, _YEARS, _DAY, _FRACTION)
    counts = (any(one.fullmatch(part) for one in plain) or len(part) < 4 for part in parts if part)
    if re.fullmatch(r"\d{3}(?:([ .])\d{3}){2}", run) and not run.endswith("000"):
        return True
    if _GROUPED.fullmatch(run) or all(counts):
        return run[0] in "+("
    days = (_DAY.fullmatch(part) or _YEAR.fullmatch(part) for part in run.split())
    return not (_YEARS.fullmatch(run) or all(days))


def texts_of(value: Any, where: tuple[int | str, ...] = ()) -> Iterable[tuple[Any, str]]:
    """Give every text of nested settings, with the keys that lead to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts_of(item, (*where, key))
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from texts_of(item, (*where, number))
