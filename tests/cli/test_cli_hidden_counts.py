"""Small counts against everything that a run writes: tables, pages, their data, plans, journeys."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

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
MORE = (71, 4, 97)
"""Other ones with other sums: what a file tells of cases differs from that of the first."""
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

[[capacity.waits]]
id = "bed"
name = "for a bed"
days = {{ low = 1, central = 2, high = 3, source = "invented", evidence = "assumed" }}

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


@pytest.fixture(scope="module")
def changed(
    study: StudyCopy, written: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Files of other sums that are not those of the first, to be read beside them."""
    others = outputs(study, MORE, tmp_path_factory.mktemp("more"))
    assert set(others) == set(written)
    return {name: content for name, content in others.items() if content != written[name]}


HASH = re.compile(r"[0-9a-f]{32,}|data:[^\"]*")
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f]\d+)*")


def pieces(name: str, content: bytes) -> list[str]:
    """Cells of a table, texts and data of a page, values of a file of data."""
    text = HASH.sub("", content.decode("utf-8-sig"))
    if name.endswith(".csv"):
        return [cell for row in csv.reader(text.splitlines()) for cell in row]
    if name.endswith(".json"):
        return [*scalars(json.loads(text))]
    data = DATA.search(text)
    return re.split("[<>]", text) + ([] if data is None else [*scalars(json.loads(data[1]))])


def scalars(value: Any) -> Iterator[str]:
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from scalars(each)
    else:
        yield str(value)


def readings(token: str) -> Iterator[tuple[float, float]]:
    """Each number that signs may mean, and by how much it may be rounded."""
    if re.fullmatch(r"\d+|\d{1,3}(?:\D\d{3})+", token):
        yield float(re.sub(r"\D", "", token)), 0.5
    whole, *parts = re.split(r"\D", token)
    if len(parts) == 1:
        yield float(f"{whole}.{parts[0]}"), 0.5 * 10 ** -len(parts[0])


def sums_of(tokens: tuple[str, str]) -> set[tuple[tuple[int, ...], float, float]]:
    """Sums of districts that the numbers in one place of two files may tell: part, ends of both."""
    factors = {1.0, *SILENCE, *(s * n for s, n in zip(SILENCE, NEED, strict=True))}
    found = set()
    for size in (1, 2, 3):
        for part in combinations(range(3), size):
            for factor in factors:
                near = [
                    min(
                        (
                            (slack / factor, value / factor)
                            for value, slack in readings(token)
                            if abs(value - factor * sum(counts[k] for k in part)) <= slack + 1e-9
                        ),
                        default=(np.inf, 0.0),
                    )
                    for token, counts in zip(tokens, (TRUE, MORE), strict=True)
                ]
                if max(slack for slack, _ in near) < np.inf:
                    slack, value = near[0]
                    found.add((part, value - slack, value + slack))
    return found


def told(
    first: dict[str, bytes], second: dict[str, bytes]
) -> dict[tuple[tuple[int, ...], float, float], set[str]]:
    """What the numbers that follow the cases tell, whatever file they stand in.

    A number follows them if it stands in the same place of both runs and is another. One that
    fits several sums by chance tells none of them.
    """
    sums: dict[tuple[tuple[int, ...], float, float], set[str]] = {}
    for name, content in second.items():
        # Pictures of these tables hold letters as outlines; the last test is of their bytes too.
        if name.endswith((".png", ".svg")):
            continue
        texts = pieces(name, first[name]), pieces(name, content)
        assert len(texts[0]) == len(texts[1]), name
        for one, other in zip(*texts, strict=True):
            for tokens in zip(NUMBER.findall(one), NUMBER.findall(other), strict=False):
                fits = sums_of(tokens) if tokens[0] != tokens[1] else set()
                if len({part for part, *_ in fits}) == 1:
                    for fit in fits:
                        sums.setdefault(fit, set()).add(name)
    return sums


def test_no_small_count_can_be_computed_back_from_any_file(
    written: dict[str, bytes], changed: dict[str, bytes]
) -> None:
    sums = told(written, changed)
    assert {"demand_by_district.csv", "capacity_by_shelter.csv", "report.html"} <= set.union(
        *sums.values()
    )
    parts = {part for part, *_ in sums}
    assert (2,) in parts
    assert (0, 1, 2) in parts
    rows = np.array([[float(k in part) for k in range(3)] for part, *_ in sums])
    lows, highs = (np.array([fit[end] for fit in sums]) for end in (1, 2))
    sides = {"A_ub": np.vstack([rows, -rows]), "b_ub": np.concatenate([highs, -lows])}
    for place in (0, 1):
        low, high = (
            sign * linprog(sign * np.eye(3)[place], bounds=(0, None), **sides).fun
            for sign in (1, -1)
        )
        # 52 in all less the 40 of the coast are shared by the two in any way.
        assert low == pytest.approx(0)
        assert high == pytest.approx(12, abs=0.5)
        assert high - low >= THRESHOLD


def test_no_map_and_no_planner_follows_the_cases(
    written: dict[str, bytes], changed: dict[str, bytes]
) -> None:
    """Data within pages are no way round the tables: such pages are the same bytes."""
    there = {"planner.html", "maps/stays.html", "maps/capacity.html", "maps/access.html"}
    assert there <= set(written)
    assert {f"scenarios/{key}/access.html" for key in PLANS if key != "today"} <= set(written)
    pages = {name for name in changed if name.endswith(".html")}
    assert pages <= {"report.html", "index.html"}
    # What is no text holds none of them either, but for pictures of these tables.
    assert {Path(name).suffix for name in changed} <= {".csv", ".html", ".json", ".png", ".svg"}
    assert not {"stays_by_district.csv", "waiting_by_district.csv"} & set(changed)


def test_other_counts_of_the_same_sums_give_the_same_bytes(
    study: StudyCopy, written: dict[str, bytes], tmp_path: Path
) -> None:
    """What no file depends on cannot be read from all of them together, by whatever means."""
    assert {"journeys.csv", "comparison.csv", "report.html"} <= set(written)
    assert {f"scenarios/{key}/access_by_district.csv" for key in PLANS} <= set(written)
    assert outputs(study, OTHER, tmp_path / "out") == written
