"""What the tags of roads left open: values that were not understood, and what was assumed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["not understood", "assumed", "left out"]
KINDS: Final[tuple[Kind, ...]] = ("not understood", "assumed", "left out")
ANY: Final = "(any)"
"""Value of a note on a tag whose values are too many to tell apart."""
SHOWN: Final = 12
"""Rows of each kind that a summary shows."""
MANY: Final = 0.01
"""Share of the kilometres above which a value that was not understood is a warning."""


class Note(NamedTuple):
    """One value of one tag, and what was taken for it.

    Attributes
    ----------
    tag, value
        As tagged; the value may be `ANY`.
    taken
        What was taken for it, in a few words.
    kind
        Whether it was not understood, or a rule of thumb applied, or the way was left out.
    """

    tag: str
    value: str
    taken: str
    kind: Kind


class TagReport:
    """Adds up the ways and kilometres of every note."""

    def __init__(self) -> None:
        self._ways: Counter[Note] = Counter()
        self._km: defaultdict[Note, float] = defaultdict(float)

    def add(self, notes: Iterable[Note], ways: int, km: float) -> None:
        """Count ways, and their kilometres, for each of some notes."""
        for note in notes:
            self._ways[note] += ways
            self._km[note] += km

    def rows(self) -> list[dict[str, Any]]:
        """One row a note as plain data, by kind and kilometres."""
        order = sorted(
            self._ways,
            key=lambda note: (KINDS.index(note.kind), -self._km[note], -self._ways[note], note),
        )
        return [
            {
                "tag": note.tag,
                "value": note.value,
                "ways": self._ways[note],
                "km": round(self._km[note], 3),
                "taken_for": note.taken,
                "kind": note.kind,
            }
            for note in order
        ]


def tag_summary(rows: Sequence[Mapping[str, Any]], total_km: float) -> list[str]:
    """Say what was not understood, assumed and left out, with a warning where it is much.

    Parameters
    ----------
    rows
        Of `TagReport.rows`.
    total_km
        Kilometres of the network.
    """
    lines = []
    for kind in KINDS:
        of_kind = [row for row in rows if row["kind"] == kind]
        if not of_kind:
            continue
        lines.append(f"Tags {kind} (tag, value, ways, km, taken for):")
        for row in of_kind[:SHOWN]:
            lines.append(
                f"  {row['tag']}={row['value']}: {row['ways']:,} ways, {row['km']:,.1f} km, "
                f"{row['taken_for']}"
            )
        rest = of_kind[SHOWN:]
        if rest:
            km = sum(row["km"] for row in rest)
            lines.append(f"  and {len(rest):,} more values on {km:,.1f} km")
    for row in rows:
        if row["kind"] == "not understood" and total_km > 0 and row["km"] > MANY * total_km:
            lines.append(
                f"Warning: {row['tag']}={row['value']} is not understood on "
                f"{row['km'] / total_km:.1%} of the kilometres; taken for: {row['taken_for']}"
            )
    return lines


def split_values(text: str) -> list[str]:
    """Values of a tag that has several, in lower case, without empty ones.

    Examples
    --------
    >>> split_values("Agricultural; forestry|yes")
    ['agricultural', 'forestry', 'yes']
    """
    parts = text.replace("|", ";").replace(",", ";").split(";")
    return [part.strip().lower() for part in parts if part.strip()]
