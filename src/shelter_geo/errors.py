"""The base error and one class per fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_SHOWN = 80
MOST_ALIKE = 3
"""Rows with the same fault that have a line each; of more, so many are shown."""
MOST_LINES = 40
"""Lines of faults that a command prints."""
EVERY_ROW = "Every row is listed by shelter-geo validate --all."
_NUMBER = re.compile(r"[\d.,]+")
_ENTRY = re.compile(r",? entry \d+\b")


_SECRET: list[Callable[[str], bool]] = []


def show_none_of(test: Callable[[str], bool]) -> None:
    """Let messages show no text of which a test is true; the room of the study gives the guard."""
    _SECRET.append(test)


def shown(value: object) -> str:
    """Write a value as messages show it: on one line, control characters told, cut where long.

    A text that may give a place away is three dots.
    """
    if isinstance(value, str) and any(test(value) for test in _SECRET):
        return "…"
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Signs that a terminal may obey, or that turn the order of others; not tabs and ends of lines."""


def disarmed(text: str) -> str:
    """Write signs that a terminal would obey as their numbers.

    Examples
    --------
    >>> disarmed(chr(27) + "[2J")
    '<U+001B>[2J'
    """
    return OBEYED.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


class ShelterGeoError(Exception):
    """Anything the user can mend; the command line prints it and exits with 1."""


class StudyError(ShelterGeoError):
    """A study or scenario file that cannot be read or says something impossible.

    Attributes
    ----------
    faults : tuple of Fault
        Where it does, as far as that is known.
    """

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let other processes have the faults too."""
        return type(self), (str(self), self.faults)


@dataclass(frozen=True)
class Fault:
    """One fault of a file: where it is, what stands there and what to do about it.

    Attributes
    ----------
    file, row, line, column, value
        Where it is: the row of a table or the line of a text, and what stands there.
    message, remedy
        What is wrong, without a full stop, and what to do, as sentences.
    cause
        The fault of a whole file that it comes from; it is shown in place of what follows from it.
    """

    file: str
    message: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    line: int | None = None
    cause: Fault | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}{self._value}. {self.remedy}".rstrip()

    @property
    def place(self) -> str:
        """File, row or line, and column."""
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.line is not None:
            place += f", line {self.line}"
        return place + self._column

    @property
    def _column(self) -> str:
        if self.column is None:
            return ""
        plain = self.column.isprintable() and len(self.column) <= LONGEST_SHOWN
        # Keys such as kinds.norm.standard, and "entry 1" of a list, are no text of the study.
        secret = shown(_ENTRY.sub("", self.column).replace(".", " ")) == "…"
        return f", column {'…' if secret else self.column if plain else shown(self.column)}"

    @property
    def _value(self) -> str:
        return "" if self.value is None else f" ({shown(self.value)})"


def fault_lines(faults: Sequence[Fault], *, every: bool = False) -> list[str]:
    """Write faults as lines: one for each cause, and for each sentence about one column.

    Parameters
    ----------
    faults
        In the order in which they are to be read.
    every
        Whether each of them has a line, below that of its cause.

    Returns
    -------
    list of str
        A sentence that is true of more than three rows of a column counts them and shows three.
    """
    groups: dict[object, list[Fault]] = {}
    for fault in faults:
        key = fault.cause or (fault.file, fault.column, _NUMBER.sub("", fault.message))
        groups.setdefault(key, []).append(fault)
    lines = []
    for group in groups.values():
        if (cause := group[0].cause) is not None:
            lines.append(_of_cause(cause, group))
            lines += [f"  {fault}" for fault in group] if every else []
        elif every or len(group) <= MOST_ALIKE or None in (fault.row for fault in group):
            lines += map(str, group)
        else:
            lines.append(_of_column(group))
    return lines


def _of_cause(cause: Fault, group: Sequence[Fault]) -> str:
    """Write a cause with what follows from it, of which three are shown."""
    named = [f"{fault.place}{fault._value}" for fault in group[:MOST_ALIKE]]
    count = "1 fault comes" if len(group) == 1 else f"{len(group)} faults come"
    such = ":" if len(group) == 1 else ", such as"
    return f"{cause} {count} from this{such} {'; '.join(named)}."


def _of_column(group: Sequence[Fault]) -> str:
    """Write one sentence for many rows of a column, of which three are shown."""
    first, several = group[0], group[:MOST_ALIKE]
    place = f"{first.file}{first._column}: "
    alike = len({fault.message for fault in group}) == 1
    if alike:
        rows = ", ".join(f"{fault.row}{fault._value}" for fault in several)
        said = f"{first.message}, in {len(group)} rows such as {rows}"
    else:
        rows = "; ".join(f"row {fault.row}: {fault.message}{fault._value}" for fault in several)
        said = f"{len(group)} rows are at fault, such as {rows}"
    remedy = first.remedy if len({fault.remedy for fault in group}) == 1 else "Correct each."
    return f"{place}{said}. {remedy}"


class TableError(StudyError):
    """Faults found in one or more files of a study, all of them together.

    Parameters
    ----------
    faults
        At least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(_counted(faults)), faults)

    def lines(self, *, every: bool = False) -> list[str]:
        """Write the faults, with a count above; see `fault_lines`."""
        return _counted(self.faults, every=every)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let other processes have the faults, not only their text."""
        return type(self), (self.faults,)


def _counted(faults: Sequence[Fault], *, every: bool = False) -> list[str]:
    head = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = fault_lines(faults, every=every)
    if not every:
        short = len(lines) < len(faults)
        lines = at_most(lines, MOST_LINES - 1 - short)
        lines += [EVERY_ROW] if short else []
    return [f"{head} in the study's files:", *lines]


def at_most(lines: Sequence[str], most: int = MOST_LINES) -> list[str]:
    """Leave out the last of many lines, and count them.

    Examples
    --------
    >>> at_most(["a", "b", "c"], 2)
    ['a', 'and 2 lines more.']
    """
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], f"and {len(lines) - most + 1} lines more."]


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


class ClusterError(ShelterGeoError):
    """Workers or a scheduler that are not there, or were lost; what was written still stands."""


class OutputError(ShelterGeoError):
    """An output that cannot be written; what stood there before still stands."""
