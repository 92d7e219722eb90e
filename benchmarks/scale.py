"""How far one machine goes, and what workers bring: countries joined of copies, large studies.

    python benchmarks/scale.py --pbf COUNTRY.osm.pbf --docs docs/scale.md

Every figure is measured in a process of its own, one after the other: processor seconds, with those
of processes that it starts, and the largest memory. Countries are made of copies of an extract,
side by side and joined at their borders; studies are invented, on a grid of roads, with ten
settlements a district. Larger ones by option: --copies 1 4 16 64, --studies 100x50 2000x2000.
What takes longer than --seconds, or more memory than --mb, is ended and left out, and so are larger
ones of its kind. --parts measures some of the tables. With --docs they replace those in that file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from scale_inputs import invent_study, join_copies, longer_study, study_on

MEASURE = """
import json, resource, sys
from pathlib import Path
def cpu():
    own, others = (resource.getrusage(who) for who in (0, -1))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
def main():
    facts = {{}}
{body}
    # The peak that getrusage tells begins with that of the process that started this one.
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    others = resource.getrusage(-1).ru_maxrss
    facts["mb"] = max(int(peak.split()[1]), others) / 1024
    print(json.dumps(facts))
if __name__ == "__main__":
    main()
"""
IMPORT = """
    from shelter_geo.roads import contract_chains, read_pbf, save_network
    begun = cpu()
    network = contract_chains(read_pbf(sys.argv[1]))
    facts["cpu"] = cpu() - begun
    facts["nodes"], facts["edges"] = network.n_nodes, network.n_edges
    save_network(network, sys.argv[2])
"""
REQUESTS = """
    import numpy as np
    from shelter_geo.roads import Seeds, load_network, make_engine
    network = load_network(sys.argv[1])
    engine = make_engine(network, method="hierarchy", threads=1)
    begun = cpu()
    engine.prepare()
    facts["prepare"] = cpu() - begun
    at = np.random.default_rng(7).choice(network.n_nodes, 6000, replace=False)
    leave, arrive = Seeds.from_columns(at[:5000]), Seeds.from_columns(at[5000:])
    engine.matrix(leave, arrive)
    taken = []
    for _ in range(3):
        begun = cpu()
        engine.matrix(leave, arrive)
        taken.append(cpu() - begun)
    facts["request"] = min(taken)
"""
BLOCKS = """
    import geopandas as gpd, numpy as np
    from shelter_geo.access import cost_blocks
    from shelter_geo.roads import Seeds, load_network, make_engine
    network = load_network(sys.argv[1])
    engine = make_engine(network, method="hierarchy", threads=1)
    engine.prepare()
    origins, facilities = int(sys.argv[2]), int(sys.argv[3])
    at = np.random.default_rng(3).choice(network.n_nodes, origins + facilities, replace=False)
    points = gpd.GeoSeries(gpd.points_from_xy(network.lon[at], network.lat[at]), crs=4326)
    for _ in cost_blocks(network, points.iloc[:50], points.iloc[origins:], engine=engine):
        pass  # loads the compiled loops and makes finding roads ready
    begun = cpu()
    pairs = 0
    for block in cost_blocks(network, points.iloc[:origins], points.iloc[origins:], engine=engine):
        pairs += block.time_ms.size
    facts["cpu"], facts["pairs"] = cpu() - begun, pairs
"""
COMMAND = """
    import subprocess
    begun = cpu()
    done = subprocess.run([sys.executable, "-m", "shelter_geo", *sys.argv[1:]],
                          capture_output=True, text=True)
    facts["cpu"], facts["code"] = cpu() - begun, done.returncode
    facts["said"] = (done.stdout + done.stderr)[-600:]
