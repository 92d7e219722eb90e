"""Solve p-median and p-center instances of the OR-Library and compare with the published optima.

A line per file. The optima are read from `optima.csv` beside the files, where there is one. CPU
seconds run from the matrix of shortest paths to the proof, on one thread; the loops are compiled
before. The status is that of the objective: that no tie has a smaller mean may be left open.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from pathlib import Path

import numpy as np

from shelter_geo.siting import PCenter, PMedian

NO_PATH = 10**6
COLUMNS = {PMedian: "p_median", PCenter: "p_center"}


def read(path: Path) -> tuple[np.ndarray, int]:
    """Shortest paths between all nodes (Floyd) and the number of sites.

    The first line holds the nodes, the edges and p, every other one an edge. Of edges that come
    twice the last one counts. What is no such file raises ValueError.
    """
    numbers = [int(word) for word in path.read_text().split()]
    if len(numbers) < 3 or len(numbers) != 3 + 3 * numbers[1]:
        raise ValueError("it does not hold the edges that it announces")
    n, _, p = numbers[:3]
    if not 1 <= p <= n:
        raise ValueError(f"{p} sites among {n} nodes")
    ends = numbers[3::3] + numbers[4::3]
    if min(ends, default=1) < 1 or max(ends, default=1) > n or min(numbers[5::3], default=0) < 0:
        raise ValueError("an edge ends at no node, or has a length below 0")
    costs = np.full((n, n), NO_PATH, dtype=np.int32)
    np.fill_diagonal(costs, 0)
    for at in range(3, len(numbers), 3):
        i, j, cost = numbers[at : at + 3]
        costs[i - 1, j - 1] = costs[j - 1, i - 1] = cost
    for k in range(n):
        np.minimum(costs, costs[:, k, None] + costs[None, k], out=costs)
    if (costs >= NO_PATH).any():
        raise ValueError("no path joins some of the nodes")
    return costs, p


def published(path: Path) -> dict[str, str]:
    """Optima of an instance, empty if they are not known."""
    table = path.parent / "optima.csv"
    if not table.exists():
        return {}
    with table.open() as file:
        return next((row for row in csv.DictReader(file) if row["instance"] == path.stem), {})


def compile_loops() -> None:
    """Have the loops compiled, or read from where they are kept."""
    costs = np.random.default_rng(1).integers(1, 99, (80, 80))
    for model in COLUMNS:
        model.from_cost_matrix(costs, p=12, unit="one").solve(time_limit=1)


def solved(
    costs: np.ndarray, p: int, optima: dict[str, str], time_limit: float
) -> tuple[list[str], int]:
    """Solve both models; return the columns of each, and how many are not proven or differ."""
    parts, wrong = [], 0
    for model, column in COLUMNS.items():
        started = time.process_time()
        found = model.from_cost_matrix(costs, p=p, unit="one").solve(time_limit=time_limit)
        seconds, known = time.process_time() - started, optima.get(column) or ""
        wrong += found.status != "optimal" or (known != "" and found.objective != int(known))
        bound = "-" if found.bound is None else f"{found.bound:.0f}"
        parts.append(
            f"{found.objective:>9.0f} {bound:>9} {found.status:<10} {seconds:>6.2f} "
            f"{known or '-':>9}"
        )
    return parts, wrong


def main() -> None:
    """Solve every file and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--time-limit", type=float, default=600.0, help="seconds by the clock, each model"
    )
    options = parser.parse_args()
    compile_loops()
    one = f"{'objective':>9} {'bound':>9} {'status':<10} {'CPU s':>6} {'published':>9}"
    print(f"{'':<22}| {'p-median':<47} | p-center\n{'file':<12} {'n':>4} {'p':>4}| {one} | {one}")
    wrong = unread = 0
    for path in options.files:
        try:
            costs, p = read(path)
        except (OSError, ValueError) as error:
            unread += 1
            print(f"{path.stem:<12} not solved: {error}", flush=True)
            continue
        parts, failed = solved(costs, p, published(path), options.time_limit)
        wrong += failed
        print(f"{path.stem:<12} {len(costs):>4} {p:>4}| {' | '.join(parts)}", flush=True)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")
    if unread or wrong:
        sys.exit(
            f"{wrong} answers are not proven or differ from the published optimum, "
            f"{unread} files are no instances"
        )


if __name__ == "__main__":
    main()
