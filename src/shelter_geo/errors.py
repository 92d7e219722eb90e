"""The base error and one class per fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """Write a value as messages show it: on one line, control characters told, cut where long."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


class ShelterGeoError(Exception):
    """Anything the user can mend; the command line prints it and exits with 1."""


class StudyError(ShelterGeoError):
    """A study or scenario file that cannot be read or says something impossible."""


@dataclass(frozen=True)
class Fault:
    """One fault of a table: where it is, what stands there and what to do about it."""

    file: str
    message: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            plain = self.column.isprintable() and len(self.column) <= LONGEST_SHOWN
            place += f", column {self.column if plain else shown(self.column)}"
        value = "" if self.value is None else f" ({shown(self.value)})"
        return f"{place}: {self.message}{value}. {self.remedy}"


class TableError(ShelterGeoError):
    """Faults found in one or more tables, all of them together."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        head = "1 fault" if count == 1 else f"{count} faults"
        super().__init__("\n".join([f"{head} in the input tables:", *map(str, self.faults)]))

    def __reduce__(self) -> tuple[type[TableError], tuple[tuple[Fault, ...]]]:
        """Let other processes have the faults, not only their text."""
        return type(self), (self.faults,)


class PrivacyError(ShelterGeoError):
    """Something that would let the place of a shelter out."""


class RoadError(ShelterGeoError):
    """Road data that cannot be read, or that do not make a network."""


class NetworkAccessError(ShelterGeoError):
    """The network was needed and not allowed, or the server refused or fell silent."""


class CostError(ShelterGeoError):
    """A cost matrix that cannot be computed from what was given."""


class SitingError(ShelterGeoError):
    """A siting question that has no meaning as it was put."""


class CapacityError(ShelterGeoError):
    """A capacity question that has no meaning as it was put."""


class OutputError(ShelterGeoError):
    """An output that cannot be written; what stood there before still stands."""
