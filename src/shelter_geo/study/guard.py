"""The guard against addresses: what a text that stands with a shelter may not hold."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

AWAY: Final = "this text may give a place away: an address, a number, a link or a coordinate"
"""What is said of such a text, which is never shown."""
REMEDY: Final = (
    "Name the settlement only, write counts with their unit after them, and name a source by its "
    "title and day; links may lead to the hosts listed under [sources] only."
)
LONGEST_READ: Final = 20_000
"""Signs of a text that are looked at; nobody writes more beside a shelter."""

_LINK: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,15}:/{1,3}|\bgeo:|///|\bwww\.)\S*"
    r"|(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,12}(?=/\w)/\S*",
    re.IGNORECASE,
)
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
            r"\b\d{1,3}\s?[dD]\s?\d{1,2}\s?[m'′]|\b\d{1,3}\s?['′]\s?\d{1,2}",
            r"\b[2-9CFGHJMPQRVWX]{2,8}\+[2-9CFGHJMPQRVWX]{2,3}\b",  # a plus code
            r"\b\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{2,5}\s?\d{2,5}\b",  # MGRS
            r"\b\d{1,2}\s?[C-HJ-NP-X]\s+\d{5,7}(?:\.\d+)?\s+\d{6,8}",  # UTM
            r"\b[EN]\s?[=:]?\s?\d{5,7}\b|\b\d{6,7}(?:\.\d+)?\s?m?[EN]\b|\bEPSG\b",
            r"\b(?=[b-hjkmnp-z0-9]*\d[b-hjkmnp-z]+\d|[b-hjkmnp-z]+\d+[b-hjkmnp-z])"
            r"[b-hjkmnp-z0-9]{6,12}\b",  # a geohash
            r"(?<![\w.])[^\W\d_]{3,}\.[^\W\d_]{3,}\.[^\W\d_]{3,}(?![\w.])",  # three words
            r"\S@\S|\w\s*[\[({]\s*(?:at|dot)\s*[\])}]\s*\w|(?<!\w)@\w",  # mail and handles
            r"(?<!\d)\d{1,4}\s?[-–/]\s?\d{1,4}\s?[-–/]\s?\d{1,4}(?!\d)(?<!\d{4}-\d\d-\d\d)",
            r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b",  # postcodes
            r"\b(?!EN|ISO)[A-Z]{2}-?\s?\d{4,6}\b|\b\d{4}\s?[A-Z]{2}\b|〒|\b\d\d-\d{3}\b",
            r"\b\d{5}-\d{3,4}\b|\b\d{4}-\d{3}\b|\b\d{3}-\d{4}\b|\b\d{3} \d\d\b(?=\s+[^\W\d_]|$)",
            r"\b\d+:\d+:\d+",  # cadastral
            r"[一二三四五六七八九十百]+[号號]|[一二三四五六七八九十百]+(?:丁目|番)",
        )
    )
)
_DIGITS: Final = re.compile(r"(?<![\d.,])\+?\(?\d[\d\s().\-–/]{4,}\d")
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:([ .,’'])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_YEARS: Final = re.compile(r"\(?(?:1[89]|20)\d\d\)?(?:[\s,;/–-]+\(?(?:1[89]|20)?\d\d\)?)*")
_DAY: Final = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?")
_FRACTION: Final = re.compile(r"\d+\.\d+")
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_TOKEN: Final = re.compile(
    r"\d+(?:[.,’'/–-]\d+)*[^\W\d_]*|[^\W\d_]+(?:['’ʻʼ‘`./&-][^\W\d_]+)*(?:-?\d+[^\W_]*)?|\S"
)
_CODE: Final = re.compile(r"[A-Z]{1,9}[-/ ]?\d{1,4}[A-Z]?|[a-z]{2,}-\d+(?:-[a-z]+)?")
_SYMBOL: Final = re.compile(
    r"\b[A-Z]{1,6}(?:/[A-Z0-9.]{1,8}){2,}\b|\b\d+-[IVXLQ]{2,}\b|\bitem \d{4,9}\b"
    r"|\b[012]?\d:[0-5]\d\b(?![:.]\d)"
)
"""Of a document of the United Nations, of a law or of a page; and times of the day."""
_SPACED: Final = re.compile(r"(?<![\d.,-])[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?![\d-])")
_SAME: Final = str.maketrans("əƏıłŁøØđĐ٫٬،؛\u00a0\u202f", "eEilLoOdD.,,;  ")
"""Letters without a plain form in Unicode, and signs that stand for plain ones."""


@dataclass(frozen=True)
class _Words:
    """Words of addresses in the form that `_plain` gives them."""

    kinds: Mapping[str, frozenset[str]]
    starts: Mapping[str, tuple[str, ...]]
    ends: Mapping[str, tuple[str, ...]]
    joined: re.Pattern[str]
    bare_link: re.Pattern[str]

    def are(self, kind: str, word: str) -> bool:
        """Whether a word is of a kind, or begins or ends as one."""
        return (
            word in self.kinds[kind]
            or word.startswith(self.starts[kind])
            or (len(word) > 5 and word.endswith(self.ends[kind]))
        )


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
    plain = _plain(text[:LONGEST_READ])
    plain, strange = _without_links(_SYMBOL.sub(" ", plain), hosts)
    if strange or _CERTAIN.search(plain) is not None:
        return True
    return any(map(_is_long_number, _DIGITS.finditer(plain))) or _is_address(plain)


def leads_elsewhere(text: str, hosts: Collection[str]) -> bool:
    """Tell whether a text holds a link to a host that is not listed."""
    return _without_links(_SYMBOL.sub(" ", _plain(text[:LONGEST_READ])), tuple(hosts))[1]


def _plain(text: str) -> str:
    """Write a text with plain digits, and without accents and signs that do not show."""
    if text.isascii():
        return text
    parts = []
    # Ordinal and numero signs have a plain form of their own.
    for sign in unicodedata.normalize("NFKD", text.replace("№", " no ").replace("º", "°")):
        kind = unicodedata.category(sign)
        if kind == "Nd":  # digits of any script
            parts.append(str(unicodedata.decimal(sign)))
        elif kind[0] != "M" and kind != "Cf":
            parts.append(sign)
    return unicodedata.normalize("NFC", "".join(parts)).translate(_SAME)


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

    for pattern in (_LINK, _words().bare_link):
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
    if _GROUPED.fullmatch(run) or all(counts):
        return run[0] in "+("
    days = (_DAY.fullmatch(part) or _YEAR.fullmatch(part) for part in run.split())
    return not (_YEARS.fullmatch(run) or all(days))


def _is_address(text: str) -> bool:
    """Whether words of addresses stand with names or numbers, or a number has no reason."""
    words = _words()
    text = _SPACED.sub(lambda number: re.sub(r"\s", ",", number[0]), text)
    if words.joined.search(text):
        return True
    tokens = _TOKEN.findall(text)
    line = _Line(tokens, [token.casefold() for token in tokens])
    numbers = [i for i, token in enumerate(tokens) if token[0].isdigit()]
    return any(not line.has_reason(n) for n in numbers) or any(
        line.leads_to_a_house(i, numbers)
        for i, token in enumerate(tokens)
        if token[0].isalpha()
    )  # fmt: skip


@dataclass(frozen=True)
class _Line:
    """A text cut into words, numbers and signs, as written and in small letters."""

    tokens: list[str]
    low: list[str]

    def at(self, i: int) -> str:
        return self.low[i] if 0 <= i < len(self.low) else ""

    def is_name(self, i: int) -> bool:
        """Whether a word is written as names are: with a capital, or in a script without them."""
        token = self.tokens[i] if 0 <= i < len(self.tokens) else ""
        return token[:1].isalpha() and not token[0].islower()

    def leads_to_a_house(self, i: int, numbers: list[int]) -> bool:
        """Whether a word means a street, a house or a telephone, and a number says which."""
        words, word = _words(), self.low[i]
        near = [n for n in numbers if abs(n - i) <= 3]
        loose = [n for n in near if not self.is_measured(n)]
        if words.are("street", word) and (loose or self.is_name(i - 1) or self.is_name(i + 1)):
            return True
        if words.are("road", word) and loose:
            return len(self.tokens) <= 7 or not all(map(self.is_counted, loose))
        if word in words.kinds["spot"]:
            return any(not _YEAR.fullmatch(self.tokens[n]) for n in near)
        if word in words.kinds["contact"]:
            return any(n > i or not self.is_counted(n) for n in loose)
        after = next((j for j in range(i + 1, i + 4) if self.at(j) not in {*".:,#-", "no"}), -1)
        beside = after in loose and not self.is_counted(after)
        if len(word) == 1:
            dotted = self.at(i + 1) == "." or word not in words.kinds["house"]
            known = word in words.kinds["short"] or word in words.kinds["house"]
            return known and dotted and beside
        if words.are("short", word):
            ends = self.at(i + 1) == "." and self.is_name(i - 1) and len(word) > 2
            return ends or any(n < i or not self.is_counted(n) for n in loose)
        return word in words.kinds["house"] and beside

    def is_measured(self, n: int) -> bool:
        """Whether a number is a year, a day, a decimal, a large count or part of a document."""
        kinds, number = _words().kinds, self.tokens[n]
        if re.fullmatch(r"(?:1[89]|20)\d\d(?:[/–.-]\d{1,4}){0,2}(?:s|ci|cü|cı|cu)?", number):
            return True
        if self.at(n + 1) in kinds["months"] or self.at(n - 1) in kinds["months"]:
            return True
        if self.at(n + 1) in {"%", "‰"} or self.at(n - 1) in {"=", "~", "≈", "<", ">", "×"}:
            return True
        if re.fullmatch(r"\d+[.,]\d+.*", number):
            return True
        before = self.at(n - 2 if self.at(n - 1) == "." else n - 1)
        return before in kinds["counted"]

    def is_counted(self, n: int) -> bool:
        """Whether a number counts what the next word says, in small letters."""
        kinds, after = _words().kinds, self.at(n + 1)
        if after in {*"'\"«“„‘"}:
            n, after = n + 1, self.at(n + 2)
        if after in {"km", "h", "m2", "км", "ч", "чел", "-", "–"}:
            return after not in "-–" or self.is_counted(n + 2) or self.is_measured(n + 2)
        named = self.tokens[n + 1][:1].isupper() if after else True
        stops = ("beside", "house", "short", "street", "road")
        plain = not any(after in kinds[kind] for kind in stops)
        return not named and len(after) > 2 and after[0].isalpha() and plain

    def has_reason(self, n: int) -> bool:
        """Whether a number need not be that of a house."""
        number, short = self.tokens[n], len(self.tokens) <= 7
        if self.is_measured(n) or (self.is_counted(n) and number[-1].isdigit()):
            return True
        if re.fullmatch(r"\d{1,3}[a-zA-ZА-я]", number) and self.is_name(n - 1):
            return False  # 12A
        before, sign = n - 1, self.at(n - 1)
        joining = {",", "-", "–", "/", "&", "and", "и", "və", "und", "y", "et"}
        while before > 0 and sign in joining:
            if sign in "-–" and not self.at(before - 1)[:1].isdigit():
                break
            before, sign = before - 1, self.at(before - 1)
        if sign[:1].isdigit():
            return self.has_reason(before)
        if sign == "no" or (number[0] == "0" and len(number) > 1):
            return False
        if self.is_name(before):
            token = self.tokens[before]
            if token[0].isupper():
                return (token.isupper() and 1 < len(token) <= 6 and n == before + 1) or (
                    before < n - 1 and not short
                )
            return bool(self.at(n + 1)) and (self.at(n + 1)[0].isalpha() or not short)
        if len(number) in (4, 5, 6) and number.isdigit() and self.is_name(n + 1):
            return False  # a postcode and its town
        return not (short and not self.at(n + 1) and sign[:1].isalpha())


@cache
def _words() -> _Words:
    source = resources.files("shelter_geo.study") / "address_words.toml"
    tables: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(source.read_text("utf-8"))
    lists: dict[str, set[str]] = {}
    for table in tables.values():
        for kind, entries in table.items():
            lists.setdefault(kind, set()).update(_plain(word).casefold() for word in entries)
    joined = "|".join(sorted(map(re.escape, lists.pop("joined")), key=len, reverse=True))
    domains = "|".join(sorted(lists.pop("domain")))
    return _Words(
        {kind: frozenset(word for word in own if "-" not in (word[0], word[-1])) | frozenset(
            word.strip("-") for word in own) for kind, own in lists.items()},
        {kind: tuple(word[:-1] for word in own if word[-1] == "-") for kind, own in lists.items()},
        {kind: tuple(word[1:] for word in own if word[0] == "-") for kind, own in lists.items()},
        re.compile(rf"[^\W\d_a-zA-Z]\s?\d[\d-]*\s?(?:{joined})|[^\W\d_]{{2,}}(?:{joined})\s?\d+(?!\w)"),
        re.compile(
            rf"(?<![\w@.])(?:[\w-]{{2,}}\.)+(?:{domains})(?![\w.-])(?:\s\d{{4,8}}\b)?",
            re.IGNORECASE,
        ),
    )  # fmt: skip


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
