"""Costs and data of a large planner in few bytes: what the page's script unpacks again."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shelter_geo.units import CM_PER_KM, MS_PER_MIN

STEPS: Final = ((10, 10), (2, 1))
"""Steps to a kilometre and to a minute, fine before coarse. No rounding to a whole one and no limit
lies within a step, so both say the same whole kilometres and minutes as all costs do."""
_TOP: Final = 5
"""Leading bits of an expected cost whose error is compressed; errors below them are noise."""
_DRAWN: Final = 16
"""Parts of a unit of the drawing by which the sites of a district are put in order."""


_SIGNS: Final = bytes.maketrans(b"&<>`", b",[].")
"""Signs of Python's base 85 that a page would have to escape, and those that stand for them."""


def deflated(content: bytes) -> str:
    """Compress bytes as a raw DEFLATE stream, four bytes written as five signs."""
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = squeeze.compress(content) + squeeze.flush()
    return base64.b85encode(stream + bytes(-len(stream) % 4)).translate(_SIGNS).decode()


def deflated_json(data: dict[str, Any]) -> dict[str, str]:
    """Compress what a page's script reads, as `page.js` takes it; costs are compressed already."""
    held = dict(data["held"])
    costs = held.pop("costs")
    data = {**data, "held": held}
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return {"deflated": deflated(text.encode()), "costs": costs}


@dataclass(frozen=True, eq=False)
class Packing:
    """Costs in whole steps, coded by how much they differ from what the drawing lets expect.

    Attributes
    ----------
    time_ms, length_cm : int64, shape (districts, sites)
        -1 where no road leads.
    middles, places : float64, shape (districts, 2) and (sites, 2)
        Where districts and sites are drawn.
    steps
        Steps to a kilometre and to a minute.
    """

    time_ms: NDArray[np.int64]
    length_cm: NDArray[np.int64]
    middles: NDArray[np.float64]
    places: NDArray[np.float64]
    steps: tuple[int, int]

    def in_steps(self, cost: NDArray[np.int64], kind: int) -> NDArray[np.int64]:
        """Count the steps of lengths (0) or times (1); a cost stands for the middle of its step.

        A step is the nearest whole kilometre or minute, or else a part of one, rounded up.
        """
        steps, unit = self.steps[kind], (CM_PER_KM, MS_PER_MIN)[kind] // self.steps[kind]
        return -(-cost // unit) if steps > 1 else (2 * cost + unit) // (2 * unit)

    @property
    def within(self) -> tuple[float, float]:
        """How many kilometres and minutes a cost may differ from what it stands for."""
        return 0.5 / self.steps[0], 0.5 / self.steps[1]

    @cached_property
    def apart(self) -> NDArray[np.float64]:
        """How far apart districts and sites are drawn; the script takes the same root."""
        dx, dy = (self.middles[:, None, :] - self.places[None, :, :]).transpose(2, 0, 1)
        return np.asarray(np.sqrt(dx * dx + dy * dy))

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        sites = len(self.places)
        return np.argsort(np.floor(self.apart * _DRAWN) * sites + np.arange(sites), axis=1)

    def takes(self, held: NDArray[np.bool_]) -> int:
        """Give how many bytes these costs take."""
        return len(self.page_data(held)["costs"])

    def page_data(self, held: NDArray[np.bool_]) -> dict[str, Any]:
        """Code the costs of the pairs that are held, all of which roads join.

        The sites of a district follow each other by how far away they are drawn.
        """
        order = self._order
        mask = np.take_along_axis(held, order, axis=1)
        km, minutes = (
            np.take_along_axis(self.in_steps(cost, kind), order, axis=1)
            for kind, cost in enumerate((self.length_cm, self.time_ms))
        )
        drawn = np.take_along_axis(self.apart, order, axis=1)
        by_drawing, by_km = _ratio(km, drawn, mask), _ratio(minutes, km.astype(float), mask)
        rough, fine = [], []
        for cost, base, ratio in ((km, drawn, by_drawing), (minutes, km, by_km)):
            expected = np.floor(base * ratio[:, None]).astype(np.int64)[mask]
            error = cost[mask] - expected
            spare = np.maximum(np.frexp(expected.astype(float))[1] - _TOP, 0).astype(np.int64)
            high = error >> spare
            folded = np.where(high < 0, -2 * high - 1, 2 * high)
            rough += [(folded & 255).astype(np.uint8), (folded >> 8).astype(np.uint8)]
            fine.append(_low_bits(error, spare))
        content = [np.packbits(mask), *rough, np.packbits(np.concatenate(fine))]
        return {
            "steps": self.steps,
            "by_drawing": by_drawing.tolist(),
            "by_km": by_km.tolist(),
            "costs": deflated(b"".join(part.tobytes() for part in content)),
        }


def _ratio(
    cost: NDArray[np.int64], base: NDArray[np.float64], mask: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give the middle ratio of each district's costs to what they are expected from."""
    known = mask & (base > 0)
    ratios = np.divide(cost, base, out=np.full(base.shape, np.inf), where=known)
    ratios.sort(axis=1)
    middle = ratios[np.arange(len(ratios)), known.sum(axis=1) // 2 * known.any(axis=1)]
    return np.asarray(np.round(np.where(np.isfinite(middle), middle, 1.0), 3), dtype=float)


def _low_bits(values: NDArray[np.int64], bits: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Give the lowest bits of each value, highest first, as many as are said."""
    places = np.arange(int(bits.max(initial=0)) - 1, -1, -1)
    every = (values[:, None] >> places) & 1
    return np.asarray(every[places < bits[:, None]], dtype=np.uint8)
