"""Small siting questions, and every possible answer to them counted out in plain Python."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from hypothesis import strategies as st

from shelter_geo.siting import combinations as rivals

Choice = tuple[int, ...]
Key = Callable[[Choice], Any]

MISSING = math.nan


@dataclass(frozen=True)
class Toy:
    """A question in whole steps; `MISSING` where no road leads."""

    costs: list[list[float]]
    people: list[int]
    fixed: list[int]
    p: int
    regions: list[str] | None
    within: int

    @property
    def candidates(self) -> list[int]:
        return [j for j in range(len(self.costs[0])) if j not in self.fixed]

    @property
    def question(self) -> dict[str, Any]:
        """Arguments of `from_cost_matrix`."""
        return {
            "costs": self.costs,
            "weights": self.people,
            "fixed": self.fixed,
            "unit": "one",
            "regions": self.regions,
        }

    def choices(self, p: int) -> list[Choice]:
        """Every choice of p candidates that gives each region a site."""
        found = itertools.combinations(self.candidates, p)
        return [choice for choice in found if self.meets_regions(choice)]

    def meets_regions(self, choice: Choice) -> bool:
        if self.regions is None:
            return True
        return {self.regions[j] for j in (*choice, *self.fixed)} == set(self.regions)

    def nearest(self, choice: Choice) -> list[float]:
        """Steps to the nearest open site, infinite where there is none."""
        open_ = (*choice, *self.fixed)
        return [min([row[j] for j in open_ if row[j] >= 0], default=math.inf) for row in self.costs]

    def served(self, choice: Choice) -> list[tuple[float, int]]:
        """Steps and people of the demand points with people that reach a site."""
        both = zip(self.nearest(choice), self.people, strict=True)
        return [(steps, people) for steps, people in both if people and steps < math.inf]

    def unserved(self, choice: Choice) -> int:
        return sum(self.people) - sum(people for _, people in self.served(choice))

    def walked(self, choice: Choice) -> int:
        return sum(int(steps) * people for steps, people in self.served(choice))

    def farthest(self, choice: Choice) -> int:
        return max((int(steps) for steps, _ in self.served(choice)), default=0)

    def covered(self, choice: Choice) -> int:
        return sum(people for steps, people in self.served(choice) if steps <= self.within)

    def coming(self, choice: Choice, half: float) -> float:
        return sum(people * 0.5 ** (steps / half) for steps, people in self.served(choice))

    def equivalent(self, choice: Choice, kappa: float) -> float:
        """Kolm-Pollak equivalent of the people served."""
        served = self.served(choice)
        if not served:
            return math.nan
        mean = sum(n * math.exp(kappa * z) for z, n in served) / sum(n for _, n in served)
        return math.log(mean) / kappa

    def could_be_within(self) -> list[int]:
        """Demand points with people whom some site has within the limit."""
        near = self.nearest(tuple(range(len(self.costs[0]))))
        return [i for i, z in enumerate(near) if z <= self.within and self.people[i]]

    def covers_all_it_can(self, choice: Choice) -> bool:
        near = self.nearest(choice)
        return all(near[i] <= self.within for i in self.could_be_within())


@st.composite
def toys(draw: st.DrawFn) -> Toy:
    """Draw questions of up to 8 demand points and 7 sites, full of ties, gaps and empty places."""
    n, m = draw(st.integers(1, 8)), draw(st.integers(2, 7))
    most = draw(st.sampled_from([5, 30, 1000]))
    cell: st.SearchStrategy[float] = st.integers(0, most).map(float)
    if draw(st.booleans()):
        cell = st.one_of(cell, cell, st.just(MISSING))
    row = st.lists(cell, min_size=m, max_size=m)
    heads = st.integers(0, draw(st.sampled_from([1, 4, 1000])))
    people = draw(st.lists(heads, min_size=n, max_size=n).filter(any))
    fixed = draw(st.lists(st.integers(0, m - 1), max_size=min(2, m - 1), unique=True))
    name = st.sampled_from(["east", "north", "west"])
    return Toy(
        draw(st.lists(row, min_size=n, max_size=n)),
        people,
        sorted(fixed),
        draw(st.integers(0 if fixed else 1, m - len(fixed))),
        draw(st.none() | st.lists(name, min_size=m, max_size=m)),
        draw(st.integers(0, most)),
    )


@contextmanager
def method(name: str) -> Iterator[None]:
    """Have models answer by "enumeration", as they do when small, or by "search"."""
    most = rivals.MOST_WORK if name == "enumeration" else -1
    with mock.patch.object(rivals, "MOST_WORK", most):
        yield
