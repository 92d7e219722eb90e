"""What is said of an answer beside its figures: a key of the vocabulary and the values it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from shelter_geo.vocabulary import Infeasible, Note

Value: TypeAlias = int | float | str | tuple[str, ...]
"""A count, a limit in the unit of the costs, a unit by its key, or regions by their names."""


@dataclass(frozen=True)
class Infeasibility:
    """Why there is no plan.

    Attributes
    ----------
    key : Infeasible
        Its words stand in the catalogues, as `infeasible.<key>`.
    values : mapping
        What the words name, by placeholder.
    """

    key: Infeasible
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """What else is to be known of an answer.

    Attributes
    ----------
    key : Note
        Its words stand in the catalogues, as `note.<key>`.
    values : mapping
        What the words name, by placeholder.
    """

    key: Note
    values: Mapping[str, Value] = field(default_factory=dict)
