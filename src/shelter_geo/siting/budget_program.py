"""Places and flows of families as a mixed integer program, solved objective after objective."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from shelter_geo.siting.exact.highs import Optimum, Program, solve, solve_narrowed
from shelter_geo.siting.objectives import constraints_for
from shelter_geo.siting.problem import UNREACHED, SitingProblem

Array = NDArray[Any]

_TRANSPORT_S: Final = 600.0
_WHOLE: Final = 1e-4
"""How far a whole number may be off in the solver's answer; objectives have their own bounds."""


@dataclass(frozen=True, eq=False)
class Terms:
    """What places cost and how many there may be.

    Attributes
    ----------
    places, most : int64, shape (sites,)
        Family places that stand, and those there may be at most; equal where none may be added.
    fixed_cost, place_cost : int64, shape (sites,)
        Of opening or enlarging a site, and of each place.
    budget, actions : int or None
        Money, and sites that open or grow, at most.
    """

    places: Array
    most: Array
    fixed_cost: Array
    place_cost: Array
    budget: int | None
    actions: int | None


class Allocation(NamedTuple):
    """Whole places and families.

    Attributes
    ----------
    added : int64, shape (sites,)
    flow : int64, shape (ways,)
    unserved, walked, spent : int
        The three objectives: families unserved, families times steps, money.
    """

    added: Array
    flow: Array
    unserved: int
    walked: int
    spent: int


class PlacesSolution(NamedTuple):
    """The best allocation found and what is proven of it; no allocation if there is none.

    Attributes
    ----------
    best : Allocation or None
    unserved_bound : int
    walked_bound : int or None
        None if the families unserved are not proven to be fewest.
    cheapest : bool
        Whether no allocation as good is cheaper.
    """

    best: Allocation | None
    unserved_bound: int
    walked_bound: int | None
    cheapest: bool


