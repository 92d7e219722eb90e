"""What is said beside a number: its dates, its norm, who shares the places, the known bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shelter_geo.analysis import (
    FAMILY_PLACES,
    Evaluation,
    Quantity,
    bus_lines,
    towns_not_known,
    weakest,
)
from shelter_geo.publish.words import Text, Words, everywhere, in_each, own_name, say, translated
from shelter_geo.study import Norm, Study, places_total
from shelter_geo.vocabulary import Evidence, evidence_of


def known_without(study: Study) -> Evidence:
    """Say how the places are known that are left without those of others."""
    left = study.shelters[study.shelters["places_low"] > 0]
    guessed = any(known_places(str(basis)) == Evidence.ASSUMED for basis in left["places_basis"])
    return Evidence.ASSUMED if guessed else Evidence.SOURCED


def known_of_group(study: Study, row: Mapping[Any, Any]) -> Evidence:
    """Say how the places are known that a group may use, which are a part of all.

    Parameters
    ----------
    study
        Its shelters say how the places of each are known.
    row
        `places_low` and `places_high` of the group.
    """
    whole = float(study.shelters["places"].sum())
    is_part = row["places_low"] > 0 or row["places_high"] < whole
    return known_split(study) if is_part else Evidence.DERIVED


def known_split(study: Study) -> Evidence:
    """Say how it is known which shelter has how many of the places."""
    return weakest(known_places(str(basis)) for basis in study.shelters["places_basis"])


def known_readings(study: Study) -> Evidence:
    """Say how it is known how many persons a family place stands for, at the ends of its range."""
    readings = study.settings.capacity.readings
    persons = [reading.persons_per_family_place for reading in readings]
    ends = (min(persons), max(persons))
    return weakest(r.evidence for r in readings if r.persons_per_family_place in ends)


def known_stay_length(study: Study) -> Evidence:
    """Say how it is known how long a place is taken, and by how many persons."""
    return weakest([study.settings.capacity.stays.days.evidence, known_readings(study)])


def known_by_norm(study: Study) -> dict[str, Evidence]:
    """Say how it is known what is there and missing by each norm, by its key."""
    return {
        norm.id: known_readings(study) if norm.asks_for in FAMILY_PLACES else Evidence.DERIVED
        for norm in study.settings.capacity.norms
    }


def shared_places(study: Study) -> Text | None:
    """Name each kind of place that others share, with its range; None where there is none.

    Parameters
    ----------
    study
        Its shelters name who else a place is for in `also_for`.
    """
    rows = study.shelters[study.shelters["places_low"] < study.shelters["places_high"]]
    if rows.empty:
        return None
    listed = [_named(row) for _, row in rows.iterrows()]
    return in_each(lambda words: "; ".join(part.of(words) for part in listed))


def without_shared(study: Study, missing: tuple[float, float] | None) -> list[Text]:
    """Say which places others share, and what is left and missing without them.

    Parameters
    ----------
    study
        As for `shared_places`.
    missing
        Least and most family places that are then missing; None where no place is shared.
    """
    listed = shared_places(study)
    if listed is None or missing is None:
        return []
    low, high = missing
    left = places_total(study.shelters)["places_low"]
    return [
        in_each(
            lambda words: words.text(
                "places.without",
                listed=listed.of(words),
                left=Quantity.count(left),
                evidence=words.text(f"evidence.{known_without(study)}"),
                range=Quantity.span(low, high, evidence=known_without(study)),
            )
        )
    ]


def _named(row: pd.Series) -> Text:
    known = known_places(str(row["places_basis"]))
    said = any(
        str(name).startswith("also_for_") and isinstance(value, str) for name, value in row.items()
    )
    what = own_name(row, "also_for") if said else say("places.shared")
    low, high = row["places_low"], row["places_high"]

    def write(words: Words) -> str:
        return words.text(
            "places.of_others",
            what=what.of(words),
            range=Quantity.span(float(low), float(high)),
            evidence=words.text(f"evidence.{known}"),
        )

    return in_each(write)


def known_places(basis: str) -> Evidence:
    """Read how places are known: the word before the colon of their basis."""
    published = basis.partition(":")[0].strip() in ("published", Evidence.SOURCED)
    return Evidence.SOURCED if published else Evidence.ASSUMED


def dates(study: Study) -> Text:
    """Write the day of the people, the years of the places and the month of the roads."""
    return in_each(lambda words: " ".join(_parts(study, words)))


def dated(study: Study, text: Text) -> Text:
    """Put the three dates behind a sentence."""
    return in_each(lambda words: f"{text.of(words)} {dates(study).of(words)}")


def years_of_places(study: Study) -> Text | None:
    """Write the years that the places were counted in, if the study says them."""
    counted = study.settings.capacity.places_as_of
    if counted is None:
        return None
    return in_each(lambda words: words.between(*counted, str))


def which_shelters(study: Study) -> list[Text]:
    """Say which shelters are counted, if the study says so."""
    counted = study.settings.capacity.counted
    return [] if counted is None else [everywhere(counted)]


def _parts(study: Study, words: Words) -> list[str]:
    settings = study.settings
    parts = [words.text(_people(study), date=words.date(settings.study.as_of))]
    years = years_of_places(study)
    if years is not None:
        looked = settings.capacity.no_newer_count
        key = "dates.places" if looked is None else "dates.places_newest"
        month = "" if looked is None else words.month(looked)
        parts.append(words.text(key, years=years, month=month))
    if settings.roads.as_of is not None:
        changed = study.roads_before is not None
        key = "dates.roads_changed" if changed else "dates.roads"
        parts.append(words.text(key, month=words.month(settings.roads.as_of)))
    return parts


def _people(study: Study) -> str:
    """Choose the words for the people counted, whom a plan may have changed."""
    if study.settings.tables.residents is None:
        return "dates.people"
    units = study.districts
    every = (units["population"] == units["registered"]).all()
    return "dates.registered" if every else "dates.residents"


def by_bus(row: Mapping[Any, Any]) -> Text | None:
    """Write the time by bus of a district: of its lines, by the factor, or none where unknown.

    Parameters
    ----------
    row
        `bus_hours_low`, `bus_hours_high` and `bus_min`, each missing where it is not known.
    """
    low, high = (row.get(f"bus_hours_{end}") for end in ("low", "high"))
    if low is not None and not pd.isna(low):
        ends = 60 * float(low), 60 * float(str(high))
        return in_each(lambda words: words.between(*ends, words.duration))
    minutes = row.get("bus_min")
    if minutes is None or pd.isna(minutes):
        return None
    return in_each(
        lambda words: words.text("access.by_factor", time=Quantity.minutes(float(minutes)))
    )


def by_bus_in_sentence(row: Mapping[Any, Any]) -> Text:
    """Write the same as a part of a sentence, and that no line is known where none is."""
    known = by_bus(row)
    return say("access.no_line") if known is None else say("access.bus_takes", time=known)


def bus_note(evaluation: Evaluation) -> Text:
    """Name every line that a bus time rests on with its year and source, or the factor."""
    study = evaluation.study
    bus = study.settings.access.bus
    if study.travel is None:
        return in_each(
            lambda words: words.text(
                "study.bus",
                factor=Quantity.count(bus.factor, digits=2),
                low=Quantity.count(bus.low, digits=2),
                high=Quantity.count(bus.high, digits=2),
                source=everywhere(bus.source),
            )
        )
    lines = bus_lines(study, study.settlements["district_id"])
    rows = lines.to_dict("records")
    names = {
        str(key): own_name(row)
        for key, row in study.settlements.loc[
            sorted({row[end] for row in rows for end in ("from_settlement", "to_settlement")})
        ].iterrows()
    }

    def write(words: Words) -> str:
        listed = [
            words.text(
                "study.bus_line",
                start=names[row["from_settlement"]].of(words),
                end=names[row["to_settlement"]].of(words),
                time=Quantity.minutes(60 * float(row["hours"])),
                source=translated({str(key): value for key, value in row.items()}, "source"),
            )
            for row in rows
        ]
        if not listed:
            return words.text("study.no_bus_line")
        return words.text("study.bus_lines", lines="; ".join(listed))

    return in_each(write)


def norm_note(study: Study) -> Text:
    """Name the norm that family places are held against, and say what stands beside it."""
    capacity = study.settings.capacity
    source = everywhere(capacity.norm_source)
    each = capacity.people_per_family_place
    main = [norm for norm in capacity.norms if norm.asks_for == "people" and norm.each == each]
    standing = beside(study, main[0]) if main else everywhere("")

    def write(words: Words) -> str:
        return f"{words.text('study.norm', source=source)} {standing.of(words)}".strip()

    return in_each(write)


def beside(study: Study, norm: Norm) -> Text:
    """Say how a norm is known, whether it binds and how else it is read, as far as is told."""
    if study.standards is None:
        return everywhere("")
    row = {str(key): value for key, value in study.standards.loc[norm.standard].items()}
    known = evidence_of(str(row["evidence"]).replace(",", " ").split()[0])
    parts = [in_each(lambda words: words.text("norms.known", how=words.text(f"evidence.{known}")))]
    for stem in ("binds", "second_reading"):
        if any(key.startswith(f"{stem}_") and isinstance(row[key], str) for key in row):
            parts.append(say(f"norms.{stem}", text=own_name(row, stem)))
    return in_each(lambda words: " ".join(part.of(words) for part in parts))


def norm_notes(evaluation: Evaluation) -> list[Text]:
    """Say of each norm what stands beside it, then what binds the country."""
    study = evaluation.study
    told = [_norm_in_words(evaluation, norm) for norm in study.settings.capacity.norms]
    binding = study.settings.capacity.binding
    return told if binding is None else [*told, everywhere(binding)]


def _norm_in_words(evaluation: Evaluation, norm: Norm) -> Text:
    name, standing = everywhere(norm.name), beside(evaluation.study, norm)
    names = [own_name(row) for _, row in towns_not_known(evaluation, norm).iterrows()]

    def write(words: Words) -> str:
        norm = words.capital(name.of(words))
        text = words.text("norms.standing", norm=norm, standing=standing.of(words))
        if not names:
            return text
        listed = ", ".join(sorted((each.of(words) for each in names), key=words.order))
        return f"{text} {words.text('norms.not_known', towns=listed)}"

    return in_each(write)
