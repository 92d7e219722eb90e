"""Costs packed into blocks of neighbours, and how the loops over them are compiled and kept.

Small questions never call a compiled loop: compiling takes 10 to 40 s, once, which numpy and HiGHS
need less than that for; see `PLAIN`. After a change of how they are compiled touch their files.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from shelter_geo.progress import announce_compiling

_F = TypeVar("_F", bound=Callable[..., object])

PLAIN: Final = 1 << 16
"""Pairs of a site and a demand point up to which numpy and HiGHS answer before a compiler would."""

PLAIN_COVER: Final = 1 << 14
"""The same for whether k sites cover all rows, where HiGHS soon takes long."""

_REORDER: Final = {"reassoc", "nsz", "contract", "nnan", "ninf"}
_INNER: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class _Loop:
    """A loop that is compiled, with those that it calls, when it is first called."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        update_wrapper(self, function)
        self._function, self._options = function, options
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *values: Any) -> Any:
        return self.compiled(*values)

    @property
    def ready(self) -> bool:
        """Whether it is compiled."""
        return self._compiled is not None

    @property
    def compiled(self) -> Callable[..., Any]:
        """The loop for the compiler, which finds those that it calls by their global names."""
        if self._compiled is None:
            from numba import njit

            announce_compiling()
            same: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
            self._compiled = njit(**same, **self._options)(self._function)
            names = self._function.__globals__
            for name in self._function.__code__.co_names:
                if isinstance(called := names.get(name), _Loop):
                    names[name] = called.compiled
        return self._compiled


def is_compiled(loop: object) -> bool:
    """Whether a loop has been compiled in this process, so that even a small question may use it.

    Only for loops that give what their counterpart in numpy gives.
    """
    return isinstance(loop, _Loop) and loop.ready


def kernel(function: _F) -> _F:
    """Compile a loop that Python calls."""
    return cast(_F, _Loop(function, {}))


def quick(function: _F) -> _F:
    """Compile a loop whose sums may be taken in any order.

    Whole numbers below 2 to the power of 53 add up to the same in any order; other sums only
    steer a search and prove nothing.
    """
    return cast(_F, _Loop(function, {"fastmath": _REORDER}))


def inner(function: _F) -> _F:
    """Compile a loop that only other loops call, which is quicker to compile."""
    return cast(_F, _Loop(function, _INNER))


def quick_inner(function: _F) -> _F:
    """Compile a loop that only other loops call and whose sums may be taken in any order."""
    return cast(_F, _Loop(function, {"fastmath": _REORDER} | _INNER))


Array = NDArray[Any]

WIDTH: Final = 64
"""Demand points in a block."""

EXACT_SUM: Final = 1 << 51
"""Sums of people times cost stay below this, so that they are exact in double precision."""

EXACT_SINGLE: Final = 1 << 24
"""Whole numbers below this are exact in single precision."""

_LANDMARKS: Final = 6


class Blocks(NamedTuple):
    """Costs from blocks of demand points to every site.

    Attributes
    ----------
    cost : shape (sites, blocks, WIDTH)
        Whole numbers, in single precision where that holds them exactly.
    weight : float64, shape (blocks, WIDTH)
        People, whole numbers; 0 fills the last block.
    light : float32, shape (blocks, WIDTH)
        `weight` in single precision.
    near : float32, shape (sites, blocks)
        Not more than the least cost of the block.
    cap : float64, shape (blocks, WIDTH)
        What a demand point costs if no new site serves it.
    """

    cost: Array
    weight: Array
    light: Array
    near: Array
    cap: Array

    @property
    def plain(self) -> bool:
        """Whether numpy is done with them before a compiler would be."""
        return self.cost.size <= PLAIN


