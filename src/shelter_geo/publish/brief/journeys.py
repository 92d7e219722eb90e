"""What a brief says of a shelter in one's own area, and of journeys of several legs."""

from __future__ import annotations

import pandas as pd

from shelter_geo.access import NIGHTS, UNITS
from shelter_geo.analysis import (
    PLACE_KINDS,
    Evaluation,
    Quantity,
    Unit,
    far_range,
    journey_metrics,
)
from shelter_geo.publish.words import Text, Words, everywhere, in_each
from shelter_geo.study import REGION, WOMEN, Journey


def own_areas(evaluation: Evaluation) -> list[Text]:
    """Say which share of the women, or of the people, has a shelter in the own area."""
    if evaluation.study.shelters.empty:
        return []
    who = WOMEN if WOMEN in evaluation.districts else "people"
    shares = [metric(evaluation, "shelter_in_own_district_share", weighted_by=who)]
    if REGION in evaluation.districts:
        shares.append(metric(evaluation, "shelter_in_own_region_share", weighted_by=who))
    ends = [share / 100 for share in shares]

    def write(words: Words) -> str:
        named = {"share": Quantity.share(ends[0]), "of_region": Quantity.share(ends[-1])}
        key = f"brief.own_{who}" if len(ends) > 1 else f"brief.own_{who}_district"
        return words.text(key, area=words.area, **named)

    return [in_each(write)]


def journeys(evaluation: Evaluation) -> list[Text]:
    """Say of each journey how long it is, who has a leg of its limit, and the nights on the way."""
    results = evaluation.journeys
    if results is None:
        return []
    sentences = []
    for journey in evaluation.study.settings.journeys:
        places = results.of(journey.id, PLACE_KINDS[0])
        sentences += _nights(journey, places)
        if journey.far_km is None or places["distance_km"].isna().all():
            continue
        rows = pd.DataFrame(journey_metrics(evaluation)).set_index("metric")
        rows = rows[
            (rows["basis"] == "district_centres")
            & (rows["units"] == UNITS[0])
            & (rows["weighted_by"] == "people")
        ]
        stem = f"journey_{journey.id}_distance_km"
        values: dict[str, float] = dict(zip(rows.index, rows["value"].tolist(), strict=True))
        mean, most = values[f"{stem}_mean"], values[f"{stem}_max"]
        far = far_range(journey, places, evaluation.districts)
        sentences.append(_journey(journey, mean, most, far))
    return sentences


def _nights(journey: Journey, places: pd.DataFrame) -> list[Text]:
    """Say for how many nights a bus is waited for, where the departures of any are known."""
    known = places[list(NIGHTS)].dropna()
    if known.empty:
        return []
    ends = float(known["nights_low"].min()), float(known["nights_high"].max())
    return [
        in_each(
            lambda words: words.text(
                "brief.nights",
                journey=everywhere(journey.name),
                nights=words.between(*ends),
                n=Quantity.count(len(known)),
            )
        )
    ]


def _journey(journey: Journey, mean: float, most: float, far: tuple[float, float]) -> Text:
    return in_each(
        lambda words: words.text(
            "brief.journey",
            journey=everywhere(journey.name),
            mean=Quantity.km(mean),
            most=Quantity.km(most),
            people=Quantity.span(*far, Unit.PEOPLE),
            limit=Quantity.km(float(journey.far_km or 0)),
        )
    )


def metric(evaluation: Evaluation, name: str, *, weighted_by: str = "people") -> float:
    """Take one figure from the district centres, for all units, out of the metrics."""
    table = evaluation.metrics
    found = table[
        (table["basis"] == "district_centres")
        & (table["units"] == UNITS[0])
        & (table["weighted_by"] == weighted_by)
        & (table["metric"] == name)
    ]
    return float(found["value"].iloc[0])
