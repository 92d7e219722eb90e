"""The colours of classes, and which class a value falls into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shelter_geo.errors import OutputError
from shelter_geo.publish.words import Text, in_each

MISSING: Final = -1
"""The class of a value that is not there."""

MAGMA: Final = ("#fcf4b6", "#fc8c63", "#c73d73", "#6b1d81", "#140e36")
"""Light to dark; the order holds under the three colour blindnesses and in grey."""

HATCH: Final = "url(#hatch)"
"""Fill of a missing value: the page draws a grey hatch under this name."""

_MIDDLE: Final = 0.18
"""Luminance on which black and white letters stand out alike."""


@dataclass(frozen=True)
class Classes:
    """Fixed classes of a value and their colours.

    Attributes
    ----------
    breaks
        Ascending limits between the classes, in the unit. A value on a limit falls below it, so
        that "beyond 100" and the classes above 100 hold the same places.
    colours
        One colour a class, one more than there are limits.
    unit
        Key of the catalogue text that writes a number `n` with its unit.

    Raises
    ------
    OutputError
        If the limits do not ascend or the colours do not fit them.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...] = MAGMA
    unit: str = "units.km"

    def __post_init__(self) -> None:
        if list(self.breaks) != sorted(set(self.breaks)):
            raise OutputError(f"The limits of classes must ascend: {self.breaks}.")
        if len(self.colours) != len(self.breaks) + 1:
            raise OutputError(f"{len(self.breaks)} limits need {len(self.breaks) + 1} colours.")

    def of(self, values: Sequence[float] | pd.Series[float]) -> NDArray[np.int64]:
        """Class of each value, `MISSING` where there is none."""
        numbers = np.asarray(values, dtype=float)
        ranks = np.searchsorted(np.asarray(self.breaks), numbers, side="left")
        return np.where(np.isnan(numbers), MISSING, ranks).astype(np.int64)

    def colour(self, rank: int) -> str:
        """Fill of a class, the hatch for `MISSING`."""
        return HATCH if rank == MISSING else self.colours[rank]

    def ink(self, rank: int) -> str:
        """Say whether `dark` or `light` letters stand out on a class."""
        return "dark" if rank == MISSING or _luminance(self.colours[rank]) > _MIDDLE else "light"

    def label(self, rank: int) -> Text:
        """Words of a class, such as "50–100 km"; the last one is open."""
        lows = (0.0, *self.breaks)
        if rank == len(self.breaks):
            return in_each(
                lambda words: words.text(self.unit, n=words.number(self.breaks[-1]) + "+")
            )
        return in_each(
            lambda words: words.text(
                self.unit, n=f"{words.number(lows[rank])}–{words.number(self.breaks[rank])}"
            )
        )


def _luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` as WCAG 2.2 defines it."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


DISTANCE: Final = Classes(breaks=(50, 100, 200, 300))
"""Road kilometres to the nearest shelter."""
