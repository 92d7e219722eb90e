"""Small counts against everything that a run writes: tables, pages, plans and journeys."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from helpers.small_study import DEMAND, small_study
from helpers.study_copy import StudyCopy
from scipy.optimize import linprog
from typer.testing import CliRunner

from shelter_geo.cli.main import app

DISTRICTS = ("upper", "lower", "coast")
TRUE, OTHER = (3, 9, 40), (12, 0, 40)
"""Cases of each district, and other ones with the same sums: upper and lower have 12 in all."""
THRESHOLD = 5
SILENCE, NEED = (1.0, 2.0, 4.0), (0.1, 0.1, 0.2)
COUNTED = f"""
[capacity.demand.cases]
file = "cases.csv"
threshold = {THRESHOLD}
source = "A helpline's own count"
evidence = "sourced"
[capacity.demand.cases.under_reporting]
low = {SILENCE[0]}
central = {SILENCE[1]}
high = {SILENCE[2]}
source = "nobody knows"
evidence = "assumed"

[[journeys]]
id = "nearest"
name = "to the nearest shelter"
stops = ["home", "nearest shelter"]
source = "invented"
evidence = "assumed"
"""
PLANS = {
    "today": "",
    "one-more": '[[open]]\nsettlement_id = "s2"\nplaces = 10\n',
    "one-fewer": '[[close]]\nshelter_id = "highmill-1"\n',
}


def counted_study(folder: Path) -> StudyCopy:
    """A study with cases, two shelters, plans and a journey."""
    study = small_study(folder)
    study.replace("study.toml", "[tables]", '[tables]\nscenarios = "plans"')
    study.write("study.toml", study.text("study.toml") + DEMAND + COUNTED)
    more = "highmill-1,Shelter in Highmill,s1,upper,5,published,invented\n"
    study.write("shelters.csv", study.text("shelters.csv") + more)
    for key, change in PLANS.items():
        head = f'[scenario]\nid = "{key}"\nname = "{key}"\nnote = "Invented"\n'
        study.write(f"plans/{key}.toml", head + change)
    return study


def outputs(study: StudyCopy, counts: tuple[int, ...], out: Path) -> dict[str, bytes]:
    rows = zip(DISTRICTS, counts, strict=True)
    study.write_rows("cases.csv", [{"district_id": k, "cases": str(n)} for k, n in rows])
    done = CliRunner().invoke(app, ["run", str(study.file), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyCopy:
    return counted_study(tmp_path_factory.mktemp("counted") / "study")


@pytest.fixture(scope="module")
def written(study: StudyCopy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return outputs(study, TRUE, tmp_path_factory.mktemp("out"))


def told(written: dict[str, bytes]) -> dict[tuple[int, ...], set[str]]:
    """Sums of districts that some cell of stays tells truly, with the files that tell them."""
    sums: dict[tuple[int, ...], set[str]] = {}
    members = [part for size in (1, 2, 3) for part in combinations(range(3), size)]
    for name, content in written.items():
        if not name.endswith(".csv"):
            continue
        for row in csv.DictReader(content.decode("utf-8-sig").splitlines()):
            if row.get("demand_basis") != "cases":
                continue
            for end, silence, need in zip(("low", "central", "high"), SILENCE, NEED, strict=True):
                cell = row.get(f"stays_{end}")
                if not cell:
                    continue
                rounding = 0.5 * 10 ** -len(cell.partition(".")[2])
                for part in members:
                    stays = sum(TRUE[k] for k in part) * silence * need
                    if abs(float(cell) - stays) <= rounding + 1e-9:
                        sums.setdefault(part, set()).add(name)
    return sums


def test_no_small_count_can_be_computed_back_from_any_table(written: dict[str, bytes]) -> None:
    sums = told(written)
    assert {"demand_by_district.csv", "capacity_by_shelter.csv"} <= set.union(*sums.values())
    assert (2,) in sums
    assert (0, 1, 2) in sums
    rows = np.array([[float(k in part) for k in range(3)] for part in sums])
    sides = [sum(TRUE[k] for k in part) for part in sums]
    for place in (0, 1):
        low, high = (
            sign * linprog(sign * np.eye(3)[place], A_eq=rows, b_eq=sides, bounds=(0, None)).fun
            for sign in (1, -1)
        )
        # 52 in all less the 40 of the coast are shared by the two in any way.
        assert (low, high) == (pytest.approx(0), pytest.approx(12))
        assert high - low >= THRESHOLD


def test_other_counts_of_the_same_sums_give_the_same_bytes(
    study: StudyCopy, written: dict[str, bytes], tmp_path: Path
) -> None:
    """What no file depends on cannot be read from all of them together, by whatever means."""
    assert {"journeys.csv", "comparison.csv", "report.html"} <= set(written)
    assert {f"scenarios/{key}/access_by_district.csv" for key in PLANS} <= set(written)
    assert outputs(study, OTHER, tmp_path / "out") == written
