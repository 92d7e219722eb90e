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

UNKNOWN: Final = -2
"""The class of a district whose people are not known: no class of theirs is drawn."""

_MAGMA: Final = ("#fcf4b6", "#fc8c63", "#c73d73", "#6b1d81", "#140e36")
"""Light to dark; the order holds under the three colour blindnesses and in grey."""

_NEARER_FARTHER: Final = (
    "#8a3a06", "#dd7d18", "#fbcf9b", "#f3f1ee", "#bcd3ea", "#5b8fc7", "#173d7a",
)  # fmt: skip
"""Orange to blue by way of a pale middle, which is lightest."""

FEWEST_CLASSES: Final = 3
MOST_CLASSES: Final = 9
"""Neighbours among more colours than these look alike."""

INK_LIGHT: Final = _MAGMA[1]
INK_MIDDLE: Final = _MAGMA[2]
INK_ACCENT: Final = _MAGMA[3]
INK_DARK: Final = _MAGMA[4]
"""Inks of lines, bars and marks, however many classes the maps have."""

MARK: Final = "#00558f"
"""Ink of the signs of facilities whose kind has no colour of its own."""

HATCH: Final = "url(#hatch)"
"""Fill of a missing value: the page draws a grey hatch under this name."""

NO_FIGURE: Final = "url(#no-figure)"
"""Fill of `UNKNOWN`, and of areas that no row of a table speaks of: a pale hatch the other way."""

_MIDDLE: Final = 0.18
"""Luminance on which black and white letters stand out alike."""


def ramp(number: int) -> tuple[str, ...]:
    """Sample the colours of ordered classes, light to dark.

    Parameters
    ----------
    number
        Classes, 3 to 9.

    Raises
    ------
    OutputError
        If there are fewer or more classes.

    Examples
    --------
    >>> ramp(3)
    ('#fcf4b6', '#c73d73', '#140e36')
    """
    if not FEWEST_CLASSES <= number <= MOST_CLASSES:
        raise OutputError(
            f"There are colours for {FEWEST_CLASSES} to {MOST_CLASSES} classes, not for {number}."
        )
    return _between(_MAGMA, np.linspace(0, len(_MAGMA) - 1, number))


def two_sided_ramp(number: int) -> tuple[str, ...]:
    """Sample the colours of losses and gains: orange, a pale middle, blue.

    Parameters
    ----------
    number
        Classes, 3 to 9 and odd, for the middle one is of neither side.

    Raises
    ------
    OutputError
        If there are fewer, more or an even number of classes.
    """
    if not FEWEST_CLASSES <= number <= MOST_CLASSES or number % 2 == 0:
        raise OutputError(
            f"Losses and gains have an odd number of classes from {FEWEST_CLASSES} to "
            f"{MOST_CLASSES}, not {number}."
        )
    middle, steps = len(_NEARER_FARTHER) // 2, number // 2
    side = np.linspace(0, middle, steps + 1)
    return _between(_NEARER_FARTHER, np.concatenate((side, 2 * middle - side[-2::-1])))


def _between(anchors: Sequence[str], places: NDArray[np.float64]) -> tuple[str, ...]:
    """Colours at places between anchors, on straight lines of CIELAB."""
    lab = np.array([_lab(colour) for colour in anchors])
    at = np.arange(len(anchors))
    mixed = np.stack([np.interp(places, at, channel) for channel in lab.T], axis=1)
    return tuple(map(_hex, mixed))


@dataclass(frozen=True)
class Classes:
    """Fixed classes of a value and their colours.

    Attributes
    ----------
    breaks
        Ascending limits between the classes, in the unit. A value on a limit falls below it, so
        that "beyond 100" and the classes above 100 hold the same places.
    colours
        One colour a class, one more than there are limits; those of `ramp` unless given.
    unit
        Key of the catalogue text that writes a number `n` with its unit.

    Raises
    ------
    OutputError
        If the limits do not ascend, the colours do not fit them, or there are no colours for so
        many.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...] = ()
    unit: str = "units.km"

    def __post_init__(self) -> None:
        if list(self.breaks) != sorted(set(self.breaks)):
            raise OutputError(f"The limits of classes must ascend: {self.breaks}.")
        if not self.colours:
            object.__setattr__(self, "colours", self._sampled(len(self.breaks) + 1))
        if len(self.colours) != len(self.breaks) + 1:
            raise OutputError(f"{len(self.breaks)} limits need {len(self.breaks) + 1} colours.")

    @staticmethod
    def _sampled(number: int) -> tuple[str, ...]:
        """Colours of so many classes."""
        return ramp(number)

    def of(self, values: Sequence[float] | pd.Series[float]) -> NDArray[np.int64]:
        """Class of each value, `MISSING` where there is none."""
        numbers = np.asarray(values, dtype=float)
        ranks = np.searchsorted(np.asarray(self.breaks), numbers, side="left")
        return np.where(np.isnan(numbers), MISSING, ranks).astype(np.int64)

    def colour(self, rank: int) -> str:
        """Fill of a class, a hatch for `MISSING` and another one for `UNKNOWN`."""
        return {MISSING: HATCH, UNKNOWN: NO_FIGURE}.get(rank) or self.colours[rank]

    def ink(self, rank: int) -> str:
        """Say whether `dark` or `light` letters stand out on a class."""
        return "dark" if rank < 0 or _luminance(self.colours[rank]) > _MIDDLE else "light"

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


@dataclass(frozen=True)
class NamedClasses(Classes):
    """Classes that have names of their own, such as of answers; their limits lie between ranks.

    Attributes
    ----------
    names
        Words of each class.

    Raises
    ------
    OutputError
        As of `Classes`, or if there is not a name for each class.
    """

    names: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.names) != len(self.colours):
            raise OutputError(f"{len(self.colours)} classes need as many names.")

    def label(self, rank: int) -> Text:
        """Words of a class."""
        return self.names[rank]


_TO_XYZ: Final = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
"""Linear sRGB to CIE XYZ (IEC 61966-2-1); the second row is the luminance of WCAG 2.2."""
_WHITE: Final = _TO_XYZ.sum(axis=1)


def _linear(colour: str) -> NDArray[np.float64]:
    """Linear shares of red, green and blue in `#rrggbb`."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares])


def _luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` as WCAG 2.2 defines it."""
    return float(np.dot(_TO_XYZ[1], _linear(colour)))


def _lab(colour: str) -> NDArray[np.float64]:
    """CIELAB of `#rrggbb` under the white of sRGB."""
    xyz = _TO_XYZ @ _linear(colour) / _WHITE
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _hex(lab: NDArray[np.float64]) -> str:
    """Nearest `#rrggbb` to a colour of CIELAB."""
    y = (lab[0] + 16) / 116
    roots = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * _WHITE
    linear = np.clip(np.linalg.solve(_TO_XYZ, xyz), 0, 1)
    shares = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * share):02x}" for share in shares.tolist())


DISTANCE: Final = Classes(breaks=(50, 100, 200, 300))
"""Road kilometres to the nearest shelter."""
