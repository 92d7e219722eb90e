"""What each input table must hold, column by column, in words a table's owner can act on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import pandera.pandas as pa

from shelter_geo.study.admission import ANSWERS, COLUMN, GROUPS
from shelter_geo.study.tables.giveaways import gives_a_place_away
from shelter_geo.study.types import FALLBACK, LANGUAGE_CODE
from shelter_geo.vocabulary import Evidence

Test = Callable[[pd.Series], "pd.Series[bool]"]

WHOLE: Final = re.compile(r"[0-9]{1,18}")
DECIMAL: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]+)?")
KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
MOST_PEOPLE: Final = 10**9
"""More than any district holds; shares of people up to it are exact in 64 bits."""


@dataclass(frozen=True)
class Rule:
    """A test on a column of text, with the sentence shown where it fails."""

    test: Test
    message: str
    remedy: str


def _matches(pattern: re.Pattern[str]) -> Test:
    return lambda column: column.str.fullmatch(pattern)


def in_languages(
    schema: pa.DataFrameSchema, languages: Sequence[str], given: Iterable[str]
) -> pa.DataFrameSchema:
    """Add the columns of a table that stand once for each language, such as `name_en`.

    Parameters
    ----------
    schema
        Its metadata name those columns without their language, under `worded`.
    languages
        Languages of the study. The first names of the table are wanted in English, or in the first
        of these where English is not among them.
    given
        Columns of the table; those in other languages are added too, so that they are checked.
    """
    worded: Mapping[str, pa.Column] = (schema.metadata or {}).get("worded", {})
    columns, there = dict(schema.columns), list(given)
    english = f"name_{FALLBACK}"
    if english in columns and languages and FALLBACK not in languages:
        first = f"name_{languages[0]}"
        columns = {first if name == english else name: rule for name, rule in columns.items()}
    for stem, rule in worded.items():
        pattern = re.compile(f"{stem}_{LANGUAGE_CODE}")
        named = [f"{stem}_{code}" for code in languages]
        for name in dict.fromkeys([*named, *filter(pattern.fullmatch, there)]):
            columns.setdefault(name, rule)
    return pa.DataFrameSchema(columns, name=schema.name, strict=schema.strict)


def _between(low: float, high: float, *, above: bool = False) -> Test:
    def test(column: pd.Series) -> pd.Series[bool]:
        number = pd.to_numeric(column, errors="coerce")
        inside: pd.Series[bool] = (number > low if above else number >= low) & (number <= high)
        return inside | number.isna()

    return test


FILLED = Rule(lambda column: column != "", "the cell is empty", "Fill it in.")
FILLED_OR_NONE = Rule(FILLED.test, FILLED.message, "Fill in every row, or remove the whole column.")
UNIQUE = Rule(
    lambda column: ~column.duplicated(keep=False) | (column == ""),
    "this key stands more than once",
    "Give every row a key of its own.",
)
IS_KEY = Rule(
    _matches(KEY), "is not a key", "Use letters, digits, hyphen and underscore, without spaces."
)
IS_WHOLE = Rule(
    _matches(WHOLE), "is not a whole number of 0 or more", "Write digits only, such as 1200."
)
IS_DECIMAL = Rule(
    _matches(DECIMAL), "is not a number", "Write it with a decimal point, such as 40.25."
)
IS_PEOPLE = Rule(_between(0, MOST_PEOPLE), "is more than any place holds", "Count again.")
IS_PLACES = Rule(
    _between(0, MOST_PEOPLE, above=True),
    "a shelter needs at least one place",
    "Give its places, or remove the row if it is closed.",
)
IS_LATITUDE = Rule(
    _between(-90, 90),
    "is not a latitude",
    "Latitudes run from -90 to 90; lat and lon may be swapped.",
)
IS_LONGITUDE = Rule(_between(-180, 180), "is not a longitude", "Longitudes run from -180 to 180.")
IS_POSITIVE = Rule(
    _between(0, 1e9, above=True), "must be above 0", "Measure it again, or remove the row."
)
NO_PLACE = Rule(
    lambda column: ~column.map(gives_a_place_away).astype(bool),
    "this text may give a place away: a coordinate, a link or a street",
    "Name the settlement only, and a source by its title and day.",
)


def _one_of(*words: str) -> Rule:
    return Rule(
        lambda column: column.isin(words),
        f"must be one of {', '.join(words)}",
        "Choose one of them.",
    )


def _column(
    kind: str, *rules: Rule, blank: bool = False, required: bool = True, unique: bool = False
) -> pa.Column:
    """Make a column of text whose rules are skipped on blank cells where these are allowed."""
    checks = [_check(FILLED)] if required and not blank else []
    checks += [_check(UNIQUE)] if unique else []
    checks += [_check(_skip_blank(rule)) for rule in rules]
    return pa.Column(str, checks=checks, required=required, metadata={"kind": kind})


def _all_or_none(kind: str, *rules: Rule) -> pa.Column:
    """Make a column that a table has with a value in every row, or leaves out."""
    checks = [_check(FILLED_OR_NONE), *(_check(_skip_blank(rule)) for rule in rules)]
    metadata = {"kind": kind, "left_out": True}
    return pa.Column(str, checks=checks, required=False, metadata=metadata)


def _skip_blank(rule: Rule) -> Rule:
    return Rule(lambda column: (column == "") | rule.test(column), rule.message, rule.remedy)


def _check(rule: Rule) -> pa.Check:
    return pa.Check(rule.test, error=f"{rule.message}\t{rule.remedy}")


def _key(*, unique: bool = False, blank: bool = False) -> pa.Column:
    return _column("text", IS_KEY, unique=unique, blank=blank)


def _text(*, required: bool = True, blank: bool = False) -> pa.Column:
    return _column("text", required=required, blank=blank)


def _lat() -> pa.Column:
    return _column("decimal", IS_DECIMAL, IS_LATITUDE)


def _lon() -> pa.Column:
    return _column("decimal", IS_DECIMAL, IS_LONGITUDE)


_WORDS = _text(required=False, blank=True)
_SAFE_WORDS = _column("text", NO_PLACE, required=False, blank=True)
_ENDS = ("low", "central", "high")
_YES_NO = _one_of("yes", "no")
_ANSWER = _one_of(*ANSWERS)
_GROUPS = tuple(COLUMN.get(group, group) for group in GROUPS if group != "without_police_papers")

DISTRICTS: Final = pa.DataFrameSchema(
    {
        "district_id": _key(unique=True),
        "name_en": _text(),
        "region": _all_or_none("text"),
        "population": _column("whole", IS_WHOLE, IS_PEOPLE),
        "women": _all_or_none("whole", IS_WHOLE, IS_PEOPLE),
        "men": _column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
        "counts_registered_not_resident": _column("yes_no", _YES_NO, required=False),
        "area_km2": _column("decimal", IS_DECIMAL, IS_POSITIVE, required=False, blank=True),
        "lat": _lat(),
        "lon": _lon(),
    },
    name="districts",
    metadata={"worded": {"name": _WORDS, "region": _WORDS}},
)


def _ranged(stem: str) -> dict[str, pa.Column]:
    """Make the columns of people known within limits, and of how they are known."""
    ends = {f"{stem}_{end}": _column("whole", IS_WHOLE, IS_PEOPLE) for end in _ENDS}
    texts = {name: _text() for name in ("as_of", "basis", "source", "evidence")}
    return {"district_id": _key(unique=True), **ends, **texts}


RESIDENTS: Final = pa.DataFrameSchema(_ranged("residents"), name="residents")

DISPLACED: Final = pa.DataFrameSchema(_ranged("displaced"), name="displaced")

SETTLEMENTS: Final = pa.DataFrameSchema(
    {
        "settlement_id": _key(unique=True),
        "name_en": _text(),
        "district_id": _key(),
        "lat": _lat(),
        "lon": _lon(),
        "population_listed": _column("whole", IS_WHOLE, IS_PEOPLE, blank=True),
        "population_is": _column(
            "text", _one_of("own", "wider", "part"), required=False, blank=True
        ),
    },
    name="settlements",
    metadata={"worded": {"name": _WORDS}},
)

SHELTERS: Final = pa.DataFrameSchema(
    {
        "shelter_id": _key(unique=True),
        "name_en": _column("text", NO_PLACE),
        "settlement_id": _key(),
        "district_id": _key(),
        "kind": _column("text", IS_KEY, required=False, blank=True),
        "operator_type": _column("text", NO_PLACE, required=False, blank=True),
        "places": _column("whole", IS_WHOLE, IS_PEOPLE, IS_PLACES),
        "places_low": _column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
        "places_high": _column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
        "places_basis": _column("text", NO_PLACE),
        **{group: _column("text", _ANSWER, required=False) for group in _GROUPS},
        "police_referral_required": _column("text", NO_PLACE, required=False, blank=True),
        "max_stay_days": _column("whole", IS_WHOLE, required=False, blank=True),
        "as_of": _column("text", NO_PLACE, required=False, blank=True),
        "source": _column("text", NO_PLACE),
    },
    name="shelters",
    strict=True,
    # That there is no shelter is an answer too.
    metadata={
        "worded": {"name": _SAFE_WORDS, "places_basis": _SAFE_WORDS, "also_for": _SAFE_WORDS},
        "may_be_empty": True,
    },
)

ADMISSION: Final = pa.DataFrameSchema(
    {
        "shelter_id": _key(),
        "group": _column("text", _one_of(*GROUPS)),
        "admitted": _column("text", _ANSWER),
        "note": _column("text", NO_PLACE, required=False, blank=True),
        "as_of": _column("text", NO_PLACE, required=False, blank=True),
        "source": _column("text", NO_PLACE),
        "evidence": _column("text", NO_PLACE),
    },
    name="admission",
    strict=True,
)

PRIVATE_POINTS: Final = pa.DataFrameSchema(
    {"shelter_id": _key(unique=True), "lat": _lat(), "lon": _lon()},
    name="private points",
    strict=True,
)

CASES: Final = pa.DataFrameSchema(
    {
        "district_id": _key(unique=True),
        "cases": _column("whole", IS_WHOLE, IS_PEOPLE),
    },
    name="cases",
    strict=True,
)

ROAD_NODES: Final = pa.DataFrameSchema(
    {
        "node_id": _key(unique=True),
        "name": _text(blank=True),
        "lat": _lat(),
        "lon": _lon(),
        "district_id": _key(blank=True),
    },
    name="road nodes",
)

ROAD_LINKS: Final = pa.DataFrameSchema(
    {
        "from_node": _key(),
        "to_node": _key(),
        "km": _column("decimal", IS_DECIMAL, IS_POSITIVE),
        "minutes": _column("decimal", IS_DECIMAL, IS_POSITIVE),
        "km_back": _column("decimal", IS_DECIMAL, IS_POSITIVE, blank=True, required=False),
        "minutes_back": _column("decimal", IS_DECIMAL, IS_POSITIVE, blank=True, required=False),
        "road_class": _text(required=False, blank=True),
    },
    name="road links",
)

NEAR_TIES: Final = pa.DataFrameSchema(
    {
        "district_id": _key(),
        "settlement_id": _key(),
        "km_fastest": _column("decimal", IS_DECIMAL, IS_POSITIVE),
        "min_fastest": _column("decimal", IS_DECIMAL, IS_POSITIVE),
        "km_other": _column("decimal", IS_DECIMAL, IS_POSITIVE),
        "min_other": _column("decimal", IS_DECIMAL, IS_POSITIVE),
    },
    name="near ties",
)

TRAVEL: Final = pa.DataFrameSchema(
    {
        "line_id": _key(unique=True),
        "mode": _text(),
        "from_settlement": _key(blank=True),
        "to_settlement": _key(blank=True),
        "year": _text(blank=True),
        "hours": _column("decimal", IS_DECIMAL, IS_POSITIVE, blank=True),
        "source": _text(),
        "evidence": _text(),
    },
    name="travel",
)

STANDARDS: Final = pa.DataFrameSchema(
    {
        "id": _key(unique=True),
        "body": _text(),
        "source": _text(),
        "evidence": _text(),
        "note": _text(required=False, blank=True),
    },
    name="standards",
)

NORMS: Final = pa.DataFrameSchema(
    {
        "id": _key(unique=True),
        "norm": _text(),
        "body": _text(),
        "source": _text(),
        "evidence": _text(),
        "note": _text(required=False, blank=True),
    },
    name="norms",
    metadata={"worded": {"binds": _WORDS, "second_reading": _WORDS}},
)

PUBLISHED_DISTANCES: Final = pa.DataFrameSchema(
    {
        "from": _text(),
        "to": _text(),
        "from_node": _key(),
        "to_node": _key(),
        "km": _column("decimal", IS_DECIMAL, IS_POSITIVE),
        "evidence": _text(),
        "confidence": _text(),
        "note": _text(required=False, blank=True),
    },
    name="published distances",
)

CLAIMS: Final = pa.DataFrameSchema(
    {
        "claim_id": _key(unique=True),
        "statement_en": _text(),
        "low": _column("decimal", IS_DECIMAL, blank=True),
        "high": _column("decimal", IS_DECIMAL, blank=True),
        "about_percent": _column("decimal", IS_DECIMAL, required=False, blank=True),
        "unit": _text(),
        "measure": _text(blank=True),
        "is_input": _column("yes_no", _YES_NO, required=False, blank=True),
        "statistic": _text(required=False, blank=True),
        "first_year": _column("whole", IS_WHOLE, required=False, blank=True),
        "last_year": _column("whole", IS_WHOLE, required=False, blank=True),
        "kind": _text(required=False, blank=True),
        "said_by": _text(required=False, blank=True),
        "document": _text(required=False, blank=True),
        "paragraph": _text(required=False, blank=True),
        "year": _text(required=False, blank=True),
        "source": _text(),
        "evidence": _column("text", _one_of(*Evidence)),
    },
    name="claims",
    metadata={"worded": {"statement": _WORDS, "scope": _WORDS, "cited": _WORDS}},
)

STATISTICS: Final = pa.DataFrameSchema(
    {
        "measure": _text(),
        "year": _column("whole", IS_WHOLE),
        "value": _column("decimal", IS_DECIMAL, blank=True),
        "note": _text(required=False, blank=True),
        "source": _text(),
        "evidence": _text(),
    },
    name="statistics",
)

SHELTER_COUNTS: Final = pa.DataFrameSchema(
    {
        "counted_on": _text(),
        "what_en": _text(),
        "value": _column("whole", IS_WHOLE, blank=True),
        "in_brief": _column("yes_no", _YES_NO, required=False, blank=True),
        "source": _text(),
        "evidence": _text(),
    },
    name="counts of shelters",
    metadata={"worded": {"what": _WORDS, "cited": _WORDS}},
)

CANDIDATES: Final = pa.DataFrameSchema(
    {
        "candidate_id": _key(unique=True),
        "name": _text(required=False, blank=True),
        "lat": _lat(),
        "lon": _lon(),
        "allowed": _column("text", _YES_NO, required=False, blank=True),
        "cost": _column("whole", IS_WHOLE, required=False, blank=True),
        "place_cost": _column("whole", IS_WHOLE, required=False, blank=True),
        "most_places": _column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
    },
    name="candidates",
)
