"""The page of places within reach of a study, for everybody or for one group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from shelter_geo.analysis import EVERYBODY, Evaluation, Quantity, reason_of
from shelter_geo.capacity import admission, places_for_group
from shelter_geo.publish.languages import languages_of
from shelter_geo.publish.maps.capacity_map import PlaceClasses, capacity_map
from shelter_geo.publish.maps.map_page import SealedMap
from shelter_geo.publish.palette import MARK
from shelter_geo.publish.qualifiers import (
    dated,
    known_of_group,
    known_split,
    norm_notes,
    which_shelters,
    without_shared,
)
from shelter_geo.publish.study import study_texts
from shelter_geo.publish.study.headline import headline
from shelter_geo.publish.study.study_map import ground_of, with_regions
from shelter_geo.publish.study.study_map import with_cities as with_cities
from shelter_geo.publish.words import Text, everywhere, in_each, say
from shelter_geo.study import Study
from shelter_geo.vocabulary import Reason

_OF_A_GROUP: Final = (
    Reason.NO_FACILITY,
    Reason.NOT_ADMITTED,
    Reason.ADMISSION_NOT_KNOWN,
    Reason.REFUSALS_REPORTED,
)
"""Reasons that hold for a whole group, wherever it lives."""


def reach_map(
    evaluation: Evaluation,
    reach: pd.DataFrame,
    *,
    groups: Sequence[str] = (),
    without_police_papers: bool = False,
    lang: str | None = None,
) -> SealedMap:
    """Make the sealed map of places per 10,000 people within reach.

    Parameters
    ----------
    evaluation
        The study, evaluated.
    reach
        From `group_access.access_for`, for the same group.
    groups, without_police_papers
        As for `access_for`.
    lang
        Language in which the page opens.

    Raises
    ------
    OutputError
        If there is no such language.
    """
    study = evaluation.study
    settings = study.settings.capacity
    admits = admission(study.shelters, groups, without_police_papers=without_police_papers)
    may = admits.fillna(True).to_numpy(bool)
    minutes = settings.catchment.minutes
    districts = with_regions(
        evaluation.districts.drop(columns=["distance_km", "travel_min", "reason"])
    )
    return capacity_map(
        districts.join(reach.drop(columns=["travel_min_low", "travel_min_high"])),
        with_cities(evaluation)[may],
        ground_of(study),
        classes=PlaceClasses(breaks=(0.0, *settings.catchment.classes_per_10000)),
        mark=study.kind.colour or MARK,
        title=_title(evaluation, reach, groups, without_police_papers),
        lead=dated(
            study,
            in_each(
                lambda words: words.text(
                    "capacity.map_lead",
                    time=Quantity.minutes(minutes),
                    people=Quantity.count(settings.people_per_family_place),
                )
            ),
        ),
        figures=_figures(evaluation, reach, groups, without_police_papers),
        sources=study_texts.sources(evaluation),
        assumptions=study_texts.assumptions(evaluation),
        notes=_notes(evaluation, unknown=bool(admits.isna().any())),
        known=known_split(study),
        languages=languages_of(study, lang),
    )


def group_words(groups: Sequence[str], without_police_papers: bool) -> Text:
    """Name a group for readers, in every language."""
    parts = [say(f"capacity.group_{group}") for group in groups or (EVERYBODY,)]
    named = in_each(lambda words: ", ".join(part.of(words) for part in parts))
    return say("capacity.without_papers", group=named) if without_police_papers else named


def _title(
    evaluation: Evaluation, reach: pd.DataFrame, groups: Sequence[str], without_papers: bool
) -> Text:
    """Write how many have no shelter within reach, or how many places there are for a group."""
    study = evaluation.study
    name = everywhere(study.settings.study.name)
    if groups or without_papers:
        low, high = _places(study, groups, without_papers)
        how = known_of_group(study, {"places_low": low, "places_high": high})
        places = everywhere(Quantity.span(low, high, evidence=how))
        group = group_words(groups, without_papers)
        return say("capacity.map_title_group", name=name, places=places, group=group)
    low, high = _out_of_reach(evaluation, reach)
    minutes = study.settings.capacity.catchment.minutes
    return in_each(
        lambda words: words.text(
            "capacity.map_title",
            name=name,
            people=words.between(low, high, words.people),
            time=words.duration(minutes),
        )
    )


def _places(study: Study, groups: Sequence[str], without_papers: bool) -> tuple[float, float]:
    """Count the least and most places for a group."""
    shelters = study.shelters
    admits = admission(shelters, groups, without_police_papers=without_papers)
    return places_for_group(admits, shelters["places_low"], shelters["places_high"])


def _out_of_reach(evaluation: Evaluation, reach: pd.DataFrame) -> tuple[int, int]:
    """Count the least and most people without a shelter within reach."""
    people = int(evaluation.districts["population"].sum())
    low, high = (int(reach[f"people_in_reach_{end}"].sum()) for end in ("low", "high"))
    return people - high, people - low


def _figures(
    evaluation: Evaluation, reach: pd.DataFrame, groups: Sequence[str], without_papers: bool
) -> list[tuple[Text, Text]]:
    """Write who is meant, the places for them, and who has none within reach."""
    low, high = _places(evaluation.study, groups, without_papers)
    how = known_of_group(evaluation.study, {"places_low": low, "places_high": high})
    none = _out_of_reach(evaluation, reach)
    near = [int(reach[f"people_in_reach_{end}"].sum()) for end in ("low", "high")]
    minutes = evaluation.study.settings.capacity.catchment.minutes
    why = answer(reason_of(evaluation, groups, without_papers))
    told = [(say("capacity.map_group"), group_words(groups, without_papers))]
    if why is not None:
        told.append((say("capacity.map_answer"), why))
    time = in_each(lambda words: words.duration(minutes))
    return [
        *told,
        (say("capacity.map_places"), everywhere(Quantity.span(low, high, evidence=how))),
        (
            say("capacity.map_in_reach", time=time),
            in_each(lambda words: words.between(near[0], near[1], words.people)),
        ),
        (
            say("capacity.map_out_of_reach", time=time),
            in_each(lambda words: words.between(*none, words.people)),
        ),
    ]


def answer(why: str | None) -> Text | None:
    """Words for why a whole group has no sure place, or none where it has."""
    return say(f"reason.{why}") if why in _OF_A_GROUP else None


def _notes(evaluation: Evaluation, *, unknown: bool) -> list[Text]:
    reach = evaluation.study.settings.capacity.catchment
    notes = [
        *study_texts.left_out(evaluation.study),
        in_each(
            lambda words: words.text(
                "capacity.note_reach",
                minutes=Quantity.count(reach.minutes),
                decay=words.text(f"capacity.{reach.decay}"),
                source=everywhere(reach.source),
                evidence=words.text(f"evidence.{reach.evidence}"),
            )
        ),
        say("capacity.note_method"),
        *norm_notes(evaluation),
        *which_shelters(evaluation.study),
        *without_shared(evaluation.study, headline(evaluation).missing_without),
    ]
    return [*notes, say("capacity.note_unknown")] if unknown else notes