class PlacesProgram:
    """Where places go and which families use them.

    Columns are y (a site opens or grows), x (places added) and f (families of a demand point at a
    site). A family uses one family place; families of one demand point may be split. The capacity
    is that of a capacitated facility location problem (Cornuejols, Sridharan and Thizy 1991) whose
    standing sites may grow.

    Parameters
    ----------
    problem
        Costs of travel; its weights are the family places needed.
    terms
        What places cost.
    """

    def __init__(self, problem: SitingProblem, terms: Terms) -> None:
        self.problem, self.terms = problem, terms
        usable = np.zeros(len(terms.places), dtype=bool)
        usable[problem.fixed] = usable[problem.candidates] = True
        self.growing = np.flatnonzero(usable & (terms.most > terms.places))
        open_to = usable & (terms.most > 0)
        reached = (problem.costs != UNREACHED) & (problem.weights > 0)[:, None] & open_to
        self.origin, self.site = np.nonzero(reached)
        self.steps = problem.costs[self.origin, self.site]
        g, e = len(self.growing), len(self.site)
        self._y, self._x, self._f = np.arange(g), g + np.arange(g), 2 * g + np.arange(e)
        self._columns = 2 * g + e
        self._rows: list[tuple[sp.csr_array, Array, Array]] = []
        self._merged: PlacesProgram | None = None
        if (problem.costs > 0).any():
            # Who is served depends on who is reached: demand points reached alike are one.
            self._merged = PlacesProgram(_merged(problem), terms)
        self._demand_rows()
        self._place_rows()
        self._limit_rows()

    def best(self, deadline: float) -> PlacesSolution:
        """Leave as few families unserved as can be, then let them travel least, then save money.

        Parameters
        ----------
        deadline
            Value of ``time.monotonic()`` at which to stop.
        """
        if self._columns == 0:
            if constraints_for(self.problem, 0).needed.any():
                return PlacesSolution(None, 0, None, cheapest=False)
            nothing = self._whole(self.terms.places)
            return PlacesSolution(nothing, nothing.unserved, 0, cheapest=True)
        merged = self if self._merged is None else self._merged
        optimum = merged.minimise(merged.serving, deadline)
        if optimum.x is None:
            return PlacesSolution(None, 0, None, cheapest=False)
        best = self._whole(merged.offered(optimum.x))
        needed = int(self.problem.weights.sum())
        fewest = max(needed + math.ceil(optimum.bound - _WHOLE), 0)
        if best.unserved > fewest:
            return PlacesSolution(best, fewest, None, cheapest=False)
        self._rows.append(_at_most(self.serving, best.unserved - needed))
        walk = self._objective(self._f, self.steps)
        optimum = solve_narrowed(self._program(walk), deadline, self._start(best))
        best, walked = self._better(best, optimum)
        walked = min(walked, best.walked)
        spend = self._spending
        if best.walked > walked or best.spent == 0:
            return PlacesSolution(best, fewest, walked, cheapest=best.spent == 0)
        if best.spent <= merged.least_spent(best.unserved, deadline):
            return PlacesSolution(best, fewest, walked, cheapest=True)
        self._rows.append(_at_most(walk, best.walked))
        best, spent = self._better(best, self.minimise(spend, deadline, self._start(best)))
        return PlacesSolution(best, fewest, walked, cheapest=best.spent <= spent)

    def least_spent(self, unserved: int, deadline: float) -> int:
        """Return what serving so many families costs at least, however far they have to go."""
        self._rows.append(_at_most(self.serving, unserved - int(self.problem.weights.sum())))
        return _least(self.minimise(self._spending, deadline))

    def _better(self, best: Allocation, optimum: Optimum) -> tuple[Allocation, int]:
        """Return the better of what is known and what was found, and the least there can be."""
        if optimum.x is not None:
            best = min(best, self._whole(self.offered(optimum.x)), key=lambda a: a[2:])
        return best, _least(optimum)

    @property
    def serving(self) -> Array:
        """The objective to serve as many families as can be."""
        return self._objective(self._f, np.full(len(self._f), -1))

    @property
    def _spending(self) -> Array:
        """The objective to spend little."""
        fixed = self._objective(self._y, self.terms.fixed_cost[self.growing])
        return fixed + self._objective(self._x, self.terms.place_cost[self.growing])

    def offered(self, x: Array) -> Array:
        """Return the places that a solution offers at each site, whole."""
        places = self.terms.places.copy()
        places[self.growing] += np.rint(x[self._x]).astype(np.int64)
        return places

    def minimise(self, objective: Array, deadline: float, start: Array | None = None) -> Optimum:
        """Make one objective as small as can be."""
        return solve(self._program(objective), deadline - time.monotonic(), start=start)

    def _program(self, objective: Array) -> Program:
        g, e = len(self.growing), len(self.site)
        most = np.concatenate(
            [
                np.ones(g),
                (self.terms.most - self.terms.places)[self.growing],
                np.minimum(self.problem.weights[self.origin], self.terms.most[self.site]),
            ]
        ).astype(float)
        return Program(
            cost=objective,
            rows=sp.csr_array(sp.vstack([rows for rows, _, _ in self._rows], format="csr")),
            low=np.concatenate([low for _, low, _ in self._rows]),
            high=np.concatenate([high for _, _, high in self._rows]),
            least=np.zeros(self._columns),
            most=most,
            whole=np.arange(self._columns) < self._columns - e,
        )

    def _demand_rows(self) -> None:
        """No demand point sends more families than it has."""
        n, e = len(self.problem.weights), len(self.site)
        self._add(n, [(self.origin, self._f, np.ones(e))], -np.inf, self.problem.weights)

    def _place_rows(self) -> None:
        """No site takes more families than places; places are added only where a site grows."""
        terms, growing, g = self.terms, self.growing, len(self.growing)
        room = (terms.most - terms.places)[growing]
        one, each = np.ones(g), np.arange(g)
        used = (self.site, self._f, np.ones(len(self.site)))
        self._add(len(terms.places), [used, (growing, self._x, -one)], -np.inf, terms.places)
        self._add(g, [(each, self._x, one), (each, self._y, -room)], -np.inf, np.zeros(g))
        self._add(g, [(each, self._x, one), (each, self._y, -one)], np.zeros(g), np.inf)
        # Nobody goes to a new site that does not open: this makes the relaxation tight.
        number = np.full(len(terms.places), -1)
        number[growing] = each
        new = np.flatnonzero(terms.places[self.site] == 0)
        each, most = (
            np.arange(len(new)),
            np.minimum(self.problem.weights[self.origin[new]], terms.most[self.site[new]]),
        )
        ways = (each, self._f[new], np.ones(len(new)))
        opened = (each, self._y[number[self.site[new]]], -most)
        self._add(len(new), [ways, opened], -np.inf, np.zeros(len(new)))

    def _limit_rows(self) -> None:
        """Money, actions, and a site in every region that needs one."""
        terms, growing, g = self.terms, self.growing, len(self.growing)
        row, one = np.zeros(g, np.int64), np.ones(g)
        if terms.budget is not None:
            money = [(row, self._y, terms.fixed_cost[growing])]
            money += [(row, self._x, terms.place_cost[growing])]
            self._add(1, money, -np.inf, [terms.budget])
        if terms.actions is not None:
            self._add(1, [(row, self._y, one)], -np.inf, [terms.actions])
        constraints = constraints_for(self.problem, 0)
        unmet = np.flatnonzero(constraints.needed)
        region = np.full(len(terms.places), -1)
        region[self.problem.candidates] = constraints.region
        for number in unmet:
            inside = np.flatnonzero(region[growing] == number)
            self._add(1, [(row[inside], self._y[inside], one[inside])], [1.0], np.inf)

    def _add(
        self, count: int, parts: list[tuple[Array, Array, Array]], low: Any, high: Any
    ) -> None:
        rows, columns, values = (np.concatenate([p[q] for p in parts]) for q in range(3))
        matrix = sp.csr_array((values.astype(float), (rows, columns)), (count, self._columns))
        least, most = (np.broadcast_to(np.asarray(e, float), count) for e in (low, high))
        self._rows.append((matrix, least, most))

    def _objective(self, columns: Array, values: Array) -> Array:
        objective = np.zeros(self._columns)
        objective[columns] = values
        return objective

    def _whole(self, offered: Array) -> Allocation:
        """Send families to the places offered as well as can be.

        Places that nobody uses and no region needs are not added.
        """
        problem, terms = self.problem, self.terms
        flow = self._transport(offered)
        used = np.bincount(self.site, flow, minlength=len(offered)).astype(np.int64)
        added = self._with_regions(np.maximum(used - terms.places, 0), offered)
        spent = int((terms.fixed_cost * (added > 0) + terms.place_cost * added).sum())
        unserved = int(problem.weights.sum() - flow.sum())
        return Allocation(added, flow, unserved, int((flow * self.steps).sum()), spent)

    def _transport(self, offered: Array) -> Array:
        """Send as many families as can be, then let them travel least: a flow, so whole."""
        ways = np.flatnonzero(offered[self.site] > 0)
        if len(ways) == 0:
            return np.zeros(len(self.site), np.int64)
        weights, n, m = self.problem.weights, len(self.problem.weights), len(offered)
        each = np.arange(len(ways))
        rows = np.concatenate([self.origin[ways], n + self.site[ways]])
        entries = (np.ones(2 * len(ways)), (rows, np.concatenate([each, each])))
        # Serving one family more is worth any detour of all the others.
        worth = float(self.steps.max() + 1) * (int(weights.sum()) + 1)
        program = Program(
            cost=self.steps[ways] - worth,
            rows=sp.csr_array(entries, (n + m, len(ways))),
            low=np.full(n + m, -np.inf),
            high=np.concatenate([weights, offered]).astype(float),
            least=np.zeros(len(ways)),
            most=np.full(len(ways), np.inf),
            whole=np.zeros(len(ways), dtype=bool),
        )
        optimum = solve(program, _TRANSPORT_S)
        flow = np.zeros(len(self.site), np.int64)
        if optimum.x is None or np.abs(optimum.x - np.rint(optimum.x)).max() > _WHOLE:
            raise AssertionError("a flow of whole families is whole")
        flow[ways] = np.rint(optimum.x)
        return flow

    def _with_regions(self, added: Array, offered: Array) -> Array:
        """Keep one place in every region that needs a site and would have none."""
        constraints = constraints_for(self.problem, 0)
        region = np.full(len(added), -1)
        region[self.problem.candidates] = constraints.region
        for number in np.flatnonzero(constraints.needed):
            inside = np.flatnonzero((region == number) & (offered > 0))
            if not (added[inside] > 0).any():
                price = (self.terms.fixed_cost + self.terms.place_cost)[inside]
                added[inside[price.argmin()]] = 1
        return added

    def _start(self, known: Allocation) -> Array:
        start = np.zeros(self._columns)
        start[self._y] = known.added[self.growing] > 0
        start[self._x] = known.added[self.growing]
        start[self._f] = known.flow
        return start


def _least(optimum: Optimum) -> int:
    """Return the least whole number that a bound of the solver leaves possible."""
    least = max(optimum.bound, 0.0) if np.isfinite(optimum.bound) else 0.0
    return math.ceil(least - min(0.5, _WHOLE + 1e-9 * least))


def _at_most(objective: Array, high: int) -> tuple[sp.csr_array, Array, Array]:
    return sp.csr_array(objective[None, :]), np.array([-np.inf]), np.array([float(high)])


def _merged(problem: SitingProblem) -> SitingProblem:
    """Return the problem with demand points that the same sites reach made one, all near."""
    reached, group = np.unique(problem.costs != UNREACHED, axis=0, return_inverse=True)
    weights = np.bincount(group.ravel(), problem.weights, minlength=len(reached))
    return replace(
        problem,
        costs=np.where(reached, 0, UNREACHED).astype(np.int64),
        weights=np.rint(weights).astype(np.int64),
        demand_ids=tuple(range(len(reached))),
    )
