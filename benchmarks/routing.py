"""Measure the routing engine beside others: CPU seconds on the same arcs, interleaved.

Every engine first answers the same small matrix, and pairs that differ from scipy's Dijkstra are
counted. The least of the repeats is given, since other work on the machine only ever adds. Each
engine runs in a process of its own, so that its memory can be told and none disturbs another.
OSRM has no wheel for Python 3.11, nor has Valhalla of late: name another interpreter that has
numpy, `osrm-bindings` and `pyvalhalla`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from routing_built import EXTRACT
from routing_engines import ELSEWHERE, ENGINES

from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.osm import read_pbf

HERE = Path(__file__).parent
TASKS = [("nearest", 100), ("matrix", 100), ("matrix", 1000)]
ORIGINS = 5000
# Sites that slow engines are asked for; their figures are scaled up from these and marked.
SHARE = {"pandana": 20, "scipy": 20, "igraph": 5, "rustworkx": 5, "networkx": 2}


class Worker:
    """One engine in a process of its own."""

    def __init__(self, name: str, python: str, arcs: Path, folder: Path) -> None:
        self.name = name
        script = str(HERE / "routing_engines.py")
        self.process = subprocess.Popen(
            [python, script, name, str(arcs), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        said = json.loads(self.process.stdout.readline() or "{}")
        self.version, self.can = said.get("version"), said.get("can", [])
        self.preparation = self.ask(do="prepare") if self.version else {}
        self.error = self.preparation.get("error")
        self.differs, self.mb, self.cpu = "", self.preparation.get("mb", 0.0), {}

    def ask(self, **task) -> dict:
        """Send one task and wait for the answer."""
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline() or '{"error": "ended"}')

    def run(self, task: tuple[str, int], origins: list[int], sites: list[int]) -> None:
        """Measure one task once; keep the least."""
        kind, wanted = task
        if self.error or kind not in self.can:
            return
        count = wanted if kind == "nearest" else min(wanted, SHARE.get(self.name, wanted))
        points = {"sites": sites[:count]} | ({"origins": origins} if kind == "matrix" else {})
        answer = self.ask(do=kind, **points)
        if "error" in answer:
            self.error = answer["error"]
            return
        cpu = answer["cpu"] * wanted / count
        self.cpu[task] = min(cpu, self.cpu.get(task, cpu))
        self.mb = max(self.mb, answer["mb"])

    def figure(self, task: tuple[str, int], ours: Worker) -> str:
        """Seconds, marked if scaled up, and how many times ours that is."""
        if task not in self.cpu:
            return "–"
        about = "~" if task[0] == "matrix" and task[1] > SHARE.get(self.name, task[1]) else ""
        times = "" if self is ours else f" ({self.cpu[task] / ours.cpu[task]:,.0f} ×)"
        return f"{about}{self.cpu[task]:.3g}{times}"


def simple_arcs(path: Path) -> dict[str, np.ndarray]:
    """Arcs between junctions, the fastest of parallel ones, without loops."""
    network = contract_chains(read_pbf(path), mixed=True)
    arcs = network.arcs
    first = np.ones(len(arcs.tail), bool)
    first[1:] = (np.diff(arcs.tail) != 0) | (np.diff(arcs.head) != 0)
    kept = first & (arcs.tail != arcs.head)
    columns = {"tail": arcs.tail, "head": arcs.head, "ms": arcs.time_ms, "cm": arcs.length_cm}
    columns = {name: column[kept] for name, column in columns.items()}
    return columns | {"lon": network.lon, "lat": network.lat}


def compare(workers: list[Worker], origins: list[int], sites: list[int], folder: Path) -> None:
    """Note for each engine how many pairs of a small matrix differ from scipy's."""
    answers = {}
    for worker in workers:
        if worker.error or "matrix" not in worker.can:
            continue
        path = folder / f"{worker.name}.npy"
        said = worker.ask(do="matrix", origins=origins, sites=sites, save=str(path))
        worker.error = said.get("error")
        if not worker.error:
            answers[worker] = np.load(path)
    truth = next((found for worker, found in answers.items() if worker.name == "scipy"), None)
    for worker, found in answers.items():
        if truth is None:
            continue
        gap = np.abs(found - truth)
        reached = (found >= 0) == (truth >= 0)
        largest = gap[reached].max(initial=0)
        worker.differs = f"{(gap > 0).sum()} of {gap.size}"
        worker.differs += f", {(~reached).sum()} in reach" if not reached.all() else ""
        worker.differs += f", up to {largest} ms" if largest else ""


def table(workers: list[Worker]) -> str:
    """Markdown, one row an engine."""
    ours = next(worker for worker in workers if worker.name == "ours")
    head = ["engine", "preparation", "nearest, all nodes"]
    head += [f"{ORIGINS:,} × {count:,}" for kind, count in TASKS if kind == "matrix"]
    head += ["memory, MB", "pairs that differ"]
    rows = [head, ["---"] * len(head)]
    for worker in workers:
        if not worker.version:
            rows.append([worker.name, "not installed", *["–"] * (len(head) - 2)])
        elif worker.error:
            rows.append([f"{worker.name} {worker.version}", worker.error, *["–"] * (len(head) - 2)])
        else:
            figures = [worker.figure(task, ours) for task in TASKS]
            rows.append(
                [
                    f"{worker.name} {worker.version}",
                    f"{worker.preparation['cpu']:.3g}",
                    *figures,
                    f"{worker.mb:,.0f}",
                    worker.differs,
                ]
            )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Measure and print a table."""
    extras = Path(os.environ.get("SHELTER_GEO_EXTRAS", HERE.parent.parent / "shared"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pbf", type=Path, help="roads; by default the largest of the extras")
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--osrm-python",
        default=os.environ.get("OSRM_PYTHON", sys.executable),
        help="interpreter with OSRM and Valhalla; by default that of OSRM_PYTHON, or this one",
    )
    options = parser.parse_args()
    pbf = options.pbf or max(extras.glob("osm/*.pbf"), key=lambda p: p.stat().st_size, default=None)
    if pbf is None:
        sys.exit(f"no extract in {extras}; name one with --pbf")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arcs = simple_arcs(pbf)
        np.savez(folder / "arcs.npz", **arcs)
        (folder / EXTRACT).symlink_to(pbf.resolve())
        print(f"{len(arcs['lon']):,} nodes, {len(arcs['tail']):,} arcs, from {pbf.name}\n")
        workers = [
            Worker(
                engine,
                options.osrm_python if engine in ELSEWHERE else sys.executable,
                folder / "arcs.npz",
                folder,
            )
            for engine in ["ours", *(e for e in options.engines if e != "ours")]
        ]
        random = np.random.default_rng(7)
        points = random.choice(len(arcs["lon"]), ORIGINS + 1000, replace=False).tolist()
        origins, sites = points[:ORIGINS], points[ORIGINS:]
        compare(workers, origins[:500], sites[:5], folder)
        for repeat in range(options.repeats):
            for task in TASKS:
                for worker in workers:
                    if repeat < 2 or worker.name not in SHARE:
                        worker.run(task, origins, sites)
        print(f"CPU seconds on one thread, least of {options.repeats}; in brackets, times ours.")
        print("Ours finds the kilometres along each route too, the others only its time.")
        print(f"Load of the machine: {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors.\n")
        print(table(workers))
        for worker in workers:
            worker.process.stdin.close()
            worker.process.wait()


if __name__ == "__main__":
    main()
