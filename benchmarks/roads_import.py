"""Import of a country's roads: this project beside pyrosm and osmnx.

    python benchmarks/roads_import.py COUNTRY.osm.pbf --rounds 3

Every candidate runs in a process of its own, one after the other, round after round. Printed are
the median processor seconds and the largest memory, both also as shares of the first candidate's,
what came out, and the size of the stored network beside that of the extract. Peers that are not
installed are left out; osmnx, which reads XML alone, gets a converted file, which is not counted,
and one round. Install the peers from benchmarks/requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MEASURE = """
import json, sys, time
begin = time.process_time()
{body}
seconds = time.process_time() - begin
# The peak that getrusage tells begins with that of the process that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([seconds, int(peak.split()[1]) / 1024, nodes, edges]))
"""

CANDIDATES = {
    "shelter_geo, junctions": """
from shelter_geo.roads.sources.chains import contract_chains
from shelter_geo.roads.sources.osm import read_pbf
network = contract_chains(read_pbf(sys.argv[1]))
nodes, edges = network.n_nodes, network.n_edges
""",
    "shelter_geo, stored file": """
from shelter_geo.roads.sources.store import load_network
network = load_network(sys.argv[2])
nodes, edges = network.n_nodes, network.n_edges
""",
    "pyrosm, igraph": """
import warnings; warnings.filterwarnings("ignore")
from pyrosm import OSM
osm = OSM(sys.argv[1])
points, lines = osm.get_network(nodes=True, network_type="all")
graph = osm.to_graph(points, lines, graph_type="igraph", retain_all=True)
nodes, edges = graph.vcount(), graph.ecount()
""",
    "osmnx, XML": """
import osmnx
graph = osmnx.graph_from_xml(sys.argv[3], retain_all=True)
nodes, edges = len(graph), len(graph.edges)
""",
}
ONE_ROUND = {"osmnx, XML"}
MODULES = {"pyrosm, igraph": ("pyrosm", "igraph"), "osmnx, XML": ("osmnx",)}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="country extract in PBF")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=900.0, help="seconds a candidate may take")
    parser.add_argument("--without", action="append", default=[], help="candidate to leave out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = _prepare(arguments.file, Path(folder), "osmnx, XML" not in arguments.without)
        wanted = [name for name in CANDIDATES if name not in arguments.without]
        results: dict[str, list[list[float]]] = {name: [] for name in wanted}
        for number in range(arguments.rounds):
            for name in wanted:
                if number and name in ONE_ROUND:
                    continue
                if all(map(_installed, MODULES.get(name, ()))):
                    results[name].append(_run(CANDIDATES[name], files, arguments.timeout))
        _print(results)
        stored, extract = (Path(files[k]).stat().st_size for k in (1, 0))
        print(
            f"\nStored network: {stored / 1e6:.1f} MB, {stored / extract:.2f} times the extract "
            f"({extract / 1e6:.1f} MB)"
        )


def _prepare(file: Path, folder: Path, xml: bool) -> list[str]:
    """Make the stored network, compile what is compiled, and convert the file to XML."""
    import osmium

    from shelter_geo.roads.sources.chains import contract_chains
    from shelter_geo.roads.sources.osm import read_pbf
    from shelter_geo.roads.sources.store import save_network

    stored = save_network(contract_chains(read_pbf(file)), folder / "roads.npz")
    converted = folder / "roads.osm"
    if xml:
        with osmium.SimpleWriter(str(converted)) as writer:
            for element in osmium.FileProcessor(str(file)):
                writer.add(element)
    return [str(file), str(stored), str(converted)]


def _installed(module: str) -> bool:
    return not subprocess.run(
        [sys.executable, "-c", f"import {module}"], capture_output=True, check=False
    ).returncode


def _run(body: str, files: list[str], timeout: float) -> list[float]:
    command = [sys.executable, "-c", MEASURE.format(body=body), *files]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return []
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1], file=sys.stderr)
        return []
    measured: list[float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _print(results: dict[str, list[list[float]]]) -> None:
    print("| import | processor s | times | memory MB | times | nodes | edges |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    first: tuple[float, float] | None = None
    for name, rounds in results.items():
        good = [measured for measured in rounds if measured]
        if not good:
            print(f"| {name} | not installed, failed or too slow | | | | | |")
            continue
        seconds = statistics.median(measured[0] for measured in good)
        memory = max(measured[1] for measured in good)
        first = first or (seconds, memory)
        nodes, edges = good[0][2:]
        print(
            f"| {name} | {seconds:.1f} | {seconds / first[0]:.2f} | {memory:,.0f} | "
            f"{memory / first[1]:.2f} | {nodes:,.0f} | {edges:,.0f} |"
        )


if __name__ == "__main__":
    main()
