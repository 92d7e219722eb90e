"""What each input table must hold, column by column, in words a table's owner can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pandera.pandas as pa

from shelter_geo.study.facilities import ANSWERS, COLUMN, GROUPS
from shelter_geo.study.tables.columns import (
    IS_CLOCK,
    IS_DAY,
    IS_DECIMAL,
    IS_FEW,
    IS_HOURS,
    IS_PEOPLE,
    IS_PLACES,
    IS_PLAIN_KEY,
    IS_POSITIVE,
    IS_STAY,
    IS_WHEN,
    IS_WHOLE,
    all_or_none,
    column,
    guarded,
    key,
    lat,
    lon,
    one_of,
    shelter_key,
    site_key,
    text,
)
from shelter_geo.study.types import FALLBACK, FORMER, LANGUAGE_CODE
from shelter_geo.vocabulary import Evidence


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


_WORDS = text(required=False, blank=True)
_SAFE_WORDS = guarded(required=False, blank=True)
_ENDS = ("low", "central", "high")
_YES_NO = one_of("yes", "no")
_ANSWER = one_of(*ANSWERS)
_GROUPS = tuple(COLUMN.get(group, group) for group in GROUPS if group != "without_police_papers")

DISTRICTS: Final = pa.DataFrameSchema(
    {
        "district_id": key(unique=True),
        "name_en": text(),
        "region": all_or_none("text"),
        # An empty cell is a figure that nobody has, which is not 0.
        "population": column("whole", IS_WHOLE, IS_PEOPLE, blank=True),
        "women": column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True, left_out=True),
        "men": column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
        "counts_registered_not_resident": column("yes_no", _YES_NO, required=False),
        "area_km2": column("decimal", IS_DECIMAL, IS_POSITIVE, required=False, blank=True),
        # The largest settlement stands in for a centre that is not given.
        "lat": lat(blank=True),
        "lon": lon(blank=True),
    },
    name="districts",
    metadata={"worded": {"name": _WORDS, "region": _WORDS}, "former": FORMER},
)


def _ranged(stem: str) -> dict[str, pa.Column]:
    """Make the columns of people known within limits, and of how they are known."""
    ends = {f"{stem}_{end}": column("whole", IS_WHOLE, IS_PEOPLE) for end in _ENDS}
    texts = {"as_of": text(), "basis": text(), "source": guarded(), "evidence": guarded()}
    return {"district_id": key(unique=True), **ends, **texts}


RESIDENTS: Final = pa.DataFrameSchema(_ranged("residents"), name="residents")

DISPLACED: Final = pa.DataFrameSchema(_ranged("displaced"), name="displaced")

SETTLEMENTS: Final = pa.DataFrameSchema(
    {
        "settlement_id": key(unique=True),
        "name_en": guarded(),
        "district_id": key(),
        "lat": lat(),
        "lon": lon(),
        "population_listed": column("whole", IS_WHOLE, IS_PEOPLE, blank=True),
        "population_is": column("text", one_of("own", "wider", "part"), required=False, blank=True),
    },
    name="settlements",
    metadata={"worded": {"name": _SAFE_WORDS}},
)

SHELTERS: Final = pa.DataFrameSchema(
    {
        "shelter_id": shelter_key(unique=True),
        "name_en": guarded(),
        "settlement_id": key(),
        "district_id": key(),
        "kind": column("text", IS_PLAIN_KEY, required=False, blank=True),
        "operator_type": guarded(required=False, blank=True),
        "places": column("whole", IS_WHOLE, IS_PEOPLE, IS_PLACES, IS_FEW),
        "places_low": column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
        "places_high": column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
        "places_basis": guarded(),
        **{group: column("text", _ANSWER, required=False) for group in _GROUPS},
        "police_referral_required": guarded(required=False, blank=True),
        "max_stay_days": column("whole", IS_WHOLE, IS_STAY, required=False, blank=True),
        "hours": guarded(IS_HOURS, required=False, blank=True),
        "as_of": guarded(IS_WHEN, required=False, blank=True),
        "source": guarded(),
    },
    name="shelters",
    strict=True,
    # That there is no shelter is an answer too.
    metadata={
        "worded": {"name": _SAFE_WORDS, "places_basis": _SAFE_WORDS, "also_for": _SAFE_WORDS},
        "may_be_empty": True,
        "groups": _GROUPS,
        "answers": ANSWERS,
    },
)

ADMISSION: Final = pa.DataFrameSchema(
    {
        "shelter_id": shelter_key(),
        "group": column("text", one_of(*GROUPS)),
        "admitted": column("text", _ANSWER),
        "note": guarded(required=False, blank=True),
        "as_of": guarded(IS_WHEN, required=False, blank=True),
        "source": guarded(),
        "evidence": guarded(),
    },
    name="admission",
    strict=True,
)

PRIVATE_POINTS: Final = pa.DataFrameSchema(
    {"shelter_id": shelter_key(unique=True), "lat": lat(), "lon": lon()},
    name="private points",
    strict=True,
)

CASES: Final = pa.DataFrameSchema(
    {
        "district_id": key(unique=True),
        "cases": column("whole", IS_WHOLE, IS_PEOPLE),
    },
    name="cases",
    strict=True,
)

ROAD_NODES: Final = pa.DataFrameSchema(
    {
        "node_id": key(unique=True),
        "name": text(blank=True),
        "lat": lat(),
        "lon": lon(),
        "district_id": key(blank=True),
    },
    name="road nodes",
)

ROAD_LINKS: Final = pa.DataFrameSchema(
    {
        "from_node": key(),
        "to_node": key(),
        "km": column("decimal", IS_DECIMAL, IS_POSITIVE),
        "minutes": column("decimal", IS_DECIMAL, IS_POSITIVE),
        "km_back": column("decimal", IS_DECIMAL, IS_POSITIVE, blank=True, required=False),
        "minutes_back": column("decimal", IS_DECIMAL, IS_POSITIVE, blank=True, required=False),
        "road_class": text(required=False, blank=True),
    },
    name="road links",
    # A place may have no road to another one.
    metadata={"may_be_empty": True},
)

NEAR_TIES: Final = pa.DataFrameSchema(
    {
        "district_id": key(),
        "settlement_id": key(),
        "km_fastest": column("decimal", IS_DECIMAL, IS_POSITIVE),
        "min_fastest": column("decimal", IS_DECIMAL, IS_POSITIVE),
        "km_other": column("decimal", IS_DECIMAL, IS_POSITIVE),
        "min_other": column("decimal", IS_DECIMAL, IS_POSITIVE),
    },
    name="near ties",
)

DEPARTURES: Final = tuple(
    f"{end}_departure{back}" for back in ("", "_back") for end in ("first", "last")
)

TRAVEL: Final = pa.DataFrameSchema(
    {
        "line_id": key(unique=True),
        "mode": guarded(),
        "from_settlement": key(blank=True),
        "to_settlement": key(blank=True),
        "year": text(blank=True),
        "hours": column("decimal", IS_DECIMAL, IS_POSITIVE, blank=True),
        **{end: column("text", IS_CLOCK, required=False, blank=True) for end in DEPARTURES},
        "source": guarded(),
        "evidence": guarded(),
    },
    name="travel",
    metadata={"worded": {"source": _SAFE_WORDS}},
)

STANDARDS: Final = pa.DataFrameSchema(
    {
        "id": key(unique=True),
        "body": guarded(),
        "source": guarded(),
        "evidence": guarded(),
        "note": guarded(required=False, blank=True),
    },
    name="standards",
)

NORMS: Final = pa.DataFrameSchema(
    {
        "id": key(unique=True),
        "norm": guarded(),
        "body": guarded(),
        "source": guarded(),
        "evidence": guarded(),
        "note": guarded(required=False, blank=True),
    },
    name="norms",
    metadata={"worded": {"binds": _SAFE_WORDS, "second_reading": _SAFE_WORDS}},
)

PUBLISHED_DISTANCES: Final = pa.DataFrameSchema(
    {
        "from": text(),
        "to": text(),
        "from_node": key(),
        "to_node": key(),
        "km": column("decimal", IS_DECIMAL, IS_POSITIVE),
        "evidence": guarded(),
        "confidence": guarded(),
        "note": guarded(required=False, blank=True),
    },
    name="published distances",
)

CLAIMS: Final = pa.DataFrameSchema(
    {
        "claim_id": key(unique=True),
        "statement_en": guarded(),
        "low": column("decimal", IS_DECIMAL, blank=True),
        "high": column("decimal", IS_DECIMAL, blank=True),
        "about_percent": column("decimal", IS_DECIMAL, required=False, blank=True),
        "unit": guarded(),
        "measure": text(blank=True),
        "is_input": column("yes_no", _YES_NO, required=False, blank=True),
        "statistic": text(required=False, blank=True),
        "first_year": column("whole", IS_WHOLE, required=False, blank=True),
        "last_year": column("whole", IS_WHOLE, required=False, blank=True),
        "kind": text(required=False, blank=True),
        "said_by": guarded(required=False, blank=True),
        "document": guarded(required=False, blank=True),
        "paragraph": guarded(required=False, blank=True),
        "year": text(required=False, blank=True),
        "source": guarded(),
        "evidence": column("text", one_of(*Evidence)),
    },
    name="claims",
    metadata={"worded": {"statement": _SAFE_WORDS, "scope": _SAFE_WORDS, "cited": _SAFE_WORDS}},
)

STATISTICS: Final = pa.DataFrameSchema(
    {
        "measure": text(),
        "year": column("whole", IS_WHOLE),
        "value": column("decimal", IS_DECIMAL, blank=True),
        "months": column("whole", IS_WHOLE, required=False, blank=True),
        "note": guarded(required=False, blank=True),
        "source": guarded(),
        "evidence": guarded(),
    },
    name="statistics",
)

SHELTER_COUNTS: Final = pa.DataFrameSchema(
    {
        "counted_on": column("text", IS_DAY),
        "what_en": guarded(),
        "value": column("whole", IS_WHOLE, blank=True),
        "in_brief": column("yes_no", _YES_NO, required=False, blank=True),
        "source": guarded(),
        "evidence": guarded(),
    },
    name="counts of shelters",
    metadata={"worded": {"what": _SAFE_WORDS, "cited": _SAFE_WORDS}},
)

CANDIDATES: Final = pa.DataFrameSchema(
    {
        "candidate_id": site_key(),
        "name": guarded(required=False, blank=True),
        "lat": lat(),
        "lon": lon(),
        "allowed": column("text", _YES_NO, required=False, blank=True),
        "cost": column("whole", IS_WHOLE, required=False, blank=True),
        "place_cost": column("whole", IS_WHOLE, required=False, blank=True),
        "most_places": column("whole", IS_WHOLE, IS_PEOPLE, required=False, blank=True),
    },
    name="candidates",
)
