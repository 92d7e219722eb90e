"""Loops that are compiled when they are first called, and kept compiled beside their own file.

Small questions never call one: compiling takes 10 to 40 s, once, which numpy and HiGHS need less
than that for; see `PLAIN`. After a change here touch the files that use it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Final, TypeVar, cast

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
