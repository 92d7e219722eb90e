"""Measure siting beside spopt with HiGHS: CPU seconds on the same questions, interleaved.

Both start from the cost matrix and end with an answer; building the model counts. The proven
objectives are compared first. The least of the repeats is given, since other work on the machine
only ever adds. Ours also breaks ties by the mean, names the runner-ups and says who gains.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from shelter_geo.siting import LSCP, MCLP, PCenter, PMedian, tabulate

CASES = {
    "p-median, p = 10": (PMedian, {"p": 10}),
    "p-median, p = 20": (PMedian, {"p": 20}),
    "p-center, p = 5": (PCenter, {"p": 5}),
    "p-center, p = 10": (PCenter, {"p": 10}),
    "p-center, p = 20": (PCenter, {"p": 20}),
    "MCLP, p = 10, 30 km": (MCLP, {"p": 10, "within": 30.0}),
    "MCLP, p = 20, 30 km": (MCLP, {"p": 20, "within": 30.0}),
    "LSCP, 50 km": (LSCP, {"within": 50.0}),
    "LSCP, 80 km": (LSCP, {"within": 80.0}),
}


def places(n: int, m: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Kilometres, to the metre, between n places on a square of 300 km and m of them; people."""
    random = np.random.default_rng(seed)
    demand = random.random((n, 2)) * 300
    sites = demand[random.choice(n, m, replace=False)]
    apart = np.hypot(*(demand[:, None] - sites[None]).transpose(2, 0, 1)).round(3)
    return apart, random.integers(1, 1000, n)


def timed(answer: Callable[[], Any]) -> tuple[Any, float]:
    """Return an answer and the CPU seconds that it took."""
    started = time.process_time()
    return answer(), time.process_time() - started


def ours(model: type, options: dict, costs: np.ndarray, people: np.ndarray) -> float:
    """Proven objective of ours."""
    found = model.from_cost_matrix(costs, weights=people, **options).solve(time_limit=600)
    if found.status != "optimal":
        sys.exit(f"{found.model} {options} is {found.status}")
    return found.objective


def theirs(
    model: type, options: dict, costs: np.ndarray, people: np.ndarray, limit: float
) -> float:
    """Objective of spopt; NaN if it is not proven within the limit."""
    import pulp
    from spopt import locate

    solver = pulp.HiGHS(msg=False, timeLimit=limit, threads=1, gapRel=0)
    peer = getattr(locate, model.__name__)
    count = {"p_facilities": options["p"]} if "p" in options else {}
    given = {PMedian: [people], PCenter: [], MCLP: [people], LSCP: []}[model]
    given += [options["within"]] if "within" in options else []
    started = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            solved = peer.from_cost_matrix(costs, *given, **count).solve(solver)
        except RuntimeError:
            # The peer's way to say that the time limit passed without any plan.
            return float("nan")
    # The peer calls the best plan at the time limit solved, too.
    late = time.monotonic() - started >= limit
    if late or solved.problem.sol_status != pulp.LpSolutionOptimal:
        return float("nan")
    return float(solved.problem.objective.value())


def compare(names: list[str], repeats: int, limit: float) -> None:
    """Print a table of both, case by case."""
    costs, people = places(1000, 200, 1)
    print("| 1,000 × 200 | objective | ours, CPU s | spopt, CPU s | times |")
    print("| --- | --- | --- | --- | --- |")
    for name in names:
        model, options = CASES[name]
        mine, peers = [], []
        for _ in range(repeats):
            value, seconds = timed(partial(ours, model, options, costs, people))
            mine.append(seconds)
            other, seconds = timed(partial(theirs, model, options, costs, people, limit))
            peers.append(seconds)
            if np.isnan(other) or peers[-1] > 30:
                break
        proven = not np.isnan(other)
        if proven and abs(other - value) > 1e-6 * abs(value):
            sys.exit(f"{name}: {value} here, {other} there")
        least, theirs_least = min(mine), min(peers)
        mark = "" if proven else "> "
        print(
            f"| {name} | {value:,.6g} | {least:.3g} | {mark}{theirs_least:.3g} "
            f"| {mark}{theirs_least / least:,.0f} |",
            flush=True,
        )


def large() -> None:
    """Prove p-medians of 20,000 places and 1,000 sites."""
    costs, people = places(20_000, 1_000, 7)
    model = PMedian.from_cost_matrix(costs, weights=people, p=1)
    del costs
    for p in range(1, 11):
        seconds = timed(partial(_proven, PMedian(model.problem, p)))[1]
        print(f"20,000 × 1,000, p = {p}: proven in {seconds:.1f} CPU s", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"Peak memory of the process: {peak:.2f} GB")


def _proven(model: PMedian) -> float:
    found = model.solve(time_limit=600)
    if found.status != "optimal":
        sys.exit(f"p = {model.p} is {found.status}")
    return found.objective


def every_choice() -> None:
    """Tabulate all choices of 3 out of 75 candidates for 78 places."""
    costs, people = places(78, 78, 3)
    problem = PMedian.from_cost_matrix(costs, weights=people, fixed=[0, 1, 2], p=3).problem
    tabulate(problem, 1)
    table, seconds = timed(lambda: tabulate(problem, 3))
    print(f"{len(table.ranks):,} choices on {len(table.values)} metrics: {seconds:.2f} CPU s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES))
    parser.add_argument("--repeats", type=int, default=3, help="unless the peer takes long")
    parser.add_argument("--limit", type=float, default=900, help="seconds for the peer")
    parser.add_argument("--alone", action="store_true", help="leave the peer out")
    options = parser.parse_args()
    every_choice()
    large()
    if not options.alone:
        small, count = places(60, 40, 1)
        for model, given in CASES.values():
            ours(model, given | ({"p": 9} if "p" in given else {}), small, count)
        compare(options.cases, options.repeats, options.limit)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
