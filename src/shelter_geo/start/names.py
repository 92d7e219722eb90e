"""Names compared across scripts and spellings: equal ones are matched, others are proposed."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import pandas as pd
from anyascii import anyascii

from shelter_geo.errors import Fault, TableError
from shelter_geo.outside import defuse
from shelter_geo.study import read_text_table

COMMON_SHARE: Final = 0.4
"""A word in so large a share of the names, such as "municipality", does not tell them apart."""
FEWEST_CONSONANTS: Final = 4
"""Names of fewer are not compared by them."""
PROPOSALS: Final = 3
DECISIONS: Final = "names-to-decide.csv"
"""File in which a user says which row is which district."""
_COLUMNS: Final = ("row", "name", "proposal", "proposed_name", "likeness", "others", "decision")
YES: Final = "yes"
NONE: Final = "none"


def folded(name: str) -> str:
    """Reduce a name in any script to small Latin letters and digits, words parted by spaces.

    Examples
    --------
    >>> folded("Şəki rayonu"), folded("თბილისი"), folded("Saint-Élie")
    ('seki rayonu', 'tbilisi', 'saint elie')
    """
    plain = anyascii(unicodedata.normalize("NFKC", name)).lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain.replace("'", "").replace("`", "")))


def likeness(first: str, second: str) -> float:
    """Return how alike two folded names are, from 0 to 1 (Ratcliff and Obershelp 1988)."""
    lower, upper = sorted((first, second))
    return float(SequenceMatcher(None, lower, upper, autojunk=False).ratio())


def resemblance(first: str, second: str) -> float:
    """Return how alike two folded names sound: as `likeness`, or by their consonants alone."""
    bare = [re.sub("[aeiouyw ]", "", name) for name in (first, second)]
    if min(map(len, bare)) < FEWEST_CONSONANTS:
        return likeness(first, second)
    return max(likeness(first, second), likeness(*bare))


def made_keys(given: Iterable[str]) -> pd.Series:
    """Make a key of each name, with a number where one stands twice.

    Examples
    --------
    >>> list(made_keys(["Şəki", "East Vale", "East Vale", "?"]))
    ['seki', 'east-vale', 'east-vale-2', 'area']
    """
    names = given if isinstance(given, pd.Series) else pd.Series(list(given))
    stems = [folded(str(name)).replace(" ", "-") or "area" for name in names]
    used: Counter[str] = Counter()
    taken, keys = set(stems), []
    for stem in stems:
        used[stem] += 1
        key = stem if used[stem] == 1 else f"{stem}-{used[stem]}"
        while used[stem] > 1 and key in taken:
            used[stem] += 1
            key = f"{stem}-{used[stem]}"
        taken.add(key)
        keys.append(key)
    return pd.Series(keys, index=names.index, dtype=object)


def name_in(columns: Iterable[str], language: str) -> str | None:
    """Return the property with names in a language, such as `name:ka`, `name_ka`, `ADM2_KA`."""
    pattern = re.compile(
        rf"(?:official_|shape)?name[:_ -]?{re.escape(language)}|adm\d_{re.escape(language)}",
        re.IGNORECASE,
    )
    return next((column for column in columns if pattern.fullmatch(column)), None)


@dataclass(frozen=True)
class Proposal:
    """A row whose name is that of no district, with the districts that are most like it.

    Attributes
    ----------
    row
        Number of the row, as a spreadsheet shows it.
    name
        What stands there.
    districts
        Key, name and likeness, the most alike first.
    """

    row: int
    name: str
    districts: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True)
class NameMatches:
    """Rows of a table matched to districts by name.

    Attributes
    ----------
    matched
        Key of the district by row.
    open_rows
        Rows that no district is named alike, with proposals.
    without_row
        Keys of districts that no row is named alike.
    """

    matched: Mapping[int, str]
    open_rows: tuple[Proposal, ...]
    without_row: tuple[str, ...]


def match_names(rows: Mapping[int, str], districts: Mapping[str, Sequence[str]]) -> NameMatches:
    """Match rows to districts of the same name.

    Names are the same if they are equal letter for letter once they are transliterated, with or
    without words that most names of their list share ("district", "municipality"). A name that
    two rows or two districts have is matched to neither.

    Parameters
    ----------
    rows
        Name by number of the row.
    districts
        Names in any language by key.
    """
    whole = {row: folded(name) for row, name in rows.items()}
    of_district = {key: {folded(name) for name in names} for key, names in districts.items()}
    matched = _equal(whole, of_district)
    shared = _common(whole.values())
    shared_there = _common(name for names in of_district.values() for name in names)
    short = {row: _without(name, shared) for row, name in whole.items()}
    short_there = {
        key: {_without(name, shared_there) for name in names} | names
        for key, names in of_district.items()
    }
    claimed = set(matched.values())
    for row, key in _equal(short, short_there).items():
        if row not in matched and key not in claimed:
            matched[row] = key
    without = [key for key in districts if key not in set(matched.values())]
    proposals = [
        Proposal(row, rows[row], _most_alike(short[row], without, short_there, districts))
        for row in rows
        if row not in matched
    ]
    return NameMatches(matched, tuple(proposals), tuple(without))


def _equal(rows: Mapping[int, str], districts: Mapping[str, Iterable[str]]) -> dict[int, str]:
    keys: dict[str, set[str]] = defaultdict(set)
    for key, names in districts.items():
        for name in names:
            keys[name].add(key)
    claims = {row: min(keys[name]) for row, name in rows.items() if name and len(keys[name]) == 1}
    count = Counter(claims.values())
    return {row: key for row, key in claims.items() if count[key] == 1}


def _common(names: Iterable[str]) -> frozenset[str]:
    lists = [set(name.split()) for name in names if name]
    count = Counter(word for words in lists for word in words)
    least = max(3, COMMON_SHARE * len(lists))
    return frozenset(word for word, times in count.items() if times >= least)


def _without(name: str, words: frozenset[str]) -> str:
    return " ".join(word for word in name.split() if word not in words) or name


def _most_alike(
    name: str,
    keys: Sequence[str],
    folded_names: Mapping[str, Iterable[str]],
    names: Mapping[str, Sequence[str]],
) -> tuple[tuple[str, str, float], ...]:
    scored = [
        (max((likeness(name, other) for other in folded_names[key]), default=0.0), key)
        for key in keys
    ]
    best = sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:PROPOSALS]
    return tuple((key, next(iter(names[key]), key), round(score, 2)) for score, key in best)


def write_decisions(proposals: Iterable[Proposal]) -> str:
    """Write the table in which a user decides, with a row for each name in doubt."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for proposal in proposals:
        key, name, score = proposal.districts[0] if proposal.districts else ("", "", 0.0)
        others = "; ".join(f"{key} {name}" for key, name, _ in proposal.districts[1:])
        texts = map(defuse, (proposal.name, key, name, f"{score:.2f}", others))
        writer.writerow([proposal.row, *texts, ""])
    return "\ufeff" + text.getvalue()


