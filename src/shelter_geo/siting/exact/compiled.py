"""How the compiled loops of siting are compiled.

A loop is kept compiled beside its own file, so after a change here touch the files that use it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from numba import njit

_F = TypeVar("_F", bound=Callable[..., object])

_REORDER: Final = {"reassoc", "nsz", "contract", "nnan", "ninf"}
_INNER: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: _F) -> _F:
    """Compile a loop that Python calls."""
    return cast(_F, njit(cache=True, nogil=True, error_model="numpy")(function))


def quick(function: _F) -> _F:
    """Compile a loop whose sums may be taken in any order.

    Whole numbers below 2 to the power of 53 add up to the same in any order; other sums only
    steer a search and prove nothing.
    """
    return cast(_F, njit(cache=True, nogil=True, error_model="numpy", fastmath=_REORDER)(function))


def inner(function: _F) -> _F:
    """Compile a loop that only other loops call, which is quicker to compile."""
    return cast(_F, njit(cache=True, nogil=True, error_model="numpy", **_INNER)(function))


def quick_inner(function: _F) -> _F:
    """Compile a loop that only other loops call and whose sums may be taken in any order."""
    options: dict[str, Any] = {"fastmath": _REORDER, **_INNER}
    return cast(_F, njit(cache=True, nogil=True, error_model="numpy", **options)(function))
