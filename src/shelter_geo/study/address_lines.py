"""Words of addresses, and whether a name or a number beside one of them makes an address of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shelter_geo.study.address_descriptions import (
    describes_a_place,
    dotted_words,
    spells_digits,
)
from shelter_geo.study.address_short_texts import is_short_address, writes_out_mail
from shelter_geo.study.address_words import address_words

_TOKEN: Final = re.compile(
    r"\d+(?:[.,’'/–-]\d+)*[^\W\d_]*|[^\W\d_]+(?:['’ʻʼ‘`./&-][^\W\d_]+)*(?:-?\d+[^\W_]*)?|\S"
)
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_SPACED: Final = re.compile(r"(?<![\d.,-])[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?![\d-])")
_STOP: Final = re.compile(r"(?<=[^\W\d_]{2}\.)(?=[^\W\d_])")
_SPELLED: Final = re.compile(r"(?:(?<!\w)[^\W\d_] ){5}[^\W\d_](?!\w)")
"""A word whose letters stand apart."""
_SIGN: Final = re.compile(
    r"[A-Z]{2}-?\d{1,2}|[^\W\d_]-?\d{1,3}|[A-Z]{3,}-?(?:\d{1,2}|(?:19|20)\d\d)"
    r"|[A-Z]{3,}-\d+[A-Z]?|[^\W\d_]{1,2}\d|[^\W\d_].*-(?:\d|(?:19|20)\d\d)"
    r"|[a-zа-я].*-\d+\w*"
)
"""Signs and keys of letters and digits that say nothing of a house."""
_ET_CETERA: Final = frozenset({("и", "пр"), ("et", "al")})


def is_address(text: str) -> bool:
    """Whether words of addresses stand with names or numbers, or a number has no reason."""
    line, numbers, joined = _read(text)
    return (
        joined
        or any(not line.has_reason(n) for n in numbers)
        or line.has_words_of_addresses(numbers)
        or line.is_described(text)
    )


def has_words_of_addresses(text: str) -> bool:
    """Whether words of addresses stand with names or numbers, whatever other numbers there are."""
    line, numbers, joined = _read(text)
    return joined or line.has_words_of_addresses(numbers) or line.is_described(text)


def _read(text: str) -> tuple[_Line, list[int], bool]:
    """Cut a text into a line and the places of its numbers; whether a number is part of a word."""
    text = _SPACED.sub(lambda number: re.sub(r"\s", ",", number[0]), text)
    joined = address_words().joined.search(text) is not None
    text = _STOP.sub(lambda stop: " " if text[stop.start()].isupper() else "", text)
    tokens = _TOKEN.findall(text)
    line = _Line(tokens, [token.casefold() for token in tokens])
    return line, [i for i, token in enumerate(tokens) if token[0].isdigit()], joined


@dataclass(frozen=True)
class _Line:
    """A text cut into words, numbers and signs, as written and in small letters."""

    tokens: list[str]
    low: list[str]

    def has_words_of_addresses(self, numbers: list[int]) -> bool:
        """Whether any word means a street, a house or a telephone."""
        return any(
            self.leads_to_a_house(i, numbers)
            for i, token in enumerate(self.tokens)
            if token[0].isalpha()
        )

    def is_described(self, text: str) -> bool:
        """Whether the place is said in words, or a number hides in a word."""
        return (
            describes_a_place(self.low, text)
            or is_short_address(self.tokens, self.low, address_words().kinds["units"])
            or spells_digits(self.low)
            or writes_out_mail(self.low)
            or dotted_words(self.low, address_words().kinds)
            or any(map(_is_code, self.tokens))
            or _SPELLED.search(text) is not None
        )

    def at(self, i: int) -> str:
        return self.low[i] if 0 <= i < len(self.low) else ""

    def is_name(self, i: int) -> bool:
        """Whether a word is written as names are: with a capital, or in a script without them."""
        token = self.tokens[i] if 0 <= i < len(self.tokens) else ""
        return token[:1].isalpha() and not token[0].islower()

    def names_a_street(self, i: int) -> bool:
        """Whether a short form has a name beside it, and no other sense there."""
        kinds, word, dotted = address_words().kinds, self.low[i], self.at(i + 1) == "."
        if (self.at(i - 1), word) in _ET_CETERA:
            return False
        if word in kinds["named"]:
            after = i + 2 if dotted else i + 1
            return self.is_name(i - 1) or self.is_name(after) or (dotted and after < len(self.low))
        if word in kinds["counted"]:
            return False
        if dotted and word not in kinds["short"]:  # the end of a longer word
            return True
        if dotted and word not in kinds["ambiguous"] and self.is_name_beyond(i + 1):
            return True
        ends = not self.at(i + 2 if dotted else i + 1)[:1].isalnum()
        return self.is_name(i - 1) and ends and (dotted or self.is_name(i))

    def leads_to_a_house(self, i: int, numbers: list[int]) -> bool:
        """Whether a word means a street, a house or a telephone, and a number says which."""
        words, word = address_words(), self.low[i]
        near = [n for n in numbers if abs(n - i) <= 3]
        lanes = words.kinds["lanes"]
        loose = [n for n in near if not (self.is_measured(n) or self.at(n + 1) in lanes)]
        next_one = i + 2 if self.at(i + 1) == "." else i + 1
        with_article = self.at(i - 1) in words.kinds["article"]
        beside_name = not with_article and (self.is_name(i - 1) or self.is_name(next_one))
        if word in lanes and i - 1 in numbers and self.tokens[i].islower():
            return False
        if self.is_whole_street(i):
            return True
        if (
            words.are("street", word)
            and not self.is_sign(i)
            and (loose or beside_name or self.is_named_street(i))
        ):
            return True
        if word.startswith(words.joined_streets) and word not in words.kinds["street"]:
            return True  # in a script without spaces, the name is in the word
        if (
            word.endswith(words.ends["alone"])
            and self.is_name(i)
            and (loose or word not in words.kinds["alone"])
        ):
            return True
        if word.count("-") > 1 and self.is_name(i) and self.hides_a_street(word):
            return True
        if words.are("road", word) and self.begins_a_street(i):
            return True
        if words.are("road", word) and (loose or self.has_roman_beside(i)):
            return len(self.tokens) <= 7 or not all(map(self.is_counted, loose))
        if word in words.kinds["corner"] and self.is_name_beyond(i):
            return True
        if word in words.kinds["spot"]:
            return any(not _YEAR.fullmatch(self.tokens[n]) for n in near)
        if word in words.kinds["contact"]:
            if any(len(re.sub(r"\D", "", self.tokens[n])) > 4 for n in near if n > i):
                return True
            return any(n > i or not self.is_counted(n) for n in loose)
        after = next((j for j in range(i + 1, i + 4) if self.at(j) not in {*".:,#-", "no"}), -1)
        beside = after in loose and not self.is_counted(after)
        if len(word) == 1:
            dotted = self.at(i + 1) == "." or word not in words.kinds["house"]
            known = word in words.kinds["short"] or word in words.kinds["house"]
            if known and self.begins_a_street(i):
                return True
            return known and dotted and beside
        if words.are("short", word):
            numbered = any(n < i or not self.is_counted(n) for n in loose)
            return numbered or (len(word) > 1 and self.names_a_street(i))
        return word in words.kinds["house"] and (beside or self.has_letter_behind(i))

    def is_named_street(self, i: int) -> bool:
        """Whether a street has its name behind little words, or in small letters."""
        kinds = address_words().kinds
        if self.at(i + 1) in kinds["linking"] and self.is_name_beyond(i):
            return True
        if len(self.tokens) > 3:
            return False
        before = self.at(i - 1)
        if i == len(self.tokens) - 1 and before:
            return before.isalpha() and before not in kinds["unnamed"]
        first = i == 0 and self.low[0] in kinds["street"] - kinds["adjective"]
        return first and self.at(1)[:1].isalpha()

    def has_letter_behind(self, i: int) -> bool:
        """Whether a capital letter says which house of a short text is meant: block C."""
        letter = self.tokens[i + 1] if i + 1 < len(self.tokens) else ""
        return len(self.tokens) <= 7 and len(letter) == 1 and letter.isupper()

    def is_sign(self, i: int) -> bool:
        """Whether a word of three letters or fewer is a sign in capitals, such as NGO."""
        return len(self.tokens[i]) <= 3 and self.tokens[i].isupper()

    def is_whole_street(self, i: int) -> bool:
        """Whether a text is a name and the word for its street only: Mill Road, Via Verdi."""
        kinds, word, long = address_words().kinds, self.low[i], len(self.tokens)
        if not 1 < long <= 4:
            return False
        if long == i + 2 and self.at(i + 1) == "." and len(word) == 1 and self.is_name(i - 1):
            return word in kinds["short"] and word == self.tokens[i]
        if word in kinds["first"] and i == 0 and self.is_name(0):
            return all(map(self.is_name, range(1, long)))
        ends = word in kinds["last_small"] or (word in kinds["last"] and self.is_name(i))
        return ends and i == long - 1 and all(map(self.is_name, range(i)))

    def begins_a_street(self, i: int) -> bool:
        """Whether a short text begins as streets of Romance languages do: via dei Mille."""
        kinds = address_words().kinds
        after = 2 if self.at(1) == "." else 1
        led = i == 0 and self.at(after) in kinds["romance"] and self.is_name_beyond(after - 1)
        return led and len(self.tokens) <= 7

    def has_roman_beside(self, i: int) -> bool:
        """Whether a number in Roman letters stands near a word."""
        near = self.tokens[max(i - 3, 0) : i + 4]
        return len(self.tokens) <= 7 and any(re.fullmatch("[IVXLC]{2,}", token) for token in near)

    def is_name_beyond(self, i: int) -> bool:
        """Whether a name follows a word, with little words between them or none."""
        linking, after = address_words().kinds["linking"], i + 1
        while self.at(after) in linking:
            after += 1
        return self.is_name(after)

    def hides_a_street(self, word: str) -> bool:
        """Whether a word made of several is a street: Mill-Street-No-Twelve."""
        parts, words = word.split("-"), address_words()
        return any(
            part in words.kinds["street"] and parts[j - 1] not in words.kinds["linking"]
            for j, part in enumerate(parts)
            if j
        )

    def is_ordinal_of_a_house(self, n: int) -> bool:
        """Whether a number with an ending says which floor, block or quarter: 2-ci mərtəbə."""
        ends = self.at(n + 2) if self.at(n + 1) == "-" else ""
        after = n + 3 if ends.isalpha() and len(ends) <= 3 else n + 1
        attached = re.fullmatch(r"\d{1,4}[^\W\d_]{1,3}", self.low[n]) is not None
        dotted = self.at(n + 1) == "." and self.at(n + 2).isalpha()
        if not (attached or after == n + 3 or dotted):
            return False
        word, words = self.at(n + 2 if dotted else after), address_words()
        return len(word) > 1 and (word in words.kinds["house"] or words.are("street", word))

    def is_number_of_a_name(self, n: int) -> bool:
        """Whether a number and a name are all that stands between commas: 12 Nizami."""
        start, end = n, n + 1
        while end < len(self.tokens) and self.is_name(end) and self.tokens[end][0].isupper():
            end += 1
        bounded = self.at(start - 1) in {"", ",", ";", "("} and self.at(end) in {"", ",", ";", ")"}
        names = [token for token in self.tokens[n + 1 : end] if not token.isupper()]
        units = address_words().kinds["units"]
        return (
            bounded and 0 < len(names) <= 2 and not any(name.casefold() in units for name in names)
        )

    def is_measured(self, n: int) -> bool:
        """Whether a number is a year, a day, a decimal, a large count or part of a document."""
        if n >= len(self.tokens):
            return False
        kinds, number = address_words().kinds, self.tokens[n]
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
        kinds, after = address_words().kinds, self.at(n + 1)
        if after in {*"'\"«“„‘"}:
            n, after = n + 1, self.at(n + 2)
        if after in {"km", "h", "m2", "км", "ч", "чел", "-", "–"}:
            return after not in "-–" or self.is_counted(n + 2) or self.is_measured(n + 2)
        named = not after or (self.tokens[n + 1][0].isupper() and after not in kinds["units"])
        stops = ("beside", "house", "short", "street", "road")
        plain = after in kinds["lanes"] or not any(after in kinds[kind] for kind in stops)
        return not named and len(after) > 2 and after[0].isalpha() and plain

    def has_reason(self, n: int) -> bool:
        """Whether a number need not be that of a house."""
        number, short = self.tokens[n], len(self.tokens) <= 7
        if self.is_ordinal_of_a_house(n):
            return False
        if re.fullmatch(r"0\d{3,}", number):
            return False
        if self.is_measured(n) or (self.is_counted(n) and number[-1].isdigit()):
            return True
        if re.fullmatch(r"\d{1,3}[a-zA-ZА-я]", number) and self.is_name(n - 1):
            return False  # 12A
        if self.is_number_of_a_name(n):
            return False
        before, sign = n - 1, self.at(n - 1)
        joining = address_words().kinds["joining"]
        while before > 0 and sign in joining:
            if sign in "-–" and not self.at(before - 1)[:1].isdigit():
                break
            before, sign = before - 1, self.at(before - 1)
        if sign[:1].isdigit():
            return self.has_reason(before)
        if sign == "." and re.fullmatch(
            r"[^\W\d_]{2,6}|(?:[^\W\d_]\.)+[^\W\d_]", self.at(before - 1)
        ):
            return len(self.tokens) > 12  # a short form that no list has
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


def _is_code(token: str) -> bool:
    """Whether letters and digits make one word, and it is no sign such as A4, M25 or COVID-19."""
    if token[0].isdigit() or not token[-1].isalnum() or not re.search(r"\d", token):
        return False
    return any(re.search(r"\d", part) and not _SIGN.fullmatch(part) for part in token.split("/"))
