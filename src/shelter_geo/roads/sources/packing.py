"""Pack arrays into few bytes and back, without losing a bit."""

from __future__ import annotations

import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEVEL: Final = 1
"""Higher ones take half a second more for a country and save one part in twenty-five."""
SCALE: Final = 1e7
"""Coordinates of OpenStreetMap are whole ten-millionths of a degree."""
LARGEST: Final = 1e8
"""Coordinates below this are exact as whole numbers, and those of the Earth are."""
_WIDTHS: Final = {width: np.dtype(f"<u{width}") for width in (1, 2, 4, 8)}
_HEAD: Final = 2
_PLAIN, _WHOLE, _STEPS, _DEGREES = range(4)


def pack(array: NDArray[Any], *, steps: bool = False) -> NDArray[np.uint8]:
    """Pack an array of one dimension.

    Parameters
    ----------
    array
        Whole numbers, coordinates in degrees, or anything else, which takes more room.
    steps
        Whether one whole number is near the next, so that the differences are smaller.
    """
    if array.dtype.kind in "iu":
        whole = array.astype(np.int64)
        return _blob(_STEPS, _differences(whole)) if steps else _blob(_WHOLE, _signed(whole))
    if array.dtype == np.float64 and np.abs(array).max(initial=0.0) < LARGEST:
        scaled = np.rint(array * SCALE)
        if _same(scaled / SCALE, array):
            return _blob(_DEGREES, _differences(scaled.astype(np.int64)))
    data = np.frombuffer(np.ascontiguousarray(array).tobytes(), dtype=np.uint8)
    return _with_head(_PLAIN, 1, data)


def unpack(blob: NDArray[np.uint8], dtype: str) -> NDArray[Any]:
    """Give back the array that was packed, of the type that it had.

    Raises
    ------
    KeyError, ValueError, zlib.error
        If the bytes were not packed here.
    """
    kind, width = (int(value) for value in blob[:_HEAD])
    data = np.frombuffer(zlib.decompress(blob[_HEAD:].tobytes()), dtype=np.uint8)
    if kind == _PLAIN:
        return data.view(dtype)
    rows = np.ascontiguousarray(data.reshape(width, -1).T)
    values = rows.ravel().view(_WIDTHS[width]).astype(np.uint64)
    sign = (values & np.uint64(1)).view(np.int64)
    whole = (values >> np.uint64(1)).view(np.int64) ^ -sign
    if kind != _WHOLE:
        whole = np.cumsum(whole)
    return whole / SCALE if kind == _DEGREES else whole.astype(dtype)


def _same(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    """Whether values are equal to the bit, -0.0 and 0.0 apart."""
    return np.array_equal(a.view(np.int64), b.view(np.int64))


def _differences(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    return _signed(np.diff(values, prepend=np.int64(0)))


def _signed(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Whole numbers with the sign in the last bit, so that small ones have few bits."""
    return ((values << 1) ^ (values >> 63)).view(np.uint64)


def _blob(kind: int, values: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Pack numbers in as few bytes as the largest needs: all first bytes, then all second ones."""
    most = int(values.max(initial=0))
    width = next(width for width in _WIDTHS if most < 256**width)
    rows = values.astype(_WIDTHS[width]).view(np.uint8).reshape(-1, width)
    return _with_head(kind, width, np.ascontiguousarray(rows.T))


def _with_head(kind: int, width: int, data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    packed = zlib.compress(data.tobytes(), LEVEL)
    return np.frombuffer(bytes([kind, width]) + packed, dtype=np.uint8)
