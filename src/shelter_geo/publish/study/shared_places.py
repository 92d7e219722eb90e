"""Places that others share, or come first in: whose they are, and how many are left without."""

from __future__ import annotations

from shelter_geo.publish.words import Text, Words, in_each, own_name, say
from shelter_geo.study import Study, places_total
from shelter_geo.vocabulary import Evidence


def known_without(study: Study) -> Evidence:
    """Say how the places are known that are left without those of others."""
    left = study.shelters[study.shelters["places_low"] > 0]
    guessed = any(known_places(str(basis)) == Evidence.ASSUMED for basis in left["places_basis"])
    return Evidence.ASSUMED if guessed else Evidence.SOURCED


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
    listed = [_named({str(key): value for key, value in row.items()}) for _, row in rows.iterrows()]
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
                left=words.number(left),
                evidence=words.text(f"evidence.{known_without(study)}"),
                range=words.between(low, high),
            )
        )
    ]


def _named(row: dict[str, object]) -> Text:
    known = known_places(str(row["places_basis"]))
    said = any(
        name.startswith("also_for_") and isinstance(value, str) for name, value in row.items()
    )
    what = own_name(row, "also_for") if said else say("places.shared")
    low, high = row["places_low"], row["places_high"]

    def write(words: Words) -> str:
        return words.text(
            "places.of_others",
            what=what.of(words),
            range=words.between(float(str(low)), float(str(high))),
            evidence=words.text(f"evidence.{known}"),
        )

    return in_each(write)


def known_places(basis: str) -> Evidence:
    """Read how places are known: the word before the colon of their basis."""
    published = basis.partition(":")[0].strip() in ("published", Evidence.SOURCED)
    return Evidence.SOURCED if published else Evidence.ASSUMED