def read_decisions(
    path: Path, rows: Mapping[int, str], known: Iterable[str]
) -> dict[int, str | None]:
    """Read what a user has decided.

    Parameters
    ----------
    path
        Written by `write_decisions` and filled in.
    rows
        Name by number of the row, of the table as it is now.
    known
        Keys of the districts.

    Returns
    -------
    dict
        Key of the district by row, None where the row is none; rows not yet decided are missing.

    Raises
    ------
    TableError
        With every row that fits the table no more, and every decision that is no key.
    """
    table, faults = read_text_table(path)
    if table is None:
        raise TableError(faults)
    if missing := [name for name in _COLUMNS if name not in table]:
        remedy = "Delete the file and run init again."
        message = "the column is missing"
        raise TableError([Fault(path.name, message, remedy, column=name) for name in missing])
    keys = set(known)
    decided: dict[int, str | None] = {}
    for number, entry in table.iterrows():
        line, said = int(str(number)), str(entry["decision"])
        row = int(entry["row"]) if str(entry["row"]).isdecimal() else -1
        named = rows.get(row)
        if named is None or entry["name"] not in (named, defuse(named)):
            message = "the table of people has another name in this row"
            remedy = "Delete the file and run init again."
            faults.append(Fault(path.name, message, remedy, line, "name", str(entry["name"])))
            continue
        said = str(entry["proposal"]) if said.casefold() == YES else said
        if said.casefold() == NONE:
            decided[row] = None
        elif said in keys:
            decided[row] = said
        elif said:
            remedy = f"Write {YES}, {NONE} or the key of a district."
            faults.append(
                Fault(path.name, "no district has this key", remedy, line, "decision", said)
            )
    if faults:
        raise TableError(faults)
    return decided
