"""Words by which addresses are known, as they come with the package."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from shelter_geo.study.plain_text import plain_text


@dataclass(frozen=True)
class AddressWords:
    """Words of addresses in the form that `plain_text` gives them."""

    kinds: Mapping[str, frozenset[str]]
    starts: Mapping[str, tuple[str, ...]]
    ends: Mapping[str, tuple[str, ...]]
    joined: re.Pattern[str]
    joined_streets: tuple[str, ...]
    bare_link: re.Pattern[str]

    def are(self, kind: str, word: str) -> bool:
        """Whether a word is of a kind, or begins or ends as one."""
        return (
            word in self.kinds[kind]
            or word.startswith(self.starts[kind])
            or (len(word) > 5 and word.endswith(self.ends[kind]))
        )


@cache
def address_words() -> AddressWords:
    """Read the words that come with the package, of every language at once."""
    source = resources.files("shelter_geo.study") / "address_words.toml"
    tables: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(source.read_text("utf-8"))
    lists: dict[str, set[str]] = {}
    for table in tables.values():
        for kind, entries in table.items():
            lists.setdefault(kind, set()).update(plain_text(word).casefold() for word in entries)
    joined = "|".join(sorted(map(re.escape, lists.pop("joined")), key=len, reverse=True))
    domains = "|".join(sorted(lists["domain"]))
    return AddressWords(
        {kind: frozenset(word for word in own if "-" not in (word[0], word[-1])) | frozenset(
            word.strip("-") for word in own) for kind, own in lists.items()},
        {kind: tuple(word[:-1] for word in own if word[-1] == "-") for kind, own in lists.items()},
        {kind: tuple(word[1:] for word in own if word[0] == "-") for kind, own in lists.items()},
        re.compile(rf"[^\W\d_a-zA-Z]\s?\d[\d-]*\s?(?:{joined})|[^\W\d_]{{2}}(?:{joined})\s?\d+(?!\w)"),
        tuple(word[:-1] for word in lists["street"] if word[-1] == "-" and not word[0].islower()),
        re.compile(
            rf"(?<![\w@.])(?:[\w-]{{2,}}\.)+(?:{domains})(?![\w.-])(?:\s\d{{4,8}}\b)?",
            re.IGNORECASE,
        ),
    )  # fmt: skip