def pack(cost: Array, cap: Array, weight: Array, position: Array) -> tuple[Blocks, int]:
    """Pack the demand points that a choice of sites can change.

    Parameters
    ----------
    cost
        Shape (demand, sites), whole numbers of 0 or more.
    cap
        Shape (demand,): cost without any new site.
    weight
        Shape (demand,): people.
    position
        Shape (demand, anything): points with close rows are put into one block.

    Returns
    -------
    Blocks
    int
        Weighted cost of the demand points that no new site changes.
    """
    changes = (weight > 0) & (cost.min(axis=1) < cap)
    settled = int((weight * cap)[~changes].sum())
    rows = np.flatnonzero(changes)
    if len(rows) == 0:
        return _nothing(cost.shape[1]), settled
    rows = rows[_by_neighbourhood(position[rows])]
    n_blocks = -(-len(rows) // WIDTH)
    filler = n_blocks * WIDTH - len(rows)
    padded = np.concatenate([rows, np.full(filler, rows[-1])])
    exact = np.float32 if max(cost.max(), cap[rows].max()) < EXACT_SINGLE else np.float64
    packed = np.empty((cost.shape[1], n_blocks, WIDTH), dtype=exact)
    for b in range(n_blocks):
        packed[:, b, :] = cost[padded[b * WIDTH : (b + 1) * WIDTH]].T
    least = packed.min(axis=2)
    near = least.astype(np.float32)
    near = np.where(near > least, np.nextafter(near, np.float32(-np.inf)), near)
    real = np.arange(n_blocks * WIDTH) < len(rows)
    people = np.where(real, weight[padded], 0).astype(float).reshape(n_blocks, WIDTH)
    caps = np.where(real, cap[padded], 0).astype(float).reshape(n_blocks, WIDTH)
    return Blocks(packed, people, people.astype(np.float32), near, caps), settled


def merge_equal(
    cost: Array, cap: Array, weight: Array, position: Array
) -> tuple[Array, Array, Array, Array]:
    """Merge demand points of equal cost rows; for covers, where few rows differ."""
    keys = row_keys(np.column_stack([cost, cap[:, None]]).astype(bool))
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    merged = np.zeros(len(first), dtype=np.int64)
    np.add.at(merged, group.ravel(), weight)
    return cost[first], cap[first], merged, position[first]


def row_keys(rows: Array) -> Array:
    """Return one key a row of a bool array; equal rows have equal keys."""
    bits = np.ascontiguousarray(np.packbits(rows, axis=1))
    return bits.view(np.dtype((np.void, bits.shape[1]))).ravel()


def landmarks(cost: Array) -> Array:
    """Return the cost columns of a few sites far from each other: a crude map of the demand."""
    site = int(cost.sum(axis=0, dtype=float).argmax())
    found = [site]
    nearest = cost[:, site]
    for _ in range(_LANDMARKS - 1):
        site = int(cost[int(nearest.argmax())].argmin())
        if site in found:
            break
        found.append(site)
        nearest = np.minimum(nearest, cost[:, site])
    return cost[:, found]


def cheapest(blocks: Blocks, sites: Array, floor: Array) -> Array:
    """Return the least of `floor` and the costs at some sites, for every demand point."""
    every = len(sites) == len(blocks.cost)
    cost = blocks.cost if every else blocks.cost[sites]
    return np.asarray(np.minimum(floor, cost.min(axis=0, initial=np.inf)))


def _nothing(n_sites: int) -> Blocks:
    """One block of no people, where every choice is as good as any."""
    none = np.zeros((1, WIDTH))
    cost = np.zeros((n_sites, 1, WIDTH), dtype=np.float32)
    return Blocks(cost, none, none.astype(np.float32), cost[:, :, 0].copy(), none)


def _by_neighbourhood(position: Array) -> Array:
    """Order points so that each run of WIDTH lies together, by halving the widest extent."""
    ready: list[Array] = []
    waiting = [np.arange(len(position))]
    while waiting:
        part = waiting.pop()
        if len(part) <= WIDTH:
            ready.append(part)
            continue
        here = position[part]
        axis = int(np.argmax(here.max(axis=0) - here.min(axis=0)))
        part = part[np.argsort(here[:, axis], kind="stable")]
        half = (len(part) // WIDTH + 1) // 2 * WIDTH
        waiting += [part[half:], part[:half]]
    return np.concatenate(ready)