"""


PARTS = ("countries", "matrices", "studies", "rows", "ensemble")
LIMITS = {"seconds": 240.0, "mb": 6000.0}
"""Beyond which a measurement is ended; set by options."""


def measure(body: str, *arguments: object) -> dict[str, float]:
    """Do something in a process of its own; what goes beyond a limit is ended and left out."""
    with tempfile.TemporaryDirectory() as folder:
        script, said = Path(folder) / "measured.py", Path(folder) / "said"
        script.write_text(MEASURE.format(body=body), encoding="utf-8")
        with said.open("w") as file, said.with_name("faults").open("w") as faults:
            begun = time.monotonic()
            done = subprocess.Popen(
                [sys.executable, script, *map(str, arguments)],
                stdout=file,
                stderr=faults,
                start_new_session=True,
            )
            while done.poll() is None:
                beyond = time.monotonic() - begun > LIMITS["seconds"]
                if beyond or memory_of(done.pid) > LIMITS["mb"]:
                    os.killpg(done.pid, signal.SIGKILL)
                    done.wait()
                    return {}
                time.sleep(0.2)
        if done.returncode:
            sys.exit(said.with_name("faults").read_text()[-2000:])
        return dict(json.loads(said.read_text().splitlines()[-1]))


def memory_of(session: int) -> float:
    """Megabytes in use by the processes of a session."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pages += int(fields[21]) if int(fields[3]) == session else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def table(head: str, rows: list[list[str]]) -> str:
    """Lay out a table in Markdown, its first column on the left."""
    rule = "|".join(["---", *["---:"] * head.count("|")])
    lines = [f"| {head} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def countries(extract: Path, copies: list[int], folder: Path) -> str:
    """Import and preparation of countries joined of copies, and a request of 5,000 × 1,000."""
    rows = []
    for count in copies:
        file, stored = folder / f"{count}.osm.pbf", folder / f"{count}.roads.npz"
        points = join_copies(extract, count, file)
        brought = measure(IMPORT, file, stored)
        file.unlink()
        asked = measure(REQUESTS, stored) if brought else {}
        figures = [f"{brought[k]:,.0f}" if brought else "–" for k in ("nodes", "cpu", "mb")]
        figures += [f"{asked['prepare']:.1f}" if asked else "–"]
        figures += [f"{asked['request']:.2f}" if asked else "–"]
        figures += [f"{asked['mb']:,.0f}" if asked else "–"]
        rows.append([str(count), f"{points / 1e6:.1f}", *figures])
        if not asked:
            break
    head = "copies | million OSM nodes | junctions | import, CPU s | MB | preparation, CPU s"
    return table(f"{head} | 5,000 × 1,000, CPU s | MB", rows)


def matrices(extract: Path, folder: Path) -> str:
    """Blocks of matrices, joining of points included."""
    stored = folder / "matrices.roads.npz"
    measure(IMPORT, extract, stored)
    rows = []
    for origins, facilities in ((50_000, 1000), (20_000, 5000)):
        found = measure(BLOCKS, stored, origins, facilities)
        if found:
            rate = found["pairs"] / found["cpu"] / 1e6
            row = [f"{origins:,} × {facilities:,}", f"{found['cpu']:.1f}", f"{rate:.0f}"]
            rows.append([*row, f"{found['mb']:,.0f}"])
    return table("origins × facilities | CPU s | million pairs a second and core | MB", rows)


def studies(sizes: list[str], folder: Path) -> str:
    """Measure `validate` and `run` on invented studies; pages are part of the run."""
    rows = []
    for size in sizes:
        districts, facilities = map(int, size.split("x"))
        study = invent_study(folder / size, districts, facilities, 10 * districts)
        cells = [f"{districts:,}", f"{facilities:,}", f"{10 * districts:,}"]
        for words in (["validate", study], ["run", study, "--out", folder / f"{size}-out"]):
            found = measure(COMMAND, *words)
            if found and found["code"]:
                sys.exit(found["said"])
            cells += [f"{found['cpu']:.0f}", f"{found['mb']:,.0f}"] if found else ["beyond", "–"]
        pages = [page.stat().st_size for page in (folder / f"{size}-out").rglob("*.html")]
        rows.append([*cells, f"{max(pages) / 1e6:.1f}" if pages else "–"])
        print(" | ".join(rows[-1]), flush=True)
        if "beyond" in cells:
            break
    head = "districts | facilities | settlements | validate, CPU s | MB | run, CPU s | MB"
    return table(f"{head} | largest page, MB", rows)


def rows(counts: list[int], folder: Path) -> str:
    """Measure `validate` of the bundled study with so many more settlements."""
    lines = []
    for count in counts:
        study = longer_study(folder / f"{count}-rows", count)
        found = measure(COMMAND, "validate", study)
        if found and found["code"]:
            sys.exit(found["said"])
        cells = [f"{found['cpu']:.0f}", f"{found['mb']:,.0f}"] if found else ["beyond", "–"]
        lines.append([f"{count:,}", *cells])
    return table("settlements besides | validate, CPU s | MB", lines)


def imported_study(extract: Path, folder: Path) -> Path:
    """Put the bundled study on all roads of an extract."""
    network = folder / "extract.roads.npz"
    measure(IMPORT, extract, network)
    return study_on(network, folder / "on-extract")


def ensembles(study: Path | None, draws: int, rounds: int, folder: Path) -> str:
    """Draws alone and on two workers, in turn: on the clock, and processor seconds."""
    taken: dict[str, list[tuple[float, float]]] = {"0": [], "2": []}
    loads = []
    for number in range(rounds):
        for workers, times in taken.items():
            out = folder / f"ensemble-{number}-{workers}"
            words = ["ensemble", *([str(study)] if study else []), "--draws", str(draws)]
            loads.append(os.getloadavg()[0])
            begun, cpu = time.monotonic(), others_cpu()
            subprocess.run(
                [sys.executable, "-m", "shelter_geo", *words, "--out", out, "--workers", workers],
                check=True,
                capture_output=True,
            )
            times.append((time.monotonic() - begun, others_cpu() - cpu))
            print(f"{draws} draws, {workers} workers: {times[-1][0]:.0f} s", flush=True)
        alone, shared = (written(folder / f"ensemble-{number}-{workers}") for workers in taken)
        if alone != shared:
            sys.exit("two workers give other bytes")
        print(f"the bytes of {len(alone)} files are equal", flush=True)
    alone, shared = (min(clock for clock, _ in times) for times in taken.values())
    row = [f"{draws:,}", f"{alone:.0f}", f"{shared:.0f}", f"{shared / alone:.2f}"]
    row += [f"{min(cpu for _, cpu in times):.0f}" for times in taken.values()]
    row += [" ".join(f"{load:.1f}" for load in loads)]
    head = "draws | alone, s | two workers, s | ratio | alone, CPU s | two workers, CPU s"
    return table(f"{head} | load at the start of each", [row])


def written(folder: Path) -> dict[str, bytes]:
    """Bytes of every file of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def others_cpu() -> float:
    """Processor seconds of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure what is asked for, and print the tables or put them into a document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pbf", type=Path, help="extract of a country; without it, no countries")
    parser.add_argument("--copies", type=int, nargs="*", default=[1, 4])
    parser.add_argument("--studies", nargs="*", default=["100x50", "2000x50"])
    parser.add_argument("--rows", type=int, nargs="*", default=[200_000, 1_000_000])
    parser.add_argument("--draws", type=int, default=1000)
    drawn = "study that is drawn; else the bundled one, on the roads of --pbf"
    parser.add_argument("--ensemble", type=Path, help=drawn)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--seconds", type=float, default=LIMITS["seconds"])
    parser.add_argument("--mb", type=float, default=LIMITS["mb"])
    parser.add_argument("--docs", type=Path, help="document whose tables are replaced")
    options = parser.parse_args()
    LIMITS.update(seconds=options.seconds, mb=options.mb)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make = {
            "countries": lambda: countries(options.pbf, options.copies, folder),
            "matrices": lambda: matrices(options.pbf, folder),
            "studies": lambda: studies(options.studies, folder),
            "rows": lambda: rows(options.rows, folder),
            "ensemble": lambda: ensembles(
                options.ensemble or (options.pbf and imported_study(options.pbf, folder)),
                options.draws,
                options.rounds,
                folder,
            ),
        }
        for part in options.parts:
            if options.pbf or part in ("studies", "rows", "ensemble"):
                show(part, make[part](), options.docs)


def show(key: str, made: str, docs: Path | None) -> None:
    """Print a table with its date and load, and put it into its part of a document."""
    load, processors = os.getloadavg()[0], os.cpu_count()
    made += (
        f"\nMeasured on {datetime.now(UTC):%d %B %Y}, load {load:.0f}, {processors} processors.\n"
    )
    print(f"\n## {key}\n\n{made}", flush=True)
    begin, end = f"<!-- measured --><!-- {key} -->\n", "<!-- end measured -->"
    text = docs.read_text(encoding="utf-8") if docs else ""
    if docs and begin in text:
        head, _, tail = text.partition(begin)
        docs.write_text(f"{head}{begin}\n{made}\n{end}{tail.partition(end)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
