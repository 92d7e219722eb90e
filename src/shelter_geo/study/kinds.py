"""Kinds of facility: their words, their norm, and what of the settings speaks of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import pandas as pd
from pydantic import Field, field_validator, model_validator

from shelter_geo.errors import Fault, StudyError
from shelter_geo.study.capacity_settings import Reading
from shelter_geo.study.opening import Window
from shelter_geo.study.types import LARGEST, KindKey, OfKind, Settings, Worded, in_english
from shelter_geo.vocabulary import Evidence

if TYPE_CHECKING:
    from shelter_geo.study.settings import StudySettings

SHELTER: Final = "shelter"
"""The kind of every facility of which nothing else is said; the catalogues have its words."""
_LEAST_CONTRAST: Final = 3.0
"""Of signs (WCAG 2.2, criterion 1.4.11)."""
Entry = TypeVar("Entry", bound=OfKind)


class KindNorm(Settings):
    """How many people a place, or a whole facility, is meant for, and who says so.

    Attributes
    ----------
    people_per_place, people_per_facility
        One of the two. Facilities that are counted whole have one place each, whatever the table
        says.
    standard
        Row of `tables.standards`.
    source
        Words for the readers.
    """

    people_per_place: int | None = Field(default=None, gt=0, le=LARGEST)
    people_per_facility: int | None = Field(default=None, gt=0, le=LARGEST)
    standard: str | None = None
    source: Worded

    @model_validator(mode="after")
    def _one_of_two(self) -> KindNorm:
        if (self.people_per_place is None) == (self.people_per_facility is None):
            raise ValueError("give people_per_place or people_per_facility, and not both")
        return self

    @property
    def people(self) -> int:
        """People for one place or one facility."""
        return self.people_per_place or self.people_per_facility or 0


class Kind(Settings):
    """A kind of facility.

    Attributes
    ----------
    id
        What the column `kind` of the shelters table says.
    singular, plural
        Its name, for one and for several; may be left out for `shelter` only.
    norm
        May be left out for the first kind only, which `[capacity]` has the norm of.
    colour
        Ink of its signs on maps and pictures, such as "#6b1d81": dark enough to stand out from
        white by 3 to 1.
    windows
        Within how many hours its service must begin; it is then counted over hours and travel.
    """

    id: KindKey
    singular: Worded | None = None
    plural: Worded | None = None
    norm: KindNorm | None = None
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] | None = None
    windows: tuple[Window, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> Kind:
        words = (self.singular, self.plural)
        if None in words and (self.id != SHELTER or words != (None, None)):
            raise ValueError("give the name of the kind, as singular and plural")
        return self

    @field_validator("windows")
    @classmethod
    def _each_once(cls, windows: tuple[Window, ...]) -> tuple[Window, ...]:
        hours = [window.hours for window in windows]
        if hours != sorted(set(hours)):
            raise ValueError("windows: their hours must rise")
        return windows

    @field_validator("colour")
    @classmethod
    def _visible(cls, colour: str | None) -> str | None:
        if colour is not None and _contrast_with_white(colour) < _LEAST_CONTRAST:
            raise ValueError("signs are drawn on white: give a darker colour (contrast 3 to 1)")
        return colour

    @property
    def counted_whole(self) -> bool:
        """Whether its norm asks for facilities, not for places in them."""
        return self.norm is not None and self.norm.people_per_facility is not None


def _contrast_with_white(colour: str) -> float:
    """Contrast of `#rrggbb` with white as WCAG 2.2 defines it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05)


SHELTERS: Final = Kind(id=SHELTER)
"""Shelters, in the words of the catalogues and by the norm of `[capacity]`."""


def with_kind(shelters: pd.DataFrame | None) -> pd.DataFrame | None:
    """Take facilities whose kind is not said for shelters; None stays None."""
    return None if shelters is None else shelters.assign(kind=shelters["kind"].fillna(SHELTER))


def kind_of(kinds: Sequence[Kind], key: str) -> Kind:
    """Return a kind by its key.

    Raises
    ------
    StudyError
        If there is none; those there are are named.
    """
    for kind in kinds:
        if kind.id == key:
            return kind
    known = ", ".join(kind.id for kind in kinds)
    raise StudyError(f"there is no kind of facility {key}. Choose one of: {known}.")


def undeclared_kinds(file: str, kinds: Sequence[Kind], shelters: pd.DataFrame) -> list[Fault]:
    """Name every facility of a kind that the study does not declare.

    Parameters
    ----------
    file
        The shelters table, for the fault.
    kinds
        Those of the study.
    shelters
        With `kind`, indexed by row number.
    """
    known = [kind.id for kind in kinds]
    lost = shelters["kind"][~shelters["kind"].isin(known)]
    remedy = f"Write one of {', '.join(known)}, or declare it under [[kinds]] in the study file."
    message = "the study declares no such kind of facility"
    return [
        Fault(Path(file).name, message, remedy, row, "kind", key)
        for row, key in zip(lost.index.tolist(), lost, strict=True)
    ]


def settings_of_kind(settings: StudySettings, kind: Kind) -> StudySettings:
    """Return what the settings say of one kind of facility.

    The norm is the kind's own, if it has one; claims, assumptions and further norms are those that
    speak of it. Cases and stays are those of the first kind, and no other has any.

    Parameters
    ----------
    settings
        Of the whole study.
    kind
        One of its kinds.
    """
    first = settings.facility_kinds[0].id
    capacity: dict[str, Any] = {
        "norms": _of(settings.capacity.norms, kind.id, first),
    }
    if kind.id != first:
        capacity |= {"demand": None, "claim_population": None, "binding": None}
    if kind.norm is not None:
        capacity |= {"people_per_family_place": kind.norm.people, "norm_source": kind.norm.source}
    if kind.norm is not None and kind.counted_whole:
        whole = Reading(
            id="facilities",
            persons_per_family_place=1.0,
            label="each is counted whole",
            source=in_english(kind.norm.source),
            evidence=Evidence.SOURCED,
        )
        capacity["readings"] = (whole,)
    told = tuple(entry for entry in settings.assumptions if entry.kind in (None, kind.id))
    return settings.model_copy(
        update={
            "capacity": settings.capacity.model_copy(update=capacity),
            "claims": _of(settings.claims, kind.id, first),
            "journeys": _of(settings.journeys, kind.id, first),
            "assumptions": told,
        }
    )


def _of(entries: Sequence[Entry], kind: str, first: str) -> tuple[Entry, ...]:
    """Choose the entries of a kind; those that name none are of the first."""
    return tuple(entry for entry in entries if (entry.kind or first) == kind)
