"""Mixed integer programs by HiGHS: in one call, or narrowed down to the columns that matter.

The sites that a search leaves undecided are one: every demand point pays its way out from one
distance to the next, unless a site within it is open (the radius formulation: Cornuejols, Nemhauser
and Wolsey 1980, SIAM Journal on Algebraic Discrete Methods 1; Garcia, Labbe and Marin 2011, INFORMS
Journal on Computing 23). Steps of different points that the same sites spare are one column, which
makes the program small.
"""

from __future__ import annotations

import time
from typing import Any, Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from shelter_geo.siting.exact.plain import Outcome
from shelter_geo.siting.objectives import Constraints, Objective

Array = NDArray[Any]

_USED: Final = 1e-6
_ROUNDING: Final = 1e-6
_KERNEL_SHARE: Final = 0.25
"""Share of the time for the small program."""


class Program(NamedTuple):
    """Minimise ``cost @ x`` with ``low <= rows @ x <= high`` and ``least <= x <= most``.

    Attributes
    ----------
    cost, least, most : float64, shape (columns,)
    rows : sparse array, shape (rows, columns)
    low, high : float64, shape (rows,)
    whole : bool, shape (columns,)
        Columns that must be whole numbers.
    """

    cost: Array
    rows: sp.csr_array
    low: Array
    high: Array
    least: Array
    most: Array
    whole: Array


Share = tuple[int, int, float]
"""A demand point, a column of a program, and what the point adds to the cost of the column."""


class Optimum(NamedTuple):
    """What the solver found.

    Attributes
    ----------
    x : float64 array or None
        Best solution, None if none was found.
    objective, bound : float
        Infinite if there is none.
    proven : bool
        Whether the solution is proven best, or that there is none.
    """

    x: Array | None
    objective: float
    bound: float
    proven: bool


def solve(
    program: Program, time_limit: float, *, start: Array | None = None, good_enough: float = -np.inf
) -> Optimum:
    """Solve a mixed integer program to a gap of 0, on one thread.

    Parameters
    ----------
    program
        One column at least.
    time_limit
        Seconds.
    start
        A solution to begin with.
    good_enough
        Stop at a solution whose objective is no larger.
    """
    import highspy

    solver = _solver(program, time_limit)
    if np.isfinite(good_enough):
        solver.setOptionValue("objective_target", good_enough)
    if start is not None:
        guess = highspy.HighsSolution()
        guess.col_value = start.tolist()
        solver.setSolution(guess)
    solver.run()
    return _optimum(solver, program)


def relaxed(program: Program, time_limit: float) -> tuple[Array, Array, float] | None:
    """Solve a program as if its columns need not be whole.

    Returns
    -------
    tuple or None
        Solution, reduced costs and objective; None if it has no optimum or takes too long.
    """
    import highspy

    solver = _solver(program._replace(whole=np.zeros_like(program.whole)), time_limit)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found = solver.getSolution()
    objective = float(solver.getInfo().objective_function_value)
    return np.array(found.col_value), np.array(found.col_dual), objective


def solve_narrowed(program: Program, deadline: float, start: Array) -> Optimum:
    """Solve a mixed integer program by way of a small one, without what is sure not to be used.

    The linear relaxation names the few columns that matter; a program of those alone soon has a
    good solution (kernel search: Angelelli, Mansini and Speranza 2010, Computers and Operations
    Research 37). Columns whose reduced cost then closes the gap cannot be in a better solution.
    Placing families within 5 actions takes a third of the time of the whole program at 75 x 138
    (0.6 against 1.6 CPU s) and a fifth at 150 x 150 (1.2 against 6.2).

    Parameters
    ----------
    program
        Its least values are 0, and it has an optimum whose every column is whole.
    deadline
        Value of ``time.monotonic()`` at which to stop.
    start
        A solution in whole numbers.
    """
    left = deadline - time.monotonic()
    loose = relaxed(program, left)
    if loose is None:
        return solve(program, deadline - time.monotonic(), start=start)
    x, price, value = loose
    used = (x > _USED) | (start > _USED)
    kernel = program._replace(most=np.where(program.whole & ~used, 0.0, program.most))
    found = solve(kernel, _KERNEL_SHARE * left, start=start)
    best, total = start, float(program.cost @ start)
    if found.x is not None and found.objective < total:
        best, total = found.x, found.objective
    room = total - value + _ROUNDING * max(abs(total), 1.0)
    narrow = program._replace(most=np.where((price > room) & ~used, 0.0, program.most))
    last = solve(narrow, deadline - time.monotonic(), start=best)
    if last.x is not None and last.objective <= total:
        return last
    bound = max(last.bound, value) if np.isfinite(last.bound) else value
    return Optimum(best, total, min(total if last.proven else bound, total), last.proven)


def _solver(program: Program, time_limit: float) -> Any:
    import highspy

    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    settings = {
        "output_flag": False,
        "threads": 1,
        "time_limit": max(time_limit, 0.01),
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-9,
    }
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    return solver


def _model(program: Program) -> Any:
    import highspy

    model = highspy.HighsLp()
    rows = sp.csr_array(program.rows)
    model.num_row_, model.num_col_ = rows.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, program.least, program.most
    model.row_lower_, model.row_upper_ = program.low, program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.num_row_, model.a_matrix_.num_col_ = rows.shape
    model.a_matrix_.start_ = rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = rows.indices.astype(np.int32)
    model.a_matrix_.value_ = rows.data.astype(float)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(whole)] for whole in program.whole]
    return model


def _optimum(solver: Any, program: Program) -> Optimum:
    import highspy

    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Optimum(None, np.inf, np.inf, proven=True)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    proven = status == highspy.HighsModelStatus.kOptimal
    if not feasible:
        return Optimum(None, np.inf, info.mip_dual_bound, proven=False)
    x = np.array(solver.getSolution().col_value)
    objective = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if program.whole.any() else objective
    return Optimum(x, objective, objective if proven else bound, proven)


