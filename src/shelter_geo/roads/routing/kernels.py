"""What the compiled loops share: how they are compiled, packed costs and a heap.

A kernel is kept compiled beside its own file, so after a change here touch the files that use it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from shelter_geo.progress import announce_compiling

announce_compiling()

_F = TypeVar("_F", bound=Callable[..., object])

Int = int | np.signedinteger[Any]

SHIFT: Final = 31
"""Bits of the minor cost, below the major one in a packed cost."""

MASK: Final = (1 << SHIFT) - 1
"""Minor part of a packed cost."""

LARGEST: Final = 1 << 61
"""Bound of the packed cost of one arc or shortcut."""

FAR: Final = 1 << 62
"""Packed cost where there is no way; adding an arc to it does not overflow."""


ROOM: Final = 1 << 20
"""Numbers that most requests get by with; larger ones take fresh memory."""


class UpArcs(NamedTuple):
    """Arcs from each place of a hierarchy to smaller, more important places.

    Attributes
    ----------
    start : int64, shape (n + 1,)
    to : int32, shape (a,)
    cost : int64, shape (a,)
        Packed costs.
    """

    start: NDArray[np.int64]
    to: NDArray[np.int32]
    cost: NDArray[np.int64]


class Room(NamedTuple):
    """Arrays to work in, kept from one request to the next; one room for each thread.

    Fresh memory is slow: what every request needs in large pieces is taken from here.

    Attributes
    ----------
    cost : int64, shape (n,)
        `FAR` everywhere between two uses.
    found, row : int32, shape (n,)
    heap : int64, shape (n + 1,)
    head : int32, shape (ROOM,)
    price, kept : int64, shape (ROOM,)
    known : int64, shape (ROOM // 8, 3)
    """

    cost: NDArray[np.int64]
    found: NDArray[np.int32]
    row: NDArray[np.int32]
    heap: NDArray[np.int64]
    head: NDArray[np.int32]
    price: NDArray[np.int64]
    kept: NDArray[np.int64]
    known: NDArray[np.int64]


def new_room(n: int) -> Room:
    """Make a room for a network of n nodes."""
    return Room(
        np.full(n, FAR, np.int64),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n + 1, np.int64),
        np.empty(ROOM, np.int32),
        np.empty(ROOM, np.int64),
        np.empty(ROOM, np.int64),
        np.empty((ROOM // 8, 3), np.int64),
    )


def kernel(function: _F) -> _F:
    """Compile a loop that Python calls; it runs without the interpreter's lock."""
    return cast(_F, njit(cache=True, nogil=True, error_model="numpy")(function))


def inner(function: _F) -> _F:
    """Compile a loop that only other loops call, which is quicker to compile."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(_F, njit(cache=True, nogil=True, error_model="numpy", **options)(function))


@inner
def push(heap: NDArray[np.int64], size: int, key: Int) -> int:
    """Put a key into a heap of `size` keys, smallest on top; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key
    return size + 1


@inner
def pop(heap: NDArray[np.int64], size: int) -> tuple[int, int]:
    """Take the smallest key out of a heap; the key and the new size."""
    top = int(heap[0])
    size -= 1
    key = heap[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key
    return top, size


@inner
def climb(
    up: UpArcs,
    entry_place: NDArray[np.int32],
    entry_cost: NDArray[np.int64],
    first: Int,
    last: Int,
    cost: NDArray[np.int64],
    found: NDArray[np.int32],
    heap: NDArray[np.int64],
) -> int:
    """Find every place above some entries, with its cost over arcs that only go up.

    `cost` must be `FAR` everywhere; it is filled at the places returned in `found`, lowest first.
    Up-arcs lead to smaller places, so taking the largest place first settles each one once.
    """
    size = 0
    for e in range(first, last):
        place = entry_place[e]
        if cost[place] == FAR:
            size = push(heap, size, -place)
        cost[place] = min(cost[place], entry_cost[e])
    count = 0
    while size > 0:
        key, size = pop(heap, size)
        place = -key
        found[count] = place
        count += 1
        for a in range(up.start[place], up.start[place + 1]):
            head = up.to[a]
            total = cost[place] + up.cost[a]
            if cost[head] == FAR:
                size = push(heap, size, -head)
            cost[head] = min(cost[head], total)
    return count