WIDEST: Final = 100_000
"""Largest total above the floor of which the solver's rounding cannot hide a whole unit."""
LARGEST: Final = 400_000
"""Most pairs of a demand point and a site."""


def is_small(level: Objective, state: Array, best: float) -> bool:
    """Whether the solver can be asked for a better choice, and its answer trusted to the unit."""
    pairs = len(level.weight) * int((state >= 0).sum())
    return pairs <= LARGEST and best - level.floor <= WIDEST


def best_below(
    level: Objective, rules: Constraints, state: Array, best: int, time_limit: float
) -> Outcome:
    """Find the least total below one that is known, with sites opened and ruled out.

    Parameters
    ----------
    level
        What to minimise; `is_small` must hold.
    rules
        What a choice must keep to.
    state
        1 for sites that are open, -1 for those ruled out, 0 for the rest.
    best
        Only smaller totals are wanted.
    time_limit
        Seconds.

    Returns
    -------
    Outcome
        Its choice is None if none was found below; it is proven if there is no better one.
    """
    sites = np.flatnonzero(state >= 0)
    program, settled, _ = _program(level, rules, sites, state[sites] == 1)
    found = solve(program, time_limit)
    chosen = None if found.x is None else sites[found.x[: len(sites)] > 0.5]
    total = best if chosen is None else level.total(chosen)
    if total >= best:
        chosen, total = None, best
    least = settled + found.bound
    bound = total if least > total - 0.5 else int(np.floor(least))
    return Outcome(chosen, None if chosen is None else total, bound, bound == total)


def multipliers(cost: Array, cap: Array, weight: Array, rules: Constraints) -> Array | None:
    """Best multipliers of a level, by the linear relaxation, whose bound as a rule is the answer.

    At 75 x 138, with pairs that may not be used, a climb takes four to ten times as long.

    Parameters
    ----------
    cost
        Shape (demand, sites).
    cap
        Shape (demand,): what a demand point pays if no site serves it.
    weight
        Shape (demand,): people.
    rules
        What a choice must keep to.

    Returns
    -------
    float64 array or None
        Shape (demand,); None if the relaxation has no optimum.
    """
    level = Objective("relaxed", cost, cap, weight)
    sites = np.arange(cost.shape[1])
    program, _, shares = _program(level, rules, sites, np.zeros(len(sites), dtype=bool))
    most = np.where(program.whole, 1.0, np.inf)
    if (found := relaxed(program._replace(most=most), np.inf)) is None:
        return None
    # The reduced cost of a way out is what its row's price leaves of its cost.
    total = program.cost[len(sites) :]
    price = total - found[1][len(sites) :]
    paid = np.zeros(len(cost))
    for point, column, amount in shares:
        paid[point] += price[column] * amount / max(total[column], 1.0)
    return np.asarray(np.minimum(cost.min(axis=1), cap) + paid / np.maximum(weight, 1))


def _program(
    level: Objective, rules: Constraints, sites: Array, is_open: Array
) -> tuple[Program, float, list[Share]]:
    """Write the choice among some sites as a program; what every choice costs comes apart."""
    steps, settled, shares = _steps(level, sites, len(sites) - rules.k)
    n, m = len(sites), len(steps)
    spared = [np.frombuffer(key, dtype=np.int64) for key in steps]
    ends = np.cumsum([len(part) for part in spared], dtype=np.int64)
    spares = sp.csr_array(
        (np.ones(ends[-1] if m else 0), np.concatenate([*spared, []]).astype(np.int64), [0, *ends]),
        shape=(m, n),
    )
    regions = np.flatnonzero(rules.needed)
    held = sp.csr_array((rules.region[sites] == regions[:, None]).astype(float))
    chosen = sp.vstack([held, sp.csr_array(np.ones((1, n)))])
    rows = sp.block_array([[spares, sp.eye_array(m)], [chosen, None]], format="csr")
    high = np.full(m + len(regions) + 1, np.inf)
    high[-1] = rules.k
    return (
        Program(
            cost=np.concatenate([np.zeros(n), np.fromiter(steps.values(), float, m)]),
            rows=rows,
            low=np.append(np.ones(m + len(regions)), float(rules.k)),
            high=high,
            least=np.concatenate([is_open.astype(float), np.zeros(m)]),
            most=np.ones(n + m),
            whole=np.concatenate([np.ones(n, dtype=bool), np.zeros(m, dtype=bool)]),
        ),
        settled,
        shares,
    )


def _steps(
    level: Objective, sites: Array, spare: int
) -> tuple[dict[bytes, float], float, list[Share]]:
    """Add up, for every set of sites, what demand points pay if none of them is open.

    Sets of more than `spare` sites always hold an open one.
    """
    steps: dict[bytes, float] = {}
    numbers: dict[bytes, int] = {}
    shares: list[Share] = []
    settled = 0.0
    demand = zip(level.cost[:, sites], level.cap, level.weight, strict=True)
    for point, (cost, cap, weight) in enumerate(demand):
        capped = np.minimum(cost, cap)
        order = np.argsort(capped, kind="stable")
        ends = np.unique(np.append(capped, cap))
        counts = np.searchsorted(capped[order], ends[:-1], side="right")
        settled += float(weight * ends[0])
        for count, rise in zip(counts, np.diff(ends), strict=True):
            if count <= spare:
                key = np.sort(order[:count]).tobytes()
                steps[key] = steps.get(key, 0.0) + float(weight * rise)
                shares.append((point, numbers.setdefault(key, len(numbers)), weight * rise))
    return steps, settled, shares
